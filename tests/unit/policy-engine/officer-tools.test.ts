// Officers' tests, the difference between bundles, and what the engine lowers after the policies.

import { describe, expect, it } from 'vitest'
import { createAccessPlan } from '../../../policy-engine/access-plan.ts'
import type { DecidingPlan } from '../../../policy-engine/access-plan.ts'
import { readBundle } from '../../../policy-engine/bundle.ts'
import type { Bundle } from '../../../policy-engine/bundle.ts'
import { createPolicyChecker } from '../../../policy-engine/cedar-validate.ts'
import { ownCombinations } from '../../../policy-engine/combinations.ts'
import type { Policy } from '../../../policy-engine/policy.ts'
import { diffBundles } from '../../../policy-engine/diff.ts'
import { subjectsOf } from '../../../policy-engine/environment.ts'
import { runOfficerTests } from '../../../policy-engine/officer-tests.ts'
import { indexPolicies } from '../../../policy-engine/policy-index.ts'
import { BundleRefused, problemLine } from '../../../policy-engine/problem.ts'
import { bundleDirectory, cityGraph, grantYaml } from './bundle-directory.ts'
import { environment, frozenNow, readPolicy } from './read-policy.ts'
import { smallGraph } from './small-graph.ts'

const checker = createPolicyChecker(cityGraph())

async function bundleOf(directory: string): Promise<Bundle> {
  const { bundle, problems } = await readBundle(directory, cityGraph(), checker)
  if (bundle === undefined) throw new BundleRefused(problems)
  return bundle
}

const officers = `
- name: an official of Huangpu sees the gender of people of Huangpu
  caller: { org: DIST, kind: department, division: "310101" }
  rows: { minor: false, division: "310101002" }
  expect: { Person.gender: CLEAR, Person.name: MASKED, Person.idNo: DENIED, Person: CLEAR }
- name: and of nobody else, nor of minors
  caller: { org: DIST, kind: department, division: "310101" }
  rows: { minor: true, division: "310101002" }
  expect: { Person.gender: DENIED, Person.name: DENIED }
- name: school admission verifies, and ends with the grant
  caller: { org: EDU, kind: department }
  purpose: EDU-0701
  caseNo: CASE-0001
  singleSubject: true
  now: "2026-03-01T23:59:00+08:00"
  expect: { Query.verifyGuardian: VERIFY, Person.name: CLEAR, Query.verifyIdentity: DENIED }
  filterable: [Enterprise.name]
  notFilterable: [Person.name]
- name: wrong on purpose
  caller: { org: EDU, kind: department }
  now: "2026-03-02T00:00:00+08:00"
  purpose: EDU-0701
  caseNo: CASE-0001
  expect: { Query.verifyGuardian: VERIFY, Person.nmae: CLEAR }
  filterable: [Person.name]
`

describe('officers’ tests', () => {
  it('pass and fail in words, with file and line, and Cedar agrees on concrete rows', async () => {
    const directory = await bundleDirectory({ 'people.test.yaml': officers })
    const run = await runOfficerTests(directory, await bundleOf(directory), cityGraph(), frozenNow)
    expect(run.problems).toEqual([])
    expect(run.results.map(({ file, line, failures }) => [file, line, failures])).toEqual([
      ['people.test.yaml', 2, []], ['people.test.yaml', 6, []], ['people.test.yaml', 10, []],
      ['people.test.yaml', 19, ['Query.verifyGuardian: expected VERIFY, got DENIED', 'Person.nmae is not in the graph', 'Person.name: expected to be filterable']],
    ])
  })
  it('that are not well formed are told with line and column', async () => {
    const directory = await bundleDirectory({ 'bad.test.yaml': '- { name: x, caller: { org: EDU, kind: clerk }, expect: { Person.name: CLEAR } }\n' })
    const { problems } = await runOfficerTests(directory, await bundleOf(directory), cityGraph(), frozenNow)
    expect(problems.map(problemLine)).toEqual([expect.stringMatching(/^bad\.test\.yaml:1:40 /)])
  })
})

describe('the difference between two bundles', () => {
  it('names callers and fields whose decision changes, and nothing for an edit that changes none', async () => {
    const before = await bundleOf(await bundleDirectory())
    const after = await bundleOf(await bundleDirectory({ 'grants/g.yaml': grantYaml({ org: 'BANK-A', purpose: 'BANK-0602', fields: '[{ mode: CLEAR, fields: [CreditRating.grade] }]' }) }))
    const same = await bundleOf(await bundleDirectory({ 'comment.cedar': '// nothing' }))
    const rows = diffBundles(before, after, cityGraph(), frozenNow)
    expect(rows).toContainEqual({ caller: 'BANK-A BANK-0602', coordinate: 'CreditRating.grade', before: 'DENIED', after: 'CLEAR' })
    expect(new Set(rows.map((row) => row.caller))).toEqual(new Set(['BANK-A BANK-0602', 'BANK-A BANK-0602 with case']))
    expect(diffBundles(before, same, cityGraph(), frozenNow)).toEqual([])
  })
})

describe('what the engine lowers', () => {
  const planOf = (...texts: string[]): DecidingPlan => {
    const policies = texts.map((text, index): Policy => ({ ...readPolicy(text), id: `p${index}`, because: 'b', text, file: 'f', line: 1, column: 1 }))
    const { situation } = environment()
    return createAccessPlan({
      situation, candidates: indexPolicies(policies).candidates(situation), classification: smallGraph, subjects: subjectsOf(smallGraph), withdrawn: new Set(),
      policyVersion: 'v', bundleSequence: 1, validUntil: frozenNow, trusted: true, quotas: { A: { day: 1, month: 1 }, B: { day: 1, month: 1 }, C: { day: 1, month: 1 } }, combinations: ownCombinations(smallGraph), bulkGrants: new Set(), limitedGrants: { all: new Set(), minors: [] }, stopped: new Map(), alternatives: () => [],
    })
  }
  const all = 'permit (principal, action, resource);'
  const word = (plan: DecidingPlan, field: string, type = 'Thing'): string => plan.field(type, field).decision

  it('a derived field to the worst of its sources, through chains, row by row', () => {
    const plan = planOf(all, 'forbid (principal, action == Action::"read", resource) when { context.field.coordinate == "Thing.born" && resource.minor };')
    expect(plan.field('Thing', 'ageBand')).toMatchObject({ decision: 'MIXED', read: { kind: 'not', term: { kind: 'truth', attribute: 'minor' } }, masked: { kind: 'always' } })
    expect(word(plan, 'adult')).toBe('CLEAR')
    expect(word(planOf(all, 'forbid (principal, action, resource) when { context.field.coordinate == "Thing.born" };'), 'ageBand')).toBe('DENIED')
  })
  it('a field whose mask is REDACT to nothing where it is not clear', () => {
    const masked = planOf('permit (principal, action == Action::"readMasked", resource);')
    expect([word(masked, 'name'), word(masked, 'redacted')]).toEqual(['MASKED', 'DENIED'])
  })
  it('fields derived in a circle to nothing', () => {
    expect(word(planOf(all), 'circleA')).toBe('DENIED')
  })
  it('a field over rows of another type to what holds on every row that exists for the caller', () => {
    const forbid = (actions: string): string => `forbid (principal, action in [${actions}], resource) when { resource has minor && resource.minor };`
    expect(word(planOf(all), 'count', 'Other')).toBe('CLEAR')
    expect(word(planOf(all, forbid('Action::"read"')), 'count', 'Other')).not.toBe('CLEAR')
    expect(word(planOf(all, forbid('Action::"read", Action::"see"')), 'count', 'Other')).toBe('CLEAR')
  })
  it('nothing for anybody when there is no permit, and answers follow their entry', () => {
    const silent = planOf()
    expect(smallGraph.fields().filter(({ type, field }) => type !== 'Answer' && word(silent, field, type) !== 'DENIED')).toEqual([])
    expect(word(silent, 'verdict', 'Answer')).toBe('CLEAR')
    expect(silent.verify('check').condition).toEqual({ kind: 'never' })
  })
})
