// A log that its signer refuses: the department is not ready until the log is as it was, and the report of the verifier says so.

import { generateKeyPairSync } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { withSnapshot } from '../../audit/verify/database-source.ts'
import { verifierKey } from '../../audit/verify/signed-head.ts'
import { verifyDatabase } from '../../audit/verify/verify-database.ts'
import { reportOf } from '../../cli/audit-report.ts'
import { openLog } from '../../cli/city-parts.ts'
import { createLogger } from '../../core/logger.ts'
import { applyMigrations } from '../../migrations/apply.ts'
import { accessRecord } from '../support/access-record.ts'
import { createDatabase, type TestDatabase } from '../support/city-database.ts'
import { asRole } from '../support/hand-made-log.ts'

const { privateKey, publicKey } = generateKeyPairSync('ed25519')
const keys = [verifierKey('citygraph/credit', publicKey.export({ format: 'der', type: 'spki' }).subarray(-32))]
let database: TestDatabase
beforeAll(async () => {
  database = await createDatabase('audit')
  await applyMigrations(database.owner, 'migrations/audit/sql', { domain: 'audit' })
})
afterAll(async () => database.drop())

const change = (statement: string): Promise<unknown> => asRole(database.superuserUrl, (client) => client.query(`SET session_replication_role = replica; ${statement}`))
async function becomes(wanted: boolean, ready: () => Promise<boolean>): Promise<void> {
  const until = performance.now() + 20_000
  while ((await ready()) !== wanted && performance.now() < until) await delay(50)
  expect(await ready()).toBe(wanted)
}

it('a log whose signed size was set back is not ready until it is as it was', async () => {
  const log = openLog('credit', database.writer('credit'), createLogger('error', { write: () => undefined }), privateKey)
  const signed = async (): Promise<boolean> => asRole(database.query, async (client) => (await client.query(`SELECT FROM audit.checkpoint WHERE log = 'credit' AND size = 5`)).rowCount === 1)
  try {
    await log.it.append(Array.from({ length: 5 }, () => accessRecord({ log: 'credit' })))
    await becomes(true, signed)
    await becomes(true, log.ready)
    await change(`UPDATE audit.log SET size = 4 WHERE name = 'credit'`)
    await becomes(false, log.ready)
    await change(`UPDATE audit.log SET size = 5 WHERE name = 'credit'`)
    await becomes(true, log.ready)
  } finally {
    await log.close()
  }
})

it('records that are unsigned for more than a minute are warned of', async () => {
  await asRole(database.writer('credit') , (client) => client.query('SELECT 1'))
  await change(`DELETE FROM audit.checkpoint WHERE log = 'credit'; DELETE FROM audit.tile WHERE log = 'credit'; UPDATE audit.log SET size = 0 WHERE name = 'credit'; DELETE FROM audit.run WHERE log = 'credit'`)
  const log = openLog('credit', database.writer('credit'), createLogger('error', { write: () => undefined }), privateKey)
  await log.it.append([accessRecord({ log: 'credit' })])
  await log.close()
  await change(`UPDATE audit.log SET size = 2 WHERE name = 'credit'; INSERT INTO audit.run SELECT log, 1, ARRAY[octet_length(leaf)], '{0}', '', leaf FROM (SELECT log, convert_to(regexp_replace(convert_from(leaf, 'UTF8'), '"id":"[0-9a-f-]{36}"', '"id":"0195500a-ffff-7000-8000-00000000ffff"'), 'UTF8') AS leaf FROM audit.record WHERE log = 'credit') AS r`)
  const { verdicts } = await withSnapshot(database.query, (client) => verifyDatabase(client, { keys, outside: [], expected: ['credit'], only: 'credit' }))
  const [verdict] = verdicts
  if (verdict === undefined) throw new Error('no verdict')
  expect(verdict.findings).toEqual([])
  const since = (verdict.unsignedSince ?? 0) / 1_000
  expect(reportOf(verdict, since + 61_000)).toMatch(/^Warning: records of credit since \S+ are not signed\./m)
  expect(reportOf(verdict, since + 59_000)).not.toContain('Warning')
})
