// Who and what may not be served now: a copy of `audit.suspended()` and `audit.withheld()`, asked anew twice a second by every process
// that serves. Without news for five seconds nobody is served: a suspension or a stop that cannot be seen must not be a way in.

import type pg from 'pg'
import { CitygraphError } from '../core/errors.ts'
import { recordable } from '../core/natural-keys.ts'
import { stopsOf } from '../core/stops.ts'
import type { Stop, Stops } from '../core/stops.ts'
import { watchNews } from './news.ts'

/** How often the audit database is asked, and how old its last answer may be, milliseconds. */
export const POLL_MS = 400
export const NEWS_LIFE_MS = 5_000

/** Every caller of an organisation. */
export const EVERYBODY = '*'

export type Suspensions = {
  /**
   * What is stopped for those who are served (undefined: nothing). Throws FORBIDDEN for a suspended caller and for one of a stopped
   * organisation or application, AUDIT_UNAVAILABLE where it is not known who is. Waits only where there is no news.
   */
  require(caller: { readonly org: string; readonly sub: string; readonly clientId?: string }): Promise<Stops | undefined>
  /** What was stopped by the last news, for whoever has `require` behind him. */
  stops(): Stops | undefined
  /** Asks now; whoever suspends or restores does so. Never throws. */
  refresh(): Promise<void>
  close(): Promise<void>
}

/** What a suspended caller is told, by the gateway and by every subgraph alike. */
export function suspended(): CitygraphError {
  return new CitygraphError('FORBIDDEN', { hint: 'Your access is suspended; ask the security officers.' })
}

/** Starts asking. `onFailure` gets the first cause of each outage. `close` leaves the pool to its owner. */
export function watchSuspensions(parts: { readonly pool: Pick<pg.Pool, 'query'>; readonly onFailure?: (cause: unknown) => void; readonly pollMs?: number; readonly newsLifeMs?: number }): Suspensions {
  const { pool, onFailure, pollMs = POLL_MS, newsLifeMs = NEWS_LIFE_MS } = parts
  let known: Known = { callers: new Set(), applications: new Set(), stops: undefined }
  const news = watchNews(async () => {
    known = readNews((await pool.query<NewsRow>({ name: 'audit-withheld', text: NEWS })).rows)
    return undefined
  }, { pollMs, newsLifeMs, onFailure })

  return {
    async require({ org, sub, clientId }) {
      if (!news.fresh() && !(await news.current())) throw new CitygraphError('AUDIT_UNAVAILABLE')
      const { callers, applications, stops } = known
      // Named as in records: whoever suspends has the name from there.
      if (callers.size > 0 && (callers.has(keyOf(org, recordable(sub))) || callers.has(keyOf(org, EVERYBODY)))) throw suspended()
      if (applications.size > 0 && clientId !== undefined && applications.has(recordable(clientId))) throw suspended()
      return stops
    },
    stops: () => known.stops,
    refresh: news.refresh,
    close: news.close,
  }
}

type Known = { readonly callers: ReadonlySet<string>; readonly applications: ReadonlySet<string>; readonly stops: Stops | undefined }
type NewsRow = { readonly kind: string; readonly target: string; readonly sub: string }

/** One statement, so that both are of one moment. */
const NEWS = `SELECT 'CALLER' AS kind, org AS target, sub FROM audit.suspended() UNION ALL SELECT kind, target, '' FROM audit.withheld()`

function readNews(rows: readonly NewsRow[]): Known {
  const callers = new Set<string>()
  const applications = new Set<string>()
  const targets: Stop[] = []
  for (const { kind, target, sub } of rows) {
    if (kind === 'CALLER') callers.add(keyOf(target, sub))
    else if (kind === 'ORGANISATION') callers.add(keyOf(target, EVERYBODY))
    else if (kind === 'APPLICATION') applications.add(target)
    else if (kind === 'FIELD') targets.push({ word: 'STOPPED', target })
    else if (kind === 'UNPUBLISHED') targets.push({ word: 'UNPUBLISHED', target })
    // An answer that is not understood is no news.
    else throw new RangeError('something else is withheld than is known here')
  }
  const stops = stopsOf(targets)
  if (stops === undefined && targets.length > 0) throw new RangeError('a stop names no field')
  return { callers, applications, stops }
}

function keyOf(org: string, sub: string): string {
  return `${org}\n${sub}`
}
