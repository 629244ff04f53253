// Who may not be served now: a copy of `audit.suspended()`, asked anew twice a second by every process that serves. Without news
// for five seconds nobody is served: a suspension that cannot be seen must not be a way in.

import type pg from 'pg'
import { CitygraphError } from '../core/errors.ts'
import { recordable } from '../core/natural-keys.ts'

/** How often the audit database is asked, and how old its last answer may be, milliseconds. */
export const POLL_MS = 400
export const NEWS_LIFE_MS = 5_000

/** Every caller of an organisation. */
export const EVERYBODY = '*'

export type Suspensions = {
  /** Throws FORBIDDEN for a suspended caller, AUDIT_UNAVAILABLE where it is not known who is. Waits only where there is no news. */
  require(caller: { readonly org: string; readonly sub: string }): Promise<void>
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
  let known: ReadonlySet<string> = new Set()
  let askedAt = -Infinity
  let failing = false
  let closed = false
  let flight: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined

  const ask = async (): Promise<void> => {
    // The answer is as old as the question.
    const at = performance.now()
    try {
      const { rows } = await pool.query<{ org: string; sub: string }>({ name: 'audit-suspended', text: 'SELECT org, sub FROM audit.suspended()' })
      known = new Set(rows.map(({ org, sub }) => keyOf(org, sub)))
      askedAt = at
      failing = false
    } catch (cause) {
      if (!failing && !closed) onFailure?.(cause)
      failing = true
    }
  }

  const askOnce = (): Promise<void> => {
    flight ??= ask().finally(() => {
      flight = undefined
      clearTimeout(timer)
      if (!closed) timer = setTimeout(() => void askOnce(), pollMs).unref()
    })
    return flight
  }
  void askOnce()

  return {
    async require({ org, sub }) {
      // Old news may only mean that this process was too busy to ask.
      if (performance.now() - askedAt > newsLifeMs) await askOnce()
      if (performance.now() - askedAt > newsLifeMs) throw new CitygraphError('AUDIT_UNAVAILABLE')
      if (known.size === 0) return
      // Named as in records: whoever suspends has the name from there.
      if (known.has(keyOf(org, recordable(sub))) || known.has(keyOf(org, EVERYBODY))) throw suspended()
    },
    async refresh() {
      // What is under way may have been asked before.
      await flight
      await askOnce()
    },
    async close() {
      closed = true
      clearTimeout(timer)
      await flight
    },
  }
}

function keyOf(org: string, sub: string): string {
  return `${org}\n${sub}`
}
