// Governance as a witness: it hashes the leaves itself, keeps the heads that agree, and says which log does not agree any more with
// what it saw, though tiles, heads and signatures in the audit database are all in order.

import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import type pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openAuditPool } from '../../audit/audit-pool.ts'
import { openAuditLog } from '../../audit/postgres-log.ts'
import { openSigner } from '../../audit/signer.ts'
import { createLogger } from '../../core/logger.ts'
import { openWitness } from '../../governance/witness.ts'
import { applyMigrations } from '../../migrations/apply.ts'
import { openPool, type DepartmentPool } from '../../migrations/pool.ts'
import { accessRecord } from '../support/access-record.ts'
import { fromTemplate } from '../support/city-database.ts'
import type { TestDatabase } from '../support/city-database.ts'
import { governanceDatabase } from '../support/governance-database.ts'
import { unpacked } from '../support/unpacked-runs.ts'

let audit: TestDatabase
let governance: TestDatabase
let [writer, reader, facts, superuser]: DepartmentPool[] = []
let key: KeyObject
let lines: string[]

const pool = (of: DepartmentPool | pg.Pool | undefined): DepartmentPool => {
  if (of === undefined || !('domain' in of)) throw new Error('not open')
  return of
}

beforeEach(async () => {
  audit = await fromTemplate('audit', 'records', ({ owner }) => applyMigrations(owner, 'migrations/audit/sql', { domain: 'audit' }).then(() => undefined))
  governance = await governanceDatabase()
  writer = Object.assign(openAuditPool(audit.writer('credit'), { log: 'credit' }), { domain: 'writer' })
  reader = openPool(audit.query, { max: 2, domain: 'reader' })
  facts = openPool(governance.follower, { max: 2, domain: 'follower' })
  superuser = openPool({ connectionString: audit.superuserUrl }, { max: 1, domain: 'superuser' })
  key = generateKeyPairSync('ed25519').privateKey
  lines = []
}, 120_000)
afterEach(async () => {
  await Promise.all([writer, reader, facts, superuser].map((one) => one?.end()))
  await audit.drop()
  await governance.drop()
})

async function write(records: number, signWith: KeyObject = key): Promise<void> {
  const log = openAuditLog({ pool: pool(writer), log: 'credit' })
  await log.append(Array.from({ length: records }, () => accessRecord({ log: 'credit' })))
  await log.close()
  const signer = openSigner({ pool: pool(writer), log: 'credit', key: signWith, onFailure: () => undefined })
  await signer.signNow()
  await signer.close()
}

/** A witness that starts anew, and one look of it. */
async function look(): Promise<void> {
  const logger = createLogger('info', { write: (line) => void lines.push(line) })
  await openWitness({ facts: pool(facts), publicKey: createPublicKey(key), logger })('credit', pool(reader))
}

const heads = async () => (await pool(facts).query<{ size: string; root: Buffer }>('SELECT size, root FROM witnessed_head ORDER BY size')).rows
const problems = async () => (await pool(facts).query<{ size: string; problem: string }>('SELECT size, problem FROM log_problem ORDER BY size, problem')).rows

async function tamper(...statements: readonly string[]): Promise<void> {
  for (const table of ['run', 'log', 'tile', 'checkpoint']) await pool(superuser).query(`ALTER TABLE audit.${table} DISABLE TRIGGER ALL`)
  for (const statement of statements) await pool(superuser).query(statement)
}

describe('the witness', () => {
  it('keeps heads whose root is that of the leaves, and goes on from the last one', async () => {
    for (const records of [1, 6, 130, 255]) {
      await write(records)
      await look()
    }
    const kept = await pool(reader).query<{ size: string; root: Buffer }>(`SELECT size, root FROM audit.checkpoint WHERE log = 'credit' ORDER BY size`)
    expect(await heads()).toEqual(kept.rows)
    expect((await heads()).map(({ size }) => size)).toEqual(['1', '7', '137', '392'])
    expect(await problems()).toEqual([])
  })

  it('notices a record that was rewritten below a witnessed head, though everything was signed anew', async () => {
    await write(20)
    await look()
    await tamper(
      unpacked(`UPDATE unpacked SET leaf = convert_to(replace(convert_from(leaf, 'UTF8'), 'officer-1', 'officer-2'), 'UTF8') WHERE log = 'credit' AND seq = 7`),
      `DELETE FROM audit.tile WHERE log = 'credit'`, `DELETE FROM audit.checkpoint WHERE log = 'credit'`,
    )
    await write(5)
    await look()
    expect(await problems()).toEqual([{ size: '25', problem: 'OTHER_PAST' }])
    expect((await heads()).map(({ size }) => size)).toEqual(['20'])
    expect(lines.filter((line) => line.includes('log disagrees'))).toHaveLength(1)
    await look()
    expect(lines.filter((line) => line.includes('log disagrees'))).toHaveLength(1)
  })

  it('notices a log that was cut below a witnessed head', async () => {
    await write(20)
    await look()
    await tamper(unpacked(`DELETE FROM unpacked WHERE log = 'credit' AND seq >= 15`), `UPDATE audit.log SET size = 15 WHERE name = 'credit'`, `DELETE FROM audit.tile WHERE log = 'credit'`, `DELETE FROM audit.checkpoint WHERE log = 'credit'`)
    await look()
    expect(await problems()).toEqual([{ size: '20', problem: 'SHORTER' }])
  })

  it('notices records that are gone below a head', async () => {
    await write(20)
    await tamper(unpacked(`DELETE FROM unpacked WHERE log = 'credit' AND seq = 3`))
    await look()
    expect(await problems()).toEqual([{ size: '20', problem: 'MISSING' }])
  })

  it('takes no head that another key signed', async () => {
    await write(20, generateKeyPairSync('ed25519').privateKey)
    await look()
    expect(await problems()).toEqual([{ size: '20', problem: 'SIGNATURE' }])
    expect(await heads()).toEqual([])
  })

  it('says that the heads it saw are gone and nobody signs any more; one that comes back in time is nothing', async () => {
    await write(10)
    await look()
    const removed = (await pool(superuser).query<{ log: string; size: string; root: Buffer; note: string }>('SELECT log, size, root, note FROM audit.checkpoint')).rows
    await pool(superuser).query('SET session_replication_role = replica; DELETE FROM audit.checkpoint')
    const witness = openWitness({ facts: pool(facts), publicKey: createPublicKey(key), logger: createLogger('info', { write: (line) => void lines.push(line) }) })
    await witness('credit', pool(reader))
    expect(await problems()).toEqual([])
    for (const { log, size, root, note } of removed) await pool(superuser).query('INSERT INTO audit.checkpoint (log, size, root, note) VALUES ($1, $2, $3, $4)', [log, size, root, note])
    await look()
    expect(await problems()).toEqual([])
    await pool(superuser).query('DELETE FROM audit.checkpoint')
    await openWitness({ facts: pool(facts), publicKey: createPublicKey(key), logger: createLogger('info', { write: (line) => void lines.push(line) }), headPatienceMs: 0 })('credit', pool(reader))
    expect(await problems()).toEqual([{ size: '10', problem: 'HEAD_GONE' }])
  })
})
