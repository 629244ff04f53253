// Whole bundles against Cedar: for every kind of caller, with and without purpose and case, random fields and rows, what the
// plan says of an action (index, scopes, forbids, grants) equals Cedar's answer on that row. The fixture and the city's own.

import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { Classification, RowAttribute } from '../../../schema/classification.ts'
import { readBundle } from '../../../policy-engine/bundle.ts'
import { createCedarOracle } from '../../../policy-engine/cedar-oracle.ts'
import { createPolicyChecker } from '../../../policy-engine/cedar-validate.ts'
import { sampleCallers } from '../../../policy-engine/diff.ts'
import { holdsOn } from '../../../policy-engine/evaluate.ts'
import type { Row } from '../../../policy-engine/evaluate.ts'
import { makePlan } from '../../../policy-engine/make-plan.ts'
import { environmentOf } from '../../../policy-engine/access-plan.ts'
import { BundleRefused } from '../../../policy-engine/problem.ts'
import { cityGraph, fixture } from './bundle-directory.ts'
import { random } from './random-policies.ts'
import type { Random } from './random-policies.ts'
import { frozenNow } from './read-policy.ts'

const city = fileURLToPath(new URL('../../../policies/', import.meta.url))

function rowOf(attributes: readonly RowAttribute[], r: Random): Row {
  const value = ({ type }: RowAttribute): Row[string] => {
    if (type === 'Bool') return r.chance(0.5)
    if (type === 'Long') return r.below(6)
    if (type === 'datetime') return frozenNow + r.below(3) - 1
    if (type === 'Set<String>') return []
    return type === 'Division' ? r.pick(['310101', '310101002', '310109', '31', '']) : r.pick(['pid-1', 'pid-2', ''])
  }
  return Object.fromEntries(attributes.flatMap((attribute) => (attribute.optional && r.chance(0.3) ? [] : [[attribute.name, value(attribute)]])))
}

function coordinates(graph: Classification): readonly string[] {
  return [...graph.types().map(({ type }) => type), ...graph.fields().map(({ type, field }) => `${type}.${field}`)]
}

describe.each([['the fixture', fixture], ['the city', city]])('the bundle of %s', (_, directory) => {
  it('decides as Cedar does, on every action and on random rows', async () => {
    const graph = cityGraph()
    const { bundle, problems } = await readBundle(directory, graph, createPolicyChecker(graph))
    if (bundle === undefined) throw new BundleRefused(problems)
    const seed = Number(process.env['SEED'] ?? 20260302)
    const cases = Number(process.env['CASES'] ?? 700)
    console.info(`whole bundle, seed ${seed}, ${cases} cases`)
    const r = random(seed)
    const oracle = createCedarOracle(bundle.policies)
    const samples = sampleCallers(bundle)
    const names = coordinates(graph)
    let allowed = 0
    for (let done = 0; done < cases; done += 1) {
      const { caller: sample, occasion: given } = r.pick(samples)
      const caller = { ...sample, ...(r.chance(0.4) ? { division: r.pick(['310101', '310000', '310109']) } : {}), ...(sample.pid === undefined ? {} : { pid: 'pid-1' }), assurance: r.pick([1, 2, 3] as const), zone: r.pick(['intranet', 'mainland', 'abroad'] as const) }
      const occasion = { ...given, singleSubject: r.chance(0.5), ...(r.chance(0.3) ? { authorizationRef: 'AUTH-1' } : {}) }
      const plan = makePlan({ bundle, sequence: 1, classification: graph, caller, occasion, withdrawn: new Set(), now: frozenNow, alternatives: () => [] })
      const coordinate = r.pick(names)
      const [type = '', field] = coordinate.split('.')
      const verifies = field !== undefined && graph.field(type, field)?.entry?.kind === 'VERIFY'
      const action = field === undefined ? 'see' : verifies ? 'verify' : r.pick(['read', 'readMasked', 'filter'] as const)
      const environment = environmentOf(plan, action, coordinate)
      if (environment === undefined) throw new Error(coordinate)
      const row = rowOf([...environment.attributes.values()], r)
      const condition = plan.action(action, type, field).allowed
      const ours = holdsOn(condition, row, { now: frozenNow, ...(caller.pid === undefined ? {} : { pid: caller.pid }), ...(occasion.caseNo === undefined ? {} : { caseNo: occasion.caseNo }), authorizationRef: 'AUTH-1' })
      const theirs = oracle.allows(environment, row)
      if (ours !== theirs) expect({ ours, coordinate, action, caller, occasion, row, condition, seed, done }).toEqual({ ours: theirs })
      allowed += ours ? 1 : 0
    }
    expect(allowed).toBeGreaterThan(cases / 20)
  })
})
