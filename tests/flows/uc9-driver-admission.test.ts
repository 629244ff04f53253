// UC9 of DOMAIN 6: the transport commission admits drivers of taxis and hailed cars (网约车暂行办法 14). Transport answers about the
// driver, population about the number of the licence, which is the identity number.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Caller } from '../../policy-engine/decision.ts'
import type { ScenarioName } from '../../synthetic-city/scenario.ts'
import { runningCity } from '../support/running-city.ts'
import type { Answer, RunningCity } from '../support/running-city.ts'
import { callers, decisionsOf, driverAdmission, idOf, valueAt } from '../support/use-cases.ts'

let city: RunningCity
let simaGuangming: Answer
let liNa: Answer

async function admit(name: ScenarioName): Promise<Answer> {
  return city.ask(driverAdmission, { ...callers.admission, variables: { person: await idOf(city, name, callers.admission) } })
}

beforeAll(async () => {
  city = await runningCity()
  simaGuangming = await admit('simaGuangming')
  liNa = await admit('liNa')
})
afterAll(async () => {
  await city.stop()
})

describe('the transport commission asks for 司马光明', () => {
  // Licence and record are the traffic police's: a grant serves them, and not for a child, hence MIXED.
  it.each([
    ['checkDriver', { result: 'PASS', reasons: [] }, /^VERIFY /],
    ['person.driver.classes', 'C1', /^MIXED APPLY$/],
    ['person.driver.firstIssuedOn', '2005', /^MIXED APPLY$/],
    ['person.driver.points', 3, /^MIXED APPLY$/],
    ['person.driver.violations', null, /^DENIED APPLY$/],
    ['person.driver.violationCount', 1, /^MIXED APPLY$/],
    // Its own qualifications: with purpose and case the commission sees them clear.
    ['person.driver.qualifications.nodes.category', ['TAXI', 'RIDE_HAILING'], undefined],
    ['person.driver.qualifications.nodes.backgroundPassed', [true, true], undefined],
    ['person.driver.qualifications.nodes.backgroundDetail', [null, null], /^DENIED POLICY$/],
    ['person.driver.licenseNo', '31**************56', /^MIXED APPLY$/],
    ['person.driver.medicalNote', null, /^DENIED APPLY$/],
  ])('%s answers %j, decided %s', (path, value, decision) => {
    expect(simaGuangming.errors).toEqual([])
    expect(valueAt(simaGuangming.data, path)).toEqual(value)
    if (decision === undefined) expect(decisionsOf(simaGuangming)).not.toHaveProperty([path])
    else expect(decisionsOf(simaGuangming)[path]).toMatch(decision)
  })

  it('and refuses 李娜 for a cycle with twelve points', () => {
    expect(liNa.data.checkDriver).toEqual({ result: 'FAIL', reasons: ['FULL_POINTS_CYCLE'] })
    expect(liNa.data.person.driver.licenseNo).toBe('31**************45')
    expect(decisionsOf(liNa)).toEqual(decisionsOf(simaGuangming))
  })

  it('and the licence number shows what the mask of the identity number shows, not a digit more', async () => {
    const person = await idOf(city, 'simaGuangming', callers.admission)
    const { idNo } = (await city.ask('query ($person: ID!) { person(id: $person) { idNo gender hukouDivision } }', { ...callers.admission, variables: { person } })).data.person
    expect(idNo).toBeNull()
    expect(simaGuangming.text).not.toContain('1979013005')
  })
})

describe('the detail of a background check', () => {
  const officials: readonly Caller[] = ['PSB', 'TPB', 'TRANS', 'BDC', 'AMR', 'EDU'].map((org) => ({ kind: 'department', org, sub: 'official', roles: ['official'], assurance: 2, zone: 'intranet' }))
  const purposes: Readonly<Record<string, string>> = { PSB: 'PSB-0001', TPB: 'TPB-0001', TRANS: 'TRANS-0802', BDC: 'BDC-0001', AMR: 'AMR-0001', EDU: 'EDU-0701' }

  it.each(officials)('is for the police alone: asked by $org', (caller) => {
    const plan = city.city.core.engine.plan(caller, { purpose: purposes[caller.org] ?? '', caseNo: 'CASE-2026-0001', singleSubject: true })
    expect(plan.field('DriverQualification', 'backgroundDetail').decision).toBe(caller.org === 'PSB' ? 'CLEAR' : 'DENIED')
  })

  it('reaches nobody through a driver', async () => {
    for (const asked of [callers.admission, { ...callers.admission, purpose: 'TRANS-0001' }]) {
      const answer = await city.ask(driverAdmission, { ...asked, variables: { person: await idOf(city, 'simaGuangming', callers.admission) } })
      expect(answer.text).not.toContain('无相关记录')
    }
  })
})

it('no other department is told anything of a driver', async () => {
  const person = await idOf(city, 'liNa', callers.startBusiness)
  const answer = await city.ask(driverAdmission, { ...callers.startBusiness, variables: { person } })
  expect(answer.data).toEqual({ checkDriver: null, person: { driver: null } })
  expect(decisionsOf(answer)).toEqual({ checkDriver: 'DENIED APPLY', 'person.driver': 'DENIED APPLY' })
})
