// The masks of DOMAIN 3.1 a second time, in TypeScript from the page and not from the SQL: the oracle for what the databases
// answer. Texts are cut by code points, as PostgreSQL cuts them. `null` gives null (maskAddress excepted). Never used to serve.

type Text = string | null

const COMPOUND_SURNAMES = new Set(
  (
    '欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 慕容 令狐 长孙 宇文 司徒 端木 夏侯 独孤 南宫 西门 百里 呼延 轩辕 太史 闻人 公羊 赫连 澹台 宗政 濮阳 公冶 ' +
    '太叔 申屠 仲孙 钟离 鲜于 司空 闾丘 亓官 司寇 巫马 公西 颛孙 壤驷 公良 漆雕 乐正 宰父 谷梁 拓跋 夹谷 段干 东郭 羊舌 微生 梁丘 左丘 达奚 纳兰 完颜 贺兰 ' +
    '耶律 尔朱 万俟 第五 歐陽 司馬 諸葛 東方 尉遲 公孫 長孫 獨孤 南宮 西門 軒轅 聞人 濮陽 澹臺 鍾離 鮮于 萬俟'
  ).split(' '),
)
const TRAILING_SPACE = /[ \t\r\n\u00a0\u3000\u200b]+$/
const MONTH_DAY = '(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\\d|3[01])'

function stars(count: number): string {
  return '*'.repeat(count)
}

function characters(value: string): readonly string[] {
  return Array.from(value)
}

function within(code: number, ...ranges: readonly (readonly [number, number])[]): boolean {
  return ranges.some(([low, high]) => code >= low && code <= high)
}

/** 张伟 → 张*, 欧阳静怡 → 欧阳**, 阿依古丽·买买提 → 阿**, John Smith → J***, 陈 → *. */
export function maskName(value: Text): Text {
  if (value === null) return null
  const [first = ''] = characters(value)
  const code = first.codePointAt(0) ?? 0
  const chinese = within(code, [0x3400, 0x9fff], [0xf900, 0xfaff], [0x20000, 0x323bf], [0x3007, 0x3007])
  const otherLetter = within(code, [65, 90], [97, 122], [0xc0, 0x1fff], [0x3041, 0x30ff], [0xac00, 0xd7a3])
  if (!chinese && !otherLetter) return value === '' || value === '*' ? '*' : '***'
  const name = characters(value.replace(TRAILING_SPACE, ''))
  if (name.length === 1) return '*'
  if (/[·•‧・∙⋅]/.test(value)) return `${first}**`
  if (chinese) {
    const surname = name.length >= 3 && COMPOUND_SURNAMES.has(name.slice(0, 2).join('')) ? 2 : 1
    return name.slice(0, surname).join('') + stars(Math.min(name.length - surname, 10))
  }
  // Already a mask (J**, J***): kept, at three stars.
  if (/^\*+$/.test(characters(value).slice(1).join(''))) return characters(value).slice(0, 4).join('')
  return `${first}***`
}

/** 18 or 15 places; what is no ID number is 18 stars. */
export function maskIdNo(value: Text, showRegion: boolean | null, showGender: boolean | null): Text {
  if (value === null) return null
  const region = showRegion === true ? value.slice(0, 2) : '**'
  if (/^[\d*]{17}[\dXx*]$/.test(value)) return region + stars(14) + (showGender === true ? value.slice(16, 17) : '*') + value.slice(17).toUpperCase()
  if (/^[\d*]{15}$/.test(value)) return region + stars(13)
  return stars(18)
}

/** 15400001234 → 154****1234. */
export function maskMobile(value: Text): Text {
  if (value === null) return null
  return /^1[3-9]\d[\d*]{4}\d{4}$/.test(value) ? `${value.slice(0, 3)}****${value.slice(-4)}` : stars(11)
}

/** 0512-0234567 → 0512-******67. */
export function maskLandline(value: Text): Text {
  if (value === null) return null
  const [, area = '', tail = ''] = /^(010|02\d|0[3-9]\d\d)[- ]?(?:\d{5,6}|\*{6})(\d\d)(?:(?:-|转| |,|ext)\d{1,6})?$/.exec(value) ?? []
  return area === '' ? stars(8) : `${area}-******${tail}`
}

export type ReferenceDivision = { readonly name: string; readonly level: string; readonly parent: string | null }

/** City and district of the code, then four stars; four stars alone when the code is missing or unknown. */
export function maskAddress(division: Text, divisions: ReadonlyMap<string, ReferenceDivision>): string {
  if (division === null || !/^(\d\d){1,3}(\d{3}){0,2}$/.test(division)) return '****'
  const here = divisions.get(division.slice(0, 6).padEnd(6, '0'))
  if (here === undefined) return '****'
  const parent = here.parent === null ? undefined : divisions.get(here.parent)
  return `${parent?.level === 'city' ? parent.name : ''}${here.level === 'group' ? '' : here.name}****`
}

/** 310101002 → 310101; null for what is no code. */
export function maskDivision(value: Text): Text {
  return value !== null && /^\d+$/.test(value) && [2, 4, 6, 9, 12].includes(value.length) ? value.slice(0, 6) : null
}

/** 6200000000000005 → ************0005. */
export function maskBankCard(value: Text): Text {
  if (value === null) return null
  const digits = value.replace(/[ -]/g, '')
  const idShaped = new RegExp(`^\\d{6}(?:(?:18|19|20)\\d\\d${MONTH_DAY}\\d{4}|\\d\\d${MONTH_DAY}\\d{3})$`)
  if (idShaped.test(digits)) return stars(16)
  const spaced = /^(\d[ -]?){11,18}\d$/.test(value)
  return spaced || /^\*{12}\d{4}$/.test(value) ? stars(12) + digits.slice(-4) : stars(16)
}

const USCC = /^[0-9A-HJ-NP-RTUW-Y]{8}(?:[0-9A-HJ-NP-RTUW-Y]{8}|\*{8})[0-9A-HJ-NP-RTUW-Y]{2}$/

/** 91310199MA1K0T2A0A → 91310199********0A. */
export function maskUscc(value: Text): Text {
  if (value === null) return null
  const idShaped = new RegExp(`^\\d{6}(?:18|19|20)\\d\\d${MONTH_DAY}\\d{3}[\\dX]$`)
  return USCC.test(value) && !idShaped.test(value) ? `${value.slice(0, 8)}${stars(8)}${value.slice(-2)}` : stars(18)
}

/** 沪A·12345 → 沪A1***5, 沪AD12345 → 沪AD****5. */
export function maskPlate(value: Text): Text {
  if (value === null) return null
  const plate = value.replace(/[·•‧・ -]/g, '')
  if (!/^[一-龥][A-Za-z][A-Za-z0-9][A-Za-z0-9*]{3,4}[A-Za-z0-9学挂警港澳使领试超]$/.test(plate)) return stars(7)
  return plate.slice(0, 3).toUpperCase() + stars(plate.length - 4) + plate.slice(-1).toUpperCase()
}

/** LZZTEST0000001234 → LZZ**********1234. */
export function maskVin(value: Text): Text {
  if (value === null) return null
  return /^[A-HJ-NPR-Z0-9]{3}([A-HJ-NPR-Z0-9]{10}|\*{10})[A-HJ-NPR-Z0-9]{4}$/.test(value) ? value.slice(0, 3) + stars(10) + value.slice(-4) : stars(17)
}

/** E12345678 → E1*****78. */
export function maskPassport(value: Text): Text {
  if (value === null) return null
  return /^[A-Z0-9]{2}([A-Z0-9]{4,8}|\*{5})[A-Z0-9]{2}$/.test(value) ? value.slice(0, 2) + stars(5) + value.slice(-2) : stars(9)
}

/** An ID number or a USCC as such; anything that holds an ID number: 18 stars; else two, stars, two. */
export function maskCertNo(value: Text, showRegion: boolean | null, showGender: boolean | null): Text {
  if (value === null) return null
  if (/^(\d{17}[\dXx]|\d{15}|[\d*]{2}\*{14}[\d*][\dX*]|[\d*]{2}\*{13})$/.test(value)) return maskIdNo(value, showRegion, showGender)
  if (USCC.test(value)) return maskUscc(value)
  const bare = value.replace(/[０-９]/g, (digit) => String(digit.charCodeAt(0) - 0xff10)).replace(/[ \u3000\t·.-]/g, '')
  if (new RegExp(`\\d{6}(?:18|19|20)?\\d\\d${MONTH_DAY}\\d{3}`).test(bare)) return stars(18)
  const all = characters(value)
  return all.length < 8 ? stars(8) : all.slice(0, 2).join('') + stars(Math.min(all.length - 4, 12)) + all.slice(-2).join('')
}

/** 310012345678 → 3100******78. */
export function maskFileNo(value: Text): Text {
  if (value === null) return null
  return /^\d{4}(\d{6}|\*{6})\d\d$/.test(value) ? value.slice(0, 4) + stars(6) + value.slice(-2) : stars(12)
}

/** zhang.wei@example.com → z***@example.com. */
export function maskEmail(value: Text): Text {
  if (value === null) return null
  const [, first = '', domain = ''] = /^([A-Za-z0-9])[!-?A-~]*@((?:[A-Za-z0-9-]+\.)+[A-Za-z0-9-]{2,})$/.exec(value) ?? []
  return first === '' ? stars(3) : `${first}***@${domain}`
}

/** Days as `YYYY-MM-DD`. 1985-03-07 → 1985; from the year of the 90th birthday a bound: ≤1936. */
export function maskBirthDate(value: Text, today: string): Text {
  if (value === null) return null
  const [born, bound] = [Number(value.slice(0, 4)), Number(today.slice(0, 4)) - 90]
  return born <= bound ? `≤${bound}` : String(born)
}

/** The hour at +08:00. */
export function maskDatetimeHour(value: Date | null): Text {
  return value === null ? null : `${new Date(value.getTime() + 8 * 3600_000).toISOString().slice(0, 13)}+08:00`
}

/** CNY. */
export function maskAmountBand(value: number | null): Text {
  if (value === null) return null
  if (value < 0) return '负值'
  const bands: readonly (readonly [number, string])[] = [
    [1e5, '0-10万'], [5e5, '10万-50万'], [1e6, '50万-100万'], [5e6, '100万-500万'],
    [1e7, '500万-1000万'], [5e7, '1000万-5000万'], [1e8, '5000万-1亿'],
  ]
  return bands.find(([below]) => value < below)?.[1] ?? '1亿以上'
}

/** 0 to 100; null beyond. */
export function maskScoreBand(value: number | null): Text {
  if (value === null || value < 0 || value > 100) return null
  return value < 60 ? '0-59' : value < 80 ? '60-79' : value < 90 ? '80-89' : '90-100'
}

/** Decimal degrees as plain decimal text, so that no binary fraction moves a point over the border of its cell. */
export function maskCoordGrid(lat: Text, lng: Text): { readonly lat: number; readonly lng: number } | null {
  if (lat === null || lng === null || Math.abs(Number(lat)) > 90 || Math.abs(Number(lng)) > 180) return null
  return { lat: cellCentre(lat), lng: cellCentre(lng) }
}

function cellCentre(degrees: string): number {
  const [, sign = '', whole = '', fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(degrees) ?? []
  const hundredths = BigInt(whole + fraction.slice(0, 2).padEnd(2, '0'))
  const exact = /^0*$/.test(fraction.slice(2))
  const cell = sign === '-' ? -hundredths - (exact ? 0n : 1n) : hundredths
  return Number(cell * 10n + 5n) / 1000
}
