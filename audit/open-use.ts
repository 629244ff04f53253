// What callers have used of open queries, counted in the audit database: one line for all gateways, which a restart does not forget. Refuses
// to wait longer than two seconds; what cannot be counted is not served.

import type pg from 'pg'
import { unavailable, withPatience } from './audit-pool.ts'

/** `caller`: a key's id or a name that stands for who asks, never the name itself. */
export type Asking = { readonly caller: string; readonly query: string; readonly requestsPerMinute: number; readonly rowsPerDay: number; readonly at: Date }

/** REQUESTS, ROWS: used up, nothing was counted. `leased`: rows that were counted ahead and may leave later. Seconds: until more are free. */
export type Used = { readonly outcome: 'DONE' | 'REQUESTS' | 'ROWS'; readonly requestsLeft: number; readonly minuteSeconds: number; readonly leased: number; readonly rowsLeft: number; readonly rowsSeconds: number }

export type OpenUse = {
  /** Counts a request, if it is one, and `rows`, all or nothing, and up to `lease` rows ahead. Throws AUDIT_UNAVAILABLE. */
  count(asking: Asking, what: { readonly request: boolean; readonly rows: number; readonly lease: number }): Promise<Used>
}

type Row = { readonly outcome: Used['outcome']; readonly requests_left: number; readonly minute_seconds: number; readonly leased: string; readonly rows_left: string; readonly rows_seconds: number }

export function openUse(parts: { readonly pool: Pick<pg.Pool, 'query'>; readonly onFailure?: (cause: unknown) => void }): OpenUse {
  return {
    async count({ caller, query, requestsPerMinute, rowsPerDay, at }, { request, rows, lease }) {
      try {
        const { rows: [found] } = await withPatience(parts.pool.query<Row>({ name: 'audit-use-open', text: USE, values: [caller, query, request, rows, lease, requestsPerMinute, rowsPerDay, at.toISOString()] }))
        if (found === undefined) throw new TypeError('no answer about a use')
        return { outcome: found.outcome, requestsLeft: found.requests_left, minuteSeconds: found.minute_seconds, leased: Number(found.leased), rowsLeft: Number(found.rows_left), rowsSeconds: found.rows_seconds }
      } catch (cause) {
        parts.onFailure?.(cause)
        throw unavailable(cause)
      }
    },
  }
}

const USE = 'SELECT outcome, requests_left, minute_seconds, leased, rows_left, rows_seconds FROM audit.use_open($1, $2, $3, $4, $5, $6, $7, $8)'
