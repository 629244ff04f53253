// How long access plans are kept, and how many.

import { expect, it } from 'vitest'
import { readBundle } from '../../../policy-engine/bundle.ts'
import { createPolicyChecker } from '../../../policy-engine/cedar-validate.ts'
import { makePlan } from '../../../policy-engine/make-plan.ts'
import { createPlanCache } from '../../../policy-engine/plan-cache.ts'
import { cityGraph, fixture } from './bundle-directory.ts'
import { frozenNow, someone } from './read-policy.ts'

it('lets go of plans that nobody used while they were good, and of the longest unused beyond the limit', async () => {
  const classification = cityGraph()
  const { bundle } = await readBundle(fixture, classification, createPolicyChecker(classification))
  if (bundle === undefined) throw new Error('the fixture is a good bundle')
  const made = makePlan({ bundle, sequence: 1, classification, caller: someone, occasion: { singleSubject: true }, withdrawn: new Set(), now: frozenNow, alternatives: () => [] })
  const until = (validUntil: number) => ({ ...made, validUntil })
  const plans = createPlanCache(3)
  for (const name of ['a', 'b', 'c']) plans.put(name, until(100), 0)
  expect(plans.get('a', 50)).toBeDefined()
  plans.put('d', until(200), 60)
  expect([plans.size(), plans.get('b', 60)]).toEqual([3, undefined])
  plans.put('e', until(300), 150)
  expect(['a', 'c', 'd', 'e'].map((name) => plans.get(name, 150) !== undefined)).toEqual([false, false, true, true])
  expect(plans.size()).toBe(2)
})
