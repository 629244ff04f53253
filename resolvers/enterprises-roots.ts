// Root fields of the register of market entities.

import type { DomainBinding } from './binding.ts'
import type { Resolver } from './resolver-map.ts'
import { manyRows, oneByKey } from './roots.ts'

export function enterprisesRoots(binding: DomainBinding): Readonly<Record<string, Resolver>> {
  return {
    enterprise: oneByKey(binding, 'enterprise', 'Enterprise'),
    enterprises: manyRows(binding, 'enterprises', { type: 'Enterprise' }),
  }
}
