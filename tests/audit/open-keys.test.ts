// What a gateway knows of keys: heard in order, good only while it is known, and found by one way whatever is wrong with a key.

import pg from 'pg'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openAuditPool } from '../../audit/audit-pool.ts'
import { watchKeys } from '../../audit/open-keys.ts'
import type { OpenKeys } from '../../audit/open-keys.ts'
import { applyMigrations } from '../../migrations/apply.ts'
import { hashOf, newKeyId, newKeyText } from '../../open/api-key.ts'
import { createDatabase, type TestDatabase } from '../support/city-database.ts'
import { giveBack, takeAway } from '../support/outage.ts'

const START = Date.parse('2026-03-01T10:00:00+08:00')
const day = (days: number): Date => new Date(START + days * 86_400_000)
let now = START
const clock = { now: () => new Date(now) }
let database: TestDatabase
let register: pg.Pool
let reading: pg.Pool
let asked = 0
let keys: OpenKeys
const failures: unknown[] = []
beforeAll(async () => {
  database = await createDatabase('audit')
  await applyMigrations(database.owner, 'migrations/audit/sql', { domain: 'audit' })
  register = openAuditPool(database.writer('governance'), { log: 'governance' })
  reading = openAuditPool(database.writer('gateway'), { log: 'keys', max: 1 })
  reading.on('connect', (client) => {
    const { query } = client
    // Counts what is asked; asks it all the same.
    client.query = ((...args: unknown[]) => {
      asked += 1
      return Reflect.apply(query, client, args)
    }) as typeof query
  })
  // Not asked by itself while a test runs.
  keys = watchKeys({ pool: reading, clock, pollMs: 3_600_000, newsLifeMs: 3_600_000, onFailure: (cause) => failures.push(cause) })
})
afterAll(async () => {
  await keys.close()
  await Promise.all([register.end(), reading.end()])
  await database.drop()
})
beforeEach(() => {
  now = START
})

async function make(until = day(10)): Promise<{ readonly id: string; readonly hash: string }> {
  const id = newKeyId()
  const hash = hashOf(newKeyText(id))
  await register.query(`SELECT audit.make_key($1, $2, 'BANK-A', 'n', 'c', ARRAY['a-query'], 'mainland', $3, 's', $4)`, [id, Buffer.from(hash, 'hex'), until, day(0)])
  return { id, hash }
}
const revoke = (id: string): Promise<unknown> => register.query(`SELECT audit.revoke_key($1, false, 'BANK-A', 's', $2)`, [id, day(0)])
async function rotate(id: string, oldUntil: Date): Promise<string> {
  const hash = hashOf(newKeyText(id))
  const { rows } = await register.query<{ outcome: string }>(`SELECT audit.rotate_key($1, $2, 'BANK-A', 's', 'mainland', $3, $4, $5) AS outcome`, [id, Buffer.from(hash, 'hex'), day(20), oldUntil, day(0)])
  if (rows[0]?.outcome !== 'DONE') throw new Error(rows[0]?.outcome)
  return hash
}
async function questions(work: () => Promise<unknown>): Promise<number> {
  const before = asked
  await work()
  return asked - before
}

describe('a key', () => {
  it('that is new is asked for at once, and no more once it is known', async () => {
    const { id, hash } = await make()
    expect(await questions(async () => expect(await keys.byHash(hash)).toEqual({ id, org: 'BANK-A', client: 'c', queries: ['a-query'], zone: 'mainland', version: 1, until: day(10) }))).toBe(1)
    expect(await questions(() => keys.byHash(hash))).toBe(0)
    expect(await questions(() => keys.byId(id, 1))).toBe(0)
  })

  it('that is unknown, expired, revoked or replaced is found to be so by the same way', async () => {
    const [expired, revoked, replaced] = [await make(day(1)), await make(), await make()]
    await revoke(revoked.id)
    const newest = await rotate(replaced.id, day(0))
    expect(await keys.byHash(newest)).toBeDefined()
    now = day(2).getTime()
    for (const hash of [expired.hash, revoked.hash, replaced.hash, hashOf('nothing'), '']) {
      expect(await questions(async () => expect(await keys.byHash(hash)).toBeUndefined())).toBe(1)
    }
    expect(await questions(async () => expect(await keys.byId(revoked.id, 1)).toBeUndefined())).toBe(1)
    expect(await questions(async () => expect(await keys.byId(newKeyId(), 1)).toBeUndefined())).toBe(1)
  })

  it('has the newest secret and the one before, each until its own end', async () => {
    const { id, hash } = await make()
    const second = await rotate(id, day(5))
    expect(await keys.byHash(second)).toMatchObject({ version: 2, until: day(20) })
    expect(await keys.byHash(hash)).toMatchObject({ version: 1, until: day(5) })
    await expect(rotate(id, day(5))).rejects.toThrow('BUSY')
    const third = await rotate(id, day(0))
    expect(await keys.byHash(third)).toMatchObject({ version: 3 })
    for (const ended of [hash, second]) expect(await keys.byHash(ended)).toBeUndefined()
    for (const version of [1, 2]) expect(await keys.byId(id, version)).toBeUndefined()
    expect(await keys.byId(id, 3)).toBeDefined()
  })

  it('is asked for once by many at a time', async () => {
    const { hash } = await make()
    expect(await questions(() => Promise.all(Array.from({ length: 50 }, () => keys.byHash(hash))))).toBeLessThanOrEqual(2)
  })
})

describe('acts that race', () => {
  it('are heard all, in their order', async () => {
    const made = await Promise.all(Array.from({ length: 20 }, () => make()))
    await Promise.all(made.slice(0, 10).map(({ id }) => revoke(id)))
    const found = await Promise.all(made.map(({ hash }) => keys.byHash(hash)))
    expect(found.map((key) => key !== undefined)).toEqual(made.map((_, n) => n >= 10))
    const { rows } = await register.query<{ change: string }>('SELECT id FROM audit.keys_now()')
    expect(rows.length).toBeGreaterThan(20)
  })
})

describe('without the database', () => {
  it('no key is good once the news is old, and no unknown one is told to be unknown', async () => {
    const { hash } = await make()
    const pool = openAuditPool(database.writer('gateway'), { log: 'keys', max: 1 })
    const short = watchKeys({ pool, clock, pollMs: 50, newsLifeMs: 600 })
    try {
      expect(await short.byHash(hash)).toBeDefined()
      await takeAway(database)
      await expect(short.byHash(hashOf('nothing'))).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' })
      await pause(700)
      await expect(short.byHash(hash)).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' })
      await giveBack(database)
      await expect.poll(() => short.byHash(hash).catch(() => undefined), { timeout: 5_000 }).toBeDefined()
    } finally {
      await giveBack(database)
      await short.close()
      await pool.end()
    }
  })
})
