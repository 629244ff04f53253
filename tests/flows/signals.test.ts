// Risk signals from the log: an alert once for each caller, signal and window, itself a record; where the officers' file says so the
// caller is suspended without anybody doing it.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { editedPolicies } from '../support/edited-policies.ts'
import { logLeaves } from '../support/log-leaves.ts'
import { runningCity, type Answer, type RunningCity } from '../support/running-city.ts'

let city: RunningCity
beforeAll(async () => {
  const policies = editedPolicies({
    'risk.yaml': (text) => text
      .replace('denyProbing: { threshold: 20,', 'denyProbing: { threshold: 5, suspendAt: 8,')
      .replace('bulk: { threshold: 500,', 'bulk: { threshold: 30,')
      .replace('verificationEnumeration: { threshold: 100,', 'verificationEnumeration: { threshold: 4,')
      .replace('offHours: { threshold: 100,', 'offHours: { threshold: 9,'),
  })
  city = await runningCity({ policies })
}, 300_000)
afterAll(async () => city.stop())

type Alert = { readonly id: string; readonly signal: string; readonly callerOrg: string; readonly callerSub: string; readonly count: number; readonly threshold: number; readonly windowSeconds: number; readonly suspended: boolean }
const ALERTS = '{ alerts(first: 50) { nodes { id signal at callerOrg callerKind callerSub count threshold windowSeconds suspended } } }'
const alerts = async (of: string): Promise<readonly Alert[]> => {
  await city.city.follower.caughtUp()
  const answer = await city.ask(ALERTS, { caller: 'auditor' })
  expect(answer.errors).toEqual([])
  return answer.data.alerts.nodes.filter(({ callerSub }: Alert) => callerSub === of)
}
const times = async (count: number, ask: () => Promise<Answer>): Promise<readonly Answer[]> => {
  const answers: Answer[] = []
  for (let at = 0; at < count; at += 1) answers.push(await ask())
  return answers
}

const denials = async (): Promise<readonly Alert[]> => (await alerts('edu-clerk')).filter(({ signal }) => signal === 'DENY_PROBING')

const DENIED = '{ people(first: 1) { nodes { name mobile } } }'
const READ = '{ enterprises(first: 1) { nodes { uscc name } } }'

describe('signals', () => {
  it('tell of a caller who is refused again and again, once, and record it', async () => {
    await times(4, () => city.ask(DENIED, { caller: 'edu-clerk' }))
    expect(await alerts('edu-clerk')).toEqual([])
    await times(2, () => city.ask(DENIED, { caller: 'edu-clerk' }))
    const [alert, second] = await denials()
    expect(alert).toMatchObject({ signal: 'DENY_PROBING', callerOrg: 'EDU', threshold: 5, windowSeconds: 600, suspended: false })
    expect(second).toBeUndefined()
    const events = (await logLeaves(city.databases.audit.owner, 'governance')).filter(({ event, caller }) => event === 'ALERT' && caller?.sub === 'edu-clerk').filter(({ signal }) => signal === 'DENY_PROBING')
    expect(events).toEqual([expect.objectContaining({ about: alert?.id, signal: 'DENY_PROBING', threshold: 5, window: 600 })])
  })

  it('suspend the caller where the rule says so, until an officer restores; old events do not suspend again', async () => {
    await times(3, () => city.ask(DENIED, { caller: 'edu-clerk' }))
    const before = performance.now()
    const [alert] = await denials()
    expect(alert).toMatchObject({ suspended: true, count: 9 })
    await expect.poll(async () => (await city.ask(READ, { caller: 'edu-clerk' })).status, { timeout: 5_000 }).toBe(403)
    expect(performance.now() - before).toBeLessThan(60_000)
    const { data } = await city.ask('{ suspensions { nodes { id sub byOrg bySub reason active } } }', { caller: 'security-officer' })
    expect(data.suspensions.nodes).toEqual([{ id: alert?.id, sub: 'edu-clerk', byOrg: 'CITYGRAPH', bySub: 'risk', reason: 'RISK_SIGNAL', active: true }])

    const restored = await city.ask('mutation ($id: ID!) { restoreCaller(id: $id) { active } }', { caller: 'security-officer', variables: { id: alert?.id } })
    expect(restored.data.restoreCaller).toEqual({ active: false })
    await expect.poll(async () => (await city.ask(READ, { caller: 'edu-clerk' })).status, { timeout: 5_000 }).toBe(200)
    await city.ask(DENIED, { caller: 'edu-clerk' })
    expect(await denials()).toHaveLength(1)
    expect((await city.ask(READ, { caller: 'edu-clerk' })).status).toBe(200)
  })

  it('tell of many persons, of work outside office time, of one person looked at again and again', async () => {
    const police = { caller: 'psb-officer', purpose: 'PSB-0001' }
    // A Sunday: ten requests about one and the same people of one page.
    await times(5, () => city.ask('{ people(first: 20) { nodes { id gender } } }', police))
    expect(await alerts('psb-officer')).toEqual([])
    await city.ask('{ people(first: 40) { nodes { id gender } } }', police)
    expect((await alerts('psb-officer')).map(({ signal, count }) => ({ signal, count }))).toEqual(expect.arrayContaining([{ signal: 'BULK', count: 40 }, { signal: 'STALKING', count: 6 }]))
    await times(3, () => city.ask('{ people(first: 1) { nodes { id gender } } }', police))
    const found = await alerts('psb-officer')
    expect(found.map(({ signal }) => signal).sort()).toEqual(['BULK', 'OFF_HOURS', 'STALKING'])
  })

  it('tell of numbers tried one after the other', async () => {
    const verify = 'query ($name: String!, $idNo: String!) { verifyIdentity(name: $name, idNo: $idNo) }'
    await times(4, () => city.ask(verify, { caller: 'amr-officer', purpose: 'AMR-0001', caseNo: 'AMR-2026-0001', variables: { name: '某某', idNo: '110101199003074477' } }))
    expect((await alerts('amr-officer')).map(({ signal }) => signal)).toContain('VERIFICATION_ENUMERATION')
  })

  it('are for officers and operators alone', async () => {
    for (const caller of ['psb-officer', 'bank-a', 'zhang-wei', 'bdc-officer']) {
      const { data } = await city.ask('{ alerts { nodes { id } } suspensions { nodes { id } } }', { caller })
      expect(data).toEqual({ alerts: null, suspensions: null })
    }
    expect((await city.ask(ALERTS, { caller: 'second-officer' })).data.alerts.nodes.length).toBeGreaterThan(3)
  })
})
