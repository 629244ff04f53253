// Which grants the register holds: a copy of what `audit.approved_grants` gives, asked anew twice a second by every process that decides. Without
// news for five seconds none of them counts: a revocation that cannot be seen must not be a way in.

import type pg from 'pg'
import { watchNews } from './news.ts'
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
  const news = watchNews(async () => {
    const { rows } = await pool.query<Row>({ name: 'audit-grants', text: 'SELECT id, content, made, ended, retired FROM audit.approved_grants($1)', values: [seen] })
    for (const { id, content, made, ended, retired } of rows) {
      const ends = [ended, retired].flatMap((change) => (change === null ? [] : [Number(change)]))
      held.set(id, { id, content, made: Number(made), ended: Math.min(...ends) })
      seen = Math.max(seen, Number(made), ...ends)
    }
    return rows.length > 0 ? changed : undefined
  }, { pollMs, newsLifeMs, onFailure })
  return { grants: () => [...held.values()], fresh: news.fresh, refresh: news.refresh, close: news.close }
}
