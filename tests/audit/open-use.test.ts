// Counts of open queries in the audit database: windows, limits, races, who may count.

import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openAuditPool } from '../../audit/audit-pool.ts'
import { openUse } from '../../audit/open-use.ts'
import type { Used } from '../../audit/open-use.ts'
import { applyMigrations } from '../../migrations/apply.ts'
import { createDatabase, type TestDatabase } from '../support/city-database.ts'

let database: TestDatabase
let pools: pg.Pool[]
beforeAll(async () => {
  database = await createDatabase('audit')
  await applyMigrations(database.owner, 'migrations/audit/sql', { domain: 'audit' })
  pools = [openAuditPool(database.writer('gateway'), { log: 'one', max: 4 }), openAuditPool(database.writer('gateway'), { log: 'two', max: 4 })]
})
afterAll(async () => {
  await Promise.all(pools.map((pool) => pool.end()))
  await database.drop()
})

const NOON = Date.parse('2026-03-01T12:00:00Z')
const HOUR = 3_600_000
const one = () => openUse({ pool: pools[0] ?? expect.fail() })
const asking = (caller: string, more: { perMinute?: number; perDay?: number; ms?: number } = {}) => ({ caller, query: 'q', requestsPerMinute: more.perMinute ?? 3, rowsPerDay: more.perDay ?? 100, at: new Date(NOON + (more.ms ?? 0)) })
const request = { request: true, rows: 0, lease: 0 }
const rows = (count: number) => ({ request: false, rows: count, lease: 0 })
const short = ({ outcome, requestsLeft, rowsLeft }: Used): unknown[] => [outcome, requestsLeft, rowsLeft]

describe('requests of a minute', () => {
  it('are counted until they are used up, and again from the next minute on', async () => {
    for (const left of [2, 1, 0]) expect(short(await one().count(asking('a', { ms: 20_000 }), request))).toEqual(['DONE', left, 100])
    const refused = await one().count(asking('a', { ms: 21_000 }), request)
    expect(refused).toMatchObject({ outcome: 'REQUESTS', requestsLeft: 0, minuteSeconds: 39 })
    expect(short(await one().count(asking('a', { ms: 60_000 }), request))).toEqual(['DONE', 2, 100])
  })

  it('of a process whose clock is behind count in the minute that others are in', async () => {
    for (let n = 0; n < 3; n += 1) await one().count(asking('behind', { ms: 60_000 }), request)
    expect((await one().count(asking('behind', { ms: 59_000 }), request)).outcome).toBe('REQUESTS')
    expect((await one().count(asking('behind', { ms: -HOUR }), request)).outcome).toBe('REQUESTS')
  })

  it('of one caller and query are no other one\'s', async () => {
    for (let n = 0; n < 3; n += 1) await one().count(asking('mine'), request)
    expect((await one().count({ ...asking('mine'), query: 'other' }, request)).outcome).toBe('DONE')
    expect((await one().count(asking('yours'), request)).outcome).toBe('DONE')
  })
})

describe('rows of a day', () => {
  it('are counted all or none, and for at least twenty-four hours', async () => {
    expect(short(await one().count(asking('day', { ms: 30 * 60_000 }), rows(60)))).toEqual(['DONE', 3, 40])
    expect(short(await one().count(asking('day', { ms: 2 * HOUR }), rows(41)))).toEqual(['ROWS', 3, 40])
    expect(short(await one().count(asking('day', { ms: 2 * HOUR }), rows(40)))).toEqual(['DONE', 3, 0])
    // The first sixty left at half past twelve.
    expect(short(await one().count(asking('day', { ms: 24.5 * HOUR }), rows(1)))).toEqual(['ROWS', 3, 0])
    const full = await one().count(asking('day', { ms: 24.75 * HOUR }), rows(1))
    expect(full).toMatchObject({ outcome: 'ROWS', rowsSeconds: 900 })
    expect(short(await one().count(asking('day', { ms: 25 * HOUR }), rows(1)))).toEqual(['DONE', 3, 59])
    expect(short(await one().count(asking('day', { ms: 80 * HOUR }), rows(1)))).toEqual(['DONE', 3, 99])
  })

  it('are counted ahead where they are left, never beyond', async () => {
    expect(await one().count(asking('ahead'), { request: true, rows: 0, lease: 90 })).toMatchObject({ leased: 90, rowsLeft: 10 })
    expect(await one().count(asking('ahead'), { request: true, rows: 0, lease: 90 })).toMatchObject({ leased: 10, rowsLeft: 0 })
    expect(await one().count(asking('ahead'), { request: true, rows: 0, lease: 90 })).toMatchObject({ outcome: 'DONE', leased: 0, rowsLeft: 0 })
  })

  it('are used up at once where the quota was made smaller', async () => {
    await one().count(asking('smaller'), rows(50))
    expect(short(await one().count(asking('smaller', { perDay: 40 }), request))).toEqual(['ROWS', 3, 0])
  })

  it('are never given back', async () => {
    await expect(one().count(asking('back'), rows(-5))).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' })
    await expect(one().count(asking('back'), { request: false, rows: 0, lease: -5 })).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' })
  })
})

describe('callers that race through two processes', () => {
  it('get exactly the requests and rows that there are', async () => {
    const both = pools.map((pool) => openUse({ pool }))
    const limits = { perMinute: 40, perDay: 200 }
    const requests = await Promise.all(Array.from({ length: 120 }, (_, n) => both[n % 2]?.count(asking('race', limits), request)))
    expect(requests.filter((used) => used?.outcome === 'DONE')).toHaveLength(40)
    const supplied = await Promise.all(Array.from({ length: 100 }, (_, n) => both[n % 2]?.count(asking('race', limits), rows(7))))
    expect(supplied.filter((used) => used?.outcome === 'DONE')).toHaveLength(28)
  })
})

describe('what two days old is', () => {
  it('is removed when others come', async () => {
    await one().count(asking('old', { ms: -72 * HOUR }), request)
    await one().count(asking('new'), request)
    const owner = new pg.Client(database.owner)
    await owner.connect()
    const { rows: left } = await owner.query(`SELECT caller FROM audit.open_use WHERE caller IN ('old', 'new')`)
    await owner.end()
    expect(left).toEqual([{ caller: 'new' }])
  })
})

describe('a role', () => {
  const as = async (who: 'gateway' | 'credit' | 'governance', text: string): Promise<unknown> => {
    const client = new pg.Client(database.writer(who))
    await client.connect()
    return client.query(text).finally(() => client.end())
  }

  it('of a department neither counts nor learns of keys', async () => {
    for (const text of ['SELECT * FROM audit.open_keys(0)', `SELECT * FROM audit.use_open('a', 'q', true, 0, 0, 1, 1, now())`, 'SELECT * FROM audit.keys_now()', `SELECT audit.revoke_key('abcdefghijklmnop', true, 'BDC', 'x', now())`]) {
      await expect(as('credit', text), text).rejects.toMatchObject({ code: '42501' })
    }
  })

  it('of a gateway makes, rotates and revokes nothing and reads no table', async () => {
    for (const text of [
      `SELECT audit.make_key('abcdefghijklmnop', sha256('x'), 'BANK-A', 'n', 'c', NULL, 'mainland', now() + interval '1 day', 'x', now())`,
      `SELECT audit.rotate_key('abcdefghijklmnop', sha256('x'), 'BANK-A', 'x', 'intranet', now() + interval '1 day', now(), now())`,
      `SELECT audit.revoke_key('abcdefghijklmnop', true, 'BDC', 'x', now())`, 'SELECT * FROM audit.api_key', 'SELECT * FROM audit.api_key_secret', 'SELECT * FROM audit.open_use', `UPDATE audit.open_use SET requests = 0`,
    ]) await expect(as('gateway', text), text).rejects.toMatchObject({ code: '42501' })
    await expect(as('gateway', 'SELECT * FROM audit.open_keys(0)')).resolves.toMatchObject({ rows: [] })
  })

  it('that reads the audit database reads no hash', async () => {
    const reader = new pg.Client(database.query)
    await reader.connect()
    await expect(reader.query('SELECT * FROM audit.api_key_secret')).rejects.toMatchObject({ code: '42501' })
    await reader.end()
  })

  it('that is registered later may do what earlier ones may', async () => {
    const owner = new pg.Client(database.owner)
    await owner.connect()
    try {
      const { rows: [found] } = await owner.query(`SELECT has_function_privilege('citygraph_governance', 'audit.open_keys(bigint)', 'EXECUTE') AS may`)
      expect(found).toEqual({ may: true })
      await owner.query(`REVOKE EXECUTE ON FUNCTION audit.open_keys(bigint) FROM citygraph_governance`)
      await owner.query(`SELECT audit.register_writer('citygraph_governance', 'another')`)
      expect((await owner.query(`SELECT has_function_privilege('citygraph_governance', 'audit.open_keys(bigint)', 'EXECUTE') AS may`)).rows).toEqual([{ may: true }])
    } finally {
      await owner.end()
    }
  })
})
