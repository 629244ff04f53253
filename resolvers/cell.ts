// One cell of the answer as SQL (DESIGN 6): the column, its mask, a CASE by row, or nothing at all. A column that may be seen only
// masked stands in the statement inside its mask alone.

import { sql, type SQL } from 'drizzle-orm'
import type { AccessPlan } from '../policy-engine/decision.ts'
import { always, type RowCondition } from '../policy-engine/row-condition.ts'
import type { Classification } from '../schema/classification.ts'
import { CitygraphError } from '../core/errors.ts'
import type { Entity, FieldBinding } from './entity.ts'
import { written } from './formats.ts'
import { mask } from './masks.ts'
import { follows, predicate } from './predicates.ts'

export type CellParts = {
  readonly entity: Entity
  readonly plan: AccessPlan
  readonly classification: Classification
  /** What the statement's WHERE already demands of every row, in these attributes; `always` where it demands nothing. */
  readonly holds?: RowCondition
}

/** SQL of the cell, undefined where it is not served. Throws CitygraphError INTERNAL for a field that the type does not bind. */
export function cell(field: string, { entity, plan, classification, holds = always }: CellParts): SQL | undefined {
  const classified = classification.field(entity.type, field)
  const binding = entity.field(field)
  if (classified === undefined || binding === undefined) {
    throw new CitygraphError('INTERNAL', {}, { cause: new RangeError(`${entity.type}.${field} is not bound`) })
  }
  const decision = plan.field(entity.type, field)
  switch (decision.decision) {
    case 'CLEAR': return written(binding.value, binding.kind)
    case 'MASKED': return mask(classified.mask, binding, entity, plan)
    case 'DENIED': return undefined
    case 'MIXED': {
      const masked = mask(classified.mask, binding, entity, plan)
      if (follows(decision.read, holds)) return asMasked(binding, masked)
      const clear = sql`CASE WHEN ${predicate(decision.read, entity.attributes)} THEN ${asMasked(binding, masked)}`
      // A mask for rows that are clear is never reached; PostgreSQL would make it ready all the same.
      if (masked === undefined || follows(decision.read, decision.masked)) return sql`${clear} END`
      return sql`${clear} WHEN ${predicate(decision.masked, entity.attributes)} THEN ${masked} END`
    }
  }
}

/** Both branches of a CASE need one type: masks are text (a place is jsonb either way). */
function asMasked(binding: FieldBinding, masked: SQL | undefined): SQL {
  const clear = written(binding.value, binding.kind)
  return masked === undefined || binding.kind === 'place' ? clear : sql`(${clear})::text`
}
