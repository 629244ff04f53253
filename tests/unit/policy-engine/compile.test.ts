// Every operator of the closed list (DESIGN 6), with known and with row-dependent operands → the row condition expected.

import { describe, expect, it } from 'vitest'
import { Untranslatable } from '../../../policy-engine/cedar-json.ts'
import { compilePolicy } from '../../../policy-engine/compile.ts'
import type { RowCondition } from '../../../policy-engine/row-condition.ts'
import { always, never } from '../../../policy-engine/row-condition.ts'
import { assertTranslatable, rowVocabulary } from '../../../policy-engine/translatable.ts'
import { environment, frozenNow, readPolicy, someone } from './read-policy.ts'
import { smallGraph } from './small-graph.ts'

const attribute = (name: string) => ({ kind: 'attribute', name }) as const
const constant = (value: string | number | boolean) => ({ kind: 'constant', value }) as const
const parameter = (name: 'pid' | 'now' | 'caseNo') => ({ kind: 'parameter', name }) as const
const has = (name: string): RowCondition => ({ kind: 'has', attribute: name })
const truth = (name: string): RowCondition => ({ kind: 'truth', attribute: name })
const not = (term: RowCondition): RowCondition => ({ kind: 'not', term })
const and = (...terms: RowCondition[]): RowCondition => ({ kind: 'and', terms })
const or = (...terms: RowCondition[]): RowCondition => ({ kind: 'or', terms })
const compare = (left: unknown, operator: string, right: unknown): RowCondition => ({ kind: 'compare', operator, left, right }) as RowCondition
const title = attribute('title')
const home = attribute('home')

const rows = rowVocabulary(smallGraph)
const compiled = (condition: string, env = environment()): RowCondition => {
  const policy = readPolicy(`permit (principal, action, resource) when { ${condition} };`)
  assertTranslatable(policy, rows)
  return compilePolicy(policy, env)
}

const table: readonly (readonly [string, RowCondition])[] = [
  ['true', always],
  ['false', never],
  ['resource.title == "x"', compare(title, '==', constant('x'))],
  ['"x" == resource.title', compare(constant('x'), '==', title)],
  ['resource.title != "x"', compare(title, '!=', constant('x'))],
  ['resource.rank < 3', compare(attribute('rank'), '<', constant(3))],
  ['resource.rank <= 3', compare(attribute('rank'), '<=', constant(3))],
  ['resource.rank > 3', compare(attribute('rank'), '>', constant(3))],
  ['resource.rank >= context.field.level', compare(attribute('rank'), '>=', constant(3))],
  ['resource.minor', truth('minor')],
  ['!resource.minor', not(truth('minor'))],
  ['resource.minor == true', truth('minor')],
  ['resource.minor == false', not(truth('minor'))],
  ['resource.minor && resource.title == "x"', and(truth('minor'), compare(title, '==', constant('x')))],
  ['resource.minor || resource.title == "x"', or(truth('minor'), compare(title, '==', constant('x')))],
  ['resource.minor && principal.kind == "department"', truth('minor')],
  ['resource.minor || principal.kind == "department"', always],
  ['resource.minor && !resource.minor', never],
  ['if resource.minor then true else resource.rank < 3', or(truth('minor'), and(not(truth('minor')), compare(attribute('rank'), '<', constant(3))))],
  ['if principal.kind == "partner" then resource.minor else resource.rank < 3', compare(attribute('rank'), '<', constant(3))],
  ['resource has subject', has('subject')],
  ['resource has minor', always],
  ['resource has nothing', never],
  ['resource has subject && resource.subject == principal.pid', and(has('subject'), compare(attribute('subject'), '==', parameter('pid')))],
  ['!(resource has flag) || resource.flag', or(not(has('flag')), and(truth('flag'), has('flag')))],
  ['principal has division', always],
  ['context has authorizationRef', never],
  ['context has caseNo && context.caseNo == resource.title', compare(parameter('caseNo'), '==', title)],
  ['context has caseNo && context.caseNo like "CASE-*"', { kind: 'like', value: parameter('caseNo'), prefix: 'CASE-', contained: '', suffix: '' }],
  ['resource.home in Division::"310101"', { kind: 'under', left: home, right: constant('310101') }],
  ['resource.home in [Division::"31", Division::"32"]', or({ kind: 'under', left: home, right: constant('31') }, { kind: 'under', left: home, right: constant('32') })],
  ['resource.home in principal.division', { kind: 'under', left: home, right: constant('310101') }],
  ['resource.home in Division::"31010"', compare(home, '==', constant('31010'))],
  ['principal.division in resource.home', { kind: 'under', left: constant('310101'), right: home }],
  ['resource.home == Division::"310101"', compare(home, '==', constant('310101'))],
  ['resource.home is Division', always],
  ['resource.home is Division in Division::"31"', { kind: 'under', left: home, right: constant('31') }],
  ['resource is Thing', always],
  ['resource is Other', never],
  ['principal is Caller', always],
  ['principal == Caller::"c1"', always],
  ['principal == Caller::"c2"', never],
  ['principal in Organisation::"A"', always],
  ['principal in [Organisation::"B", Role::"lead"]', always],
  ['principal in Role::"clerk"', never],
  ['context has purpose && context.purpose == Purpose::"A-0001"', always],
  ['context has purpose && context.purpose in principal.org', always],
  ['context has purpose && context.purpose in Organisation::"C"', never],
  ['context.field.owner == principal.org', always],
  ['["Thing.name", "Thing.born"].contains(context.field.coordinate)', always],
  ['["x", "y"].contains(resource.title)', { kind: 'oneOf', value: title, constants: ['x', 'y'] }],
  ['["x"].contains(resource.title)', compare(constant('x'), '==', title)],
  ['[1, 2].contains(resource.rank)', { kind: 'oneOf', value: attribute('rank'), constants: [1, 2] }],
  ['[Division::"31", Division::"32"].contains(resource.home)', { kind: 'oneOf', value: home, constants: ['31', '32'] }],
  ['resource.tags.contains("x")', { kind: 'setContains', attribute: 'tags', mode: 'one', constants: ['x'] }],
  ['resource.tags.containsAll(["x", "y"])', { kind: 'setContains', attribute: 'tags', mode: 'all', constants: ['x', 'y'] }],
  ['resource.tags.containsAny(["x", "y"])', { kind: 'setContains', attribute: 'tags', mode: 'any', constants: ['x', 'y'] }],
  ['["x"].containsAny(resource.tags)', { kind: 'setContains', attribute: 'tags', mode: 'any', constants: ['x'] }],
  ['[1, 2].containsAll([2])', always],
  ['[1, 2].containsAny([3])', never],
  ['resource.title like "x"', compare(title, '==', constant('x'))],
  ['resource.title like "x*"', { kind: 'like', value: title, prefix: 'x', contained: '', suffix: '' }],
  ['resource.title like "*x"', { kind: 'like', value: title, prefix: '', contained: '', suffix: 'x' }],
  ['resource.title like "*x*"', { kind: 'like', value: title, prefix: '', contained: 'x', suffix: '' }],
  ['resource.title like "100%\\**"', { kind: 'like', value: title, prefix: '100%*', contained: '', suffix: '' }],
  ['context.field.coordinate like "Thing.*"', always],
  ['context.field.coordinate like "T*g.n*e"', always],
  ['context.now >= datetime("2026-03-01")', always],
  ['context.now < datetime("2026-03-01T10:00:00+0800")', never],
  ['context.now == datetime("2026-03-01T02:00:00Z")', always],
  ['context.now < datetime("2026-02-28").offset(duration("1d3h"))', always],
  ['resource has ends && resource.ends > context.now', and(has('ends'), compare(attribute('ends'), '>', parameter('now')))],
  ['resource has ends && resource.ends <= datetime("2026-03-01T00:00:00.000+0800")', and(has('ends'), compare(attribute('ends'), '<=', { kind: 'instant', epochMs: Date.parse('2026-02-28T16:00:00Z') }))],
]

describe('a policy compiles to the rows on which it applies', () => {
  it.each(table)('%s', (condition, expected) => {
    expect(compiled(condition)).toEqual(expected)
  })
})

describe('what errs denies', () => {
  const forbid = (condition: string): RowCondition => compilePolicy(readPolicy(`forbid (principal, action, resource) when { ${condition} };`), environment())
  const stranger = { ...someone, division: undefined } as never

  it('does not permit rows on which an unguarded attribute is absent, and forbids them', () => {
    expect(compiled('resource.subject == "x"')).toEqual(and(compare(attribute('subject'), '==', constant('x')), has('subject')))
    expect(forbid('resource.subject == "x"')).toEqual(or(and(compare(attribute('subject'), '==', constant('x')), has('subject')), not(has('subject'))))
  })
  it('denies every row when a condition reads an absent purpose, authorisation or division', () => {
    expect(compiled('context.authorizationRef == "x"')).toEqual(never)
    expect(forbid('context.authorizationRef == "x"')).toEqual(always)
    expect(compiled('resource.home in principal.division', environment(stranger))).toEqual(never)
    expect(compilePolicy(readPolicy('forbid (principal, action, resource) when { resource.home in principal.division };'), environment(stranger))).toEqual(always)
  })
  it('denies where the operands have the wrong types', () => {
    expect(compiled('resource.rank < context.now')).toEqual(never)
    expect(forbid('resource.title && true')).toEqual(always)
    expect(forbid('resource.undeclared == 1')).toEqual(always)
  })
  it('errs only on the rows that get as far as the error', () => {
    expect(forbid('resource.minor && context.authorizationRef == "x"')).toEqual(truth('minor'))
  })
  it('takes the denying side of what it cannot translate after all', () => {
    const odd = 'if resource.minor then resource.title == "a" else resource.tags == ["x"]'
    expect(compilePolicy(readPolicy(`permit (principal, action, resource) when { ${odd} };`), environment())).toEqual(never)
    expect(forbid(odd)).toEqual(always)
  })
})

describe('scopes', () => {
  const scope = (text: string, env = environment()): RowCondition => compilePolicy(readPolicy(`permit (${text});`), env)
  it.each([
    ['principal, action, resource', always],
    ['principal == Caller::"c1", action, resource', always],
    ['principal == Caller::"c2", action, resource', never],
    ['principal in Organisation::"A", action, resource', always],
    ['principal in Organisation::"B", action, resource', never],
    ['principal is Caller in Role::"lead", action, resource', always],
    ['principal, action == Action::"read", resource', always],
    ['principal, action == Action::"filter", resource', never],
    ['principal, action in [Action::"filter", Action::"read"], resource is Thing', always],
    ['principal, action, resource is Other', never],
  ] as const)('%s', (text, expected) => {
    expect(scope(text)).toEqual(expected)
  })
  it('joins when and unless in order', () => {
    const policy = readPolicy('permit (principal, action, resource) when { resource.rank > 1 } unless { resource.minor };')
    expect(compilePolicy(policy, environment())).toEqual(and(compare(attribute('rank'), '>', constant(1)), not(truth('minor'))))
  })
})

describe('what is outside the closed list is refused when the bundle loads', () => {
  const refusal = (condition: string): Untranslatable | undefined => {
    try {
      assertTranslatable(readPolicy(`permit (principal, action, resource) when { ${condition} };`), rows)
    } catch (error) {
      if (error instanceof Untranslatable) return error
      throw error
    }
    return undefined
  }
  it.each([
    'resource.rank + 1 > 2', 'resource.rank * 2 > 2', '-resource.rank > 2', 'resource.tags.isEmpty()', 'resource.title like "a*b"', 'resource.title like "a*b*c"',
    'context.now.toDate() == datetime("2026-01-01")', 'context.now.offset(duration("1d")) > context.now', 'resource.ends.offset(duration("1d")) > context.now',
    'duration("1d") > duration("1h")', 'resource.tags == ["x"]', 'resource.tags.containsAll(resource.tags)', '[resource.title].contains("x")', 'resource.tags.contains(principal.pid)',
    '(if resource.minor then 1 else 2) == 1', 'resource == Thing::"x"', 'resource in [Thing::"x"]', 'action == Action::"read"', 'ip("10.0.0.1").isLoopback()',
    '{a: 1} == {a: 1}', 'context.field == context.field', 'context.now.durationSince(context.now) > duration("1h")', 'decimal("1.0").lessThan(decimal("2.0"))',
  ])('%s', (condition) => {
    expect(refusal(condition)?.message).toBeTruthy()
  })
  it('and what is inside is not', () => {
    expect(table.map(([condition]) => [condition, refusal(condition)?.message]).filter(([, message]) => message !== undefined)).toEqual([])
  })
  it('decides now against constants once, at the instant of the plan', () => {
    expect(frozenNow).toBe(Date.parse('2026-03-01T02:00:00Z'))
  })
})
