// The engine as its users see it: what plans decide for each kind of caller, and how that is explained.

import { describe, expect, it } from 'vitest'
import type { Caller, Occasion } from '../../../policy-engine/decision.ts'
import { fixture } from './bundle-directory.ts'
import { admission, anyone, bank, citizen, dist, edu, engineOn, plainly, psb } from './fixture-engine.ts'

describe('a plan', () => {
  it('decides each kind of caller differently', async () => {
    const engine = await engineOn(fixture)
    const word = (caller: Caller, occasion: Occasion, type: string, field: string): string => {
      const decision = engine.plan(caller, occasion).field(type, field)
      return decision.decision === 'CLEAR' ? 'CLEAR' : `${decision.decision} ${decision.code}`
    }
    expect(word(psb, plainly, 'Person', 'name')).toBe('CLEAR')
    expect(word(edu, admission, 'Person', 'name')).toBe('CLEAR')
    expect(word(edu, admission, 'Person', 'birthDate')).toBe('MASKED POLICY')
    expect(word(edu, admission, 'Person', 'idNo')).toBe('DENIED APPLY')
    expect(word(dist, plainly, 'Person', 'gender')).toBe('MIXED APPLY')
    expect(word(bank, plainly, 'CreditRating', 'grade')).toBe('DENIED APPLY')
    expect(word(bank, plainly, 'Person', 'idNo')).toBe('DENIED POLICY')
    expect(word(anyone, plainly, 'Enterprise', 'name')).toBe('CLEAR')
    expect(word({ ...anyone, kind: 'operator', org: 'OPS' }, plainly, 'Enterprise', 'name')).toBe('DENIED POLICY')
    expect(word(citizen, plainly, 'Person', 'name')).toBe('MIXED POLICY')
  })
  it('says PURPOSE where a registered purpose of the organisation would make it better', async () => {
    const engine = await engineOn(fixture)
    expect(engine.plan(edu, { ...plainly, caseNo: 'CASE-0001' }).field('Person', 'name')).toMatchObject({ decision: 'MIXED', code: 'PURPOSE' })
    expect(engine.plan(dist, plainly).field('Enterprise', 'domicile')).toMatchObject({ decision: 'DENIED', code: 'PURPOSE' })
    expect(engine.plan(dist, { ...plainly, purpose: 'DIST-0601' }).field('Enterprise', 'domicile')).toMatchObject({ decision: 'MIXED', code: 'APPLY' })
  })
  it('denies unknown fields, unknown organisations and callers whose kind is not their organisation’s; keys and structure are clear', async () => {
    const engine = await engineOn(fixture)
    const plan = engine.plan(psb, plainly)
    expect(plan.field('Person', 'nmae').decision).toBe('DENIED')
    expect(plan.field('Nobody', 'name').decision).toBe('DENIED')
    expect(plan.rows('Nobody')).toEqual({ kind: 'never' })
    for (const [type, field] of [['Person', 'id'], ['Person', '__typename'], ['PersonConnection', 'nodes'], ['PersonEdge', 'cursor'], ['PageInfo', 'endCursor']] as const) {
      expect(plan.field(type, field).decision).toBe('CLEAR')
    }
    expect(plan.field('NobodyConnection', 'nodes').decision).toBe('DENIED')
    expect(plan.field('PersonConnection', 'totalCount').decision).toBe('DENIED')
    for (const caller of [{ ...psb, org: 'NOBODY' }, { ...psb, kind: 'partner' as const }, { ...psb, kind: 'public' as const }]) {
      expect(engine.plan(caller, plainly).field('Enterprise', 'name')).toEqual({ decision: 'DENIED', code: 'POLICY', policies: [] })
      expect(engine.plan(caller, plainly).rows('Enterprise')).toEqual({ kind: 'never' })
    }
  })
  it('answers verifications by their own entry and lets nothing be filtered that is not clear on every row', async () => {
    const engine = await engineOn(fixture)
    expect(engine.plan(edu, admission).verify('verifyGuardian')).toEqual({ condition: { kind: 'always' }, code: 'POLICY', policies: ['grant/G-EDU-0701/3'] })
    expect(engine.plan(edu, admission).verify('verifyIdentity')).toMatchObject({ condition: { kind: 'never' }, code: 'APPLY' })
    expect(engine.plan(edu, admission).verify('people')).toMatchObject({ condition: { kind: 'never' } })
    expect(engine.plan(psb, plainly).filterable('Person', 'name')).toBe(true)
    expect(engine.plan(edu, admission).filterable('Person', 'name')).toBe(false)
    expect(engine.plan(dist, plainly).filterable('Person', 'gender')).toBe(false)
    expect(engine.plan(anyone, plainly).filterable('Enterprise', 'name')).toBe(true)
  })
  it('never gives a derived field more than its source, and nothing masked where the mask is REDACT', async () => {
    const engine = await engineOn(fixture)
    const plan = engine.plan(edu, admission)
    expect(plan.field('Person', 'birthDate').decision).toBe('MASKED')
    expect(plan.field('Person', 'age').decision).toBe('DENIED')
    expect(engine.plan(psb, plainly).field('Person', 'age').decision).toBe('CLEAR')
    expect(engine.explain(edu, admission, 'Person', 'age').notes).toEqual(['computed from Person.birthDate (MASKED): never better than it'])
  })
  it('refuses an unregistered purpose', async () => {
    const engine = await engineOn(fixture)
    expect(() => engine.plan(psb, { ...plainly, purpose: 'XX-0001' })).toThrow(expect.objectContaining({ code: 'PURPOSE_UNKNOWN' }))
    expect(engine.purpose('EDU-0701')).toMatchObject({ code: 'EDU-0701', organisations: ['EDU'] })
    expect(engine.purpose('XX-0001')).toBeUndefined()
    expect(engine.organisation('BANK-A')).toMatchObject({ code: 'BANK-A', kind: 'partner' })
  })
  it('explains which policies decided, on what legal basis', async () => {
    const engine = await engineOn(fixture)
    const told = engine.explain(dist, { ...plainly, purpose: 'DIST-0601' }, 'Person', 'gender')
    expect(told.actions.find((action) => action.action === 'read')?.policies).toEqual([
      { id: 'district-rows', effect: 'permit', because: '优化营商环境条例 31', file: 'matrix.cedar', line: 18, rows: 'division is known and division is under 310101' },
      { id: 'minors', effect: 'forbid', because: '个人信息保护法 31', file: 'matrix.cedar', line: 30, rows: 'minor' },
    ])
  })
})
