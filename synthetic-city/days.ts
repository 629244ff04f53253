// Calendar arithmetic on `YYYY-MM-DD` days without time zones. A birthday on 29 February is kept on 1 March in common years
// (a person completes a year of age at the end of the day before; DOMAIN 5.1's vectors).

/** The day the city is made for; every date in it is before or around it. */
export const CITY_DAY = '2026-03-01'

/** The instant the city is made for: the test clock of DOMAIN. */
export const CITY_INSTANT = '2026-03-01T10:00:00+08:00'

/** Days since 1970-01-01, by the proleptic Gregorian calendar (its 400 years are 146,097 days; years begin in March). */
export function dayNumber(day: string): number {
  const month = Number(day.slice(5, 7))
  const year = Number(day.slice(0, 4)) - (month <= 2 ? 1 : 0)
  const century = Math.floor(year / 400)
  const yearOfCentury = year - century * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + Number(day.slice(8, 10)) - 1
  return century * 146_097 + yearOfCentury * 365 + Math.floor(yearOfCentury / 4) - Math.floor(yearOfCentury / 100) + dayOfYear - 719_468
}

/** The inverse of `dayNumber`. */
export function dayOf(number: number): string {
  const shifted = number + 719_468
  const century = Math.floor(shifted / 146_097)
  const rest = shifted - century * 146_097
  const yearOfCentury = Math.floor((rest - Math.floor(rest / 1460) + Math.floor(rest / 36_524) - Math.floor(rest / 146_096)) / 365)
  const dayOfYear = rest - (365 * yearOfCentury + Math.floor(yearOfCentury / 4) - Math.floor(yearOfCentury / 100))
  const march = Math.floor((5 * dayOfYear + 2) / 153)
  const day = dayOfYear - Math.floor((153 * march + 2) / 5) + 1
  const month = march < 10 ? march + 3 : march - 9
  return `${year4(yearOfCentury + century * 400 + (month <= 2 ? 1 : 0))}-${month < 10 ? '0' : ''}${month}-${day < 10 ? '0' : ''}${day}`
}

export function addDays(day: string, days: number): string {
  return dayOf(dayNumber(day) + days)
}

/** The same day of the calendar some years later; 29 February becomes 1 March where it does not exist. */
export function addYears(day: string, years: number): string {
  const year = Number(day.slice(0, 4)) + years
  const same = `${year4(year)}${day.slice(4)}`
  return same.endsWith('-02-29') && !isLeapYear(year) ? `${same.slice(0, 4)}-03-01` : same
}

/** The month `months` later, as `YYYYMM`. */
export function addMonths(day: string, months: number): string {
  const month = Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)) - 1 + months
  return `${year4(Math.floor(month / 12))}${String((month % 12) + 1).padStart(2, '0')}`
}

/** Completed years on the day `at`. */
export function ageOn(birth: string, at: string): number {
  const years = Number(at.slice(0, 4)) - Number(birth.slice(0, 4))
  return addYears(birth, years) > at ? years - 1 : years
}

/**
 * The day on which somebody completes `years`, as departments store it: `-infinity` once it lies before the city's day (it is
 * kept on the very day, so that a clock set back finds it), NULL when the birth date is unknown.
 */
export function completesYears(birth: string | null, years: number): string | null {
  if (birth === null) return null
  const birthday = addYears(birth, years)
  return birthday < CITY_DAY ? '-infinity' : birthday
}

function year4(year: number): string {
  return year > 999 ? String(year) : String(year).padStart(4, '0')
}

function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
}
