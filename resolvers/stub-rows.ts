// Edges from a type whose rows another department holds (Person and Enterprise outside their own subgraph). There is no row to
// decide on, so the type's `see` and the edge's decision are asked of each row at the other end: its subject, its minor rule, its
// division. A person's division is not known there and therefore absent.

import { sql, type SQL } from 'drizzle-orm'
import type { AccessPlan } from '../policy-engine/decision.ts'
import { allOf, always, type RowCondition } from '../policy-engine/row-condition.ts'
import { absent } from './attributes.ts'
import { own, type Entity, type RowAttributes } from './entity.ts'
import { predicate } from './predicates.ts'

/** Where an edge starts, when it starts at a stub. */
export type StubEdge = { readonly stub: Entity; readonly field: string; readonly by: SQL }

/** Whether the plan serves the edge on any row at all; DENIED (and MASKED, which a link cannot be) is null as a whole. */
export function edgeServed(plan: AccessPlan, type: string, field: string): boolean {
  const { decision } = plan.field(type, field)
  return decision === 'CLEAR' || decision === 'MIXED'
}

/** Condition on the rows at the other end, for WHERE. */
export function stubCondition(plan: AccessPlan, edge: StubEdge, target: Entity): SQL {
  const decision = plan.field(edge.stub.type, edge.field)
  const allowed: RowCondition = decision.decision === 'MIXED' ? decision.read : decision.decision === 'CLEAR' ? always : { kind: 'never' }
  return predicate(allOf([plan.rows(edge.stub.type), allowed]), stubAttributes(edge, target))
}

function stubAttributes({ stub, by }: StubEdge, target: Entity): RowAttributes {
  if (stub.type === 'Enterprise') return { division: own(target.attributes, 'division') ?? absent }
  // Without a minor rule on the row every person counts as a minor.
  const minor = own(target.attributes, 'minor') ?? sql`true`
  return { subject: sql`${by}::text`, minor, under18: minor, division: absent }
}
