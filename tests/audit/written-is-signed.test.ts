// A department signs what it wrote, not what it finds: who changes a record between its commit and its signed head is found out too.

import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type pg from 'pg'
import { openAuditPool } from '../../audit/audit-pool.ts'
import { openCommitQueue } from '../../audit/commit-queue.ts'
import { processLeaves } from '../../audit/own-leaves.ts'
import type { ProcessLeaves } from '../../audit/own-leaves.ts'
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
import { eventually } from '../support/outage.ts'

const key = handKey()
let database: TestDatabase
let pool: pg.Pool
let asked: string[]
let signer: Signer
let append: (count: number) => Promise<void>
let leaves: ProcessLeaves
/** Answers to appends are heard after so many milliseconds. */
let heardAfterMs: number
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
  leaves = processLeaves()
  heardAfterMs = 0
  const late = { query: (async (...asking: Parameters<typeof query>) => {
    const answer = await query(...asking)
    await pause(heardAfterMs)
    return answer
  }) as unknown as pg.Pool['query'] }
  const queue = openCommitQueue({ pool: late, leaves })
  signer = openSigner({ pool: watched, log: 'credit', key: key.privateKey, own: leaves.of('credit'), everyMs: 3_600_000, onFailure: (_, cause) => { throw cause } })
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
const sizeOf = async (): Promise<number> => {
  const { rows } = await pool.query<{ size: string }>('SELECT size FROM audit.tree_state($1)', ['credit'])
  return Number(rows[0]?.size)
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

  it('are found altered too where the answer to the append was held back until then', async () => {
    await append(1)
    heardAfterMs = 700
    const appended = append(4)
    await eventually(600, async () => expect(await sizeOf()).toBe(5))
    await asSuperuser(`UPDATE audit.run SET own = set_byte(own, ends[2] + 30, get_byte(own, ends[2] + 30) # 1) WHERE first = 1`)
    expect(await signer.signNow()).toBe(5)
    await appended
    expect((await findings())[0]).toEqual(['altered', 3])
  })

  it('are found altered too where another part of the process appended them', async () => {
    await append(1)
    const elsewhere = openAuditPool(database.writer('credit'), { log: 'credit' })
    await openAuditLog({ pool: elsewhere, log: 'credit', leaves }).append([accessRecord({ log: 'credit' })])
    await elsewhere.end()
    await asSuperuser(`UPDATE audit.run SET own = set_byte(own, 30, get_byte(own, 30) # 1) WHERE first = 1`)
    expect(await signer.signNow()).toBe(2)
    expect(hashesRead()).toBe(0)
    expect((await findings())[0]).toEqual(['altered', 1])
  })

  it('are found where the database lost them and gave their numbers to others, though those begin before them', async () => {
    const elsewhere = openAuditPool(database.writer('credit'), { log: 'credit' })
    await openAuditLog({ pool: elsewhere, log: 'credit' }).append(Array.from({ length: 5 }, () => accessRecord({ log: 'credit' })))
    await elsewhere.end()
    await append(5)
    await asSuperuser(`DELETE FROM audit.run; UPDATE audit.log SET size = 0 WHERE name = 'credit'`)
    await append(10)
    expect(await signer.signNow()).toBe(10)
    expect((await findings())[0]).toEqual(['altered', 5])
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
