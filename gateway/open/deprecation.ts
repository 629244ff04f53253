// Open queries that end: from one day on answers say so (RFC 9745, RFC 8594), from another on there are none.

import { shanghaiDay, startOfShanghaiDay } from '../../core/clock.ts'
import { CitygraphError } from '../../core/errors.ts'
import { isEnded } from '../../open/ending.ts'
import { addressOf } from '../../open/open-query.ts'
import type { OpenQuery } from '../../open/open-query.ts'

/** `links`: values of the Link field. */
export type Ending = { readonly headers: Readonly<Record<string, string>>; readonly links: readonly string[] }

const nothing: Ending = { headers: {}, links: [] }

export function endingOf({ deprecated }: OpenQuery, now: Date): Ending {
  if (deprecated === undefined || shanghaiDay(now) < deprecated.from) return nothing
  const { from, until, successor } = deprecated
  return {
    headers: {
      deprecation: `@${Math.floor(startOfShanghaiDay(from).getTime() / 1_000)}`,
      ...(until === undefined ? {} : { sunset: startOfShanghaiDay(until).toUTCString() }),
    },
    links: successor === undefined ? [] : [`<${addressOf({ id: successor })}>; rel="successor-version"`],
  }
}

/** Throws GONE. */
export function refuseEnded(query: OpenQuery, now: Date): void {
  if (isEnded(query, shanghaiDay(now))) throw new CitygraphError('GONE')
}
