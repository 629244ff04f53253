// The engine as its users see it: plans, their life, bundles that come and go, grants by the Shanghai calendar.

import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Caller, Occasion } from '../../../policy-engine/decision.ts'
import { createPolicyEngine } from '../../../policy-engine/engine.ts'
import type { PolicyEngine, PolicyEngineOptions } from '../../../policy-engine/engine.ts'
import { BundleRefused } from '../../../policy-engine/problem.ts'
import { bundleDirectory, cityGraph, edit, fixture, grantYaml, movableClock } from './bundle-directory.ts'

const base = { sub: 'someone', roles: [], assurance: 2, zone: 'intranet' } as const
const dist: Caller = { ...base, kind: 'department', org: 'DIST', division: '310101' }
const edu: Caller = { ...base, kind: 'department', org: 'EDU' }
const psb: Caller = { ...base, kind: 'department', org: 'PSB' }
const citizen: Caller = { ...base, kind: 'subject', org: 'CITIZEN', pid: 'p-1' }
const anyone: Caller = { ...base, kind: 'public', org: 'PUBLIC' }
const bank: Caller = { ...base, kind: 'partner', org: 'BANK-A' }
const plainly: Occasion = { singleSubject: true }
const admission: Occasion = { singleSubject: true, purpose: 'EDU-0701', caseNo: 'CASE-0001' }

async function engineOn(directory: string, options: Partial<PolicyEngineOptions> = {}): Promise<PolicyEngine> {
  return createPolicyEngine({ directory, classification: cityGraph(), clock: movableClock(), ...options })
}

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

describe('plans are kept', () => {
  it('and shared by citizens, whatever their pid and sub', async () => {
    const engine = await engineOn(fixture)
    expect(engine.plan(citizen, plainly)).toBe(engine.plan({ ...citizen, sub: 'other', pid: 'p-2' }, plainly))
    expect(engine.plan(edu, admission)).toBe(engine.plan(edu, { ...admission, caseNo: 'CASE-0002' }))
  })
  it('but never over what they depend on', async () => {
    const engine = await engineOn(fixture)
    const others: readonly Caller[] = [{ ...citizen, assurance: 3 }, { ...citizen, zone: 'abroad' }, { ...citizen, roles: ['x'] }, { ...citizen, division: '310101' }, { ...base, kind: 'subject', org: 'CITIZEN' }]
    for (const other of others) expect(engine.plan(other, plainly)).not.toBe(engine.plan(citizen, plainly))
    const occasions: readonly Occasion[] = [{ singleSubject: false }, { ...admission }, { singleSubject: true, caseNo: 'CASE-0001' }, { singleSubject: true, authorizationRef: 'x' }]
    for (const occasion of occasions) expect(engine.plan(edu, occasion)).not.toBe(engine.plan(edu, plainly))
  })
  it('over callers by name only where a policy names them', async () => {
    const directory = await bundleDirectory({ 'named.cedar': '@id("named") @because("b") permit (principal == Caller::"chief", action == Action::"read", resource is Person) when { context.field.coordinate == "Person.photo" };' })
    const engine = await engineOn(directory)
    expect(engine.plan({ ...dist, sub: 'chief' }, plainly).field('Person', 'photo').decision).toBe('MIXED')
    expect(engine.plan({ ...dist, sub: 'clerk' }, plainly).field('Person', 'photo').decision).toBe('DENIED')
    expect(engine.plan({ ...dist, sub: 'clerk' }, plainly)).toBe(engine.plan({ ...dist, sub: 'another' }, plainly))
  })
  it('for thirty seconds at most', async () => {
    const clock = movableClock()
    const engine = await engineOn(fixture, { clock })
    const plan = engine.plan(psb, plainly)
    expect(plan.validUntil).toBe(clock.now().getTime() + 30_000)
    clock.add(30_000)
    expect(engine.plan(psb, plainly)).toBe(plan)
    clock.add(1)
    expect(engine.plan(psb, plainly)).not.toBe(plan)
  })
})

describe.each(['UTC', 'America/New_York', 'Asia/Shanghai'])('a grant valid to 2026-03-01, with TZ=%s', (zone) => {
  const before = process.env['TZ']
  afterEach(() => {
    if (before === undefined) delete process.env['TZ']
    else process.env['TZ'] = before
  })
  it('holds until 24:00 in Shanghai, and plans end before that', async () => {
    process.env['TZ'] = zone
    const clock = movableClock('2026-03-01T23:59:59.999+08:00')
    const engine = await engineOn(fixture, { clock })
    const plan = engine.plan(edu, admission)
    expect(plan.field('Person', 'name').decision).toBe('CLEAR')
    expect(new Date(plan.validUntil).toISOString()).toBe('2026-03-01T15:59:59.999Z')
    clock.set('2026-03-02T00:00:00+08:00')
    expect(engine.plan(edu, admission).field('Person', 'name')).toMatchObject({ decision: 'MIXED', read: { kind: 'never' } })
    expect(engine.plan(edu, admission).verify('verifyGuardian').condition).toEqual({ kind: 'never' })
  })
  it('begins at 00:00 in Shanghai', async () => {
    process.env['TZ'] = zone
    const clock = movableClock('2025-12-31T23:59:45+08:00')
    const engine = await engineOn(fixture, { clock })
    const plan = engine.plan(edu, admission)
    expect(plan.verify('verifyGuardian').condition).toEqual({ kind: 'never' })
    expect(new Date(plan.validUntil).toISOString()).toBe('2025-12-31T15:59:59.999Z')
    clock.set('2026-01-01T00:00:00+08:00')
    expect(engine.plan(edu, admission).verify('verifyGuardian').condition).toEqual({ kind: 'always' })
  })
})

describe('an edit', () => {
  const openDomicile = '@id("domicile") @because("b") permit (principal, action == Action::"read", resource is Enterprise) when { context.field.coordinate == "Enterprise.domicile" };'

  it('takes effect at once, with the next sequence number and another version', async () => {
    const directory = await bundleDirectory()
    const engine = await engineOn(directory, { initialSequence: 41 })
    const first = engine.head()
    const old = engine.plan(anyone, plainly)
    expect(old.field('Enterprise', 'domicile').decision).toBe('DENIED')
    expect(await engine.reload()).toEqual([])
    expect(engine.head()).toEqual(first)
    await edit(directory, { 'more.cedar': openDomicile })
    expect(await engine.reload()).toEqual([])
    expect(engine.head().sequence).toBe(42)
    const plan = engine.plan(anyone, plainly)
    expect(plan.field('Enterprise', 'domicile')).toEqual({ decision: 'CLEAR', policies: ['domicile'] })
    expect([plan.bundleSequence, plan.policyVersion]).toEqual([42, engine.head().hash])
    expect(plan.policyVersion).not.toBe(old.policyVersion)
  })
  it('that is bad is refused with its places while the old bundle goes on serving', async () => {
    const directory = await bundleDirectory()
    const onRefused = vi.fn()
    const engine = await engineOn(directory, { onRefused })
    const head = engine.head()
    await edit(directory, { 'more.cedar': `${openDomicile}\nforbid (principal, action, resource) when { resource.nothing };` })
    const problems = await engine.reload()
    expect(problems[0]).toMatchObject({ file: 'more.cedar', line: 2, column: 45 })
    expect(onRefused).toHaveBeenCalledWith(problems)
    expect(engine.head()).toEqual(head)
    expect(engine.plan(anyone, plainly).field('Enterprise', 'name').decision).toBe('CLEAR')
    await edit(directory, { 'more.cedar': openDomicile })
    expect(await engine.reload()).toEqual([])
    expect(engine.head().sequence).toBe(head.sequence + 1)
  })
  it('is read once for all who ask before the reading has begun', async () => {
    const directory = await bundleDirectory()
    const onRefused = vi.fn()
    const engine = await engineOn(directory, { onRefused })
    await edit(directory, { 'more.cedar': 'permit (' })
    const asked = Array.from({ length: 50 }, () => engine.reload())
    expect((await Promise.all(asked)).every((problems) => problems.length > 0)).toBe(true)
    expect(onRefused).toHaveBeenCalledTimes(1)
    await edit(directory, { 'more.cedar': openDomicile })
    await engine.reload()
    expect(engine.plan(anyone, plainly).field('Enterprise', 'domicile').decision).toBe('CLEAR')
  })
  it('that is bad at the start is thrown with all problems', async () => {
    const directory = await bundleDirectory({ 'more.cedar': 'permit (' })
    await expect(engineOn(directory)).rejects.toThrow(BundleRefused)
  })
  it('leaves the old bundle usable for five seconds, by its sequence number', async () => {
    const directory = await bundleDirectory()
    const clock = movableClock()
    const engine = await engineOn(directory, { clock })
    const { sequence } = engine.head()
    await edit(directory, { 'more.cedar': openDomicile })
    await engine.reload()
    expect(engine.plan(anyone, plainly, sequence).field('Enterprise', 'domicile').decision).toBe('DENIED')
    clock.add(5_000)
    expect(engine.plan(anyone, plainly, sequence).bundleSequence).toBe(sequence)
    clock.add(1)
    expect(() => engine.plan(anyone, plainly, sequence)).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }))
    expect(() => engine.plan(anyone, plainly, sequence + 9)).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }))
  })
  it('is named by its hash in every process, whatever number it has there', async () => {
    const directory = await bundleDirectory()
    const [early, late] = [await engineOn(directory), await engineOn(directory)]
    const before = early.head().hash
    await edit(directory, { 'more.cedar': openDomicile })
    await early.reload()
    expect(late.knows(early.head().hash)).toBe(false)
    await late.reload()
    const restarted = await engineOn(directory)
    expect(restarted.head().sequence).not.toBe(early.head().sequence)
    expect(restarted.plan(anyone, plainly, early.head().hash).policyVersion).toBe(early.head().hash)
    expect(late.plan(anyone, plainly, before).policyVersion).toBe(before)
    expect(() => restarted.plan(anyone, plainly, before)).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }))
  })
  it('keeps the last five bundles', async () => {
    const directory = await bundleDirectory()
    const engine = await engineOn(directory)
    for (let turn = 2; turn <= 7; turn += 1) {
      await edit(directory, { 'more.cedar': `// ${turn}\n${openDomicile}` })
      await engine.reload()
    }
    expect(engine.head().sequence).toBe(7)
    expect(engine.plan(anyone, plainly, 3).bundleSequence).toBe(3)
    expect(() => engine.plan(anyone, plainly, 2)).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }))
  })
  it.each(['revokes', 'removes'])('that %s a grant turns it off under older bundles too', async (how) => {
    const directory = await bundleDirectory({ 'grants/g.yaml': grantYaml({ fields: '[{ mode: CLEAR, fields: [Enterprise.domicile] }]' }) })
    const engine = await engineOn(directory)
    const { sequence } = engine.head()
    const occasion = { ...plainly, purpose: 'DIST-0601' }
    await edit(directory, { 'grants/DIST-0601.yaml': '[]' })
    expect(await engine.reload()).toEqual([])
    expect(engine.plan(dist, occasion).field('Enterprise', 'domicile').decision).toBe('CLEAR')
    if (how === 'revokes') await edit(directory, { 'grants/g.yaml': grantYaml({ status: 'REVOKED' }) })
    else await rm(join(directory, 'grants/g.yaml'))
    expect(await engine.reload()).toEqual([])
    expect(engine.plan(dist, occasion).field('Enterprise', 'domicile').decision).toBe('DENIED')
    expect(engine.plan(dist, occasion, sequence).field('Enterprise', 'domicile').decision).toBe('DENIED')
  })
  it('of several files is taken whole: nothing half saved is in force', async () => {
    const directory = await bundleDirectory()
    const accepted: string[] = []
    const engine = await engineOn(directory, { onAccepted: ({ hash }) => void accepted.push(hash) })
    await edit(directory, { 'more.cedar': openDomicile })
    const reading = engine.reload()
    await pause(25)
    await edit(directory, { 'forbid.cedar': '@id("closed") @because("b") forbid (principal, action == Action::"read", resource is Enterprise) when { context.field.coordinate == "Enterprise.domicile" };' })
    expect(await reading).toEqual([])
    expect(accepted).toHaveLength(2)
    expect(engine.plan(anyone, plainly).field('Enterprise', 'domicile').decision).toBe('DENIED')
  })
  it('that never rests is not taken, and is once it rests', async () => {
    const directory = await bundleDirectory()
    const engine = await engineOn(directory)
    let writing = true
    const editing = (async () => {
      for (let turn = 0; writing; turn += 1) {
        await edit(directory, { 'more.cedar': `// ${turn}\n${openDomicile}` })
        await pause(5)
      }
    })()
    await pause(20)
    expect((await engine.reload()).length).toBe(1)
    expect(engine.head().sequence).toBe(1)
    writing = false
    await editing
    expect(await engine.reload()).toEqual([])
    expect(engine.head().sequence).toBe(2)
  })
  it('between the first reading and the beginning of the watch is not missed', async () => {
    const directory = await bundleDirectory()
    const engine = await engineOn(directory)
    await edit(directory, { 'more.cedar': openDomicile })
    await pause(50)
    const watching = engine.watch()
    try {
      await vi.waitFor(() => { expect(engine.head().sequence).toBe(2) }, { timeout: 3_000, interval: 10 })
    } finally {
      watching.close()
    }
  })
  it('is noticed in the files within a second or so', async () => {
    const directory = await bundleDirectory()
    const engine = await engineOn(directory)
    const watching = engine.watch()
    try {
      await edit(directory, { 'grants/g.yaml': grantYaml() })
      const from = performance.now()
      await vi.waitFor(() => { expect(engine.head().sequence).toBe(2) }, { timeout: 5_000, interval: 10 })
      console.info(`edit in force after ${Math.round(performance.now() - from)} ms`)
    } finally {
      watching.close()
    }
  })
})
