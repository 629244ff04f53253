// How much of an open query one caller may have: requests of a minute and rows of a day, by the query's quota. Known callers are counted in
// the audit database; a few rows are counted there ahead with each request, so that it takes one round trip. The public counts in memory.

import { createHash } from 'node:crypto'
import type { Asking, OpenUse, Used } from '../../audit/open-use.ts'
import { boundedCache } from '../../core/bounded-cache.ts'
import { CitygraphError } from '../../core/errors.ts'
import { PAGE_LIMIT } from '../../open/open-query.ts'
import type { OpenQuery } from '../../open/open-query.ts'
import type { Caller } from '../../policy-engine/decision.ts'
import { Refusal } from '../serve-graphql.ts'

/** How long rows that were counted ahead may leave: they count for the hour in which they were. */
const LEASE_MS = 60_000
const LEASES = 10_000
const ADDRESSES = 50_000
const DAY_S = 86_400

/** Of one request that was counted. */
export type Counted = {
  /** Throws RATE_LIMITED, AUDIT_UNAVAILABLE: then the rows must not leave. */
  rows(count: number): Promise<void>
  headers(): Readonly<Record<string, string>>
}

export type OpenLimits = {
  /** Counts a request. Throws RATE_LIMITED, AUDIT_UNAVAILABLE. */
  known(caller: Caller, query: OpenQuery): Promise<Counted>
  /** Of a caller whom nobody knows, by address. */
  unknown(address: string, query: OpenQuery): Counted
}

/** Rows that were counted ahead, and how many more are being so just now. */
type Lease = { rows: number; until: number; pending: number }

export function openLimits({ use, now }: { readonly use: OpenUse | undefined; readonly now: () => Date }): OpenLimits {
  const leases = boundedCache<string, Lease>(LEASES)
  const ofPublic = boundedCache<string, { rows: number; readonly until: number }>(ADDRESSES)

  return {
    async known(caller, query) {
      if (use === undefined) throw new CitygraphError('AUDIT_UNAVAILABLE')
      const name = nameOf(caller)
      const place = `${name} ${query.id}`
      const asking = (): Asking => ({ caller: name, query: query.id, ...query.quota, at: now() })
      const lease = leases.get(place) ?? { rows: 0, until: 0, pending: 0 }
      leases.set(place, lease)
      const held = (): number => (lease.rows = performance.now() < lease.until ? lease.rows : 0)
      const wanted = Math.max(0, leaseOf(query) - held() - lease.pending)
      lease.pending += wanted
      const first = await use.count(asking(), { request: true, rows: 0, lease: wanted }).finally(() => {
        lease.pending -= wanted
      })
      let used = first
      refuse(first, query)
      if (first.leased > 0) {
        // What is held keeps its end: it counts for the hour in which it was counted.
        if (held() === 0) lease.until = performance.now() + LEASE_MS
        lease.rows += first.leased
      }
      if (held() === 0 && lease.pending === 0 && first.rowsLeft === 0) refuse({ ...first, outcome: 'ROWS' }, query)
      return {
        async rows(count) {
          const had = Math.min(held(), count)
          const { until } = lease
          lease.rows -= had
          if (had === count) return
          try {
            used = await use.count(asking(), { request: false, rows: count - had, lease: 0 })
            refuse(used, query)
          } catch (error) {
            // All or nothing: what was held is held again, if it still is what it was.
            if (lease.until === until) lease.rows += had
            throw error
          }
        },
        headers: () => fields(query, { ...used, rowsLeft: used.rowsLeft + held() }),
      }
    },
    unknown(address, query) {
      const place = `${query.id} ${address}`
      return {
        async rows(count) {
          const at = performance.now()
          const known = ofPublic.get(place)
          const day = known !== undefined && at < known.until ? known : { rows: 0, until: at + DAY_S * 1_000 }
          if (day.rows + count > query.quota.rowsPerDay) throw new Refusal(new CitygraphError('RATE_LIMITED', { hint: ROWS_HINT }), 429, { 'retry-after': String(Math.ceil((day.until - at) / 1_000)) })
          day.rows += count
          ofPublic.set(place, day)
        },
        // What is kept by others must not say what one of them has left.
        headers: () => ({}),
      }
    },
  }
}

/** A page, or less of a quota that is small. */
function leaseOf({ rows, quota }: OpenQuery): number {
  return rows.kind === 'ONE' ? 1 : Math.min(PAGE_LIMIT, Math.max(1, Math.floor(quota.rowsPerDay / 100)))
}

/** A key by its id, which is no secret; of people a hash, since who asked is in the records and nowhere else. */
function nameOf({ org, sub }: Caller): string {
  return sub.startsWith('key:') ? sub : `org:${org}/${createHash('sha256').update(`${org}\n${sub}`).digest('hex').slice(0, 32)}`
}

const ROWS_HINT = 'The rows of a day are used up.'

function refuse(used: Used, query: OpenQuery): void {
  if (used.outcome === 'DONE') return
  const rows = used.outcome === 'ROWS'
  throw new Refusal(new CitygraphError('RATE_LIMITED', { hint: rows ? ROWS_HINT : 'The requests of a minute are used up.' }), 429, {
    'retry-after': String(Math.max(1, rows ? used.rowsSeconds : used.minuteSeconds)), ...fields(query, used),
  })
}

/** RateLimit header fields (draft-ietf-httpapi-ratelimit-headers-10). */
function fields({ quota: { requestsPerMinute, rowsPerDay } }: OpenQuery, { requestsLeft, minuteSeconds, rowsLeft, rowsSeconds }: Used): Readonly<Record<string, string>> {
  return {
    'ratelimit-policy': `"requests";q=${requestsPerMinute};w=60, "rows";q=${rowsPerDay};w=${DAY_S};qu="rows"`,
    ratelimit: `"requests";r=${requestsLeft};t=${minuteSeconds}, "rows";r=${rowsLeft};t=${rowsSeconds}`,
  }
}
