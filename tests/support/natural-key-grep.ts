// Finds numbers of people and things in anything a test run leaves behind, by check digits and boundaries. Shares nothing with
// core/natural-keys.ts, which keeps them out: what one of the two overlooks, the other may see. A find is shown shortened.

import { isBankCard, isIdNo, isUscc } from './reference-text-scrub.ts'

export type Found = { readonly kind: string; readonly shown: string }

/** What a machine makes: ids, hashes, tokens. A run of digits in them is chance; they are taken out before anything is looked for. */
const HEXADECIMAL = /[0-9a-f-]{32,}/gi
const HASH_OR_UUID = /^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})$/i
/** "1" and 16 bytes in base64url. */
const PUBLIC_ID = /(?<![0-9A-Za-z_-])1[A-Za-z0-9_-]{22}(?![0-9A-Za-z_-])/g

/** Not behind the point of a fraction. */
const NUMBER = '(?<![0-9]|[0-9]\\.)'
const PROVINCE = '[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使]'

const kinds: readonly (readonly [kind: string, pattern: RegExp, is?: (value: string) => boolean])[] = [
  ['resident identity number', new RegExp(`${NUMBER}[0-9]{17}[0-9Xx](?![0-9])`, 'g'), (value) => isBirthday(value.slice(6, 14)) && isIdNo(value.toUpperCase())],
  ['resident identity number of 15 digits', new RegExp(`${NUMBER}[1-6][1-7][0-9]{13}(?![0-9])`, 'g'), (value) => isBirthday(`19${value.slice(6, 12)}`)],
  ['resident identity number in groups', /(?<![0-9-])[0-9]{6}[ -][0-9]{8}[ -][0-9]{3}[0-9Xx](?![0-9-])/g, (value) => { const number = value.replace(/[ -]/g, ''); return number.slice(6, 10) < '2010' && isBirthday(number.slice(6, 14)) && isIdNo(number.toUpperCase()) }],
  ['mobile', new RegExp(`${NUMBER}(?:86)?1[3-9][0-9]{9}(?![0-9])`, 'g')],
  ['bank card', new RegExp(`${NUMBER}(?:62|60|4|5[1-5])[0-9]{14,17}(?![0-9])`, 'g'), isBankCard],
  ['plate', new RegExp(`${PROVINCE}[A-HJ-NP-Z][·•‧・ -]?[A-HJ-NP-Z0-9]{4,5}[A-HJ-NP-Z0-9学挂警港澳]`, 'g')],
  ['passport', /(?<![0-9A-Za-z_-])(?:[EG](?!20)[0-9]{8}|E[A-HJ-NP-Z][0-9]{7})(?![0-9A-Za-z_-])/g],
  ['e-mail address', /[A-Za-z0-9._%+-]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}/g],
  ['unified social credit code', /(?<![0-9A-Za-z])[0-9A-HJ-NPQRTUWXY]{18}(?![0-9A-Za-z])/g, (value) => !/^[0-9]{17}/.test(value) && isUscc(value)],
]

/** Every text with a find has one of these; the many that have none are read no further. */
const CANDIDATES = [/[0-9]{11}/, /[0-9]{6}[ -][0-9]{8}/, /@[A-Za-z0-9-]+\./, /[EG][0-9]{8}/, /E[A-Z][0-9]{7}/, /[0-9]{6}[0-9A-Z]{10}/, /[^\x00-\x7f]|\\u/]
const mayHold = (text: string): boolean => CANDIDATES.some((candidate) => candidate.test(text))

/** Every natural key in the text, in full-width digits and behind JSON escapes too. */
export function naturalKeys(text: string): readonly Found[] {
  if (!mayHold(text)) return []
  const human = text.replace(HEXADECIMAL, (run) => (HASH_OR_UUID.test(run) ? '|' : run)).replace(/\\u([0-9a-fA-F]{4})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
  if (!mayHold(human)) return []
  const plain = human.normalize('NFKC').replace(PUBLIC_ID, '|')
  return kinds.flatMap(([kind, pattern, is = () => true]) => [...plain.matchAll(pattern)].flatMap(([value]) => (is(value) ? [{ kind, shown: shortened(value) }] : [])))
}

/** The first two characters, the length, the last one. */
function shortened(value: string): string {
  return `${value.slice(0, 2)}…${value.slice(-1)} (${value.length} characters)`
}

function isBirthday(digits: string): boolean {
  const day = `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`
  const at = new Date(`${day}T00:00:00Z`)
  return digits >= '1850' && digits < '2100' && !Number.isNaN(at.getTime()) && at.toISOString().startsWith(day)
}
