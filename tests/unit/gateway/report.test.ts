import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { frozenClock } from '../../../core/clock.ts'
import { reportDecisions } from '../../../gateway/report.ts'
import type { ReportedDecision } from '../../../gateway/report.ts'
import type { Caller } from '../../../policy-engine/decision.ts'
import { createPolicyEngine } from '../../../policy-engine/engine.ts'
import { ask, classification, fiveDomains } from './city-operations.ts'

const clock = frozenClock('2026-03-01T10:00:00+08:00')
const engine = await createPolicyEngine({ directory: fileURLToPath(new URL('../../../policies', import.meta.url)), classification, clock })

const bank: Caller = { kind: 'partner', org: 'BANK-A', sub: 'bank-a', roles: [], assurance: 2, zone: 'mainland' }
const officer: Caller = { kind: 'department', org: 'AMR', sub: 'amr-officer', roles: [], assurance: 2, zone: 'intranet' }
const auditor: Caller = { kind: 'operator', org: 'OPS', sub: 'auditor', roles: [], assurance: 3, zone: 'intranet' }

function decisions(caller: Caller, text: string, variables: Record<string, unknown> = {}, purpose?: string): readonly ReportedDecision[] {
  const plan = engine.plan(caller, { ...(purpose === undefined ? {} : { purpose }), caseNo: 'CASE-2026-0001', singleSubject: false })
  return reportDecisions(ask(text, variables), () => plan, classification).decisions
}
const paths = (list: readonly ReportedDecision[]): readonly string[] => list.map(({ path, decision }) => `${path} ${decision}`)

describe('report', () => {
  it('lists what is not clear by response name, without list indexes or form', () => {
    const list = decisions(bank, '{ e: enterprise(uscc: "1") { name holders: shareholders { edges { node { who: holderName } cursor } pageInfo { hasNextPage } } phone: contactMobile } }')
    expect(paths(list)).toEqual(['e.phone DENIED'])
  })

  it('hides what stands below a denied field', () => {
    const list = decisions(bank, '{ enterprise(uscc: "1") { legalRepresentative { id name idNo } } }')
    expect(paths(list)).toEqual(['enterprise.legalRepresentative DENIED'])
  })

  it('reports the entry alone to an auditor', () => {
    expect(paths(decisions(auditor, fiveDomains, { uscc: '1' }))).toEqual(['enterprise DENIED'])
  })

  it('opens fragments, follows @skip and @include, and lists a path once', () => {
    const text = `query($no: Boolean!) { enterprise(uscc: "1") { ...F ... on Enterprise { contactMobile } changes { nodes { before @include(if: $no) after @skip(if: $no) } } } }
      fragment F on Enterprise { contactMobile }`
    const shown = paths(decisions(bank, text, { no: false }))
    expect(shown.filter((line) => line.startsWith('enterprise.contactMobile'))).toHaveLength(1)
    expect(shown).toContain('enterprise.changes.nodes.after DENIED')
    expect(shown.some((line) => line.includes('before'))).toBe(false)
  })

  it('reports a permitted verification as VERIFY and says nothing of its answer', () => {
    const list = decisions(officer, '{ verifyIdentity(name: "a", idNo: "b") checkOfficerEligibility(person: "1") { result reasons } }', {}, 'AMR-0001')
    expect(paths(list)).toEqual(['verifyIdentity VERIFY', 'checkOfficerEligibility VERIFY'])
    expect(paths(decisions(bank, '{ verifyIdentity(name: "a", idNo: "b") }'))).toEqual(['verifyIdentity DENIED'])
  })

  it('says MIXED where the row decides', () => {
    const list = decisions(bank, '{ enterprise(uscc: "1") { annualReports { nodes { year totalRevenue } } } }', {}, 'BANK-0602')
    expect(paths(list)).toEqual(['enterprise.annualReports.nodes.totalRevenue MIXED'])
  })

  it('does not decide keys, introspection or __typename', () => {
    expect(decisions(officer, '{ __typename __schema { queryType { name } } enterprise(uscc: "1") { __typename uscc } }')).toEqual([])
  })

  it('refuses operations whose report would be too large', () => {
    const text = (aliases: number): string => `{ ${Array.from({ length: aliases }, (_, index) => `${'e'.repeat(1_000)}${index}: enterprise(uscc: "1") { contactMobile }`).join(' ')} }`
    expect(decisions(bank, text(900))).toHaveLength(900)
    expect(() => decisions(bank, text(1_000))).toThrow(expect.objectContaining({ code: 'TOO_COSTLY' }))
    const many = (paths: number): string => `{ enterprise(uscc: "1") { ${Array.from({ length: paths }, (_, index) => `c${index}: contactMobile`).join(' ')} } }`
    expect(decisions(bank, many(2_000))).toHaveLength(2_000)
    expect(() => decisions(bank, many(2_001))).toThrow(expect.objectContaining({ code: 'TOO_COSTLY' }))
  })
})
