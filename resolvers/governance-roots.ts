// Root fields of governance.

import type { DomainBinding } from './binding.ts'
import type { Resolver } from './resolver-map.ts'
import { catalogueRoots } from './governance-catalogue.ts'
import { grantRoots } from './governance-grants.ts'
import { keyRoots } from './governance-keys.ts'
import { correctionRoots } from './governance-corrections.ts'
import { openRoots } from './governance-open.ts'
import { signalRoots } from './governance-signals.ts'
import { stopRoots } from './governance-stops.ts'
import { manyRows } from './roots.ts'

/** Resolvers of the root fields of governance, by name. */
export function governanceRoots(binding: DomainBinding): Readonly<Record<string, Resolver>> {
  return { ...signalRoots(binding), ...stopRoots(binding), ...grantRoots(binding), ...catalogueRoots(binding), ...correctionRoots(binding), ...openRoots(binding), ...keyRoots(binding), accessRecords: manyRows(binding, 'accessRecords', { type: 'AccessRecord', order: [{ field: 'at', direction: 'DESC' }] }) }
}
