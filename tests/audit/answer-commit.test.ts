// One commit for the records of one answer: whole or not at all, waited for, and no other answer's affair.

import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fiveDomainCaller, fiveDomainQuery } from '../../bench/five-domain-query.ts'
import { answerCommits } from '../../audit/answer-commit.ts'
import { openAuditPool } from '../../audit/audit-pool.ts'
import { openCommitQueue } from '../../audit/commit-queue.ts'
import { openAuditLog } from '../../audit/postgres-log.ts'
import { applyMigrations } from '../../migrations/apply.ts'
import { accessRecord } from '../support/access-record.ts'
import { createDatabase } from '../support/city-database.ts'
import type { TestDatabase } from '../support/city-database.ts'
import { logLeaves } from '../support/log-leaves.ts'
import { eventually, lockLog } from '../support/outage.ts'
import { runningCity } from '../support/running-city.ts'
import type { RunningCity } from '../support/running-city.ts'

const nextId = ((n: number) => () => `0195500a-0000-7000-8000-${String(n++).padStart(12, '0')}`)(1)

/** The transaction of each record, by id. */
async function transactions(database: TestDatabase, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const client = new pg.Client(database.query)
  await client.connect()
  try {
    const { rows } = await client.query<{ id: string; xmin: string }>('SELECT k.id, r.xmin::text FROM audit.record AS k JOIN audit.run AS r ON r.log = k.log AND r.first = k.run WHERE k.id = ANY($1::uuid[])', [ids])
    return new Map(rows.map(({ id, xmin }) => [id, xmin]))
  } finally {
    await client.end()
  }
}

describe('the commit of one answer', () => {
  let database: TestDatabase
  let pool: pg.Pool
  beforeAll(async () => {
    database = await createDatabase('audit')
    await applyMigrations(database.owner, 'migrations/audit/sql', { domain: 'audit' })
    pool = openAuditPool(database.writer('city'), { log: 'city' })
  })
  afterAll(async () => {
    await pool.end()
    await database.drop()
  })

  /** Two logs of one queue, and commits of answers from both. */
  const logs = () => {
    const failures: string[] = []
    const queue = openCommitQueue({ pool })
    const log = (name: string) => openAuditLog({ queue, log: name, onFailure: () => failures.push(name) })
    return { credit: log('credit'), population: log('population'), begin: answerCommits(queue), failures, idle: queue.idle }
  }
  const made = (log: string, given: Parameters<typeof accessRecord>[0] = {}) => accessRecord({ log, id: nextId(), ...given })

  it('holds the records of all its logs, and nothing is durable before it', async () => {
    const { credit, population, begin } = logs()
    const records = [made('credit'), made('population')] as const
    const commit = begin()
    await credit.append([records[0]], commit)
    await population.append([records[1]], commit)
    expect(await transactions(database, records.map(({ id }) => id))).toEqual(new Map())
    await commit.durable()
    const kept = await transactions(database, records.map(({ id }) => id))
    expect(kept.size).toBe(2)
    expect(new Set(kept.values()).size).toBe(1)
  })

  it('keeps no record of an answer when one of them is refused, and all of the answers beside it', async () => {
    const { credit, population, begin, failures } = logs()
    const bad = begin()
    const lost = made('population')
    await credit.append([made('credit', { at: 'never' })], bad)
    await population.append([lost], bad)
    const beside = Array.from({ length: 5 }, () => ({ commit: begin(), records: [made('credit'), made('population')] as const }))
    for (const { commit, records } of beside) {
      await credit.append([records[0]], commit)
      await population.append([records[1]], commit)
    }
    const ends = await Promise.allSettled([bad, ...beside.map(({ commit }) => commit)].map((commit) => commit.durable()))
    expect(ends[0]).toMatchObject({ status: 'rejected', reason: { code: 'AUDIT_UNAVAILABLE' } })
    expect(ends.slice(1).map(({ status }) => status)).toEqual(Array.from({ length: 5 }, () => 'fulfilled'))
    expect(await transactions(database, [lost.id])).toEqual(new Map())
    expect((await transactions(database, beside.flatMap(({ records }) => records.map(({ id }) => id)))).size).toBe(10)
    expect(failures.toSorted()).toEqual(['credit', 'population'])
  })

  it('is more than one where the records of an answer are too many for it, and waits for all', async () => {
    const { credit, population, begin } = logs()
    const commit = begin()
    const records = Array.from({ length: 3 }, (_, n) => Array.from({ length: 400 }, () => made(n === 1 ? 'population' : 'credit')))
    for (const some of records) await (some[0]?.log === 'credit' ? credit : population).append(some, commit)
    await commit.durable()
    const kept = await transactions(database, records.flat().map(({ id }) => id))
    expect(kept.size).toBe(1_200)
  })

  it('commits by itself what is read after the answer is over', async () => {
    const { credit, begin, idle } = logs()
    const commit = begin()
    await commit.durable()
    const late = made('credit')
    await credit.append([late], commit)
    await idle()
    expect((await transactions(database, [late.id])).size).toBe(1)
  })
})

describe('an answer from five departments of one process', () => {
  let city: RunningCity
  beforeAll(async () => {
    city = await runningCity()
  })
  afterAll(async () => {
    await city.stop()
  })

  it('records what was read for a request that then failed as a whole', async () => {
    const requestId = randomUUID()
    // Enterprises have been read when population finds that it cannot charge the person to anybody.
    const holder = new pg.Client(city.databases.audit.owner)
    await holder.connect()
    try {
      await holder.query('BEGIN; LOCK TABLE audit.supply IN ACCESS EXCLUSIVE MODE')
      const answer = await city.ask(fiveDomainQuery, { ...fiveDomainCaller, headers: { 'x-request-id': requestId } })
      expect([answer.status, answer.data, answer.sharing.records]).toEqual([503, undefined, []])
    } finally {
      await holder.end()
    }
    const ofRequest = (await logLeaves(city.databases.audit.owner, 'enterprises')).filter((leaf) => leaf.requestId === requestId)
    expect(ofRequest).toMatchObject([{ outcome: 'ANSWERED', entries: ['Query.enterprise'] }])
  })

  it('has all its records in one transaction', async () => {
    const { sharing, errors } = await city.ask(fiveDomainQuery, fiveDomainCaller)
    expect(errors).toEqual([])
    const kept = await transactions(city.databases.audit, sharing.records.map(({ id }) => id))
    expect(kept.size).toBe(sharing.records.length)
    expect(new Set(kept.values()).size).toBe(1)
  })

  it('leaves neither before the last record is durable nor without it', async () => {
    const letGo = await lockLog(city.databases.audit, 'transport')
    let answered = false
    const asked = city.ask(fiveDomainQuery, fiveDomainCaller).finally(() => {
      answered = true
    })
    await new Promise((done) => setTimeout(done, 700))
    expect(answered).toBe(false)
    await letGo()
    const { status, sharing } = await asked
    expect(status).toBe(200)
    expect((await transactions(city.databases.audit, sharing.records.map(({ id }) => id))).size).toBe(sharing.records.length)
    const again = await lockLog(city.databases.audit, 'transport')
    const refused = await city.ask(fiveDomainQuery, fiveDomainCaller)
    expect([refused.status, refused.data, refused.sharing.records, refused.errors.map(({ extensions }) => extensions.code)]).toEqual([503, undefined, [], ['AUDIT_UNAVAILABLE']])
    await again()
    await eventually(4_000, async () => expect((await city.ask(fiveDomainQuery, fiveDomainCaller)).status).toBe(200))
  })
})
