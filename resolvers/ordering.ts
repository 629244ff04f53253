// The order of a list. Callers order only by what is clear to them on every row (`plan.filterable`), else NOT_FILTERABLE; a default
// order falls back to the rows' keys where its field is not clear, since an order tells values too (DOMAIN 3.2 M7).

import type { SQL } from 'drizzle-orm'
import { CitygraphError } from '../core/errors.ts'
import type { AccessPlan } from '../policy-engine/decision.ts'
import type { Classification } from '../schema/classification.ts'
import { orderEntry } from '../schema/generate-filters.ts'
import type { Entity, SortTerm, ValueKind } from './entity.ts'

/** One sort key; `filled` when it is never NULL. NULLs come last ascending and first descending, as PostgreSQL's indexes have them. */
export type OrderKey = { readonly value: SQL; readonly kind: ValueKind; readonly direction: 'ASC' | 'DESC'; readonly filled: boolean }

export type OrderParts = { readonly entity: Entity; readonly plan: AccessPlan; readonly classification: Classification }

/** What `orderBy` asks for, each field once. Throws NOT_FILTERABLE (argument orderBy) or BAD_USER_INPUT on an unknown entry. */
export function chosenOrder(orderBy: unknown, { entity, plan, classification }: OrderParts): readonly SortTerm[] {
  if (orderBy === undefined || orderBy === null) return []
  const entries: readonly unknown[] = Array.isArray(orderBy) ? orderBy : [orderBy]
  const terms = new Map<string, SortTerm>()
  for (const entry of entries) {
    const term = sortTerms(entity.type, classification).get(String(entry))
    if (term === undefined) throw new CitygraphError('BAD_USER_INPUT', { argument: 'orderBy' })
    if (!plan.filterable(entity.type, term.field)) throw new CitygraphError('NOT_FILTERABLE', { argument: 'orderBy' })
    if (!terms.has(term.field)) terms.set(term.field, term)
  }
  return [...terms.values()]
}

/** Those terms of a default order whose fields are clear to the caller. */
export function allowedDefault(terms: readonly SortTerm[], { entity, plan }: OrderParts): readonly SortTerm[] {
  return terms.filter((term) => plan.field(entity.type, term.field).decision === 'CLEAR')
}

/** Sort keys of the terms, ended by the type's unique key. Throws CitygraphError INTERNAL for a field that is not bound. */
export function orderKeys(terms: readonly SortTerm[], entity: Entity): readonly OrderKey[] {
  const keys = terms.map(({ field, direction }): OrderKey => {
    const binding = entity.field(field)
    if (binding === undefined) throw new CitygraphError('INTERNAL', {}, { cause: new RangeError(`${entity.type}.${field} is not bound`) })
    return { value: binding.factor?.column ?? binding.value, kind: binding.kind, direction, filled: binding.filled === true }
  })
  if (entity.tieBreaker === undefined) throw new CitygraphError('INTERNAL', {}, { cause: new RangeError(`${entity.type} has no rows here`) })
  return [...keys, { ...entity.tieBreaker, direction: 'ASC', filled: true }]
}

const known = new WeakMap<Classification, Map<string, ReadonlyMap<string, SortTerm>>>()

/** Entries of the type's order enum. */
function sortTerms(type: string, classification: Classification): ReadonlyMap<string, SortTerm> {
  const types = known.get(classification) ?? new Map<string, ReadonlyMap<string, SortTerm>>()
  known.set(classification, types)
  const found = types.get(type)
  if (found !== undefined) return found
  const directions = ['ASC', 'DESC'] as const
  const made = new Map(
    classification.fields()
      .filter((field) => field.type === type && field.sortable)
      .flatMap(({ field }) => directions.map((direction) => [orderEntry(field, direction), { field, direction }] as const)),
  )
  types.set(type, made)
  return made
}
