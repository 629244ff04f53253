import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { subgraphNames } from '../../core/domains.ts'
import type { Domain } from '../../core/domains.ts'
import { httpCity } from '../support/http-city.ts'
import type { HttpCity } from '../support/http-city.ts'
import { crowd, eventually, giveBack, takeAway } from '../support/outage.ts'
import { runningCity } from '../support/running-city.ts'
import type { RunningCity } from '../support/running-city.ts'

const how = { caller: 'amr-officer', purpose: 'AMR-0001', caseNo: 'SH-2026-0001' }
const query = `{
  enterprise(uscc: "91310199MA1K0T2A0A") { name legalRepresentative { name } creditSummary { recordCount } licenses { nodes { status } } nearestMetroStation { name } }
}`

let city: RunningCity
let apart: HttpCity
let whole: Record<string, unknown>
beforeAll(async () => {
  city = await runningCity({ own: true })
  apart = await httpCity(city)
  const answer = await city.ask(query, how)
  expect(answer.errors).toEqual([])
  whole = answer.data.enterprise
})
afterAll(async () => {
  await apart?.stop()
  await city?.stop()
})

/** What the answer of that domain is when it is away; the others' parts stay. */
const missing: Readonly<Record<Exclude<Domain, 'enterprises'>, object>> = {
  population: { legalRepresentative: { name: null } },
  credit: { creditSummary: null },
  licenses: { licenses: null },
  transport: { nearestMetroStation: null },
}

describe('a department whose database goes away', () => {
  for (const domain of ['credit', 'population', 'licenses', 'transport'] as const) {
    it(`leaves the fields of ${domain} empty, says so, serves the rest and comes back by itself`, async () => {
      await takeAway(city.databases[domain])
      for (const { ask, url } of [city, apart]) {
        const answer = await ask(query, how)
        expect(answer.status).toBe(200)
        expect(answer.data.enterprise).toEqual({ ...whole, ...missing[domain] })
        expect(answer.errors).toEqual([{ message: 'This domain cannot be reached at the moment.', extensions: { code: 'SUBGRAPH_UNAVAILABLE', domain } }])
        const health = await fetch(`${url}/health/ready`)
        expect(health.status).toBe(503)
        expect(await health.json()).toEqual({ ready: false, domains: Object.fromEntries(subgraphNames.map((name) => [name, name === domain ? 'down' : 'up'])), records: 'up' })
      }
      await giveBack(city.databases[domain])
      for (const { ask, url } of [city, apart]) {
        const healed = await eventually(2_000, async () => {
          const answer = await ask(query, how)
          expect(answer.errors).toEqual([])
          expect(answer.data.enterprise).toEqual(whole)
        })
        expect(healed).toBeLessThan(2_000)
        expect((await fetch(`${url}/health/ready`)).status).toBe(200)
      }
    })
  }

  it('says so as well when it has no connection left: no value is empty without an error beside it', async () => {
    await crowd(city.databases.population, true)
    for (const { ask } of [city, apart]) {
      const answer = await ask('{ people(first: 1) { nodes { name } } verifyIdentity(name: "张伟", idNo: "310199198503070112") }', how)
      expect([answer.status, answer.data]).toEqual([200, { people: null, verifyIdentity: null }])
      expect(answer.errors).toEqual([{ message: 'This domain cannot be reached at the moment.', extensions: { code: 'SUBGRAPH_UNAVAILABLE', domain: 'population' } }])
    }
    await crowd(city.databases.population, false)
    for (const { ask } of [city, apart]) expect((await ask('{ people(first: 1) { nodes { id } } }', how)).errors).toEqual([])
  })

  it('gives an empty root field when the root itself is away', async () => {
    await takeAway(city.databases.enterprises)
    for (const { ask } of [city, apart]) {
      const answer = await ask('{ enterprise(uscc: "91310199MA1K0T2A0A") { name } metroLines(first: 1) { nodes { lineNo } } }')
      expect(answer.status).toBe(200)
      expect(answer.data.enterprise).toBeNull()
      expect(answer.data.metroLines.nodes).toHaveLength(1)
      expect(answer.errors).toMatchObject([{ extensions: { code: 'SUBGRAPH_UNAVAILABLE', domain: 'enterprises' } }])
    }
    await giveBack(city.databases.enterprises)
  })

  it('tells the operator of each department, without address or statement', async () => {
    for (const log of [city.log(), apart.log()]) {
      expect(log).toMatch(/"domain":"credit",.*"msg":"database failed"/)
      expect(log).not.toMatch(/postgres(ql)?:\/\/|select |ALLOW_CONNECTIONS|currently accepting/i)
      for (const domain of subgraphNames) expect(log).not.toContain(city.databases[domain].name)
    }
  })

  it('is named when it is away at the start, and nothing stays open', async () => {
    await takeAway(city.databases.credit)
    await takeAway(city.databases.transport)
    await expect(runningCity({ databases: city.databases })).rejects.toThrow(/^The database of credit cannot be reached\.\nThe database of transport cannot be reached\.$/)
    await giveBack(city.databases.credit)
    await giveBack(city.databases.transport)
    await (await runningCity({ databases: city.databases })).stop()
  })
})
