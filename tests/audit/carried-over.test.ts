// Records that an earlier version kept one to a row: the migration that puts them into runs keeps each of them, byte for byte and under its
// number, and what was signed stays signed.

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openLogReader } from '../../audit/proofs.ts'
import { openAuditPool } from '../../audit/audit-pool.ts'
import { withSnapshot } from '../../audit/verify/database-source.ts'
import { readVerifierKey } from '../../audit/verify/signed-head.ts'
import { verifyDatabase } from '../../audit/verify/verify-database.ts'
import { applyMigrations } from '../../migrations/apply.ts'
import { createDatabase, type TestDatabase } from '../support/city-database.ts'
import { asRole, fillLog, handKey } from '../support/hand-made-log.ts'

const folder = 'migrations/audit/sql'
/** Migrations before runs. */
const BEFORE = 17
const key = handKey()
const older = mkdtempSync(join(tmpdir(), 'citygraph-records-'))

type Kept = { readonly log: string; readonly seq: string; readonly id: string; readonly leaf: Buffer }
const records = (of: TestDatabase): Promise<readonly Kept[]> =>
  asRole(of.superuserUrl, async (client) => (await client.query<Kept>('SELECT log, seq, id, leaf FROM audit.record ORDER BY log, seq')).rows)
const verify = async (of: TestDatabase): Promise<readonly (readonly [string, number | undefined])[]> => {
  const { findings, verdicts } = await withSnapshot(of.query, (client) => verifyDatabase(client, { keys: ['population', 'credit'].map((log) => readVerifierKey(key.vkey(log))), outside: [], expected: [] }))
  return [...findings, ...verdicts.flatMap((verdict) => verdict.findings)].map(({ kind, seq }) => [kind, seq])
}

/** A database of the version before runs, filled, changed by `attack` and brought to this version. */
async function carried(attack: string): Promise<{ readonly database: TestDatabase; readonly before: readonly Kept[] }> {
  const database = await createDatabase('audit')
  made.push(database)
  await applyMigrations(database.owner, older, { domain: 'audit' })
  await fillLog(database, 'population', [100, 4_100], key, 33)
  await fillLog(database, 'credit', [5], key)
  await asRole(database.superuserUrl, (client) => client.query(`SET session_replication_role = replica; ${attack}`))
  const before = await records(database)
  await applyMigrations(database.owner, folder, { domain: 'audit' })
  return { database, before }
}
const made: TestDatabase[] = []
beforeAll(() => {
  cpSync(folder, older, { recursive: true })
  const journal = JSON.parse(readFileSync(join(older, 'meta', '_journal.json'), 'utf8'))
  writeFileSync(join(older, 'meta', '_journal.json'), JSON.stringify({ ...journal, entries: journal.entries.slice(0, BEFORE) }))
})
afterAll(async () => {
  for (const database of made) await database.drop()
  rmSync(older, { recursive: true, force: true })
})

describe('records of an earlier version', () => {
  it('are in runs of 32, the same to the last byte, and verify', async () => {
    const { database, before } = await carried('SELECT 1')
    expect(before).toHaveLength(4_138)
    expect(await records(database)).toEqual(before)
    const runs = await asRole(database.superuserUrl, async (client) => (await client.query<{ log: string; count: string; most: number }>('SELECT log, count(*), max(cardinality(ends)) AS most FROM audit.run GROUP BY log ORDER BY log')).rows)
    expect(runs).toEqual([{ log: 'credit', count: '1', most: 5 }, { log: 'population', count: '130', most: 32 }])
    expect(await verify(database)).toEqual([])
    const pool = openAuditPool(database.query, { log: 'reader' })
    const found = before.find(({ log, seq }) => log === 'population' && seq === '2345')
    expect(await openLogReader({ pool, log: 'population' }).inclusion(found?.id ?? '')).toMatchObject({ index: 2_345, leaf: found?.leaf.toString() })
    await pool.end()
  })

  it('keep what was done to them: gaps and altered texts are found afterwards as before', async () => {
    const { database, before } = await carried(`DELETE FROM audit.record WHERE log = 'credit' AND seq = 3; UPDATE audit.record SET leaf = set_byte(leaf, 300, 33), leaf_hash = sha256('\\x00'::bytea || set_byte(leaf, 300, 33)) WHERE log = 'population' AND seq = 77`)
    expect((await records(database)).map(({ log, seq, leaf }) => [log, seq, leaf])).toEqual(before.map(({ log, seq, leaf }) => [log, seq, leaf]))
    expect(await verify(database)).toEqual([['removed', 3], ['altered', 77]])
  })

  it('may still be read by whoever could read them, and changed by nobody', async () => {
    const database = made[0]
    if (database === undefined) throw new Error('the first test made none')
    expect(await asRole(database.query, async (client) => (await client.query('SELECT FROM audit.run')).rowCount)).toBe(131)
    await expect(asRole(database.owner, (client) => client.query('DELETE FROM audit.run'))).rejects.toThrow('append-only')
  })
})
