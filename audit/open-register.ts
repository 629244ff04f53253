// What officers published and withdrew: a copy of what `audit.open_queries` gives, asked anew twice a second by every process that serves
// open queries. Without news for five seconds none is served: a withdrawal that cannot be seen must not be a way in.

import type pg from 'pg'
import { watchNews } from './news.ts'
import { NEWS_LIFE_MS, POLL_MS } from './suspensions.ts'

/** The standing of one query. `level`: at which its text was published. */
export type OpenStanding = { readonly query: string; readonly state: 'PUBLISHED' | 'WITHDRAWN'; readonly level: number; readonly hash: string; readonly content: string }

export type OpenRegister = {
  /** As last heard, by id of the query. */
  standings(): ReadonlyMap<string, OpenStanding>
  /** The last answer is young enough to go by. Where it is not, another is asked for. */
  fresh(): boolean
  /** Asks now, whatever is under way. Never throws. */
  refresh(): Promise<void>
  close(): Promise<void>
}

type Row = { readonly query: string; readonly step: string; readonly state: string; readonly level: number; readonly hash: string; readonly content: string }

/** Starts asking. `heard` runs after every answer. `close` leaves the pool to its owner. */
export function watchOpenQueries(parts: { readonly pool: Pick<pg.Pool, 'query'>; readonly heard?: () => void; readonly onFailure?: (cause: unknown) => void; readonly pollMs?: number; readonly newsLifeMs?: number }): OpenRegister {
  const { pool, heard, onFailure, pollMs = POLL_MS, newsLifeMs = NEWS_LIFE_MS } = parts
  let held: ReadonlyMap<string, OpenStanding> = new Map()
  let seen = 0
  const news = watchNews(async () => {
    const { rows } = await pool.query<Row>({ name: 'audit-open-queries', text: 'SELECT query, step, state, level, hash, content FROM audit.open_queries($1)', values: [seen] })
    if (rows.length > 0) held = new Map([...held, ...rows.map((row): [string, OpenStanding] => [row.query, standingOf(row)])])
    for (const { step } of rows) seen = Math.max(seen, Number(step))
    return heard
  }, { pollMs, newsLifeMs, onFailure })
  return {
    standings: () => held,
    fresh: () => {
      const fresh = news.fresh()
      // Old news may only mean that this process was too busy to ask.
      if (!fresh) void news.again()
      return fresh
    },
    refresh: news.refresh,
    close: news.close,
  }
}

/** What is not understood is withdrawn. */
function standingOf({ query, state, level, hash, content }: Row): OpenStanding {
  return { query, state: state === 'PUBLISHED' ? 'PUBLISHED' : 'WITHDRAWN', level, hash, content }
}
