// Calendar arithmetic on `YYYY-MM-DD` days without time zones. A birthday on 29 February is kept on 1 March in common years
// (a person completes a year of age at the end of the day before; DOMAIN 5.1's vectors).

/** The day the city is made for; every date in it is before or around it. */
export const CITY_DAY = '2026-03-01'

/** The instant the city is made for: the test clock of DOMAIN. */
export const CITY_INSTANT = '2026-03-01T10:00:00+08:00'

const DAY_MS = 86_400_000

/** Days since 1970-01-01. */
export function dayNumber(day: string): number {
  return Date.parse(`${day}T00:00:00Z`) / DAY_MS
}

/** The inverse of `dayNumber`. */
export function dayOf(number: number): string {
  return new Date(number * DAY_MS).toISOString().slice(0, 10)
}

export function addDays(day: string, days: number): string {
  return dayOf(dayNumber(day) + days)
}

/** The same day of the calendar some years later; 29 February becomes 1 March where it does not exist. */
export function addYears(day: string, years: number): string {
  const year = Number(day.slice(0, 4)) + years
  const same = `${String(year).padStart(4, '0')}${day.slice(4)}`
  return same.endsWith('-02-29') && !isLeapYear(year) ? `${same.slice(0, 4)}-03-01` : same
}

/** The month `months` later, as `YYYYMM`. */
export function addMonths(day: string, months: number): string {
  const month = Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)) - 1 + months
  return `${String(Math.floor(month / 12)).padStart(4, '0')}${String((month % 12) + 1).padStart(2, '0')}`
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

function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
}
