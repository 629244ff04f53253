// The function through which departments append: it takes what belongs together and nothing else, and goes on with what an older
// version wrote.

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openAuditPool } from '../../audit/audit-pool.ts'
import { openCommitQueue } from '../../audit/commit-queue.ts'
import { openAuditLog } from '../../audit/postgres-log.ts'
import { openSigner } from '../../audit/signer.ts'
import { withSnapshot } from '../../audit/verify/database-source.ts'
import { readVerifierKey } from '../../audit/verify/signed-head.ts'
import { verifyDatabase } from '../../audit/verify/verify-database.ts'
import { applyMigrations } from '../../migrations/apply.ts'
import { accessRecord } from '../support/access-record.ts'
import { createDatabase, type TestDatabase } from '../support/city-database.ts'
import { handKey } from '../support/hand-made-log.ts'
import { leafBytes } from '../support/leaf-bytes.ts'

const folder = 'migrations/audit/sql'
let database: TestDatabase
beforeAll(async () => {
  database = await createDatabase('audit')
  await applyMigrations(database.owner, folder, { domain: 'audit' })
})
afterAll(async () => database.drop())

async function as<T>(address: TestDatabase['owner'], work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(address)
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

const leafOf = (log: string, given: Parameters<typeof accessRecord>[0] = {}): Buffer => leafBytes(accessRecord({ log, ...given }))
type Run = { readonly logs: readonly string[]; readonly counts: readonly (number | null)[]; readonly lengths: readonly (number | null)[]; readonly bytes: Buffer }
const run = (client: pg.Client, { logs, counts, lengths, bytes }: Run): Promise<unknown> => client.query('SELECT audit.append_run($1, $2, $3, $4)', [logs, counts, lengths, bytes])
const sizes = async (of: TestDatabase): Promise<Readonly<Record<string, number>>> =>
  as(of.query, async (client) => Object.fromEntries((await client.query<{ name: string; size: string }>('SELECT name, size FROM audit.log ORDER BY name')).rows.map(({ name, size }) => [name, Number(size)])))

describe('a run of leaves', () => {
  it('is refused whole where anything does not belong, and moves no number', async () => {
    const [a, b] = [leafOf('credit'), leafOf('population')]
    const good: Run = { logs: ['credit', 'population'], counts: [1, 1], lengths: [a.length, b.length], bytes: Buffer.concat([a, b]) }
    const long = leafOf('credit', { entries: ['x'.repeat(1_048_577)] })
    const text = a.toString('utf8')
    const changed = (from: string | RegExp, to: string): Run => {
      const leaf = Buffer.from(text.replace(from, to))
      expect(leaf.equals(a)).toBe(false)
      return { logs: ['credit'], counts: [1], lengths: [leaf.length], bytes: leaf }
    }
    const wrong: readonly (readonly [string, Run])[] = [
      ['logs out of order', { ...good, logs: ['population', 'credit'] }],
      ['a log twice', { ...good, logs: ['credit', 'credit'] }],
      ['leaves of each other', { ...good, lengths: [b.length, a.length], bytes: Buffer.concat([b, a]) }],
      ['too few counts', { ...good, counts: [2] }],
      ['too many leaves counted', { ...good, counts: [1, 2] }],
      ['too few leaves counted', { ...good, logs: ['credit'], counts: [1] }],
      ['a count of none', { ...good, counts: [0, 2] }],
      ['no count', { ...good, counts: [null, 2] }],
      ['a negative count', { ...good, counts: [-1, 3] }],
      ['bytes left over', { ...good, bytes: Buffer.concat([a, b, Buffer.from('x')]) }],
      ['bytes missing', { ...good, bytes: Buffer.concat([a, b]).subarray(0, -1) }],
      ['a length moved', { ...good, lengths: [a.length + 1, b.length - 1] }],
      ['no length', { ...good, lengths: [null, b.length] }],
      ['a negative length', { ...good, lengths: [-1, a.length + b.length + 1] }],
      ['nothing', { logs: [], counts: [], lengths: [], bytes: Buffer.alloc(0) }],
      ['another log named', changed('"log":"credit"', '"log":"credits"')],
      ['no id', changed(/"id":"[^"]+",/, '')],
      ['an id that is none', changed(/"id":"./, '"id":"x')],
      ['an id in a text', changed(/"id":"[^"]+","log":"credit"/, `"idea":${JSON.stringify(`,"id":"5d3c1a52-0000-4000-8000-000000000000","log":"credit"`)}`)],
      ['no instant', changed(/"at":"[^"]+",/, '')],
      ['an instant of another length', changed('.000Z"', 'Z"')],
      ['something before it', changed(/^/, ' ')],
      ['something after it', changed(/$/, ' ')],
      ['a leaf of more than a mebibyte', { logs: ['credit'], counts: [1], lengths: [long.length], bytes: long }],
    ]
    const before = await sizes(database)
    await as(database.writer('city'), async (client) => {
      for (const [what, one] of wrong) await expect(run(client, one), what).rejects.toMatchObject({ code: expect.stringMatching(/^22/) })
      await run(client, good)
    })
    expect(await sizes(database)).toEqual({ ...before, credit: (before['credit'] ?? 0) + 1, population: (before['population'] ?? 0) + 1 })
  })

  it('is refused whole where one of its logs is another department\'s, by its own error', async () => {
    const [a, b] = [leafOf('credit'), leafOf('population')]
    const before = await sizes(database)
    for (const who of ['credit', 'population'] as const) {
      await as(database.writer(who), async (client) => {
        await expect(run(client, { logs: ['credit', 'population'], counts: [1, 1], lengths: [a.length, b.length], bytes: Buffer.concat([a, b]) })).rejects.toMatchObject({ code: '42501' })
      })
    }
    await as(database.query, async (client) => {
      await expect(run(client, { logs: ['credit'], counts: [1], lengths: [a.length], bytes: a })).rejects.toMatchObject({ code: '42501' })
    })
    expect(await sizes(database)).toEqual(before)
  })

  it('keeps every log without a gap while several processes append to all of them', async () => {
    const logs = ['credit', 'enterprises', 'licenses', 'population', 'transport']
    const before = await sizes(database)
    const pools = Array.from({ length: 6 }, () => openAuditPool(database.writer('city'), { log: 'city', max: 1 }))
    let sent = 0
    await Promise.all(pools.map(async (pool, n) => {
      const queue = openCommitQueue({ pool })
      for (let round = 0; round < 12; round += 1) {
        await Promise.all([...logs, ...logs].map(async (_, at) => {
          const log = logs[(at * 3 + n + round) % logs.length] ?? ''
          sent += 1
          await openAuditLog({ queue, log }).append([accessRecord({ log })])
        }))
      }
      await pool.end()
    }))
    const after = await sizes(database)
    expect(logs.reduce((sum, log) => sum + (after[log] ?? 0) - (before[log] ?? 0), 0)).toBe(sent)
    const { rows } = await as(database.query, (client) => client.query<{ log: string; n: string; top: string }>('SELECT log, count(*) AS n, max(seq) + 1 AS top FROM audit.record GROUP BY log ORDER BY log'))
    for (const { log, n, top } of rows) expect([log, Number(n), Number(top)]).toEqual([log, after[log], after[log]])
  })
})

describe('a log that an older version began', () => {
  it('goes on, and verifies from its first record to its last', async () => {
    const older = mkdtempSync(join(tmpdir(), 'citygraph-older-'))
    cpSync(folder, older, { recursive: true })
    const journal = JSON.parse(readFileSync(join(older, 'meta', '_journal.json'), 'utf8'))
    writeFileSync(join(older, 'meta', '_journal.json'), JSON.stringify({ ...journal, entries: journal.entries.slice(0, 9) }))
    const old = await createDatabase('audit')
    await applyMigrations(old.owner, older, { domain: 'audit' })
    const key = handKey()
    const pool = openAuditPool(old.writer('credit'), { log: 'credit' })
    const signed = async (): Promise<void> => {
      const signer = openSigner({ pool, log: 'credit', key: key.privateKey, onFailure: (_, cause) => { throw cause } })
      await signer.signNow()
      await signer.close()
    }
    // A long record of the old time was compressed and stands outside its row.
    const long = { subjects: Array.from({ length: 200 }, (_, n) => n.toString(16).padStart(32, '0')) }
    await pool.query('SELECT audit.append($1, $2)', ['credit', [leafOf('credit'), leafOf('credit', long)]])
    await signed()
    await applyMigrations(old.owner, folder, { domain: 'audit' })
    const log = openAuditLog({ pool, log: 'credit' })
    await Promise.all([log.append([accessRecord({ log: 'credit', ...long })]), log.append([accessRecord({ log: 'credit' })])])
    // A process of the old version beside it.
    await pool.query('SELECT audit.append($1, $2)', ['credit', [leafOf('credit')]])
    await signed()
    await pool.end()
    const verdict = await withSnapshot(old.query, (client) => verifyDatabase(client, { keys: [readVerifierKey(key.vkey('credit'))], outside: [], expected: ['credit'] }))
    expect([...verdict.findings, ...verdict.warnings, ...verdict.verdicts.flatMap(({ findings }) => findings)]).toEqual([])
    expect(verdict.verdicts.filter(({ records }) => records > 0).map(({ log: name, records, heads, signed: until }) => ({ name, records, heads, until }))).toEqual([{ name: 'credit', records: 5, heads: 2, until: 5 }])
    await old.drop()
    rmSync(older, { recursive: true, force: true })
  })
})
