// A department signs what it wrote, not what it finds: who changes a record between its commit and its signed head is found out too.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type pg from 'pg'
import { openAuditPool } from '../../audit/audit-pool.ts'
import { openCommitQueue } from '../../audit/commit-queue.ts'
import { openAuditLog } from '../../audit/postgres-log.ts'
import { openSigner } from '../../audit/signer.ts'
import type { Signer } from '../../audit/signer.ts'
import { withSnapshot } from '../../audit/verify/database-source.ts'
import { readVerifierKey } from '../../audit/verify/signed-head.ts'
import { verifyDatabase } from '../../audit/verify/verify-database.ts'
import { applyMigrations } from '../../migrations/apply.ts'
import { accessRecord } from '../support/access-record.ts'
import { createDatabase, type TestDatabase } from '../support/city-database.ts'
import { asRole, handKey } from '../support/hand-made-log.ts'

const key = handKey()
let database: TestDatabase
let pool: pg.Pool
let asked: string[]
let signer: Signer
let append: (count: number) => Promise<void>
beforeAll(async () => {
  database = await createDatabase('audit')
  await applyMigrations(database.owner, 'migrations/audit/sql', { domain: 'audit' })
})
beforeEach(async () => {
  await asSuperuser(`DELETE FROM audit.checkpoint; DELETE FROM audit.tile; UPDATE audit.log SET size = 0; DELETE FROM audit.run`)
  pool = openAuditPool(database.writer('credit'), { log: 'credit', max: 3 })
  asked = []
  const query = pool.query.bind(pool)
  const watched = { query: ((...asking: Parameters<typeof query>) => (asked.push(JSON.stringify(asking[0])), query(...asking))) as pg.Pool['query'] }
  const queue = openCommitQueue({ pool })
  signer = openSigner({ pool: watched, log: 'credit', key: key.privateKey, own: queue.ownLeaves('credit'), everyMs: 3_600_000, onFailure: (_, cause) => { throw cause } })
  await signer.signNow()
  const log = openAuditLog({ queue, log: 'credit' })
  append = async (count) => log.append(Array.from({ length: count }, () => accessRecord({ log: 'credit' })))
})
afterEach(async () => {
  await signer.close()
  await pool.end()
})
afterAll(async () => database.drop())

const asSuperuser = (statement: string): Promise<unknown> => asRole(database.superuserUrl, (client) => client.query(`SET session_replication_role = replica; ${statement}`))
const findings = async (): Promise<readonly (readonly [string, number | undefined])[]> => {
  const { verdicts } = await withSnapshot(database.query, (client) => verifyDatabase(client, { keys: [readVerifierKey(key.vkey('credit'))], outside: [], expected: ['credit'], only: 'credit' }))
  return verdicts.flatMap((verdict) => verdict.findings.map(({ kind, seq }) => [kind, seq] as const))
}
const hashesRead = (): number => asked.filter((text) => text.includes('leaf_hashes')).length

describe('records that nobody has signed yet', () => {
  it('are signed as they were written, and not read for it', async () => {
    for (const count of [1, 255, 3]) await append(count)
    expect(await signer.signNow()).toBe(259)
    expect(hashesRead()).toBe(0)
    expect(await findings()).toEqual([])
  })

  it.each([
    ['altered', `UPDATE audit.run SET own = set_byte(own, ends[2] + 30, get_byte(own, ends[2] + 30) # 1) WHERE first = 4`, ['altered', 6]],
    ['removed', `DELETE FROM audit.run WHERE first = 4`, ['removed', 4]],
  ])('are found %s by the head that is signed afterwards', async (_, attack, found) => {
    for (let n = 0; n < 3; n += 1) await append(4)
    await asSuperuser(attack)
    expect(await signer.signNow()).toBe(12)
    expect((await findings())[0]).toEqual(found)
  })

  it('of another process are read, and only those', async () => {
    const elsewhere = openAuditPool(database.writer('credit'), { log: 'credit' })
    const other = openAuditLog({ pool: elsewhere, log: 'credit' })
    try {
      for (let n = 0; n < 4; n += 1) {
        await append(2 + n)
        await other.append(Array.from({ length: 3 }, () => accessRecord({ log: 'credit' })))
        if (n === 1) await signer.signNow()
      }
      await append(1)
      expect(await signer.signNow()).toBe(27)
      expect(hashesRead()).toBe(4)
      expect(await findings()).toEqual([])
    } finally {
      await elsewhere.end()
    }
  })
})
