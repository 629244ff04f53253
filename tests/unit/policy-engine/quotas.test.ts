// What a used-up quota does to decisions, and what the file of limits must hold.

import { describe, expect, it } from 'vitest'
import { readBundle } from '../../../policy-engine/bundle.ts'
import { createPolicyChecker } from '../../../policy-engine/cedar-validate.ts'
import type { DecidingPlan } from '../../../policy-engine/access-plan.ts'
import type { Caller, Occasion, QuotaName } from '../../../policy-engine/decision.ts'
import { makePlan } from '../../../policy-engine/make-plan.ts'
import { problemLine } from '../../../policy-engine/problem.ts'
import { policiesFolder } from '../../../cli/city-parts.ts'
import { conditionKey } from '../../../policy-engine/simplify.ts'
import { editedPolicies } from '../../support/edited-policies.ts'
import { cityGraph } from './bundle-directory.ts'

const classification = cityGraph()
const checker = createPolicyChecker(classification)
const now = Date.parse('2026-03-01T10:00:00+08:00')
const department = (org: string): Caller => ({ kind: 'department', org, sub: 'x', roles: [], assurance: 2, zone: 'intranet' })

async function plans(directory: string = policiesFolder): Promise<(caller: Caller, occasion: Partial<Occasion>, raised?: readonly QuotaName[]) => DecidingPlan> {
  const { bundle, problems } = await readBundle(directory, classification, checker)
  if (bundle === undefined) throw new Error(problems.map(problemLine).join('\n'))
  return (caller, occasion, raised = []) =>
    makePlan({ bundle, sequence: 1, classification, caller, occasion: { singleSubject: true, ...occasion, raised }, withdrawn: new Set(), now, alternatives: () => [] })
}
const said = (plan: DecidingPlan, coordinate: string): string => {
  const [type = '', field = ''] = coordinate.split('.')
  const decision = plan.field(type, field)
  return decision.decision === 'CLEAR' ? 'CLEAR' : `${decision.decision} ${decision.code}`
}
const admission: Partial<Occasion> = { purpose: 'TRANS-0802', caseNo: 'CASE-0001' }

describe('over its quota an organisation', () => {
  it('gets restricted data of the class not even masked without a grant', async () => {
    const plan = await plans()
    const stat = department('STAT')
    expect(said(plan(stat, {}), 'Person.name')).toMatch(/^(MASKED|MIXED) /)
    expect(said(plan(stat, {}, ['C']), 'Person.name')).toBe('DENIED QUOTA')
    expect(said(plan(stat, {}, ['A', 'B']), 'Person.name')).toBe(said(plan(stat, {}), 'Person.name'))
  })

  it('gets what a grant opens masked at most, one person and a case number notwithstanding', async () => {
    const plan = await plans()
    const trans = department('TRANS')
    expect(plan(trans, admission).cells('Person', 'name').read.kind).not.toBe('never')
    expect(plan(trans, admission, ['C']).cells('Person', 'name').read.kind).toBe('never')
    expect(said(plan(trans, admission, ['C']), 'Person.name')).toMatch(/^(MASKED|MIXED) QUOTA$/)
    expect(said(plan(trans, admission, ['C']), 'Person.gender')).toBe(said(plan(trans, admission), 'Person.gender'))
  })

  it('gets no more answers to verifications of the class', async () => {
    const plan = await plans()
    const amr: Partial<Occasion> = { purpose: 'AMR-0001', caseNo: 'CASE-0001' }
    expect(plan(department('AMR'), amr).verify('checkOfficerEligibility').condition.kind).not.toBe('never')
    expect(plan(department('AMR'), amr, ['A']).verify('checkOfficerEligibility')).toEqual({ condition: { kind: 'never' }, code: 'QUOTA', policies: ['quota/A'] })
    expect(plan(department('AMR'), amr, ['A']).verify('verifyIdentity')).toEqual(plan(department('AMR'), amr).verify('verifyIdentity'))
  })

  it('cannot filter or sort by a field of the class, nor can whoever has a quota at all', async () => {
    const filtering = '@id("trans-filters") @because("test") permit (principal in Organisation::"TRANS", action in [Action::"read", Action::"filter", Action::"see"], resource is Person);'
    const open = await plans(editedPolicies({ 'population.cedar': (text) => `${text}\n${filtering}`, 'limits.cedar': () => '// none\n@id("x") @because("x") forbid (principal, action, resource) when { principal.kind == "operator" };' }))
    expect(open(department('TRANS'), {}).field('Person', 'name').decision).toBe('CLEAR')
    expect([open(department('TRANS'), {}).filterable('Person', 'name'), open(department('TRANS'), {}).filterable('Person', 'gender')]).toEqual([false, true])
    const plan = await plans()
    const filters = (raised: readonly QuotaName[]): boolean => plan(department('PSB'), { purpose: 'PSB-0001', caseNo: 'CASE-0001' }, raised).filterable('Person', 'name')
    expect([filters([]), filters(['C'])]).toEqual([true, true])
    expect(plan(department('TRANS'), admission, ['C']).filterable('Person', 'name')).toBe(false)
  })
})

describe('a quota is not', () => {
  it('of the owner, of the person, or of what a grant with bulk approval opens', async () => {
    const plan = await plans(editedPolicies({ 'grants/trans-0802.yaml': (text) => text.replace('scenario:', 'bulkApproved: true\nscenario:') }))
    const same = (caller: Caller, occasion: Partial<Occasion>, coordinate: string): void => {
      const [type = '', field = ''] = coordinate.split('.')
      expect(plan(caller, occasion, ['A', 'B', 'C']).cells(type, field)).toEqual(plan(caller, occasion).cells(type, field))
      expect(plan(caller, occasion).counted(type, field)).toEqual([])
    }
    same(department('PSB'), { purpose: 'PSB-0001', caseNo: 'CASE-0001' }, 'Person.name')
    same({ ...department('CITIZEN'), kind: 'subject', pid: '6f9619ff-8b86-4011-b42d-00c04fc964ff', assurance: 3 }, {}, 'Person.mobile')
    same(department('TRANS'), admission, 'Driver.violationCount')
    const other = await plans()
    expect(other(department('TRANS'), admission).counted('Driver', 'violationCount')).toEqual(['C'])
  })

  it('used by what is not served, public or without a class', async () => {
    const plan = await plans()
    expect(plan(department('STAT'), {}).counted('Person', 'mobile')).toEqual([])
    expect(plan(department('STAT'), {}).counted('Person', 'gender')).toEqual([])
    expect(plan(department('STAT'), {}).counted('Enterprise', 'name')).toEqual([])
    expect(plan(department('STAT'), {}).counted('Person', 'name')).toEqual(['C'])
    expect(plan(department('STAT'), {}, ['C']).counted('Person', 'name')).toEqual([])
  })
})

describe('a grant with a quota', () => {
  const limited = (more = ''): Promise<Awaited<ReturnType<typeof plans>>> =>
    plans(editedPolicies({ 'grants/trans-0802.yaml': (text) => text.replace('scenario:', `perDay: 3\n${more}scenario:`), 'grants/edu-0701.yaml': (text) => text.replace('scenario:', 'perDay: 2\nscenario:') }))
  const used: readonly QuotaName[] = ['grant/TRANS-0802']

  it('counts whoever it opens something of, and nobody of whom the same is open without it', async () => {
    const plan = await limited()
    const trans = plan(department('TRANS'), admission)
    expect(trans.counted('Person', 'name')).toEqual(['C', 'grant/TRANS-0802'])
    expect(trans.counted('Query', 'checkDriver')).toEqual(['C', 'grant/TRANS-0802'])
    expect(trans.counted('Person', 'gender')).toEqual([])
    expect(trans.counted('Enterprise', 'name')).toEqual([])
    expect(plan(department('TRANS'), { purpose: 'TRANS-0001', caseNo: 'CASE-0001' }).counted('Person', 'name')).toEqual(['C'])
    expect(trans.quotas).toMatchObject({ 'grant/TRANS-0802': { day: 3 } })
    expect(Object.keys(plan(department('STAT'), {}).quotas)).toEqual(['A', 'B', 'C'])
  })

  it('is no grant once it is used up, with the code QUOTA and its name on record, in whatever order plans are made', async () => {
    const plan = await limited()
    const [without, over] = [plan(department('TRANS'), { purpose: 'TRANS-0001', caseNo: 'CASE-0001' }), plan(department('TRANS'), admission, used)]
    expect(over.cells('Person', 'name')).toEqual(without.cells('Person', 'name'))
    expect(over.field('Person', 'name')).toMatchObject({ code: 'QUOTA', policies: expect.arrayContaining(['quota/grant/TRANS-0802']) })
    expect(over.field('Driver', 'points')).toMatchObject({ decision: 'DENIED', code: 'QUOTA' })
    expect(over.verify('checkDriver')).toMatchObject({ condition: { kind: 'never' }, code: 'QUOTA', policies: expect.arrayContaining(['quota/grant/TRANS-0802']) })
    expect(over.counted('Person', 'name')).toEqual(['C'])
    expect(over.counted('Query', 'checkDriver')).toEqual([])
    expect(said(over, 'Person.gender')).toBe(said(without, 'Person.gender'))
    expect(plan(department('TRANS'), admission, [...used, 'C']).field('Person', 'name')).toMatchObject({ decision: 'DENIED', code: 'QUOTA' })
  })

  it('counts also where bulk is approved, and then its fields are no filters', async () => {
    const plan = await limited('bulkApproved: true\n')
    expect(plan(department('TRANS'), admission).counted('Driver', 'points')).toEqual(['grant/TRANS-0802'])
    expect(plan(department('TRANS'), admission).filterable('Driver', 'points')).toBe(false)
  })

  it('of which children are opened counts for all that is served, and closes them when it is used up', async () => {
    const plan = await limited()
    const enrolment = { purpose: 'EDU-0701', caseNo: 'CASE-0001' }
    expect(plan(department('EDU'), enrolment).counted('Person', 'name')).toContain('grant/EDU-0701')
    expect(plan(department('EDU'), enrolment, ['grant/EDU-0701']).situation.minorsApproved).toBe(false)
    expect(plan(department('EDU'), enrolment).situation.minorsApproved).toBe(true)
  })
})

it('never makes a decision better, whoever asks for whatever', async () => {
  const plan = await plans()
  const better: string[] = []
  let compared = 0
  const askers = [['PSB', 'PSB-0001'], ['AMR', 'AMR-0001'], ['TRANS', 'TRANS-0802'], ['EDU', 'EDU-0701'], ['STAT', undefined]] as const
  for (const [org, purpose] of askers) {
    for (const caseNo of [undefined, 'CASE-0001']) {
      const occasion = { ...(purpose === undefined ? {} : { purpose }), ...(caseNo === undefined ? {} : { caseNo }) }
      const [before, after] = [plan(department(org), occasion), plan(department(org), occasion, ['A', 'B', 'C'])]
      for (const { type, field } of classification.fields()) {
        compared += 1
        const [old, fresh] = [before.cells(type, field), after.cells(type, field)]
        const readGrew = old.read.kind === 'never' && fresh.read.kind !== 'never'
        const maskGrew = old.read.kind === 'never' && old.masked.kind === 'never' && fresh.masked.kind !== 'never'
        const changed = conditionKey(old.read) !== conditionKey(fresh.read)
        const quiet = changed && after.field(type, field).decision !== 'CLEAR' && !JSON.stringify(after.field(type, field)).includes('QUOTA')
        if (readGrew || maskGrew || quiet) better.push(`${org} ${purpose} ${caseNo} ${type}.${field}`)
      }
    }
  }
  expect(better).toEqual([])
  expect(compared).toBeGreaterThan(2_000)
})

describe('quotas.yaml', () => {
  const problems = async (text: string): Promise<readonly string[]> =>
    (await readBundle(editedPolicies({ 'quotas.yaml': () => text }), classification, checker)).problems.map(problemLine)

  it('is refused with line and column when a class is missing, unknown or has limits that cannot be meant', async () => {
    expect(await problems('A: { day: 50, month: 500 }\nB: { day: 500, month: 5000 }\n')).toEqual([expect.stringMatching(/^quotas\.yaml:1:1 /)])
    expect(await problems('A: { day: 50, month: 40 }\nB: { day: 500, month: 5000 }\nC: { day: 5, month: 50 }\n')).toEqual(['quotas.yaml:1:22 the limit of 30 days is below that of 24 hours'])
    expect(await problems('A: { day: -1, month: 40 }\nB: { day: 0.5, month: 5000 }\nC: { day: 5, month: 50, year: 6 }\n')).toHaveLength(3)
  })
})
