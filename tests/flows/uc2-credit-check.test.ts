// UC2 信用核查 of DOMAIN 6: before a permit on commitment the approval service asks about associated matters only.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { matters } from '../../synthetic-city/authorities.ts'
import { scenarioOrganisations } from '../../synthetic-city/scenario.ts'
import { runningCity } from '../support/running-city.ts'
import type { Answer, RunningCity } from '../support/running-city.ts'
import { callers, creditCheck, decisionsOf, valueAt } from '../support/use-cases.ts'

const { uscc } = scenarioOrganisations.e1
const variables = (matter: string): Record<string, string> => ({ uscc, enterprise: uscc, matter })
let city: RunningCity
let e1: Answer

beforeAll(async () => {
  city = await runningCity()
  e1 = await city.ask(creditCheck, { ...callers.creditCheck, variables: variables(matters.roadTransport) })
})
afterAll(async () => {
  await city.stop()
})

describe('the approval service checks E1 before a permit on commitment', () => {
  it.each([
    ['creditCheck.blocked', false, undefined],
    ['creditCheck.recordCount', 2, undefined],
    ['creditCheck', { blocked: false, commitmentAllowed: true, recordCount: 2, reasons: [] }, /^VERIFY /],
    // The penalty that ended on 2019-05-10 is past five years; the one of 2021-03-01 is served on the anniversary day itself.
    ['enterprise.creditRecords.nodes.eventEndedOn', ['2024-11-20', '2021-03-01'], undefined],
    ['enterprise.creditRecords.nodes.decisionNo', ['示交罚〔2024〕第1号', '示交罚〔2021〕第1号'], undefined],
    ['enterprise.creditSummary', { recordCount: 2, penaltyCount: 2, latestDecidedOn: '2024-11-02' }, undefined],
    [
      'enterprise.creditRecords.nodes.penalty.facts',
      ['当事人张*（身份证号31**************12，电话154****1234）驾驶沪A1***5未按规定停车', '营运车辆未按期检验。'],
      /^MIXED APPLY$/,
    ],
    ['enterprise.creditRating.score', null, /^DENIED APPLY$/],
    ['enterprise.creditRating.grade', 'B', undefined],
    ['enterprise.legalRepName', '张伟', undefined],
    ['enterprise.legalRepresentative', null, /^DENIED APPLY$/],
  ])('%s answers %j, decided %s', (path, value, decision) => {
    expect(e1.errors).toEqual([])
    expect(valueAt(e1.data, path)).toEqual(value)
    if (decision === undefined) expect(decisionsOf(e1)).not.toHaveProperty([path])
    else expect(decisionsOf(e1)[path]).toMatch(decision)
  })

  it('and hears nothing of records in other matters', async () => {
    const answer = await city.ask(creditCheck, { ...callers.creditCheck, variables: variables(matters.publicPlace) })
    expect(answer.data.creditCheck).toEqual({ blocked: false, commitmentAllowed: true, recordCount: 0, reasons: [] })
  })

  it('and may not ask for another purpose', async () => {
    const answer = await city.ask('query ($uscc: String!, $matter: String!) { creditCheck(uscc: $uscc, matterCode: $matter) { recordCount } }', { caller: 'appr-clerk', variables: { uscc, matter: matters.roadTransport } })
    expect(answer.data).toEqual({ creditCheck: null })
    expect(decisionsOf(answer)).toEqual({ creditCheck: 'DENIED PURPOSE' })
  })
})
