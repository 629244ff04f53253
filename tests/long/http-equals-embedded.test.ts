import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPublicIds } from '../../resolvers/ids.ts'
import { linkingToken } from '../../synthetic-city/linking-token.ts'
import { askedPeople, askingCallers, askings } from '../support/askings.ts'
import { httpCity } from '../support/http-city.ts'
import type { HttpCity } from '../support/http-city.ts'
import { LINK_KEY } from '../support/loaded-city.ts'
import { patiently } from '../support/patiently.ts'
import { runningCity } from '../support/running-city.ts'
import type { Answer, Asked, RunningCity } from '../support/running-city.ts'

let embedded: RunningCity
let apart: HttpCity
beforeAll(async () => {
  embedded = await runningCity()
  apart = await httpCity(embedded, { engines: 'own' })
})
afterAll(async () => {
  await apart?.stop()
  await embedded?.stop()
})

const organisations: Readonly<Record<string, string>> = { 'amr-officer': 'AMR', 'psb-officer': 'PSB', 'edu-clerk': 'EDU', 'trans-officer': 'TRANS', 'bank-a': 'BANK-A', 'zhang-wei': 'CITIZEN', auditor: 'OPS' }

/** Public ids as the caller's organisation knows them. */
function idsFor(how: Asked): Record<string, string> {
  const ids = createPublicIds([...embedded.keys.ids])
  const org = organisations[how.caller ?? ''] ?? 'PUBLIC'
  return Object.fromEntries(Object.entries(askedPeople).map(([name, idNo]) => [name, ids.encipher(org, 'Person', linkingToken(idNo, LINK_KEY))]))
}

/** All that is said, but for what is new each time. */
function said({ status, text, sharing }: Answer): unknown {
  const { data, errors } = JSON.parse(text) as { data?: unknown; errors?: unknown }
  const records = sharing.records.map(({ log }) => log).toSorted()
  return { status, data: JSON.stringify(data), errors, decisions: sharing.decisions, policyVersion: sharing.policyVersion, records }
}

describe('subgraphs over HTTP', () => {
  for (const [who, how] of Object.entries(askingCallers)) {
    it(`answer ${who} byte for byte like subgraphs in process`, async () => {
      let withData = 0
      for (const [what, asking] of Object.entries(askings)) {
        const full = { ...how, ...asking, variables: { ...(asking.query.includes('$person') || asking.query.includes('$ward') ? idsFor(how) : {}), ...asking.variables } }
        const [one, other] = await Promise.all([patiently(() => embedded.ask(asking.query, full)), patiently(() => apart.ask(asking.query, full))])
        expect(said(other), what).toEqual(said(one))
        if (one.status === 200 && Object.values(one.data ?? {}).some((value) => value !== null)) withData += 1
      }
      // The auditor sees no rows; everybody else is answered, not only refused.
      expect(withData).toBeGreaterThanOrEqual(who === 'an auditor' ? 0 : 7)
    })
  }

  it('gives cursors that lead to the same rows, and either way takes the other one', async () => {
    const query = `query ($after: String) { enterprises(first: 7, after: $after) { nodes { uscc creditSummary { recordCount } } edges { cursor } pageInfo { endCursor hasNextPage } } }`
    const next: { embedded: string | null; apart: string | null } = { embedded: null, apart: null }
    const seen = new Set<string>()
    for (let page = 0; page < 4; page += 1) {
      const [one, other] = await Promise.all([embedded.ask(query, { variables: { after: next.embedded } }), apart.ask(query, { variables: { after: next.apart } })])
      const [a, b] = [one.data.enterprises, other.data.enterprises]
      expect(b.nodes).toEqual(a.nodes)
      expect(b.pageInfo.hasNextPage).toBe(a.pageInfo.hasNextPage)
      expect(b.edges).toHaveLength(a.edges.length)
      for (const { uscc } of a.nodes) seen.add(uscc)
      Object.assign(next, { embedded: b.pageInfo.endCursor, apart: a.pageInfo.endCursor })
    }
    expect(seen.size).toBe(28)
  })

  it('says the same of its health, and names nothing', async () => {
    const state = async (url: string) => (await fetch(`${url}/health/ready`)).text()
    expect(await state(apart.url)).toBe(await state(embedded.url))
    expect(apart.log()).not.toMatch(/127\.0\.0\.1|localhost/)
  })
})
