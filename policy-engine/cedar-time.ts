// Cedar's datetime and duration literals (RFC 80 of cedar-policy/rfcs): the few forms it allows, read exactly as it reads them.
// Refuses everything else by answering undefined.

const datetimeForm = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{3}))?(Z|[+-]\d{4}))?$/

/** `YYYY-MM-DD`, `…Thh:mm:ss[.SSS]Z` or `…±hhmm` as milliseconds since the epoch. A bare date is midnight UTC. */
export function parseDatetime(text: string): number | undefined {
  const found = datetimeForm.exec(text)
  if (found === null) return undefined
  const [, year, month, day, hour = '0', minute = '0', second = '0', milli = '0', zone = 'Z'] = found
  const parts = [Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second), Number(milli)] as const
  const local = Date.UTC(...parts)
  const back = new Date(local)
  const exact = back.getUTCMonth() === parts[1] && back.getUTCDate() === parts[2] && parts[3] < 24 && parts[4] < 60 && parts[5] < 60
  if (!exact) return undefined
  if (zone === 'Z') return local
  const hours = Number(zone.slice(1, 3))
  const minutes = Number(zone.slice(3, 5))
  if (hours > 23 || minutes > 59) return undefined
  const offset = (hours * 60 + minutes) * 60_000
  return zone.startsWith('+') ? local - offset : local + offset
}

/** `1d2h3m4s5ms`, an optional leading minus, units once each in this order; milliseconds. */
export function parseDuration(text: string): number | undefined {
  const found = /^(-?)(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+)s)?(?:(\d+)ms)?$/.exec(text)
  if (found === null || text === '' || text === '-') return undefined
  const [, sign, days = '0', hours = '0', minutes = '0', seconds = '0', millis = '0'] = found
  const total = ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60_000 + Number(seconds) * 1000 + Number(millis)
  if (!Number.isSafeInteger(total)) return undefined
  return sign === '-' ? -total : total
}
