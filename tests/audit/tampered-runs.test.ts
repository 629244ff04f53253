// What a superuser can do to the rows of runs themselves, triggers off: to any byte of any column, to records inside of a run, to whole
// runs. The log was written by the product, so that its records share texts. Records one by one: tampered-records.

import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openAuditPool } from '../../audit/audit-pool.ts'
import { openAuditLog } from '../../audit/postgres-log.ts'
import { openSigner } from '../../audit/signer.ts'
import { withSnapshot } from '../../audit/verify/database-source.ts'
import { readVerifierKey } from '../../audit/verify/signed-head.ts'
import { verifyDatabase } from '../../audit/verify/verify-database.ts'
import { applyMigrations } from '../../migrations/apply.ts'
import { accessRecord } from '../support/access-record.ts'
import { createDatabase, type TestDatabase } from '../support/city-database.ts'
import { asRole, handKey } from '../support/hand-made-log.ts'

const key = handKey()
const RUN = 5
const RUNS = 6
let database: TestDatabase
beforeAll(async () => {
  database = await createDatabase('audit')
  await applyMigrations(database.owner, 'migrations/audit/sql', { domain: 'audit' })
  const pool = openAuditPool(database.writer('credit'), { log: 'credit' })
  const log = openAuditLog({ pool, log: 'credit' })
  const { fields, entries } = accessRecord()
  for (let n = 0; n < RUNS; n += 1) {
    // The last of each commit shares nothing with the others.
    const records = Array.from({ length: RUN }, (_, at) => accessRecord({ log: 'credit', entries, ...(at === RUN - 1 ? {} : { fields }) }))
    await log.append(records)
  }
  const signer = openSigner({ pool, log: 'credit', key: key.privateKey, onFailure: (_, cause) => { throw cause } })
  await signer.signNow()
  await signer.close()
  await pool.end()
})
afterAll(async () => database.drop())

type Found = readonly (readonly [string, number | undefined])[]
async function after(attack: string | ((client: pg.Client) => Promise<unknown>)): Promise<Found> {
  return asRole(database.superuserUrl, async (client) => {
    await client.query('BEGIN; SET LOCAL session_replication_role = replica')
    await (typeof attack === 'string' ? client.query(attack) : attack(client))
    await client.query('SET LOCAL search_path = pg_catalog')
    const { findings, verdicts } = await verifyDatabase(client, { keys: [readVerifierKey(key.vkey('credit'))], outside: [], expected: ['credit'] })
    await client.query('ROLLBACK')
    return [...findings, ...verdicts.flatMap((verdict) => verdict.findings)].map(({ kind, seq }) => [kind, seq])
  })
}
const first = (found: Found): readonly [string, number | undefined] | undefined => found[0]
const ofRun = (change: string, run = 10): string => `UPDATE audit.run SET ${change} WHERE log = 'credit' AND first = ${run}`

describe('a log whose runs share texts', () => {
  it('is good, and its runs hold what most of their records share once', async () => {
    expect(await after('SELECT 1')).toEqual([])
    const rows = await asRole(database.superuserUrl, async (client) => (await client.query<{ first: string; cuts: number[]; shared: string }>(`SELECT first, cuts, convert_from(shared, 'UTF8') AS shared FROM audit.run ORDER BY first`)).rows)
    expect(rows.map(({ first: at }) => Number(at))).toEqual([0, 5, 10, 15, 20, 25])
    for (const { cuts, shared } of rows) {
      expect(cuts.map((cut) => cut > 0)).toEqual([true, true, true, true, false])
      expect(shared).toMatch(/^"entries":\[.*\],"fields":\[.*\]$/)
    }
  })

  it('is found altered at any byte of what a run holds, and the record is named', async () => {
    const { own, ends } = await asRole(database.superuserUrl, async (client) => (await client.query<{ own: number; ends: number[] }>(`SELECT octet_length(own) AS own, ends FROM audit.run WHERE first = 10`)).rows[0] ?? { own: 0, ends: [] })
    for (let byte = 0; byte < own; byte += 13) {
      const record = 10 + ends.findIndex((end) => byte < end)
      expect(await after(ofRun(`own = set_byte(own, ${byte}, get_byte(own, ${byte}) # 1)`)), String(byte)).toEqual([['altered', record]])
    }
    // The first of those that share it.
    for (const byte of [0, 20]) expect(await after(ofRun(`shared = set_byte(shared, ${byte}, get_byte(shared, ${byte}) # 1)`))).toEqual([['altered', 10]])
  })

  it('is found altered where a run says otherwise how its records lie in it', async () => {
    for (const n of [1, 2, 3, 4, 5]) {
      for (const by of [1, -1]) {
        expect((await after(ofRun(`ends[${n}] = ends[${n}] + ${by}`))).map(([kind, seq]) => [kind, seq]), `end ${n}`).toEqual([['altered', 9 + n]])
        expect(first(await after(ofRun(`cuts[${n}] = cuts[${n}] + ${by}`))), `cut ${n}`).toEqual(['altered', 9 + n])
      }
      expect(first(await after(ofRun(`ends[${n}] = 2147483647`))), `end ${n}`).toEqual(['altered', 9 + n])
      expect(first(await after(ofRun(`cuts[${n}] = -1`))), `cut ${n}`).toEqual(['altered', 9 + n])
      expect(first(await after(ofRun(`ends[${n}] = NULL`))), `end ${n}`).toEqual(['altered', 10])
    }
    for (const change of [`ends = '{}'`, `cuts = '{}'`, `ends = ends[1:4]`, `cuts = cuts[1:4]`, `ends = ends || 9999999`, `cuts = cuts || 0`, `ends = array_fill(1, ARRAY[5], ARRAY[0])`, `ends = ARRAY[ends, ends]`, `own = ''`]) {
      expect(first(await after(ofRun(change))), change).toEqual(['altered', 10])
    }
    expect(first(await after(ofRun(`own = own || 'x'`)))).toEqual(['altered', 14])
    expect(first(await after(ofRun(`shared = shared || 'x'`)))).toEqual(['altered', 10])
    expect(first(await after(ofRun(`shared = ''`)))).toEqual(['altered', 10])
    expect(first(await after(ofRun(`own = substring(own FROM 1 FOR octet_length(own) - 1)`)))).toEqual(['altered', 14])
  })

  it('is found altered where a text is kept that belongs to no record', async () => {
    const whole = `cuts = '{0,0,0,0,0}', ends = (SELECT array_agg(e ORDER BY n) FROM (SELECT n, sum(octet_length(leaf)) OVER (ORDER BY seq) AS e FROM (SELECT seq, leaf, row_number() OVER (ORDER BY seq) AS n FROM audit.record WHERE run = 10) AS r) AS s), own = (SELECT string_agg(leaf, '' ORDER BY seq) FROM audit.record WHERE run = 10)`
    // The same records in other words are the same records.
    expect(await after(ofRun(`${whole}, shared = ''`))).toEqual([])
    expect(await after(ofRun(whole))).toEqual([['altered', 14]])
  })

  it('is found changed where a run has another number or another log', async () => {
    for (const by of [1, -1]) expect(['removed', 'inserted', 're-ordered']).toContain(first(await after(ofRun(`first = first + ${by}`)))?.[0])
    expect(first(await after(ofRun('first = first + 1')))?.[1]).toBe(10)
    expect(await after(ofRun('first = 1000'))).toEqual([['re-ordered', 10]])
    expect(await after(ofRun(`log = 'credis'`))).toEqual([['inserted', 10], ['removed', 10]])
  })
})

describe('records inside of a run, and whole runs', () => {
  const without = (n: number): string => ofRun(`own = substring(own FROM 1 FOR coalesce(ends[${n - 1}], 0)) || substring(own FROM ends[${n}] + 1), cuts = cuts[1:${n - 1}] || cuts[${n + 1}:5],
    ends = (SELECT array_agg(CASE WHEN n > ${n} THEN e - ends[${n}] + coalesce(ends[${n - 1}], 0) ELSE e END ORDER BY n) FROM unnest(ends) WITH ORDINALITY AS x(e, n) WHERE n <> ${n})`)

  it('removed: one inside of a run, and a whole run', async () => {
    for (const n of [1, 3, 5]) expect(first(await after(without(n))), String(n)).toEqual(['removed', 9 + n])
    expect(first(await after(`DELETE FROM audit.run WHERE first = 10`))).toEqual(['removed', 10])
    expect(first(await after(`DELETE FROM audit.run WHERE first = 25`))).toEqual(['removed', 25])
    expect(first(await after(`DELETE FROM audit.run WHERE first = 10; UPDATE audit.run SET first = first - 5 WHERE first > 10; UPDATE audit.log SET size = size - 5 WHERE name = 'credit'`))).toEqual(['removed', 10])
  })

  it('swapped: two of one run, and two runs', async () => {
    const swapped = ofRun(`own = substring(own FROM 1 FOR ends[1]) || substring(own FROM ends[2] + 1 FOR ends[3] - ends[2]) || substring(own FROM ends[1] + 1 FOR ends[2] - ends[1]) || substring(own FROM ends[3] + 1),
      ends[2] = ends[1] + ends[3] - ends[2]`)
    expect(await after(swapped)).toEqual([['re-ordered', 11]])
    expect(await after(`UPDATE audit.run SET first = -first WHERE first IN (5, 20); UPDATE audit.run SET first = CASE first WHEN -5 THEN 20 ELSE 5 END WHERE first < 0`)).toEqual([['re-ordered', 5]])
  })

  it('inserted: one into a run, and a run of its own beside others', async () => {
    const leaf = JSON.stringify({ at: '2026-03-01T02:00:00.000Z', id: '0195500a-ffff-7000-8000-00000000ffff', log: 'credit' })
    const inside = ofRun(`own = substring(own FROM 1 FOR ends[2]) || '${leaf}'::bytea || substring(own FROM ends[2] + 1), cuts = cuts[1:2] || 0 || cuts[3:5], ends = ends[1:2] || (ends[2] + ${leaf.length}) || (SELECT array_agg(e + ${leaf.length} ORDER BY n) FROM unnest(ends) WITH ORDINALITY AS x(e, n) WHERE n > 2)`)
    expect(first(await after(inside))).toEqual(['inserted', 12])
    const run = (at: number): string => `INSERT INTO audit.run VALUES ('credit', ${at}, '{${leaf.length}}', '{0}', '', '${leaf}')`
    for (const at of [1, 12, 14, 30, -1]) expect(first(await after(run(at))), String(at)).toEqual(['inserted', at])
    expect(first(await after(`INSERT INTO audit.run VALUES ('credit', 12, '{}', '{}', '', '')`))).toEqual(['inserted', 12])
  })

  it('moved out of the one run into the next, all of them as they were signed, are the same records', async () => {
    await expect(after(`CREATE TEMP TABLE kept AS SELECT * FROM audit.record; DELETE FROM audit.run;
      INSERT INTO audit.run SELECT log, seq, ARRAY[octet_length(leaf)], '{0}', '', leaf FROM kept; DROP TABLE kept`)).resolves.toEqual([])
  })
})

describe('an auditor', () => {
  it('reads the same log through a session of his own', async () => {
    const { verdicts } = await withSnapshot(database.query, (client) => verifyDatabase(client, { keys: [readVerifierKey(key.vkey('credit'))], outside: [], expected: ['credit'], only: 'credit' }))
    expect(verdicts).toMatchObject([{ records: RUN * RUNS, signed: RUN * RUNS, findings: [] }])
  })
})
