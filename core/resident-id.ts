// Resident identity numbers (公民身份号码, GB 11643-1999). Checked before any database is asked. Answers name what is wrong and
// never the number; days are Shanghai calendar days handed in by the caller.

import { residentIdCheckCharacter, type NumberCheck } from './check-digits.ts'
import { isCalendarDay } from './clock.ts'

/** Trimmed, half-width, upper case: the one form in which a number is compared, stored and turned into a pid. */
export function normaliseResidentId(idNo: string): string {
  const halfWidth = idNo.replace(/[\uFF01-\uFF5E]/g, (character) => String.fromCharCode(character.charCodeAt(0) - 0xfee0))
  return halfWidth.trim().toUpperCase()
}

/**
 * Checks an 18-character number in any form that `normaliseResidentId` accepts; `today` is a day `YYYY-MM-DD` in Asia/Shanghai.
 * The birth date must exist and lie in 1850-01-01 … today. Area: for Shanghai (31…) the complete table of current and historical
 * codes and the synthetic 310199; elsewhere only the province is checked (the two digits of the 31 mainland provinces); 810000,
 * 820000, 830000 (residence permits of Hong Kong, Macao, Taiwan) and codes beginning with 9 (permanent residents) are accepted.
 * The legacy form of 15 digits is BAD_FORMAT. The first fault in the order format, area, date, check character is answered.
 */
export function checkResidentId(idNo: string, today: string): NumberCheck {
  const number = normaliseResidentId(idNo)
  if (!/^[0-9]{17}[0-9X]$/.test(number)) return 'BAD_FORMAT'
  if (!isKnownArea(number.slice(0, 6))) return 'BAD_AREA'
  const birth = `${number.slice(6, 10)}-${number.slice(10, 12)}-${number.slice(12, 14)}`
  if (!isCalendarDay(birth) || birth < '1850-01-01' || birth > today) return 'BAD_DATE'
  return residentIdCheckCharacter(number.slice(0, 17)) === number.charAt(17) ? 'OK' : 'BAD_CHECK'
}

function isKnownArea(area: string): boolean {
  if (area.startsWith('31')) return SHANGHAI.has(area)
  if (area.startsWith('9') || PERMIT_AREAS.has(area)) return true
  return PROVINCES.has(area.slice(0, 2))
}

const PERMIT_AREAS: ReadonlySet<string> = new Set(['810000', '820000', '830000'])

/** First two digits of GB/T 2260: the mainland's 31 provinces, autonomous regions and municipalities. */
const PROVINCES: ReadonlySet<string> = new Set(
  '11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65'.split(' '),
)

/** GB/T 2260, Shanghai (DOMAIN 5.2): city and districts, abolished codes that live on in numbers, and 310199, which is nobody's. */
const SHANGHAI: ReadonlySet<string> = new Set([
  ...'310000 310100 310101 310104 310105 310106 310107 310109 310110 310112 310113 310114 310115 310116 310117 310118 310120 310151'.split(' '),
  ...'310102 310103 310108 310111 310119 310200 310225 310226 310229 310230'.split(' '),
  '310199',
])
