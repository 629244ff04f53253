// UC1 开办企业 of DOMAIN 6: market regulation verifies who may found and lead a company, and gets answers instead of ID copies.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { licenseKinds } from '../../synthetic-city/license-kinds.ts'
import { scenarioOrganisations, scenarioPeople } from '../../synthetic-city/scenario.ts'
import type { ScenarioName } from '../../synthetic-city/scenario.ts'
import { runningCity } from '../support/running-city.ts'
import type { Answer, RunningCity } from '../support/running-city.ts'
import { callers, decisionsOf, idOf, startBusiness, valueAt } from '../support/use-cases.ts'

let city: RunningCity
let zhangWei: Answer
let liNa: Answer

async function applicant(name: ScenarioName, uscc: string): Promise<Answer> {
  const { idNo, name: called } = scenarioPeople[name]
  const person = await idOf(city, name, callers.startBusiness)
  return city.ask(startBusiness, { ...callers.startBusiness, variables: { person, name: called, idNo, uscc, identityCard: licenseKinds.identity.typeCode } })
}

beforeAll(async () => {
  city = await runningCity()
  zhangWei = await applicant('zhangWei', scenarioOrganisations.e1.uscc)
  liNa = await applicant('liNa', scenarioOrganisations.e2.uscc)
})
afterAll(async () => {
  await city.stop()
})

describe('market regulation asks for 张伟 who starts a business', () => {
  // A cell that is denied for a child is MIXED in the report, whoever the row is about (DESIGN 5.4).
  it.each([
    ['verifyIdentity', 'MATCH', /^VERIFY /],
    ['person.name', '张伟', /^MIXED APPLY$/],
    ['person.birthDate', '1985', /^MIXED APPLY$/],
    ['person.gender', '1', /^MIXED APPLY$/],
    ['checkOfficerEligibility', { result: 'ELIGIBLE', reasons: [] }, /^VERIFY /],
    ['person.creditRecords', null, /^DENIED APPLY$/],
    ['verifyLicense.status', 'VALID', undefined],
    ['verifyLicense.validTo', '2038-05-21', undefined],
    ['enterprise.licenses.nodes.status', ['VALID'], /^MIXED APPLY$/],
    ['enterprise.licenses.nodes.validFrom', ['2022-06-15'], /^MIXED APPLY$/],
    ['person.mobile', null, /^DENIED APPLY$/],
    ['enterprise.division', '310101', undefined],
    ['enterprise.domicileArea', '黄浦区', undefined],
  ])('%s answers %j, decided %s', (path, value, decision) => {
    expect(zhangWei.errors).toEqual([])
    expect(valueAt(zhangWei.data, path)).toEqual(value)
    if (decision === undefined) expect(decisionsOf(zhangWei)).not.toHaveProperty([path])
    else expect(decisionsOf(zhangWei)[path]).toMatch(decision)
  })

  it('and for 李娜, a judgment debtor, gets the reason code and no details of the case', () => {
    expect(liNa.data.checkOfficerEligibility).toEqual({ result: 'NOT_ELIGIBLE', reasons: ['JUDGMENT_DEBTOR'] })
    expect(liNa.data.verifyIdentity).toBe('MATCH')
    expect(decisionsOf(liNa)).toEqual(decisionsOf(zhangWei))
    expect(liNa.text).not.toMatch(/执125号|货款|示例区法院/)
  })

  it('and finds no judgment debtor’s case among the records either', async () => {
    const answer = await city.ask('{ creditRecords(where: { kind: { eq: JUDGMENT_DEBTOR } }) { nodes { recordNo judgmentDebtor { obligation caseNo } } } }', callers.startBusiness)
    expect(answer.data.creditRecords.nodes).toEqual([])
    expect(decisionsOf(answer)['creditRecords.nodes.judgmentDebtor']).toBe('DENIED APPLY')
  })

  it('and is told when name and number do not belong together, never whose the number is', async () => {
    const answer = await city.ask('query ($idNo: String!) { verifyIdentity(name: "李娜", idNo: $idNo) }', { ...callers.startBusiness, variables: { idNo: scenarioPeople.zhangWei.idNo } })
    expect(answer.data).toEqual({ verifyIdentity: 'MISMATCH' })
    expect(answer.text).not.toContain('张')
  })

  it.each([
    ['without a case number', { caller: 'amr-officer', purpose: 'AMR-0001' }],
    ['for another of its purposes', { ...callers.startBusiness, purpose: 'AMR-0002' }],
  ])('but resolves nobody %s', async (_how, asked) => {
    const answer = await city.ask('query ($idNo: String!) { resolvePerson(idNo: $idNo) { id name } }', { ...asked, variables: { idNo: scenarioPeople.zhangWei.idNo } })
    expect(answer.data).toEqual({ resolvePerson: null })
    expect(decisionsOf(answer)).toEqual({ resolvePerson: 'DENIED APPLY' })
  })
})
