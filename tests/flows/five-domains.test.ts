import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fiveDomainCaller, fiveDomainQuery as query } from '../../bench/five-domain-query.ts'
import { runningCity } from '../support/running-city.ts'
import type { Answer, RunningCity } from '../support/running-city.ts'

let city: RunningCity
const decisionsOf = (answer: Answer): Record<string, string> => Object.fromEntries(answer.sharing.decisions.map(({ path, decision, code }) => [path.replace('enterprise.', ''), `${decision} ${code}`]))

beforeAll(async () => {
  city = await runningCity()
})
afterAll(async () => {
  await city.stop()
})

describe('one query across five domains', () => {
  it('answers market regulation for starting a business', async () => {
    const answer = await city.ask(query, fiveDomainCaller)
    expect(answer.errors).toEqual([])
    const { legalRepresentative, ...enterprise } = answer.data.enterprise
    expect(legalRepresentative).toMatchObject({ name: '张伟', idNo: '31**************12', birthDate: '1985', mobile: null })
    expect(enterprise).toMatchObject({
      name: '上海示例出行科技有限公司',
      creditSummary: { recordCount: 2, penaltyCount: 2 },
      creditRating: { score: null },
      vehicles: null,
    })
    expect(enterprise.creditRecords.nodes.map((record: { decidedOn: string }) => record.decidedOn)).toEqual(['2024-11-02', '2021-02-01'])
    expect(decisionsOf(answer)).toMatchObject({ 'legalRepresentative.mobile': 'DENIED APPLY', 'legalRepresentative.idNo': 'MIXED APPLY', vehicles: 'DENIED APPLY', 'creditRating.score': 'DENIED APPLY' })
    expect(new Set(answer.sharing.records.map(({ log }) => log))).toEqual(new Set(['population', 'enterprises', 'credit', 'licenses', 'transport']))
  })

  it('answers five callers with five different decisions', async () => {
    const callers = [
      { caller: 'amr-officer', purpose: 'AMR-0001', caseNo: 'SH-2026-0001' },
      { caller: 'bank-a', purpose: 'BANK-0602' },
      { caller: 'nav-b' },
      {},
      { caller: 'auditor' },
    ]
    const answers = await Promise.all(callers.map((how) => city.ask(query, how)))
    const decisions = answers.map((answer) => JSON.stringify(answer.sharing.decisions))
    expect(new Set(decisions).size).toBe(5)
    const [, bank, nav, open, auditor] = answers
    expect(bank?.data.enterprise).toMatchObject({ legalRepresentative: null, creditRating: { score: null } })
    expect(bank?.data.enterprise.creditRating.grade).toMatch(/^[A-D]$/)
    expect(nav?.data.enterprise).toMatchObject({ legalRepName: '张伟', creditRating: null, licenses: null })
    expect(nav === undefined ? {} : decisionsOf(nav)).toMatchObject({ creditRating: 'DENIED APPLY' })
    expect(open?.data.enterprise).toEqual(nav?.data.enterprise)
    expect(open === undefined ? {} : decisionsOf(open)).toMatchObject({ creditRating: 'DENIED POLICY' })
    expect(auditor?.data).toEqual({ enterprise: null })
  })
})
