// How long plans live and who shares them; grants by the Shanghai calendar.

import { afterEach, describe, expect, it } from 'vitest'
import type { Caller, Occasion } from '../../../policy-engine/decision.ts'
import { bundleDirectory, fixture, movableClock } from './bundle-directory.ts'
import { admission, base, citizen, dist, edu, engineOn, plainly, psb } from './fixture-engine.ts'

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
