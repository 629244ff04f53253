// Tests of the quick suite that take samples there, whole or with far larger samples here. Each reads its size from the environment
// (one may be set by hand for the quick suite as well).

import { describe } from 'vitest'

const sizes = { HOSTILE_TEXTS: '26', CANARY_OPERATIONS: '100', FILTERS_SHARE: '2', SHARE: '1', CASES: '6000' }
for (const [name, size] of Object.entries(sizes)) process.env[name] ??= size

const whole: readonly (readonly [string, () => Promise<unknown>])[] = [
  ['hostile input', () => import('../threats/bad-input.test.ts')],
  ['hostile input', () => import('../threats/bad-variables.test.ts')],
  ['canaries', () => import('../threats/canary.test.ts')],
  ['filters', () => import('../threats/filters.test.ts')],
  ['all callers everywhere', () => import('../resolvers/callers.test.ts')],
  ['cells of all callers', () => import('../resolvers/oracle.test.ts')],
  ['random policies', () => import('../unit/policy-engine/differential.test.ts')],
  ['the whole bundle', () => import('../unit/policy-engine/city-bundle.test.ts')],
]
for (const [what, file] of whole) {
  describe(what, async () => {
    await file()
  })
}
