// The ledger of supplies on a real PostgreSQL: who may write it, what it refuses, and how long a charge takes when it is large.

import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { openAuditPool } from '../../audit/audit-pool.ts'
import { openSupplyLedger } from '../../audit/supply.ts'
import type { Supplied, SupplyLedger } from '../../audit/supply.ts'
import { applyMigrations } from '../../migrations/apply.ts'
import { createDatabase, type TestDatabase } from '../support/city-database.ts'

const folder = fileURLToPath(new URL('../../migrations/audit/sql', import.meta.url))
const limits = { A: { day: 3, month: 10 }, B: { day: 5, month: 20 }, C: { day: 60_000, month: 60_000 } }
const at = (hours: number): Date => new Date(Date.parse('2026-03-01T10:00:00+08:00') + hours * 3_600_000)
const token = (n: number): string => createHash('sha256').update(String(n)).digest('hex').slice(0, 32)
const people = (bulkClass: string, from: number, to: number): readonly Supplied[] => Array.from({ length: to - from }, (_, n) => ({ bulkClass, subject: token(from + n) }))

let database: TestDatabase
const pools: pg.Pool[] = []
const ledgerOf = (log: 'population' | 'transport'): SupplyLedger => {
  const pool = openAuditPool(database.writer(log), { log })
  pools.push(pool)
  return openSupplyLedger({ pool })
}
const sql = async (text: string): Promise<readonly Record<string, unknown>[]> => {
  const client = new pg.Client(database.owner)
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(text)).rows
  } finally {
    await client.end()
  }
}

let population: SupplyLedger
let transport: SupplyLedger
beforeAll(async () => {
  database = await createDatabase('audit')
  await applyMigrations(database.owner, folder, { domain: 'audit' })
  population = ledgerOf('population')
  transport = ledgerOf('transport')
})
afterEach(async () => void (await sql('TRUNCATE audit.supply, audit.quota_passed')))
afterAll(async () => {
  for (const pool of pools) await pool.end()
  await database.drop()
})

describe('a charge', () => {
  it('is all or nothing over several classes, and adds up over departments', async () => {
    expect(await population.charge('EDU', at(0), [...people('A', 0, 3), ...people('B', 0, 5)], limits)).toEqual([])
    expect(await transport.charge('EDU', at(0), [...people('A', 2, 4), ...people('B', 0, 1)], limits)).toEqual(['A'])
    expect(await sql('SELECT bulk_class, count(*)::integer FROM audit.supply GROUP BY 1 ORDER BY 1')).toEqual([{ bulk_class: 'A', count: 3 }, { bulk_class: 'B', count: 5 }])
  })

  it('of a class without limits, or with limits that are no numbers, is refused', async () => {
    expect(await population.charge('EDU', at(0), people('D', 0, 1), limits)).toEqual(['D'])
    await expect(population.charge('EDU', at(0), people('A', 0, 1), { A: { day: Number.NaN, month: 3 } })).resolves.toEqual(['A'])
    expect(await sql('SELECT FROM audit.supply')).toEqual([])
  })

  it('of people known before is refused like that of others while a passed limit stays reached, and no longer', async () => {
    await population.charge('EDU', at(0), people('A', 0, 1), limits)
    await population.charge('EDU', at(2), people('A', 1, 3), limits)
    expect(await population.charge('EDU', at(3), people('A', 0, 3), limits)).toEqual([])
    expect(await population.charge('EDU', at(4), [], limits)).toEqual([])
    expect(await population.charge('EDU', at(4), people('A', 3, 4), limits)).toEqual(['A'])
    expect(await transport.charge('EDU', at(5), people('A', 0, 1), limits)).toEqual(['A'])
    expect(await transport.charge('EDU', at(5), [], limits)).toEqual(['A'])
    expect(await transport.charge('APPR', at(5), [], limits)).toEqual([])
    // Read again at hour 3, so all three leave the window of 24 hours at hour 27.
    expect(await population.charge('EDU', at(26.9), people('A', 0, 1), limits)).toEqual(['A'])
    expect(await population.charge('EDU', at(27), [], limits)).toEqual([])
    expect(await population.charge('EDU', at(27), people('A', 0, 1), limits)).toEqual([])
    expect(await sql('SELECT FROM audit.quota_passed')).toEqual([])
  })

  it('is for writers of a log alone, who can neither read the ledger nor change it otherwise', async () => {
    const stranger = new pg.Pool({ ...database.query })
    pools.push(stranger)
    await expect(openSupplyLedger({ pool: stranger }).charge('EDU', at(0), [], limits)).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' })
    const [pool] = pools
    for (const statement of ['SELECT FROM audit.supply', 'DELETE FROM audit.supply', 'SELECT FROM audit.quota_passed', 'DELETE FROM audit.quota_passed', "INSERT INTO audit.quota_passed VALUES ('EDU', 'A', now())"]) {
      await expect(pool?.query(statement)).rejects.toMatchObject({ code: '42501' })
    }
  })

  it('of a hundred people takes milliseconds beside fifty thousand charged before', async () => {
    await sql(`INSERT INTO audit.supply SELECT 'EDU', 'C', decode(md5(n::text), 'hex'), timestamptz '2026-02-20' FROM generate_series(1, 50000) AS n; ANALYZE audit.supply`)
    const times: number[] = []
    for (let n = 0; n < 20; n += 1) {
      const began = performance.now()
      expect(await population.charge('EDU', at(0), people('C', n * 100, n * 100 + 100), limits)).toEqual([])
      times.push(performance.now() - began)
    }
    const middle = times.sort((a, b) => a - b)[10] ?? Infinity
    console.info(`a charge of 100 people beside 50,000: median ${middle.toFixed(1)} ms`)
    expect(middle).toBeLessThan(200)
  })
})
