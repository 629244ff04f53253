// Two thousand grants of others cost nothing: what a plan costs is printed, and bounded generously.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseBundle } from '../../policy-engine/bundle.ts'
import { readBundleFiles } from '../../policy-engine/bundle-files.ts'
import { createPolicyChecker } from '../../policy-engine/cedar-validate.ts'
import type { Caller, Occasion } from '../../policy-engine/decision.ts'
import { createPolicyEngine } from '../../policy-engine/engine.ts'
import { bundleDirectory, cityGraph, edit, fixture, movableClock } from '../unit/policy-engine/bundle-directory.ts'

/** Processor time of this process, ms: what others do on the machine does not count. */
function cpu(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

const departments = 100
const grants = 2_000

function organisation(index: number): string {
  return `O${index}`
}

function many(own: { organisations: string; purposes: string }): Record<string, string> {
  const all = Array.from({ length: departments }, (_, index) => index)
  const fields = ['Person.name', 'Person.gender', 'Person.birthDate', 'Enterprise.domicile', 'CreditRating.score']
  const list = Array.from({ length: grants }, (_, index) => {
    const org = organisation(index % departments)
    return `- { id: G-${index}, org: ${org}, purpose: ${org}-0001, scenario: s, legalBasis: b, fields: [{ mode: CLEAR, fields: [${fields[index % fields.length] ?? ''}] }], rowScope: { division: "3101${String(1 + (index % 20)).padStart(2, '0')}" }, validFrom: 2026-01-01, validTo: 2026-12-${String(1 + (index % 28)).padStart(2, '0')}, approvals: [{ role: owner, person: p, at: x }], status: ACTIVE }`
  })
  return {
    'organisations.yaml': `${own.organisations}\n${all.map((index) => `- { code: ${organisation(index)}, name: n, nameZh: n, kind: department }`).join('\n')}\n`,
    'purposes.yaml': `${own.purposes}\n${all.map((index) => `- { code: ${organisation(index)}-0001, organisations: [${organisation(index)}], title: t, titleZh: t, legalBasis: b }`).join('\n')}\n`,
    'grants/many.yaml': `${list.join('\n')}\n`,
  }
}

describe('two thousand grants', () => {
  it('load in seconds and cost a plan next to nothing', async () => {
    const files = await readBundleFiles(fixture)
    const text = (name: string): string => files.find((file) => file.name === name)?.text ?? ''
    const directory = await bundleDirectory(many({ organisations: text('organisations.yaml'), purposes: text('purposes.yaml') }))
    const graph = cityGraph()
    const started = cpu()
    const engine = await createPolicyEngine({ directory, classification: graph, clock: movableClock() })
    const loaded = cpu()
    const fields = graph.fields().filter((field) => field.type !== 'Query').slice(0, 50)
    const decide = (caller: Caller, occasion: Occasion): number => {
      const from = cpu()
      const plan = engine.plan(caller, occasion)
      for (const { type, field } of fields) plan.field(type, field)
      return cpu() - from
    }
    const callers = Array.from({ length: 20 }, (_, index): Caller => ({ kind: 'department', org: organisation(index), sub: 'x', roles: [], assurance: 2, zone: 'intranet' }))
    const cold = callers.map((caller) => decide(caller, { singleSubject: true, purpose: `${caller.org}-0001` }))
    const warm = callers.map((caller) => decide(caller, { singleSubject: true, purpose: `${caller.org}-0001` }))
    const median = (times: readonly number[]): number => [...times].sort((a, b) => a - b)[times.length >> 1] ?? 0
    const one = readFileSync(join(directory, 'grants/DIST-0601.yaml'), 'utf8')
    const again = cpu()
    const checker = createPolicyChecker(graph)
    parseBundle(await readBundleFiles(directory), graph, checker)
    const second = cpu()
    await edit(directory, { 'grants/DIST-0601.yaml': one.replace('2026-12-31', '2026-12-30') })
    parseBundle(await readBundleFiles(directory), graph, checker)
    console.info(`2,000 grants, processor time: start ${Math.round(loaded - started)} ms, reload after one edit ${Math.round(cpu() - second)} ms (first ${Math.round(second - again)} ms); plan with 50 fields: first ever ${cold[0]?.toFixed(2) ?? ''} ms, cold median ${median(cold).toFixed(2)} ms, warm median ${median(warm).toFixed(3)} ms`)
    expect(engine.plan(callers[0] ?? { kind: 'public', org: 'PUBLIC', sub: '', roles: [], assurance: 1, zone: 'mainland' }, { singleSubject: true, purpose: 'O0-0001' }).field('Person', 'name').policies).toContain('grant/G-0/1')
    expect(median(cold)).toBeLessThan(100)
    expect(median(warm)).toBeLessThan(20)
  })
})
