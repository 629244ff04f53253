// Root fields of the register of market entities.

import type { DomainBinding } from './binding.ts'
import type { Resolver } from './resolver-map.ts'
import { manyRows, oneByKey } from './roots.ts'

/** Resolvers of the root fields of enterprises, by name. */
export function enterprisesRoots(binding: DomainBinding): Readonly<Record<string, Resolver>> {
  return {
    enterprise: oneByKey(binding, 'enterprise', 'Enterprise'),
    enterprises: manyRows(binding, 'enterprises', { type: 'Enterprise' }),
  }
}
