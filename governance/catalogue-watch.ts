// Keeps the catalogue in step: with the schema of this process and each bundle that comes into force, and with what the follower reads.

import type { Clock } from '../core/clock.ts'
import type { DepartmentPool } from '../migrations/pool.ts'
import type { PolicyEngine } from '../policy-engine/engine.ts'
import type { Classification } from '../schema/classification.ts'
import type { GraphItem } from '../schema/graph-items.ts'
import { copyCatalogue } from './copy-catalogue.ts'
import type { CopiedQueries } from './copy-open-queries.ts'
import { openUseCount } from './count-use.ts'

export type CatalogueWatch = { round(): Promise<void> }

/** `round` runs after the follower's; it throws what failed, and the next one takes it up again. `facts`: as the follower. */
export function openCatalogue(parts: {
  readonly facts: DepartmentPool
  readonly engine: Pick<PolicyEngine, 'head' | 'bundle'>
  readonly classification: Classification
  readonly items: readonly GraphItem[]
  /** Copies them; what is served of them are items too (DOMAIN S21). */
  readonly openQueries?: () => Promise<CopiedQueries>
  readonly clock: Clock
}): CatalogueWatch {
  const { facts, engine, clock, openQueries = async () => ({ change: '', served: [] }) } = parts
  const use = openUseCount({ facts, clock })
  let copied: string | undefined
  return {
    async round() {
      const { change, served } = await openQueries()
      const stand = `${engine.head().hash} ${change}`
      if (copied !== stand) {
        await copyCatalogue(facts, engine.bundle(), { ...parts, served })
        copied = stand
      }
      await use.round()
    },
  }
}
