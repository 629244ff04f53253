// Bundles that come and go while the engine serves: taken whole, at once, or not at all.

import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import { BundleRefused } from '../../../policy-engine/problem.ts'
import { bundleDirectory, edit, grantYaml, movableClock } from './bundle-directory.ts'
import { anyone, dist, engineOn, plainly } from './fixture-engine.ts'

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
