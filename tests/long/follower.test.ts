// The follower of the logs, on real databases: what it copies, that it goes on where it was, that two do not copy twice, and what
// it passes over.

import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openAuditPool } from '../../audit/audit-pool.ts'
import type { AccessRecord } from '../../audit/access-record.ts'
import { openAuditLog } from '../../audit/postgres-log.ts'
import { policiesFolder } from '../../cli/city-parts.ts'
import { frozenClock } from '../../core/clock.ts'
import { createLogger } from '../../core/logger.ts'
import { openFollower } from '../../governance/follower.ts'
import { applyMigrations } from '../../migrations/apply.ts'
import { openPool } from '../../migrations/pool.ts'
import { createPolicyEngine } from '../../policy-engine/engine.ts'
import type { PolicyEngine } from '../../policy-engine/engine.ts'
import { readClassification } from '../../schema/classification.ts'
import { allSubgraphSdl } from '../../schema/load.ts'
import { accessRecord } from '../support/access-record.ts'
import { fromTemplate } from '../support/city-database.ts'
import type { TestDatabase } from '../support/city-database.ts'
import { governanceDatabase } from '../support/governance-database.ts'
import { TEST_DAY } from '../support/running-city.ts'
import { unpacked } from '../support/unpacked-runs.ts'

const classification = readClassification(allSubgraphSdl())
const TOKEN = 'ab'.repeat(16)
let engine: PolicyEngine | undefined
let audit: TestDatabase
let facts: TestDatabase
let lines: string[]
const open: (() => Promise<unknown>)[] = []

beforeEach(async () => {
  engine ??= await createPolicyEngine({ directory: policiesFolder, classification, clock: frozenClock(TEST_DAY) })
  audit = await fromTemplate('audit', 'records', ({ owner }) => applyMigrations(owner, 'migrations/audit/sql', { domain: 'audit' }).then(() => undefined))
  facts = await governanceDatabase()
  lines = []
}, 120_000)
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close()
  await audit.drop()
  await facts.drop()
})

function follow() {
  const to = openPool(facts.follower, { max: 3, domain: 'follower' })
  const from = openPool(audit.query, { max: 2, domain: 'reader' })
  const logger = createLogger('info', { write: (line) => void lines.push(line) })
  if (engine === undefined) throw new Error('no engine')
  const follower = openFollower({ facts: to, sources: [{ pool: from, logs: ['population', 'credit', 'governance', 'gateway'] }], engine, classification, logger })
  const close = async (): Promise<void> => {
    await follower.close()
    await Promise.all([to.end(), from.end()])
  }
  let closed: Promise<void> | undefined
  const once = (): Promise<void> => (closed ??= close())
  open.push(once)
  return { ...follower, close: once }
}

async function write(log: 'population' | 'credit', records: readonly AccessRecord[]): Promise<void> {
  const pool = openAuditPool(audit.writer(log), { log })
  const it = openAuditLog({ pool, log })
  for (let from = 0; from < records.length; from += 500) await it.append(records.slice(from, from + 500))
  await it.close()
  await pool.end()
}

async function rows(text: string, values: readonly unknown[] = [], address = facts.query): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client(address)
  await client.connect()
  try {
    return (await client.query(text, [...values])).rows
  } finally {
    await client.end()
  }
}

const count = async (table: string): Promise<number> => Number((await rows(`SELECT count(*) AS n FROM ${table}`))[0]?.['n'])
const superuser = (text: string, values: readonly unknown[] = []) => rows(text, values, { connectionString: audit.superuserUrl })

describe('the follower', () => {
  it('copies facts, with the owners of what was served', async () => {
    const denied = { field: 'Person.maritalStatus', decision: 'DENIED', policies: [] } as const
    const record = accessRecord({ subjects: [TOKEN], subjectCount: 1, purpose: 'PSB-0001', fields: [{ field: 'Query.people', decision: 'CLEAR', policies: [] }, { field: 'Person.mobile', decision: 'MASKED', policies: ['p'] }, denied] })
    await write('population', [record])
    await follow().caughtUp()
    expect(await rows('SELECT ref, log, seq, caller_org, owners, person_categories, outcome FROM access_record')).toEqual([
      { ref: `population/${record.id}`, log: 'population', seq: '0', caller_org: 'PSB', owners: ['PSB'], person_categories: ['PERSON_CONTACT'], outcome: 'ANSWERED' },
    ])
    expect(await rows('SELECT token, record FROM access_subject')).toEqual([{ token: 'abababab-abab-abab-abab-abababababab', record: `population/${record.id}` }])
    expect(await rows(`SELECT field, owner, decision FROM field_set_field ORDER BY field`)).toEqual([
      { field: 'Person.maritalStatus', owner: 'CAB', decision: 'DENIED' }, { field: 'Person.mobile', owner: 'PSB', decision: 'MASKED' }, { field: 'Query.people', owner: 'PSB', decision: 'CLEAR' },
    ])
    expect(await rows(`SELECT title, delay_days FROM purpose WHERE code = 'PSB-0001'`)).toEqual([{ title: 'Population register', delay_days: 0 }])
  })

  it('notices new records by itself within half a second', async () => {
    const follower = follow()
    await follower.caughtUp()
    await write('credit', [accessRecord({ log: 'credit' })])
    const until = performance.now() + 5_000
    let waited = 0
    while ((await count('access_record')) === 0 && performance.now() < until) {
      await new Promise((done) => setTimeout(done, 25))
      waited += 25
    }
    expect(await count('access_record')).toBe(1)
    expect(waited).toBeLessThan(2_500)
  })

  it('goes on where another one stopped, and copies nothing twice', async () => {
    await write('population', Array.from({ length: 30 }, () => accessRecord()))
    const first = follow()
    await first.caughtUp()
    await first.close()
    await write('population', Array.from({ length: 12 }, () => accessRecord()))
    await follow().caughtUp()
    expect(await count('access_record')).toBe(42)
    expect(await rows('SELECT next_seq, unread FROM followed_log WHERE log = $1', ['population'])).toEqual([{ next_seq: '42', unread: '0' }])
  })

  it('copies everything once when two follow at the same time', async () => {
    const [one, two] = [follow(), follow()]
    const writing = [write('population', Array.from({ length: 1_000 }, () => accessRecord({ subjects: [TOKEN] }))), write('credit', Array.from({ length: 500 }, () => accessRecord({ log: 'credit', subjects: [TOKEN] })))]
    await Promise.all(writing)
    await Promise.all([one.caughtUp(), two.caughtUp()])
    expect(await count('access_record')).toBe(1_500)
    expect(await count('access_subject')).toBe(1_500)
    expect(lines.join('')).not.toContain('failed')
  })

  it('puts the subjects of records that continue another to that one', async () => {
    const first = accessRecord({ subjects: [TOKEN], subjectCount: 201 })
    const further = accessRecord({ requestId: first.requestId, continues: first.id, fields: [], subjects: ['cd'.repeat(16)] })
    await write('population', [first, further])
    await follow().caughtUp()
    expect(await count('access_record')).toBe(1)
    expect(await rows('SELECT record FROM access_subject')).toEqual([{ record: `population/${first.id}` }, { record: `population/${first.id}` }])
  })

  it('passes over what is no record, says so, and goes on', async () => {
    const leaves = [JSON.stringify({ id: randomUUID(), at: '2026-03-01T02:00:00.000Z', log: 'population', caller: 'nobody' }), JSON.stringify({ id: randomUUID(), at: '2026-03-01T02:00:00.000Z', log: 'population', event: 'ALERT' })]
    await write('population', [accessRecord()])
    await rows('SELECT audit.append($1, $2)', ['population', leaves.map((leaf) => Buffer.from(leaf))], audit.writer('population'))
    await write('population', [accessRecord()])
    await follow().caughtUp()
    expect(await count('access_record')).toBe(2)
    expect(await rows('SELECT log, seq, reason FROM unread_record')).toEqual([{ log: 'population', seq: '1', reason: 'of no known form' }])
    expect(await rows(`SELECT next_seq, others, unread FROM followed_log WHERE log = 'population'`)).toEqual([{ next_seq: '4', others: '1', unread: '1' }])
  })

  it('passes over a record that the database does not take, and no other', async () => {
    const poison = accessRecord({ requestId: 'not this one' })
    await rows(`ALTER TABLE access_record ADD CONSTRAINT poisoned CHECK (request_id <> 'not this one')`, [], facts.owner)
    await write('population', [...Array.from({ length: 20 }, () => accessRecord()), poison, ...Array.from({ length: 20 }, () => accessRecord())])
    await follow().caughtUp()
    expect(await count('access_record')).toBe(40)
    expect(await rows('SELECT seq, reason FROM unread_record')).toEqual([{ seq: '20', reason: 'not taken by the database' }])
  })

  it('says which record is not there', async () => {
    await write('population', Array.from({ length: 5 }, () => accessRecord()))
    await superuser('ALTER TABLE audit.run DISABLE TRIGGER run_is_append_only')
    await superuser(unpacked(`DELETE FROM unpacked WHERE log = 'population' AND seq IN (1, 4)`))
    await follow().caughtUp()
    expect(await count('access_record')).toBe(3)
    expect(await rows('SELECT seq, reason FROM unread_record ORDER BY seq')).toEqual([{ seq: '1', reason: 'not there' }, { seq: '4', reason: 'not there' }])
  })

  it('does not let one department hide a record behind the id of another', async () => {
    const theirs = accessRecord()
    await write('population', [theirs])
    await write('credit', [accessRecord({ id: theirs.id, log: 'credit', caller: { org: 'CREDIT', kind: 'department', sub: 'insider' } })])
    await follow().caughtUp()
    expect(await rows('SELECT caller_org FROM access_record ORDER BY log')).toEqual([{ caller_org: 'CREDIT' }, { caller_org: 'PSB' }])
  })

  it('goes on when its own database comes back', async () => {
    const follower = follow()
    await follower.caughtUp()
    await rows('ALTER TABLE access_record RENAME TO away', [], facts.owner)
    await write('population', [accessRecord()])
    await expect(follower.caughtUp(800)).rejects.toThrow('could not be followed')
    await rows('ALTER TABLE away RENAME TO access_record', [], facts.owner)
    await follower.caughtUp()
    expect(await count('access_record')).toBe(1)
    expect(lines.filter((line) => line.includes('follower failed'))).toHaveLength(1)
    expect(lines.join('')).toContain('follower works again')
  })
})

describe('the lists', () => {
  it('newest first come from their indexes', async () => {
    await rows(`INSERT INTO access_record (ref, log, seq, record_id, at, request_id, caller_org, caller_kind, caller_sub, operation_hash, entries, field_set, owners, person_categories, subject_count, row_count, policy_version, outcome)
      SELECT 'credit/' || g, 'credit', g, gen_random_uuid(), now() - g * interval '1 s', '', 'PSB', 'department', 's', '', '{}', '', '{PSB}', '{}', 0, 0, '', 'ANSWERED' FROM generate_series(1, 5000) AS g`, [], facts.owner)
    await rows(`INSERT INTO access_subject SELECT '${TOKEN}'::uuid, at, ref FROM access_record`, [], facts.owner)
    await rows('ANALYZE access_record, access_subject', [], facts.owner)
    const plan = async (statement: string): Promise<string> => JSON.stringify(await rows(`EXPLAIN ${statement}`))
    const newest = await plan(`SELECT ref FROM access_record WHERE owners @> ARRAY['PSB'] ORDER BY at DESC, ref ASC LIMIT 21`)
    expect(newest).toContain('access_record_newest')
    expect(newest).not.toContain('Sort')
    const history = await plan(`SELECT r.ref FROM access_subject AS s JOIN access_record AS r ON r.ref = s.record WHERE s.token = '${TOKEN}' ORDER BY s.at DESC, s.record ASC LIMIT 21`)
    expect(history).toContain('access_subject_newest')
    expect(history).not.toContain('Sort')
  })
})

describe('the roles', () => {
  it('let the follower add, not remove, and the serving role only read', async () => {
    const removing = ['DELETE FROM access_record', 'TRUNCATE access_record', 'DROP TABLE access_record', 'CREATE TABLE public.mine (a int)', 'DELETE FROM access_subject', 'DELETE FROM unread_record']
    for (const statement of removing) await expect(rows(statement, [], facts.follower), statement).rejects.toMatchObject({ code: '42501' })
    const writing = ["INSERT INTO organisation VALUES ('X', 'x', 'x')", 'UPDATE purpose SET delay_days = 0', 'DELETE FROM access_record']
    for (const statement of writing) await expect(rows(statement, [], facts.query), statement).rejects.toMatchObject({ code: '42501' })
  })

  it('reach no log: the follower has no way in, the serving role only appends', async () => {
    if ('connectionString' in facts.follower) throw new Error('embedded addresses are parts')
    await expect(rows('SELECT 1', [], { ...facts.follower, database: audit.name })).rejects.toMatchObject({ code: '42501' })
    await expect(rows('SELECT 1 FROM audit.record', [], audit.writer('governance'))).rejects.toMatchObject({ code: '42501' })
  })
})
