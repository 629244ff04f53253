// Which API keys are good: a copy of what `audit.open_keys` gives, asked anew twice a second by every gateway. Without news for five seconds
// none is: a revocation that cannot be seen must not be a way in. A key that is new here is asked for at once.

import type pg from 'pg'
import type { Clock } from '../core/clock.ts'
import { CitygraphError } from '../core/errors.ts'
import { watchNews } from './news.ts'
import { NEWS_LIFE_MS, POLL_MS } from './suspensions.ts'
import type { KeyZone } from './key-register.ts'

/** A key that is good now. `version`: of the secret it was found by. */
export type OpenKey = { readonly id: string; readonly org: string; readonly client: string; readonly queries: readonly string[] | undefined; readonly zone: KeyZone; readonly version: number; readonly until: Date }

export type OpenKeys = {
  /** By the hash (SHA-256, hex) of its text. Unknown, expired and revoked are the same undefined, by the same way. Throws AUDIT_UNAVAILABLE. */
  byHash(hash: string): Promise<OpenKey | undefined>
  /** By its id, for a secret of that version. As `byHash`. */
  byId(id: string, version: number): Promise<OpenKey | undefined>
  close(): Promise<void>
}

type Row = {
  readonly id: string; readonly org: string; readonly client: string; readonly queries: readonly string[] | null; readonly zone: KeyZone; readonly version: number; readonly hash: Buffer
  readonly expires_at: Date; readonly old_hash: Buffer | null; readonly old_until: Date | null; readonly revoked: boolean; readonly change: string
}

/** Starts asking. `onFailure` gets the first cause of each outage. `close` leaves the pool to its owner. */
export function watchKeys(parts: { readonly pool: Pick<pg.Pool, 'query'>; readonly clock: Clock; readonly onFailure?: (cause: unknown) => void; readonly pollMs?: number; readonly newsLifeMs?: number }): OpenKeys {
  const { pool, clock, onFailure, pollMs = POLL_MS, newsLifeMs = NEWS_LIFE_MS } = parts
  const secrets = new Map<string, OpenKey>()
  const hashes = new Map<string, readonly string[]>()
  let seen = 0
  const news = watchNews(async () => {
    const { rows } = await pool.query<Row>({ name: 'audit-open-keys', text: 'SELECT id, org, client, queries, zone, version, hash, expires_at, old_hash, old_until, revoked, change FROM audit.open_keys($1)', values: [seen] })
    for (const row of rows) {
      takeUp(row)
      seen = Math.max(seen, Number(row.change))
    }
    return undefined
  }, { pollMs, newsLifeMs, onFailure })

  function takeUp({ id, org, client, queries, zone, version, hash, expires_at: expiresAt, old_hash: oldHash, old_until: oldUntil, revoked }: Row): void {
    for (const old of hashes.get(id) ?? []) secrets.delete(old)
    hashes.delete(id)
    if (revoked) return
    const key = { id, org, client, queries: queries ?? undefined, zone }
    const good = [{ hash: hash.toString('hex'), key: { ...key, version, until: expiresAt } }]
    if (oldHash !== null && oldUntil !== null) good.push({ hash: oldHash.toString('hex'), key: { ...key, version: version - 1, until: oldUntil } })
    for (const one of good) secrets.set(one.hash, one.key)
    hashes.set(id, good.map((one) => one.hash))
  }

  async function goodKey(find: () => OpenKey | undefined): Promise<OpenKey | undefined> {
    if (!(await news.current())) throw new CitygraphError('AUDIT_UNAVAILABLE')
    const known = inForce(find())
    if (known !== undefined) return known
    // It may have been made a moment ago, in another process.
    await news.refresh()
    if (news.failing()) throw new CitygraphError('AUDIT_UNAVAILABLE')
    return inForce(find())
  }

  function inForce(key: OpenKey | undefined): OpenKey | undefined {
    return key !== undefined && clock.now() < key.until ? key : undefined
  }

  return {
    byHash: (hash) => goodKey(() => secrets.get(hash)),
    byId: (id, version) => goodKey(() => (hashes.get(id) ?? []).map((hash) => secrets.get(hash)).find((key) => key?.version === version)),
    close: news.close,
  }
}
