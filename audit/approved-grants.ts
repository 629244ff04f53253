// Which grants the register holds: a copy of what `audit.approved_grants` gives, asked anew twice a second by every process that decides. Without
// news for five seconds none of them counts: a revocation that cannot be seen must not be a way in.

import type pg from 'pg'
import { NEWS_LIFE_MS, POLL_MS } from './suspensions.ts'

/** `made`, `ended`: numbers of the register's changes; ended: revoked, or over for a month. */
export type HeldGrant = { readonly id: string; readonly content: string; readonly made: number; readonly ended: number }

export type ApprovedGrants = {
  /** As last heard. `ended` Infinity: in force until its date. */
  grants(): readonly HeldGrant[]
  /** The last answer is young enough to go by. */
  fresh(): boolean
  /** Asks now, whatever is under way. Never throws. */
  refresh(): Promise<void>
  close(): Promise<void>
}

type Row = { readonly id: string; readonly content: string; readonly made: string; readonly ended: string | null; readonly retired: string | null }

/** Starts asking. `changed` runs when an answer differs from the one before. `close` leaves the pool to its owner. */
export function watchGrants(parts: { readonly pool: Pick<pg.Pool, 'query'>; readonly changed: () => void; readonly onFailure?: (cause: unknown) => void; readonly pollMs?: number; readonly newsLifeMs?: number }): ApprovedGrants {
  const { pool, changed, onFailure, pollMs = POLL_MS, newsLifeMs = NEWS_LIFE_MS } = parts
  const held = new Map<string, HeldGrant>()
  let seen = 0
  let askedAt = -Infinity
  let failing = false
  let closed = false
  let flight: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined

  const ask = async (): Promise<void> => {
    // The answer is as old as the question.
    const at = performance.now()
    try {
      const { rows } = await pool.query<Row>({ name: 'audit-grants', text: 'SELECT id, content, made, ended, retired FROM audit.approved_grants($1)', values: [seen] })
      for (const { id, content, made, ended, retired } of rows) {
        const ends = [ended, retired].flatMap((change) => (change === null ? [] : [Number(change)]))
        held.set(id, { id, content, made: Number(made), ended: Math.min(...ends) })
        seen = Math.max(seen, Number(made), ...ends)
      }
      askedAt = at
      failing = false
      if (rows.length > 0) changed()
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
    grants: () => [...held.values()],
    fresh: () => performance.now() - askedAt <= newsLifeMs,
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
