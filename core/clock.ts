// Time as the city counts it: instants from one injectable clock, calendar days in Asia/Shanghai (UTC+8, no daylight saving
// since 1991) whatever TZ the process has.

export type Clock = { readonly now: () => Date }

export const systemClock: Clock = { now: () => new Date() }

/** A clock that stands still (tests, `CITYGRAPH_NOW`). Throws RangeError on an unreadable instant. */
export function frozenClock(iso: string): Clock {
  const at = new Date(iso)
  if (Number.isNaN(at.getTime())) throw new RangeError('CITYGRAPH_NOW is not an ISO 8601 instant')
  return { now: () => new Date(at) }
}

const SHANGHAI_OFFSET_MS = 8 * 3600 * 1000

/** The calendar day in Asia/Shanghai of an instant, as `YYYY-MM-DD`. */
export function shanghaiDay(at: Date): string {
  return new Date(at.getTime() + SHANGHAI_OFFSET_MS).toISOString().slice(0, 10)
}

/** The day and minute in Asia/Shanghai of an instant, as `YYYY-MM-DD hh:mm`; seconds where there are any. */
export function shanghaiTime(at: Date): string {
  const [day = '', time = ''] = new Date(at.getTime() + SHANGHAI_OFFSET_MS).toISOString().split('T')
  return `${day} ${time.slice(0, time.slice(6, 8) === '00' ? 5 : 8)}`
}

/** True for a `YYYY-MM-DD` that exists in the Gregorian calendar. */
export function isCalendarDay(day: string): boolean {
  const at = new Date(`${day}T00:00:00Z`)
  return !Number.isNaN(at.getTime()) && at.toISOString().slice(0, 10) === day
}

/** The instant at which a Shanghai calendar day (`YYYY-MM-DD`) begins. */
export function startOfShanghaiDay(day: string): Date {
  return new Date(`${day}T00:00:00+08:00`)
}
