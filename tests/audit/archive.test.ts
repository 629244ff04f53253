// A log in one file: verified before and after, offline, for as long as it must be kept; and nothing in the product removes records.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { databaseSource, withSnapshot } from '../../audit/verify/database-source.ts'
import { microseconds } from '../../audit/verify/leaf-facts.ts'
import { openHead, readVerifierKey } from '../../audit/verify/signed-head.ts'
import { verifyArchive } from '../../audit/verify/verify-archive.ts'
import { verifyLog } from '../../audit/verify/verify-log.ts'
import { keepUntil, writeArchive } from '../../audit/verify/write-archive.ts'
import { applyMigrations } from '../../migrations/apply.ts'
import { createDatabase, type TestDatabase } from '../support/city-database.ts'
import { asRole, fillLog, handKey, handLeafHash, handLeaves, handNote, handRoot } from '../support/hand-made-log.ts'

const key = handKey()
const keys = [readVerifierKey(key.vkey('population'))]
const folder = mkdtempSync(join(tmpdir(), 'citygraph-archive-'))
const file = join(folder, 'population.ndjson')
let database: TestDatabase

beforeAll(async () => {
  database = await createDatabase('audit')
  await applyMigrations(database.owner, 'migrations/audit/sql', { domain: 'audit' })
  await fillLog(database, 'population', [100, 300], key, 5)
})
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  await database.drop()
})

const archive = (to: string) =>
  withSnapshot(database.query, async (client) => {
    const source = databaseSource(client, 'population', 305)
    return writeArchive(source, await verifyLog(source, { keys }), to)
  })
/** What is found in the archive after its lines were changed. */
async function after(change: (lines: string[]) => readonly string[], outside: readonly string[] = []): Promise<readonly (readonly [string, number | undefined])[]> {
  const changed = join(folder, 'changed.ndjson')
  writeFileSync(changed, change(readFileSync(file, 'utf8').split('\n').slice(0, -1)).map((line) => `${line}\n`).join(''))
  const { verdict } = await verifyArchive(changed, { keys, outside: outside.map((note) => ({ ...openHead(note, keys), from: 'file' })) })
  return verdict.findings.map(({ kind, seq }) => [kind, seq])
}
/** Lines: what it is, two heads, tiles, records, the end. */
const FIRST = 1 + 2 + 3
const recordLine = (leaf: Buffer | undefined): string => JSON.stringify({ record: leaf?.toString('utf8') })

describe('an archive', () => {
  it('holds the whole log with its heads, says from when to when and until when it must be kept, and verifies offline', async () => {
    expect(await archive(file)).toEqual({ format: 'citygraph-audit-archive/1', log: 'population', records: 305, signed: 300, from: '2026-03-01T02:00:00.000Z', to: '2026-03-01T02:05:04.000Z', keepUntil: '2029-12-31' })
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const { verdict } = await verifyArchive(file, { keys })
    expect(verdict).toMatchObject({ log: 'population', records: 305, heads: 2, signed: 300, findings: [] })
    expect(readdirSync(folder)).toEqual(['population.ndjson'])
  })
  it('is never written over', async () => {
    await expect(archive(file)).rejects.toThrow('never written over')
    expect((await verifyArchive(file, { keys })).verdict.findings).toEqual([])
  })
  it('is not made of a log that is not as it was signed', async () => {
    const to = join(folder, 'bad.ndjson')
    await asRole(database.superuserUrl, async (client) => {
      await client.query('BEGIN; SET LOCAL session_replication_role = replica; DELETE FROM audit.run WHERE first = 0')
      const source = databaseSource(client, 'population', 305)
      await expect(writeArchive(source, await verifyLog(source, { keys }), to)).rejects.toThrow('not as it was signed')
      await client.query('ROLLBACK')
    })
    expect(existsSync(to)).toBe(false)
  })
  it('shows what was altered, removed, inserted or re-ordered in it', async () => {
    expect(await after((lines) => lines.with(FIRST + 150, (lines[FIRST + 150] ?? '').replace('officer-1', 'officer-2')))).toEqual([['altered', 150]])
    expect(await after((lines) => lines.toSpliced(FIRST + 150, 1).with(-1, '{"end":304}'))).toEqual([['removed', 150]])
    expect(await after((lines) => lines.toSpliced(FIRST + 150, 0, recordLine(handLeaves('population', 1)[0])).with(-1, '{"end":306}'))).toEqual([['inserted', 150]])
    expect(await after((lines) => lines.with(FIRST + 5, lines[FIRST + 250] ?? '').with(FIRST + 250, lines[FIRST + 5] ?? ''))).toEqual([['re-ordered', 5]])
    expect(await after((lines) => lines.with(2, JSON.stringify({ head: handNote('population', 300, handRoot([]), handKey()) })))).toEqual([['head', undefined]])
    expect(await after((lines) => lines.with(0, (lines[0] ?? '').replace('2029', '2027')))).toEqual([['log', undefined]])
    expect(await after((lines) => lines.with(0, (lines[0] ?? '').replace('population', 'credit')))).toEqual([['altered', 0], ['head', undefined], ['head', undefined]])
  })
  it('that was cut back with its heads is shown by a head kept elsewhere', async () => {
    const [leaves, outside] = await asRole(database.query, async (client) => [
      (await client.query<{ leaf: Buffer }>('SELECT leaf FROM audit.record ORDER BY seq')).rows.map(({ leaf }) => leaf),
      (await client.query<{ note: string }>('SELECT note FROM audit.checkpoint ORDER BY size DESC')).rows[0]?.note ?? '',
    ] as const)
    expect(handRoot(leaves.slice(0, 300).map(handLeafHash)).equals(openHead(outside, keys).root)).toBe(true)
    const cut = (lines: string[]): readonly string[] => [
      JSON.stringify({ ...JSON.parse(lines[0] ?? ''), records: 100, signed: 100, to: '2026-03-01T02:01:39.000Z' }),
      lines[1] ?? '',
      JSON.stringify({ tile: [0, 0, Buffer.concat(leaves.slice(0, 100).map(handLeafHash)).toString('base64')] }),
      ...lines.slice(FIRST, FIRST + 100),
      '{"end":100}',
    ]
    expect(await after(cut)).toEqual([])
    expect((await after(cut, [outside]))[0]).toEqual(['removed', 100])
  })
  it('with anything in it that is not signed, or not written as archives are, is refused', async () => {
    const strange: readonly (readonly [string, (lines: string[]) => readonly string[]])[] = [
      ['none of an archive', (lines) => lines.toSpliced(FIRST + 5, 0, '{"x":1}')],
      ['none of an archive', (lines) => lines.with(FIRST + 5, '{"record":{"at":1}}')],
      ['goes on after its end', (lines) => [...lines, '{"x":1}'].with(-1, lines[FIRST] ?? '')],
      ['goes on after its end', (lines) => [...lines, lines.at(-1) ?? '']],
      ['not written as', (lines) => lines.with(FIRST + 5, `${(lines[FIRST + 5] ?? '').slice(0, -1)},"note":"innocent"}`)],
      ['not written as', (lines) => lines.with(FIRST + 5, `{"record":"another",${(lines[FIRST + 5] ?? '').slice(1)}`)],
      ['not written as', (lines) => lines.with(0, `${(lines[0] ?? '').slice(0, -1)},"approved":true}`)],
      ['where none may stand', (lines) => lines.toSpliced(FIRST + 5, 0, lines[1] ?? '')],
    ]
    for (const [sentence, change] of strange) await expect(after(change), sentence).rejects.toThrow(sentence)
  })
  it('that breaks off is refused', async () => {
    await expect(after((lines) => lines.slice(0, -1))).rejects.toThrow('breaks off')
    await expect(after((lines) => lines.slice(1))).rejects.toThrow('no archive')
    await expect(after((lines) => lines.with(FIRST + 3, '{"record":'))).rejects.toThrow('no JSON object')
    writeFileSync(join(folder, 'half'), readFileSync(file).subarray(0, -3))
    await expect(verifyArchive(join(folder, 'half'), { keys })).rejects.toThrow('in the middle of a line')
  })
})

describe('retention', () => {
  it('is three years and the year of the newest record, by the calendar of Shanghai', () => {
    expect(keepUntil(microseconds('2026-12-31T15:59:59.999Z') ?? 0)).toBe('2029-12-31')
    expect(keepUntil(microseconds('2026-12-31T16:00:00.000Z') ?? 0)).toBe('2030-12-31')
  })
  it('has nothing against it: neither a function of the audit database nor a line of the product removes a record or a head', async () => {
    const { rows } = await asRole(database.superuserUrl, (client) =>
      client.query<{ proname: string }>(`SELECT proname FROM pg_proc WHERE pronamespace = 'audit'::regnamespace AND prosrc ~* '\\m(delete\\s+from|truncate)\\s+(only\\s+)?audit\\.(run|record|checkpoint|tile|log)\\M'`),
    )
    expect(rows).toEqual([])
    const sources = ['audit', 'cli', 'gateway', 'governance', 'migrations', 'resolvers', 'subgraphs', 'synthetic-city'].filter((name) => existsSync(name)).flatMap((name) => readdirSync(name, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && /\.(ts|js|sql)$/.test(entry.name)).map((entry) => join(entry.parentPath, entry.name)))
    expect(sources.length).toBeGreaterThan(100)
    // Triggers name the statements that they refuse.
    const offences = sources.filter((source) => /\b(delete\s+from|truncate(\s+table)?|drop\s+table)\s+(only\s+)?(if\s+exists\s+)?"?audit"?\."?(run|record|checkpoint|tile|log)\b/i.test(readFileSync(source, 'utf8')))
    // What was in that table is in runs since the migration before it (carried-over.test.ts).
    expect(offences).toEqual(['migrations/audit/sql/0019_records_are_in_runs.sql'])
  })
  it('is kept by triggers against everybody who does not switch them off', async () => {
    for (const statement of ['DELETE FROM audit.run', 'TRUNCATE audit.run', 'DELETE FROM audit.checkpoint', 'TRUNCATE audit.checkpoint', 'DELETE FROM audit.tile', 'DELETE FROM audit.log']) {
      await expect(asRole(database.superuserUrl, (client) => client.query(statement)), statement).rejects.toThrow(/append-only|permission/)
    }
  })
})
