// Plans are kept and shared, policies of others are passed over: none of that may show. Whatever was asked before, and however long
// ago, a plan decides as one made freshly for that caller at that moment from all policies.

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Caller, Occasion } from '../../../policy-engine/decision.ts'
import { createPolicyEngine } from '../../../policy-engine/engine.ts'
import { makePlan } from '../../../policy-engine/make-plan.ts'
import { bundleDirectory, cityGraph, edit, fixture, grantYaml, movableClock } from './bundle-directory.ts'

const START = '2026-03-01T23:59:00+08:00'
const fields = [['Person', 'name'], ['Person', 'birthDate'], ['Person', 'photo'], ['Person', 'gender'], ['Enterprise', 'domicile'], ['Enterprise', 'name'], ['CreditRating', 'grade'], ['Query', 'verifyGuardian']] as const

/** Rules that look at one attribute each, so that a plan of another caller would show. */
const each = `
@id("named") @because("b") permit (principal == Caller::"chief", action == Action::"read", resource is Person) when { context.field.coordinate == "Person.photo" };
@id("role") @because("b") permit (principal in Role::"clerk", action == Action::"read", resource is Enterprise) when { context.field.coordinate == "Enterprise.domicile" && principal.assurance >= 2 };
@id("zone") @because("b") forbid (principal, action, resource is Enterprise) when { principal.zone == "abroad" };
@id("bound") @because("b") permit (principal, action == Action::"readMasked", resource is Person) when { context has authorizationRef && context.field.coordinate == "Person.birthDate" };
@id("foreign") @because("b") forbid (principal, action, resource is Enterprise) when { principal.organisation == "DIST" && context.field.coordinate == "Enterprise.domicile" && principal.assurance == 1 };
@id("evening") @because("b") permit (principal, action == Action::"read", resource is Person) when { context.field.coordinate == "Person.gender" && context.now >= datetime("2026-03-02T00:00:30+0800") };
`

const callers: fc.Arbitrary<Caller> = fc.record({
  who: fc.constantFrom({ kind: 'department', org: 'EDU' } as const, { kind: 'department', org: 'DIST' } as const, { kind: 'department', org: 'PSB' } as const, { kind: 'partner', org: 'BANK-A' } as const, { kind: 'partner', org: 'EDU' } as const, { kind: 'subject', org: 'CITIZEN' } as const),
  sub: fc.constantFrom('chief', 'clerk'),
  roles: fc.constantFrom([], ['clerk'], ['clerk', 'x'], ['x', 'clerk'], ['clerk,x']),
  division: fc.constantFrom(undefined, '310101', '3101'),
  assurance: fc.constantFrom(1, 2, 3),
  zone: fc.constantFrom('intranet', 'abroad'),
  pid: fc.constantFrom(undefined, 'p-1'),
}).map(({ who, division, pid, ...rest }) => ({ ...rest, ...who, ...(division === undefined ? {} : { division }), ...(pid === undefined ? {} : { pid }) }))

const occasions: fc.Arbitrary<Occasion> = fc.record({
  singleSubject: fc.boolean(),
  purpose: fc.constantFrom(undefined, 'EDU-0701', 'DIST-0601'),
  caseNo: fc.constantFrom(undefined, 'CASE-0001'),
  authorizationRef: fc.constantFrom(undefined, 'REF-1'),
  raised: fc.constantFrom(undefined, ['A'] as const, ['A', 'B'] as const, ['B', 'A'] as const),
}).map(({ singleSubject, purpose, caseNo, authorizationRef, raised }) => ({
  singleSubject,
  ...(purpose === undefined ? {} : { purpose }),
  ...(caseNo === undefined ? {} : { caseNo }),
  ...(authorizationRef === undefined ? {} : { authorizationRef }),
  ...(raised === undefined ? {} : { raised }),
}))

const words = (plan: ReturnType<typeof makePlan>): unknown => [
  ...fields.map(([type, field]) => plan.field(type, field).decision === 'CLEAR' ? plan.field(type, field) : { ...plan.field(type, field), code: undefined }),
  ...fields.map(([type, field]) => [plan.counted(type, field), plan.filterable(type, field)]),
  plan.rows('Person'), plan.rows('Enterprise'), plan.verify('verifyGuardian').condition,
]

describe('a kept plan', () => {
  it('decides as a fresh one, whoever asked before and whenever', { timeout: 60_000 }, async () => {
    const directory = await bundleDirectory({ 'each.cedar': each, 'grants/g.yaml': grantYaml({ validTo: '2026-03-01' }) })
    const classification = cityGraph()
    const clock = movableClock(START)
    const engine = await createPolicyEngine({ directory, classification, clock })
    fc.assert(fc.property(fc.array(fc.tuple(callers, occasions, fc.integer({ min: 0, max: 25_000 }), fc.boolean()), { minLength: 5, maxLength: 25 }), (asked) => {
      clock.set(START)
      const seen: Caller[] = []
      for (const [caller, occasion, later, again] of asked) {
        clock.add(later)
        // The same object as before, or an equal one.
        const who = again && seen[0] !== undefined ? seen[0] : caller
        seen.push(who)
        const kept = engine.bundle()
        // Without its index: every policy is looked at for every field.
        const bundle = { ...kept, index: { ...kept.index, candidates: () => () => kept.policies } }
        const fresh = makePlan({ bundle, sequence: 1, classification, caller: structuredClone(who), occasion, withdrawn: new Set(), now: clock.now().getTime(), alternatives: () => [] })
        expect(words(engine.plan(who, occasion) as typeof fresh)).toEqual(words(fresh))
      }
    }), { numRuns: 20, verbose: true })
  })

  it('is another one for callers that differ in any attribute a policy may read, and for case, reference and purpose', async () => {
    const engine = await createPolicyEngine({ directory: await bundleDirectory({ 'each.cedar': each }), classification: cityGraph(), clock: movableClock() })
    const base: Caller = { kind: 'department', org: 'EDU', sub: 'clerk', roles: ['a', 'b'], division: '310101', assurance: 2, zone: 'intranet' }
    const others: readonly Caller[] = [
      { ...base, kind: 'partner' }, { ...base, org: 'DIST' }, { ...base, sub: 'chief' }, { ...base, roles: ['a'] }, { ...base, roles: ['a,b'] }, { ...base, roles: ['a","b'] }, { ...base, roles: [] },
      { ...base, division: '310104' }, { ...base, assurance: 3 }, { ...base, zone: 'mainland' }, { ...base, pid: 'p' },
    ]
    const plainly: Occasion = { singleSubject: true }
    const occasions: readonly Occasion[] = [
      plainly, { singleSubject: false }, { ...plainly, caseNo: 'C-1' }, { ...plainly, authorizationRef: 'R' }, { ...plainly, purpose: 'EDU-0701' }, { ...plainly, purpose: 'DIST-0601' }, { ...plainly, raised: ['A'] }, { ...plainly, raised: ['A', 'B'] },
    ]
    const plans = new Set([base, ...others].flatMap((caller) => occasions.map((occasion) => engine.plan(caller, occasion))))
    expect(plans.size).toBe((1 + others.length) * occasions.length)
    // And the same one for the rest.
    expect(engine.plan({ ...base, roles: ['b', 'a'], sub: 'another', clientId: 'c' }, plainly)).toBe(engine.plan(base, plainly))
  })

  it('is made anew when the clock was set back to before it was made', async () => {
    const clock = movableClock('2026-03-02T00:00:01+08:00')
    const engine = await createPolicyEngine({ directory: await bundleDirectory({ 'each.cedar': each, 'grants/g.yaml': grantYaml({ validTo: '2026-03-01' }) }), classification: cityGraph(), clock })
    const clerk: Caller = { kind: 'department', org: 'EDU', sub: 'clerk', roles: [], assurance: 2, zone: 'intranet' }
    const occasion: Occasion = { singleSubject: true, purpose: 'EDU-0701', caseNo: 'CASE-0001' }
    const after = words(engine.plan(clerk, occasion) as ReturnType<typeof makePlan>)
    clock.set(START)
    const before = words(engine.plan(clerk, occasion) as ReturnType<typeof makePlan>)
    expect(before).not.toEqual(after)
    clock.set('2026-03-02T00:00:01+08:00')
    expect(words(engine.plan(clerk, occasion) as ReturnType<typeof makePlan>)).toEqual(after)
  })

  it('cannot be got by changing the caller afterwards', async () => {
    const engine = await createPolicyEngine({ directory: await bundleDirectory(), classification: cityGraph(), clock: movableClock() })
    const caller = { kind: 'department', org: 'EDU', sub: 'x', roles: ['a'], assurance: 2, zone: 'intranet' } as const
    engine.plan(caller, { singleSubject: true })
    expect(() => Object.assign(caller, { org: 'PSB' })).toThrow(TypeError)
    expect(() => (caller.roles as unknown as string[]).push('b')).toThrow(TypeError)
  })

  it('is gone with the bundle it was made under', async () => {
    const directory = await bundleDirectory({ 'grants/g.yaml': grantYaml() })
    const engine = await createPolicyEngine({ directory, classification: cityGraph(), clock: movableClock() })
    const caller: Caller = { kind: 'department', org: 'DIST', sub: 'x', roles: [], assurance: 2, zone: 'intranet' }
    const occasion: Occasion = { singleSubject: true, purpose: 'DIST-0601' }
    await edit(directory, { 'grants/DIST-0601.yaml': '[]' })
    await engine.reload()
    expect(engine.plan(caller, occasion).field('Enterprise', 'domicile').decision).toBe('CLEAR')
    await edit(directory, { 'grants/g.yaml': grantYaml({ status: 'REVOKED' }) })
    await engine.reload()
    expect(engine.plan(caller, occasion).field('Enterprise', 'domicile').decision).toBe('DENIED')
  })
})

describe('two thousand grants of others', () => {
  it('change no decision', { timeout: 60_000 }, async () => {
    const others = Array.from({ length: 1_000 }, (_, index) => `- { id: X-${index}, org: AMR, purpose: AMR-0777, scenario: s, legalBasis: b, fields: [{ mode: CLEAR, fields: [Enterprise.domicile, Person.name] }], validFrom: 2026-01-01, validTo: 2026-06-${String(1 + (index % 28)).padStart(2, '0')}, approvals: [{ role: owner, person: p1, at: 2025-12-20 }], status: ACTIVE }\n`).join('')
    const purpose = { 'purposes.yaml': await purposesWith('AMR-0777', 'AMR') }
    const few = await createPolicyEngine({ directory: await bundleDirectory({ ...purpose, 'each.cedar': each }), classification: cityGraph(), clock: movableClock() })
    const many = await createPolicyEngine({ directory: await bundleDirectory({ ...purpose, 'each.cedar': each, 'grants/many.yaml': others }), classification: cityGraph(), clock: movableClock() })
    expect(many.bundle().policies.length - few.bundle().policies.length).toBeGreaterThan(2_000)
    fc.assert(fc.property(callers, occasions, (caller, occasion) => {
      expect(words(many.plan(caller, occasion) as ReturnType<typeof makePlan>)).toEqual(words(few.plan(caller, occasion) as ReturnType<typeof makePlan>))
    }), { numRuns: 20, verbose: true })
  })
})

/** The fixture's purposes and one more. */
async function purposesWith(code: string, org: string): Promise<string> {
  return `${(await readFile(join(fixture, 'purposes.yaml'), 'utf8')).trimEnd()}\n- { code: ${code}, organisations: [${org}], title: t, titleZh: t, legalBasis: b }\n`
}
