// UC7 Enterprise 360 of DOMAIN 6: the same question of a district office, a bank and anybody; every row of the table, value and
// reported decision. What differs by row of a type is MIXED in the report (DESIGN 5.4).

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { scenarioOrganisations } from '../../synthetic-city/scenario.ts'
import { runningCity } from '../support/running-city.ts'
import type { Answer, RunningCity } from '../support/running-city.ts'
import { callers, decisionsOf, enterprise360, valueAt } from '../support/use-cases.ts'

const { e1, e2, e3 } = scenarioOrganisations
const who = ['district', 'bank', 'authorizedBank', 'anybody'] as const
type Who = (typeof who)[number]
const cases = (table: Readonly<Record<Who, readonly [value: unknown, decision: string | undefined]>>): [Who, unknown, string | undefined][] => who.map((name) => [name, ...table[name]])

let city: RunningCity
const answers = new Map<string, Answer>()
const answerOf = (name: Who, uscc: string): Answer => {
  const found = answers.get(`${name} ${uscc}`)
  if (found === undefined) throw new Error('was not asked')
  return found
}

function expectCell(answer: Answer, path: string, value: unknown, decision: string | undefined): void {
  expect(answer.errors).toEqual([])
  expect(valueAt(answer.data, path)).toEqual(value)
  expect(decisionsOf(answer)[path]).toBe(decision)
}

beforeAll(async () => {
  city = await runningCity()
  for (const name of who) {
    for (const { uscc } of [e1, e2, e3]) answers.set(`${name} ${uscc}`, await city.ask(enterprise360, { ...callers[name], variables: { uscc } }))
  }
})
afterAll(async () => {
  await city.stop()
})

describe('E1 as the district office, a bank, a bank with the enterprise’s authorisation, and anybody see it', () => {
  it.each([
    ['enterprise.name', '上海示例出行科技有限公司'],
    ['enterprise.registeredCapital', '10000000'],
    ['enterprise.status', '1'],
    ['enterprise.shareholders.nodes.holderName', ['张伟', '上海示例投资有限公司']],
    ['enterprise.creditRecords.nodes.decisionNo', ['示交罚〔2024〕第1号', '示交罚〔2021〕第1号']],
    ['enterprise.creditRecords.nodes.penalty.violationType', ['违法停车', '车辆未年检']],
  ])('%s is clear for all: %j', (path, value) => {
    for (const name of who) expectCell(answerOf(name, e1.uscc), path, value, undefined)
  })

  const revenue = 'enterprise.annualReports.nodes.totalRevenue'
  it.each(cases({
    district: [['1000万-5000万', '8765432.1'], 'MIXED APPLY'],
    bank: [[null, '8765432.1'], 'MIXED APPLY'],
    authorizedBank: [['1000万-5000万', '8765432.1'], 'MIXED APPLY'],
    anybody: [[null, '8765432.1'], 'MIXED POLICY'],
  }))('%s gets the revenue not disclosed (2024) and disclosed (2023) as %j, %s', (name, value, decision) => {
    expect(valueAt(answerOf(name, e1.uscc).data, 'enterprise.annualReports.nodes.disclosed')).toEqual([false, true])
    expectCell(answerOf(name, e1.uscc), revenue, value, decision)
  })

  it.each(cases({
    district: ['86.5', 'MIXED APPLY'],
    bank: [null, 'DENIED POLICY'],
    authorizedBank: [null, 'DENIED POLICY'],
    anybody: [null, undefined],
  }))('%s gets the credit score %j, %s', (name, value, decision) => {
    expectCell(answerOf(name, e1.uscc), 'enterprise.creditRating.score', value, decision)
  })

  it.each(cases({
    district: ['B', 'MIXED APPLY'],
    bank: ['B', undefined],
    authorizedBank: ['B', undefined],
    anybody: [null, undefined],
  }))('%s gets the credit grade %j, %s', (name, value, decision) => {
    expectCell(answerOf(name, e1.uscc), 'enterprise.creditRating.grade', value, decision)
  })

  it('anybody is denied the rating as a whole', () => {
    expectCell(answerOf('anybody', e1.uscc), 'enterprise.creditRating', null, 'DENIED POLICY')
  })

  it('nobody gets the mobile of the legal representative', () => {
    expectCell(answerOf('district', e1.uscc), 'enterprise.legalRepresentative', { mobile: null }, 'MIXED APPLY')
    expectCell(answerOf('district', e1.uscc), 'enterprise.legalRepresentative.mobile', null, 'DENIED APPLY')
    for (const name of ['bank', 'authorizedBank', 'anybody'] as const) expectCell(answerOf(name, e1.uscc), 'enterprise.legalRepresentative', null, 'DENIED POLICY')
    for (const answer of answers.values()) expect(answer.text).not.toMatch(/1540000\d{4}/)
  })

  it.each(cases({
    district: [['法定代表人：李*，身份证号31**************45'], 'MIXED APPLY'],
    bank: [[null], 'DENIED POLICY'],
    authorizedBank: [[null], 'DENIED POLICY'],
    anybody: [[null], 'DENIED POLICY'],
  }))('%s gets the text before a change as %j, %s', (name, value, decision) => {
    expectCell(answerOf(name, e1.uscc), 'enterprise.changes.nodes.before', value, decision)
    expect(decisionsOf(answerOf(name, e1.uscc))['enterprise.changes.nodes.after']).toBe(decision)
  })

  it('the district office gets the text after a change scrubbed', () => {
    expect(valueAt(answerOf('district', e1.uscc).data, 'enterprise.changes.nodes.after')).toEqual(['法定代表人：张*，联系电话154****1234'])
  })
})

describe('E3, a noodle shop in its owner’s home', () => {
  it.each(cases({
    district: ['上海市黄浦区****', 'MIXED APPLY'],
    bank: [null, 'MIXED POLICY'],
    authorizedBank: [null, 'MIXED POLICY'],
    anybody: [null, 'MIXED POLICY'],
  }))('%s gets its domicile as %j, %s', (name, value, decision) => {
    expectCell(answerOf(name, e3.uscc), 'enterprise.domicile', value, decision)
  })

  it('shows its district to all', () => {
    for (const name of who) expectCell(answerOf(name, e3.uscc), 'enterprise.domicileArea', '黄浦区', undefined)
  })

  it('reports what E1 reports, so the report does not tell that it is a home', () => {
    for (const name of who) expect(decisionsOf(answerOf(name, e3.uscc))).toEqual(decisionsOf(answerOf(name, e1.uscc)))
  })
})

describe('E2, in another district', () => {
  it('gives the district office what anybody gets and no more', () => {
    const seen = answerOf('district', e2.uscc).data.enterprise
    expect(seen).toMatchObject({ name: '上海示例投资有限公司', registeredCapital: '50000000', status: '2', creditRating: null, legalRepresentative: null })
    expect(seen.changes.nodes).toEqual([{ item: '0901', before: null, after: null }])
    expect(decisionsOf(answerOf('district', e2.uscc))).toEqual(decisionsOf(answerOf('district', e1.uscc)))
  })

  it('gives the bank its grade: the grant knows no district', () => {
    expect(answerOf('bank', e2.uscc).data.enterprise.creditRating).toEqual({ score: null, grade: 'D' })
  })
})
