// TEXT_SCRUB of DOMAIN 3.1 in TypeScript, for reference-masks.ts: walks the text once for each rule, where the SQL marks and
// splits. The oracle of mask.text_scrub, never used to serve.

import { maskBankCard, maskIdNo, maskMobile, maskName, maskPlate } from './reference-masks.ts'

const PROVINCES = '京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使'
const LETTER = 'A-HJ-NP-Za-hj-np-z'
const PLATE_SHAPES = [
  `[${PROVINCES}][${LETTER}][·•‧・ -]?[${LETTER}0-9]{4}[${LETTER}0-9学挂警港澳](?![0-9])`,
  `[${PROVINCES}][${LETTER}][·•‧・ -]?[A-HJKa-hjk][${LETTER}0-9][0-9]{4}(?![0-9])`,
  `[${PROVINCES}][${LETTER}][·•‧・ -]?[0-9]{5}[A-HJKa-hjk](?![0-9])`,
]
const GROUPED_SHAPES = [
  ['[0-9]{6}(?:[ -][0-9]{4}[ -]?[0-9]{4}[ -]?|[0-9]{4}[ -][0-9]{4}[ -]?|[0-9]{8}[ -])[0-9]{3}[0-9Xx]'],
  ['1[3-9][0-9](?:[ -][0-9]{4}[ -]?|[0-9]{4}[ -])[0-9]{4}'],
  ['[0-9]{4}(?:[ -][0-9]{4}){3}(?:[ -]?[0-9]{1,3})?', '[0-9]{6}[ -][0-9]{10,13}'],
].map((shapes) => shapes.map((shape) => `(?<![0-9*])${shape}(?![0-9])`))

/** GB 11643: is the check digit of 17 digits and a digit or X right? */
export function isIdNo(value: string): boolean {
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
  const sum = weights.reduce((total, weight, at) => total + weight * Number(value[at]), 0)
  return '10X98765432'[sum % 11] === value.slice(17).toUpperCase()
}

/** Luhn. */
export function isBankCard(value: string): boolean {
  const sum = [...value].reverse().reduce((total, digit, at) => {
    const doubled = Number(digit) * (1 + (at % 2))
    return total + (doubled > 9 ? doubled - 9 : doubled)
  }, 0)
  return sum % 10 === 0
}

/** GB 32100, with its check character. */
export function isUscc(value: string): boolean {
  const alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY'
  const weights = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28]
  const values = [...value].map((character) => alphabet.indexOf(character))
  if (values.length !== 18 || values.includes(-1)) return false
  const sum = weights.reduce((total, weight, at) => total + weight * (values[at] ?? 0), 0)
  return values[17] === (31 - (sum % 31)) % 31
}

function scrubDigits(run: string): string {
  const digits = run.replace(/[Xx]$/, '')
  const x = run.slice(digits.length)
  if (x !== '' && digits.length !== 17) return scrubDigits(digits) + x
  if (run.length === 18 && isIdNo(run)) return maskIdNo(run, true, true) ?? ''
  if (x !== '' || isUscc(run)) return run
  if (run.length >= 16 && run.length <= 19 && isBankCard(run)) return maskBankCard(run) ?? ''
  const province = Number(run.slice(0, 2))
  const known = [[11, 15], [21, 23], [31, 37], [41, 46], [50, 54], [61, 65], [71, 71], [81, 83]].some(([low = 0, high = 0]) => province >= low && province <= high)
  const [month, day] = [Number(run.slice(8, 10)), Number(run.slice(10, 12))]
  if (run.length === 15 && known && month >= 1 && month <= 12 && day >= 1 && day <= 31) return maskIdNo(run, true, true) ?? ''
  const [, prefix = '', mobile = ''] = /^(0086|86|0)?(1[3-9]\d{9})$/.exec(run) ?? []
  return mobile === '' ? run : prefix + (maskMobile(mobile) ?? '')
}

function scrubToken(token: string): string {
  if (/^[0-9]+[Xx]?$/.test(token)) return scrubDigits(token)
  if (isUscc(token.toUpperCase())) return token
  return token.replace(/[0-9]{11,}[Xx]?/g, scrubDigits)
}

/** Replaces, from left to right, the longest of what any shape finds at a place. */
function replaceLongest(text: string, shapes: readonly string[], replace: (find: string) => string): string {
  const expressions = shapes.map((shape) => new RegExp(shape, 'y'))
  let result = ''
  for (let at = 0; at < text.length; ) {
    let longest = ''
    for (const expression of expressions) {
      expression.lastIndex = at
      const found = expression.exec(text)?.[0] ?? ''
      if (found.length > longest.length) longest = found
    }
    result += longest === '' ? text.charAt(at) : replace(longest)
    at += Math.max(longest.length, 1)
  }
  return result
}

function plain(text: string): string {
  return text
    .replace(/[\u0001-\u0008\u000b\u000c\u000e-\u001f\u007f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]/g, '')
    .replace(/[０-９Ａ-Ｚａ-ｚ]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0))
}

function scrubName(text: string, ownName: string): string {
  const name = ownName.replace(/^[ \t\r\n\u00a0\u3000\u200b]+|[ \t\r\n\u00a0\u3000\u200b]+$/g, '')
  const masked = maskName(name) ?? ''
  if (name === '' || name.includes('*')) return text
  if (/^[A-Za-z]/.test(name)) {
    const words = name.split(/ +/).map((word) => word.replace(/[\][(){}.*+?^$|\\]/g, '\\$&'))
    const pattern = words.join(' +')
    return text.replace(new RegExp(name.length < 4 ? `(?<![A-Za-z])${pattern}(?![A-Za-z])` : pattern, 'giu'), () => masked)
  }
  let result = text.replaceAll(name, () => masked)
  if (name.includes('·')) {
    for (const dot of ['•', '‧', '・', '∙', '⋅', '.', '．', ' ', '']) result = result.replaceAll(name.replaceAll('·', dot), () => masked)
  } else if (/^[㐀-鿿]{2,}$/.test(name)) {
    result = result.replace(new RegExp([...name].join('[ 　]*'), 'g'), () => masked)
  }
  return result
}

/** Numbers with a right check digit and mobiles, own names, plates, own names of one character. Names may hold nulls. */
export function maskTextScrub(text: string | null, ownNames: readonly (string | null)[]): string | null {
  if (text === null) return null
  let result = plain(text)
  if (/[0-9][ -][0-9]/.test(result)) {
    for (const shapes of GROUPED_SHAPES) {
      result = replaceLongest(result, shapes, (find) => {
        const compact = find.replace(/[ -]/g, '')
        const scrubbed = scrubToken(compact)
        return scrubbed === compact ? find : scrubbed
      })
    }
  }
  result = result.replace(/[0-9A-Za-z]{11,}/g, scrubToken)
  const latin = (name: string): number => Number(/^[A-Za-z]/.test(name))
  const names = ownNames
    .filter((name) => name !== null)
    .sort((a, b) => latin(a) - latin(b) || [...b].length - [...a].length || Buffer.compare(Buffer.from(a), Buffer.from(b)))
  result = names.filter((name) => [...name].length > 1).reduce(scrubName, result)
  result = replaceLongest(result, PLATE_SHAPES, (find) => maskPlate(find) ?? '')
  return names.filter((name) => [...name].length === 1).reduce(scrubName, result)
}
