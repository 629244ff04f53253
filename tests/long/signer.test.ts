// Heads of a growing log, on a real PostgreSQL: signed in time, going on after a crash, side by side, and never over another past.

import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { openAuditPool } from '../../audit/audit-pool.ts'
import { headVerifier, openHead } from '../../audit/checkpoint.ts'
import { openCommitQueue } from '../../audit/commit-queue.ts'
import { openAuditLog } from '../../audit/postgres-log.ts'
import { openSigner } from '../../audit/signer.ts'
import type { Signer, SignerFailure } from '../../audit/signer.ts'
import { applyMigrations } from '../../migrations/apply.ts'
import type { DatabaseAddress } from '../../migrations/address.ts'
import { accessRecord } from '../support/access-record.ts'
import { fromTemplate } from '../support/city-database.ts'
import type { TestDatabase } from '../support/city-database.ts'
import { naiveRoot } from '../support/naive-tree.ts'
import { eventually, giveBack, takeAway } from '../support/outage.ts'
import { unpacked } from '../support/unpacked-runs.ts'

const LOG = 'population'
const key = generateKeyPairSync('ed25519').privateKey
const verifier = headVerifier(LOG, createPublicKey(key))

let database: TestDatabase
const made: TestDatabase[] = []
const open: (() => Promise<void>)[] = []
const fresh = async (): Promise<TestDatabase> => {
  database = await fromTemplate('audit', 'records', async ({ owner }) => {
    await applyMigrations(owner, fileURLToPath(new URL('../../migrations/audit/sql', import.meta.url)), { domain: 'audit' })
  })
  made.push(database)
  return database
}
beforeAll(fresh)
afterEach(async () => {
  for (let close = open.pop(); close !== undefined; close = open.pop()) await close()
})
afterAll(async () => {
  for (const one of made) await one.drop()
})

/** A copy of the department: its log and its signer on connections of their own. */
function copy(signing: KeyObject = key) {
  const pool = openAuditPool(database.writer(LOG), { log: LOG, max: 3 })
  const failures: SignerFailure[] = []
  const queue = openCommitQueue({ pool })
  const signer = openSigner({ pool, log: LOG, key: signing, own: queue.leaves.of(LOG), onFailure: (failure) => void failures.push(failure) })
  const log = openAuditLog({ queue, log: LOG })
  let ended = false
  const end = async (how: Signer['close']): Promise<void> => {
    if (ended) return
    ended = true
    await how()
    await pool.end()
  }
  open.push(() => end(signer.close))
  return { signer, failures, append: (count: number) => log.append(Array.from({ length: count }, () => accessRecord())), close: () => end(signer.close), crash: () => end(async () => undefined) }
}

async function sql<T extends pg.QueryResultRow>(text: string, values: readonly unknown[] = [], as: DatabaseAddress | string = database.superuserUrl): Promise<readonly T[]> {
  const client = new pg.Client(typeof as === 'string' ? { connectionString: as } : as)
  client.on('error', () => undefined)
  await client.connect()
  try {
    // Who owns the server can switch triggers off.
    if (as === database.superuserUrl) await client.query('SET session_replication_role = replica')
    return (await client.query<T>(text, [...values])).rows
  } finally {
    await client.end()
  }
}

const leaves = async (): Promise<readonly Buffer[]> => (await sql<{ leaf_hash: Buffer }>('SELECT leaf_hash FROM audit.record WHERE log = $1 ORDER BY seq', [LOG])).map(({ leaf_hash }) => leaf_hash)
type Kept = { readonly size: number; readonly root: Buffer; readonly note: string; readonly kept_at: Date }
const heads = async (): Promise<readonly Kept[]> =>
  (await sql<Kept>('SELECT size, root, note, kept_at FROM audit.checkpoint WHERE log = $1 ORDER BY size', [LOG])).map((head) => ({ ...head, size: Number(head.size) }))

/** Every kept head is signed and is the head of the records as they are. */
async function verified(verifiers = [verifier]): Promise<readonly Kept[]> {
  const [all, hashes] = [await heads(), await leaves()]
  for (const { size, root, note } of all) {
    const signed = verifiers.flatMap((one) => { try { return [openHead(note, one)] } catch { return [] } })
    expect(signed).toEqual([{ origin: `citygraph/${LOG}`, size, root }])
    expect(root.equals(naiveRoot(hashes.slice(0, size)))).toBe(true)
  }
  return all
}

describe('a signer', () => {
  it('signs at least once a second while records arrive, and the last of them when it is closed', async () => {
    const { append, failures, close } = copy()
    await append(1)
    const begun = performance.now()
    while (performance.now() - begun < 3_000) await append(3)
    await append(1)
    await close()
    const all = await verified()
    expect(all.length).toBeGreaterThanOrEqual(4)
    const gaps = all.slice(1).map(({ kept_at }, at) => kept_at.getTime() - (all[at]?.kept_at.getTime() ?? 0))
    expect(Math.max(...gaps)).toBeLessThan(1_000)
    expect(all.at(-1)?.size).toBe((await leaves()).length)
    expect(failures).toEqual([])
  })

  it('signs nothing anew while nothing arrives', async () => {
    const before = await heads()
    const { signer } = copy()
    expect(await signer.signNow()).toBe(before.at(-1)?.size)
    expect(await signer.signNow()).toBe(before.at(-1)?.size)
    expect(await heads()).toEqual(before)
  })

  it('goes on after a crash at any place of a tile', async () => {
    await fresh()
    for (const count of [1, 254, 1, 1, 256, 500, 3]) {
      const { append, signer, failures, crash } = copy()
      await append(count)
      await signer.signNow()
      await append(2)
      await crash()
      expect(failures).toEqual([])
    }
    const { signer } = copy()
    expect(await signer.signNow()).toBe(1_016 + 14)
    await verified()
  })

  it('signs side by side with another copy', async () => {
    await fresh()
    const copies = [copy(), copy(), copy()]
    for (let round = 0; round < 25; round += 1) {
      await Promise.all(copies.flatMap(({ append, signer }, at) => [append(1 + ((round + at) % 40)), signer.signNow()]))
    }
    const sizes = await Promise.all(copies.map(({ signer }) => signer.signNow()))
    await Promise.all(copies.map(({ close }) => close()))
    expect(new Set(sizes)).toEqual(new Set([(await leaves()).length]))
    expect((await verified()).at(-1)?.size).toBe(sizes[0])
    expect(copies.flatMap(({ failures }) => failures)).toEqual([])
  })

  it('goes on where another key signed before', async () => {
    await fresh()
    const old = copy()
    await old.append(5)
    await old.close()
    const next = generateKeyPairSync('ed25519').privateKey
    const { append, signer, failures } = copy(next)
    await append(5)
    expect(await signer.signNow()).toBe(10)
    expect(failures).toEqual([])
    await verified([verifier, headVerifier(LOG, createPublicKey(next))])
  })
})

describe('a signer refuses', () => {
  /** Ten records signed by a copy that goes on running, then a hand in the database, then what the running one and a new one say. */
  async function after(hand: string, values: readonly unknown[] = []): Promise<{ running: SignerFailure[]; begun: SignerFailure[]; heads: number }> {
    await fresh()
    const running = copy()
    await running.append(10)
    await running.signer.signNow()
    await sql(hand, values)
    await running.append(1).catch(() => undefined)
    const before = await heads()
    await running.signer.signNow()
    const begun = copy()
    await begun.signer.signNow()
    return { running: running.failures, begun: begun.failures, heads: (await heads()).length - before.length }
  }

  it('a log that shrank', async () => {
    expect(await after(unpacked('DELETE FROM unpacked WHERE seq >= 7', `UPDATE audit.log SET size = 7 WHERE name = '${LOG}'`))).toEqual({ running: ['SHRUNK'], begun: ['SHRUNK'], heads: 0 })
  })

  it('a log that shrank together with its heads and tiles, as long as it remembers', async () => {
    const gone = unpacked('DELETE FROM unpacked WHERE seq >= 7', 'DELETE FROM audit.checkpoint', 'DELETE FROM audit.tile', `UPDATE audit.log SET size = 7 WHERE name = '${LOG}'`)
    await fresh()
    const { append, signer, failures } = copy()
    await append(10)
    await signer.signNow()
    await sql(gone)
    await signer.signNow()
    await append(20)
    await signer.signNow()
    expect(failures).toEqual(['SHRUNK', 'OTHER_PAST'])
    expect(await heads()).toEqual([])
  })

  it('records that are missing below the size of the log', async () => {
    await fresh()
    const { append, signer, failures } = copy()
    await append(10)
    await signer.signNow()
    await append(3)
    await sql(unpacked('DELETE FROM unpacked WHERE seq = 11'))
    // Whether it had signed them before they went, or not.
    await signer.signNow()
    const begun = copy()
    await begun.signer.signNow()
    expect([...failures, ...begun.failures].filter((failure) => failure !== 'SHRUNK')).toEqual([])
  })

  it('a tile of another past', async () => {
    const { running, begun, heads: signed } = await after(`UPDATE audit.tile SET hashes = set_byte(hashes, 40, get_byte(hashes, 40) # 1)`)
    expect({ running, begun, signed }).toEqual({ running: ['OTHER_PAST'], begun: ['OTHER_PAST'], signed: 0 })
  })

  it('a head of another past, also one that it would have signed itself', async () => {
    expect(await after(`UPDATE audit.checkpoint SET note = replace(note, E'\\n10\\n', E'\\n9\\n')`)).toEqual({ running: ['OTHER_PAST'], begun: ['OTHER_PAST'], heads: 0 })
    expect(await after(`UPDATE audit.checkpoint SET note = 'none'`)).toEqual({ running: ['OTHER_PAST'], begun: ['OTHER_PAST'], heads: 0 })
  })

  it('to take heads that vanished for records that never were: it signs them again, the same', async () => {
    await fresh()
    const { append, signer, failures } = copy()
    await append(300)
    await signer.signNow()
    const before = (await heads()).at(-1)
    await sql('WITH a AS (DELETE FROM audit.checkpoint) DELETE FROM audit.tile')
    expect(await signer.signNow()).toBe(300)
    expect((await heads()).map(({ note }) => note)).toEqual([before?.note])
    expect(failures).toEqual([])
  })
})

describe('a signer in trouble', () => {
  it('tries again while the audit database is away, says so once, and ends nothing', async () => {
    await fresh()
    const { append, signer, failures } = copy()
    await append(3)
    await signer.signNow()
    await takeAway(database)
    await signer.signNow()
    await signer.signNow()
    expect(failures).toEqual(['UNAVAILABLE'])
    await giveBack(database)
    await eventually(5_000, async () => append(2))
    await eventually(5_000, async () => expect((await heads()).at(-1)?.size).toBe((await leaves()).length))
    await verified()
  })

  it('holds up no append while it waits for another copy, and closes within its patience', async () => {
    await fresh()
    const { append, signer, close } = copy()
    const holder = new pg.Client(database.owner)
    await holder.connect()
    await holder.query('BEGIN')
    await holder.query(`SELECT pg_advisory_xact_lock(hashtextextended('audit checkpoint ${LOG}', 0))`)
    await append(1)
    const signing = signer.signNow()
    for (let n = 0; n < 20; n += 1) await append(1)
    const begun = performance.now()
    await append(1)
    expect(performance.now() - begun).toBeLessThan(500)
    const closing = performance.now()
    await close()
    expect(performance.now() - closing).toBeLessThan(3_200)
    await holder.end()
    await signing
    expect(await heads()).toEqual([])
  })
})
