// Numbers of everyday things: bank cards, mobiles, licence plates. Shapes only; nothing is looked up and nothing is echoed.

import { luhnCheckDigit, type NumberCheck } from './check-digits.ts'

/** A bank card number: 13–19 digits, the last by Luhn (ISO/IEC 7812). */
export function checkBankCard(number: string): NumberCheck {
  if (!/^[0-9]{13,19}$/.test(number)) return 'BAD_FORMAT'
  return luhnCheckDigit(number.slice(0, -1)) === number.slice(-1) ? 'OK' : 'BAD_CHECK'
}

/** A mainland mobile number: 11 digits, 13x–19x, no country code. */
export function checkMobile(number: string): NumberCheck {
  return /^1[3-9][0-9]{9}$/.test(number) ? 'OK' : 'BAD_FORMAT'
}

const PROVINCE = '[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]'
/** Regular expressions of a plate as stored, without anchors. */
export const PLATE_SHAPES: readonly string[] = [
  `${PROVINCE}[A-HJ-NP-Z][A-HJ-NP-Z0-9]{4}[A-HJ-NP-Z0-9学挂警港澳]`,
  // New energy: a small vehicle's letter is third, a large one's is last; A–E battery, F–K other.
  `${PROVINCE}[A-HJ-NP-Z][ABCDEFGHJK][A-HJ-NP-Z0-9][0-9]{4}`,
  `${PROVINCE}[A-HJ-NP-Z][0-9]{5}[ABCDEFGHJK]`,
]
const PLATES = PLATE_SHAPES.map((shape) => new RegExp(`^${shape}$`))

/** A plate as stored: without dot, spaces and hyphens, upper case. */
export function normalisePlate(plate: string): string {
  return plate.replace(/[·•\s-]/g, '').toUpperCase()
}

/** A civil licence plate (GA 36-2018), in any form that `normalisePlate` accepts. I and O are not used. */
export function checkPlate(plate: string): NumberCheck {
  const normal = normalisePlate(plate)
  return PLATES.some((pattern) => pattern.test(normal)) ? 'OK' : 'BAD_FORMAT'
}
