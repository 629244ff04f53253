// What was read before a stop, a suspension or a revocation and still waits when it comes, for another department or for its record, does not leave
// as it was read: it is read again, or refused.

import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { accessOf, citySubgraph } from '../support/city-subgraph.ts'
import { httpCity } from '../support/http-city.ts'
import type { HttpCity } from '../support/http-city.ts'
import { logLeaves } from '../support/log-leaves.ts'
import { holdTables, lockLog } from '../support/outage.ts'
import { runningCity } from '../support/running-city.ts'
import type { Answer, Asked, RunningCity } from '../support/running-city.ts'

let city: RunningCity
let apart: HttpCity
beforeAll(async () => {
  city = await runningCity({ own: true })
  apart = await httpCity(city)
})
afterAll(async () => {
  await apart.stop()
  await city.stop()
})

/** Of enterprises first, of credit afterwards. */
const READ = '{ enterprise(uscc: "91310199MA1K0T2A0A") { name annualReports(first: 1) { nodes { totalAssets } } creditSummary { recordCount } } }'
/** After it every process has heard. */
const HEARD_MS = 900
const nameless = '{"enterprise":{"name":null,'

/** Asks while credit's tables are held: what enterprises gave waits in the gateway until `act` is done and heard of everywhere. */
async function askedBefore(of: Pick<HttpCity, 'ask'>, how: Asked, act: () => Promise<Answer>): Promise<{ readonly answer: Answer; readonly done: Answer }> {
  const tables = await holdTables(city.databases.credit)
  try {
    const asked = of.ask(READ, how)
    await tables.awaited()
    const done = await act()
    expect(done.errors).toEqual([])
    await pause(HEARD_MS)
    await tables.letGo()
    return { answer: await asked, done }
  } finally {
    await tables.letGo()
  }
}

const stop = () => city.ask('mutation { stopSharing(field: "Enterprise.name", reason: LEAK) { id } }', { caller: 'amr-data-owner' })
const resume = async (done: Answer): Promise<void> => {
  expect((await city.ask('mutation ($id: ID!) { resumeSharing(id: $id) { active } }', { caller: 'amr-second-owner', variables: { id: done.data.stopSharing.id } })).errors).toEqual([])
  await pause(HEARD_MS)
}

describe.each(['one process', 'processes of their own'] as const)('an answer that waits for another department, in a city of %s', (how) => {
  const of = (): Pick<HttpCity, 'ask'> => (how === 'one process' ? city : apart)

  it('is read again without a field that its owner stops, and names the records of both readings', async () => {
    const { answer, done } = await askedBefore(of(), {}, stop)
    expect(answer.status).toBe(200)
    expect(answer.text).toContain(nameless)
    expect(answer.data.enterprise.creditSummary.recordCount).toBe(2)
    expect(answer.sharing.decisions).toContainEqual({ path: 'enterprise.name', decision: 'DENIED', code: 'POLICY' })
    expect(answer.sharing.records.map(({ log }) => log).sort()).toEqual(['credit', 'credit', 'enterprises', 'enterprises'])
    const leaves = await logLeaves(city.databases.audit.owner, 'enterprises')
    const named = leaves.filter(({ id }) => answer.sharing.records.some((record) => record.id === id))
    expect(named.map(({ fields }) => fields?.find(({ field }) => field === 'Enterprise.name')?.decision)).toEqual(['CLEAR', 'DENIED'])
    await resume(done)
    expect((await of().ask(READ)).sharing.records).toHaveLength(2)
  })

  it('is refused to a caller who is stopped', async () => {
    const serving = () => city.ask('mutation { stopServing(kind: ORGANISATION, name: "NAV-B", reason: MISUSE) { id } }', { caller: 'security-officer' })
    const { answer, done } = await askedBefore(of(), { caller: 'nav-b' }, serving)
    expect([answer.status, answer.errors.map(({ extensions }) => extensions.code), answer.data]).toEqual([403, ['FORBIDDEN'], undefined])
    expect(answer.text).not.toContain('上海')
    await city.ask('mutation ($id: ID!) { resumeServing(id: $id) { active } }', { caller: 'second-officer', variables: { id: done.data.stopServing.id } })
    await pause(HEARD_MS)
  })

  it('is read again without a grant that is revoked, under the bundle without it', async () => {
    const asking = { caller: 'nav-b', purpose: 'NAV-0801' }
    const base = await of().ask(READ, asking)
    const input = { purpose: 'NAV-0801', scenario: 'Size of enterprises', legalBasis: '上海市数据条例 41', days: 30, agreementRef: 'OPEN-2026-0001', fields: [{ field: 'AnnualReport.totalAssets', mode: 'MASKED' }] }
    const made = await city.ask('mutation ($input: GrantApplication!) { applyForGrant(input: $input) { id } }', { caller: 'nav-b', variables: { input } })
    const { id } = made.data.applyForGrant
    for (const caller of ['security-officer', 'amr-data-owner']) expect((await city.ask('mutation ($id: ID!) { approveApplication(id: $id, version: 1) { status } }', { caller, variables: { id } })).errors).toEqual([])
    await pause(HEARD_MS)
    expect((await of().ask(READ, asking)).text).toContain('万')
    const { answer } = await askedBefore(of(), asking, () => city.ask('mutation ($id: ID!) { revokeGrant(id: $id) { state } }', { caller: 'second-officer', variables: { id: `G_${id}` } }))
    expect([answer.data, answer.sharing.decisions, answer.sharing.policyVersion]).toEqual([base.data, base.sharing.decisions, base.sharing.policyVersion])
  })
})

describe('an answer of a subgraph that waits for its own record', () => {
  it('is read again without a field that its owner stops, whatever router asked', async () => {
    const { subgraph, close } = citySubgraph(city, 'enterprises')
    // Warm, and as the gateway would have it.
    const caller = { kind: 'public', org: 'PUBLIC', sub: 'anonymous', roles: [], assurance: 1, zone: 'mainland' } as const
    const request = { query: '{ enterprise(uscc: "91310199MA1K0T2A0A") { uscc name } }', access: accessOf(city, caller), requestId: '019ca720-c943-7710-8bc0-882feb8c39bf', route: 'router' } as const
    try {
      expect((await subgraph.answer(request)).data?.['enterprise']).toMatchObject({ name: '上海示例出行科技有限公司' })
      // An append waits for a second and a half; a machine that is busy for longer gets another chance.
      for (let chance = 1; ; chance += 1) {
        const letGo = await lockLog(city.databases.audit, 'enterprises')
        const asked = subgraph.answer(request)
        await pause(150)
        const done = await stop()
        await pause(600)
        await letGo()
        const { status, data, extensions } = await asked
        await resume(done)
        if (status === 503 && chance < 5) continue
        expect([status, data?.['enterprise']]).toMatchObject([200, { name: null }])
        expect(extensions.sharing.stops).toContain('Enterprise.name')
        break
      }
    } finally {
      await close()
    }
  })
})
