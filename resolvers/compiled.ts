// Statements by access plan: built once for each type, shape and plan, and dropped with the plan. Subgraphs in one process may share
// a plan, so the department is part of the key.

import { boundedCache, type BoundedCache } from '../core/bounded-cache.ts'
import type { AccessPlan } from '../policy-engine/decision.ts'
import type { Projection } from './projection.ts'
import type { Statement } from './statements.ts'

/** A statement and what reads its rows. */
export type Compiled = { readonly statement: Statement } & Omit<Projection, 'columns'>

const SHAPES_PER_PLAN = 500
const known = new WeakMap<AccessPlan, BoundedCache<string, Compiled>>()

/** The compiled statement of that shape, made now when it is not kept. The shape must name everything that `make` depends on. */
export function compiledFor(plan: AccessPlan, shape: string, make: () => Compiled): Compiled {
  const cache = known.get(plan) ?? boundedCache<string, Compiled>(SHAPES_PER_PLAN)
  known.set(plan, cache)
  const found = cache.get(shape)
  if (found !== undefined) return found
  const made = make()
  cache.set(shape, made)
  return made
}
