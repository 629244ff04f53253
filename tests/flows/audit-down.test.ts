import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import pg from 'pg'
import { httpCity } from '../support/http-city.ts'
import type { HttpCity } from '../support/http-city.ts'
import { eventually, giveBack, hinderAppends, lockLog, setReadOnly, takeAway } from '../support/outage.ts'
import { runningCity } from '../support/running-city.ts'
import type { RunningCity } from '../support/running-city.ts'

const query = '{ enterprise(uscc: "91310199MA1K0T2A0A") { name creditSummary { recordCount } } }'

let city: RunningCity
let apart: HttpCity
/** Of every answer with data: the records it named. */
const named: { readonly log: string; readonly id: string }[] = []
beforeAll(async () => {
  city = await runningCity()
  apart = await httpCity(city)
})
afterAll(async () => {
  await apart?.stop()
  await city?.stop()
})

/** Of the city in one process and of the one in several, side by side: each waits for its patience. */
const ofBoth = (check: (of: HttpCity) => Promise<void>): Promise<unknown> => Promise.all([city, apart].map(check))

async function expectNoData(): Promise<void> {
  await ofBoth(async ({ ask, url }) => {
    const begun = performance.now()
    const answer = await ask(query)
    expect(answer.status).toBe(503)
    expect(JSON.parse(answer.text)).not.toHaveProperty('data')
    expect(answer.errors.map(({ extensions }) => extensions.code)).toEqual(['AUDIT_UNAVAILABLE'])
    expect(answer.text).not.toContain('示例')
    expect(performance.now() - begun).toBeLessThan(5_000)
    expect((await fetch(`${url}/health/ready`)).status).toBe(503)
  })
}

async function expectBack(): Promise<void> {
  await ofBoth(async ({ ask, url }) => {
    await eventually(4_000, async () => {
      const answer = await ask(query)
      expect(answer.status).toBe(200)
      expect(answer.data.enterprise.creditSummary.recordCount).toBe(2)
      expect(answer.sharing.records.map(({ log }) => log).toSorted()).toEqual(['credit', 'enterprises'])
      named.push(...answer.sharing.records)
    })
    await eventually(4_000, async () => expect((await fetch(`${url}/health/ready`)).status).toBe(200))
  })
}

describe('no record, no data', () => {
  it('gives nothing while the audit database is away, and resumes by itself', async () => {
    await takeAway(city.databases.audit)
    await expectNoData()
    await giveBack(city.databases.audit)
    await expectBack()
  })

  it('gives nothing while the audit database is read-only, and resumes by itself', async () => {
    await setReadOnly(city.databases.audit, true)
    await expectNoData()
    await setReadOnly(city.databases.audit, false)
    await expectBack()
  })

  it('gives nothing when one log is held for longer than two seconds, and resumes by itself', async () => {
    const letGo = await lockLog(city.databases.audit, 'credit')
    await expectNoData()
    await letGo()
    await expectBack()
  })

  it.each(['full', 'slow'] as const)('gives nothing while the audit database is %s, and resumes by itself', async (how) => {
    const end = await hinderAppends(city.databases.audit, how)
    await expectNoData()
    await end()
    await expectBack()
  })

  it('gives a dry run only with its record, and a refusal even without; a gateway that cannot record is not ready', async () => {
    const letGo = await lockLog(city.databases.audit, 'gateway')
    await ofBoth(async ({ ask, url }) => {
      const dry = await ask(query, { headers: { 'x-dry-run': 'decisions' } })
      expect([dry.status, dry.errors.map(({ extensions }) => extensions.code), dry.sharing.decisions]).toMatchObject([503, ['AUDIT_UNAVAILABLE'], expect.anything()])
      const refused = await ask(query, { headers: { 'x-purpose': 'NO-0001' } })
      expect([refused.status, refused.errors[0]?.extensions.code]).toEqual([400, 'PURPOSE_UNKNOWN'])
      const ready = await fetch(`${url}/health/ready`)
      expect([ready.status, await ready.json()]).toMatchObject([503, { ready: false, records: 'down', domains: { population: 'up', credit: 'up' } }])
    })
    await letGo()
    expect((await city.ask(query, { headers: { 'x-dry-run': 'decisions' } })).sharing.records).toMatchObject([{ log: 'gateway' }])
  })

  it('has the record of every answer it gave, without a gap', async () => {
    const client = new pg.Client(city.databases.audit.query)
    await client.connect()
    const { rows } = await client.query<{ log: string; seq: string; id: string }>('SELECT log, seq, id FROM audit.record ORDER BY log, seq')
    await client.end()
    const kept = new Set(rows.map(({ log, id }) => `${log}/${id}`))
    expect(named.filter(({ log, id }) => !kept.has(`${log}/${id}`))).toEqual([])
    expect(named.length).toBeGreaterThanOrEqual(20)
    for (const log of new Set(rows.map((row) => row.log))) {
      const own = rows.filter((row) => row.log === log)
      expect(own.map(({ seq }) => Number(seq))).toEqual(own.map((_, n) => n))
    }
  })

  it('tells operators that records failed, without saying where they are kept', () => {
    for (const log of [city.log(), apart.log()]) {
      expect(log).toMatch(/audit append failed/)
      expect(log).not.toMatch(/postgres(ql)?:\/\/|audit\.append\(|示例/)
      expect(log).not.toContain(city.databases.audit.name)
    }
  })
})
