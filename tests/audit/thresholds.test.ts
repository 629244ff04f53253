// The ledger of thresholds on a real PostgreSQL: what it counts, what it refuses, and that writers who race cannot pass a limit.

import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { openAuditPool } from '../../audit/audit-pool.ts'
import { openSupplyLedger } from '../../audit/supply.ts'
import type { SupplyLedger, ThresholdAsked } from '../../audit/supply.ts'
import { applyMigrations } from '../../migrations/apply.ts'
import { createDatabase, type TestDatabase } from '../support/city-database.ts'

const folder = fileURLToPath(new URL('../../migrations/audit/sql', import.meta.url))
const at = (hours: number): Date => new Date(Date.parse('2026-03-01T10:00:00+08:00') + hours * 3_600_000)
const token = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32)
const asked = (entry: string, person: string, ...thresholds: readonly number[]): readonly ThresholdAsked[] =>
  thresholds.map((threshold) => ({ entry, subject: token(person), threshold: token(`${entry} ${person} ${threshold}`) }))

let database: TestDatabase
const pools: pg.Pool[] = []
const ledgerOf = (log: 'population' | 'transport', max?: number): SupplyLedger => {
  const pool = openAuditPool(database.writer(log), { log, ...(max === undefined ? {} : { max }) })
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

let ledger: SupplyLedger
let other: SupplyLedger
beforeAll(async () => {
  database = await createDatabase('audit')
  await applyMigrations(database.owner, folder, { domain: 'audit' })
  ledger = ledgerOf('population', 5)
  other = ledgerOf('transport', 5)
})
afterEach(async () => void (await sql('TRUNCATE audit.threshold')))
afterAll(async () => {
  for (const pool of pools) await pool.end()
  await database.drop()
})

const count = async (): Promise<number> => Number((await sql('SELECT count(*) FROM audit.threshold'))[0]?.['count'])

describe('thresholds', () => {
  it('are noted all or none, and named by the entry that has too many', async () => {
    expect(await ledger.thresholds('EDU', at(0), [...asked('a', 'p', 1, 2, 3, 4), ...asked('b', 'p', 1)], 3)).toEqual(['a'])
    expect(await count()).toBe(0)
    expect(await ledger.thresholds('EDU', at(0), [...asked('a', 'p', 1, 2, 3, 3, 1), ...asked('b', 'p', 1)], 3)).toEqual([])
    expect(await count()).toBe(4)
    expect(await ledger.thresholds('EDU', at(0), [...asked('a', 'q', 1, 2, 3), ...asked('b', 'p', 2, 3, 4), ...asked('a', 'p', 5)], 3)).toEqual(['a', 'b'])
    expect(await count()).toBe(4)
  })

  it('that were asked before are free, also beside a limit that officers have lowered since', async () => {
    expect(await ledger.thresholds('EDU', at(0), asked('a', 'p', 1, 2, 3), 3)).toEqual([])
    expect(await ledger.thresholds('EDU', at(1), asked('a', 'p', 1, 2, 3), 1)).toEqual([])
    expect(await ledger.thresholds('EDU', at(1), asked('a', 'p', 3, 4), 3)).toEqual(['a'])
  })

  it('of other people, other entries and other organisations do not add up; those of other departments\' writers do', async () => {
    expect(await ledger.thresholds('EDU', at(0), asked('a', 'p', 1, 2, 3), 3)).toEqual([])
    expect(await other.thresholds('EDU', at(0), asked('a', 'p', 4), 3)).toEqual(['a'])
    expect(await ledger.thresholds('EDU', at(0), asked('a', 'q', 4), 3)).toEqual([])
    expect(await ledger.thresholds('EDU', at(0), asked('b', 'p', 4), 3)).toEqual([])
    expect(await ledger.thresholds('AMR', at(0), asked('a', 'p', 4), 3)).toEqual([])
  })

  it('are forgotten 24 hours after they were last asked, to the millisecond', async () => {
    await ledger.thresholds('EDU', at(0), asked('a', 'p', 1, 2, 3), 3)
    await ledger.thresholds('EDU', at(10), asked('a', 'p', 3), 3)
    expect(await ledger.thresholds('EDU', new Date(at(24).getTime() - 1), asked('a', 'p', 4), 3)).toEqual(['a'])
    expect(await ledger.thresholds('EDU', at(24), asked('a', 'p', 4, 5), 3)).toEqual([])
    expect(await ledger.thresholds('EDU', at(24), asked('a', 'p', 6), 3)).toEqual(['a'])
    // A clock that is behind does not take back what another one said.
    expect(await ledger.thresholds('EDU', at(1), asked('a', 'p', 4), 3)).toEqual([])
    expect(await ledger.thresholds('EDU', at(47), asked('a', 'p', 6), 3)).toEqual([])
  })

  it('do not pass the limit when sixty are asked by two writers at once', async () => {
    const over = await Promise.all(Array.from({ length: 60 }, (_, n) => (n % 2 === 0 ? ledger : other).thresholds('EDU', at(0), asked('a', 'p', n), 3)))
    expect(over.filter((entries) => entries.length === 0)).toHaveLength(3)
    expect(await count()).toBe(3)
  })

  it('are asked by writers alone, who cannot read or change them otherwise', async () => {
    const client = new pg.Client(database.writer('population'))
    await client.connect()
    try {
      for (const text of ['SELECT FROM audit.threshold', 'DELETE FROM audit.threshold', 'TRUNCATE audit.threshold']) await expect(client.query(text)).rejects.toMatchObject({ code: '42501' })
      await expect(client.query(`SELECT audit.ask_thresholds('EDU', now(), ARRAY['a'], ARRAY[]::bytea[], ARRAY[]::bytea[], 3)`)).rejects.toMatchObject({ code: '22023' })
    } finally {
      await client.end()
    }
    const reader = new pg.Client(database.query)
    await reader.connect()
    try {
      await expect(reader.query(`SELECT audit.ask_thresholds('EDU', now(), ARRAY['a'], ARRAY['\\x00'::bytea], ARRAY['\\x00'::bytea], 3)`)).rejects.toMatchObject({ code: '42501' })
    } finally {
      await reader.end()
    }
  })
})
