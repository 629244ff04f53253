// One step along one log: what comes next is read in its audit database and kept in governance's, where the row of the log says
// how far it was followed. That row's lock lets one follower at a time take the step, so steps are neither lost nor taken twice.

import type pg from 'pg'
import { leafHash } from '../audit/leaf.ts'
import { withClient, type DepartmentPool } from '../migrations/pool.ts'
import type { FieldSet } from './field-sets.ts'
import { keepFacts, type Followed, type FollowedRecord, type Unread } from './keep-facts.ts'
import type { AccessFacts, HoldingsFacts, LeafFacts } from './read-leaf.ts'
import { readLeaves } from './read-leaves.ts'

export type FollowParts = {
  /** Governance's database, as its follower. */
  readonly facts: DepartmentPool
  readonly read: (leaf: string | Buffer) => LeafFacts
  readonly describe: (fields: AccessFacts['fields']) => FieldSet
  /** Sets that are written already. */
  readonly knownSets: Set<string>
  /** Is told the hash of each leaf that was read, for whoever hashes the log itself. */
  readonly hashed?: (log: string, seq: number, hash: Buffer) => void
  /** Logs that are followed record by record for so many more steps, since their database refused one. */
  readonly careful: Map<string, number>
}

/** Most records in one step. */
const STEP = 1_000
const KNOWN_SETS = 10_000

/**
 * Follows `log`, which has grown to `size`, by at most one step, and gives the sequence number that comes next. Undefined when
 * another follower is at it. Records that the database refuses are passed over one by one. Throws what reading or writing throws.
 */
export async function followStep(log: string, size: number, source: DepartmentPool, parts: FollowParts): Promise<number | undefined> {
  const { careful } = parts
  const left = careful.get(log) ?? 0
  try {
    const next = await step(log, size, source, parts, left > 0 ? 1 : STEP)
    if (left > 0) careful.set(log, left - 1)
    return next
  } catch (error) {
    if (!isDataError(error)) throw error
    if (left > 0) return passOver(log, parts)
    careful.set(log, STEP)
    return followStep(log, size, source, parts)
  }
}

async function step(log: string, size: number, source: DepartmentPool, parts: FollowParts, most: number): Promise<number | undefined> {
  const followed = await inTransaction(parts.facts, async (client) => {
    const next = await place(client, log)
    if (next === undefined || next >= size) return next
    const rows = await readLeaves(source, log, { from: next, most })
    const read = readRows(rows, { log, next, size }, parts)
    await keepFacts(client, read, { knownSets: parts.knownSets, careful: most === 1 })
    return read
  })
  if (typeof followed !== 'object') return followed
  if (parts.knownSets.size > KNOWN_SETS) parts.knownSets.clear()
  for (const { set, facts } of followed.records) if (facts.continues === undefined) parts.knownSets.add(set.id)
  return followed.next
}

/** How far the log was followed, its row locked; undefined when another follower holds it. */
async function place(client: pg.ClientBase, log: string): Promise<number | undefined> {
  await client.query('INSERT INTO followed_log (log) VALUES ($1) ON CONFLICT DO NOTHING', [log])
  const { rows } = await client.query<{ next_seq: string }>('SELECT next_seq FROM followed_log WHERE log = $1 FOR UPDATE SKIP LOCKED', [log])
  return rows[0] === undefined ? undefined : Number(rows[0].next_seq)
}

function readRows(rows: Awaited<ReturnType<typeof readLeaves>>, at: { log: string; next: number; size: number }, { read: readLeaf, describe, hashed }: FollowParts): Followed {
  const records: FollowedRecord[] = []
  const unread: Unread[] = []
  const holdings: HoldingsFacts[] = []
  let { next } = at
  let events = 0
  const missing = (until: number): void => {
    if (until > next) unread.push({ seq: next, reason: 'not there', count: until - next })
  }
  for (const { seq, leaf } of rows) {
    missing(seq)
    next = seq + 1
    hashed?.(at.log, seq, leafHash(leaf))
    const read = readLeaf(leaf)
    if (read.kind === 'access') records.push({ seq, facts: read.facts, like: read.like, set: describe(read.facts.fields) })
    else if (read.kind === 'event') {
      events += 1
      if (read.holdings !== undefined) holdings.push(read.holdings)
    }
    else unread.push({ seq, reason: read.reason, count: 1 })
  }
  // The head says there are more, and there is none.
  if (rows.length === 0) {
    missing(at.size)
    next = at.size
  }
  return { log: at.log, next, records, events, unread, holdings }
}

async function passOver(log: string, { facts }: FollowParts): Promise<number | undefined> {
  return inTransaction(facts, async (client) => {
    const seq = await place(client, log)
    if (seq === undefined) return undefined
    await keepFacts(client, { log, next: seq + 1, records: [], events: 0, holdings: [], unread: [{ seq, reason: 'not taken by the database', count: 1 }] }, { knownSets: new Set(), careful: true })
    return seq + 1
  })
}

async function inTransaction<T>(pool: DepartmentPool, work: (client: pg.ClientBase) => Promise<T>): Promise<T> {
  return withClient(pool, async (client) => {
    // What a crash takes is copied again: how far the log was followed goes with it.
    await client.query('BEGIN; SET LOCAL synchronous_commit = off')
    const result = await work(client)
    await client.query('COMMIT')
    return result
  })
}

/** The data do not fit (SQLSTATE 22, 23, 54): trying again would not help. */
function isDataError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && /^(22|23|54)/.test(error.code)
}
