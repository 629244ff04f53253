// Root fields that give rows: one by its key, many by conditions, the caller's own, one by a natural key. The gate has decided the
// entry already; it is asked again here, so that a resolver called without a gate gives nothing either.

import type { GraphQLResolveInfo } from 'graphql'
import type { AccessPlan } from '../policy-engine/decision.ts'
import { entityOf, type DomainBinding } from './binding.ts'
import { connectionOf, positionAfter } from './connections.ts'
import type { SortTerm } from './entity.ts'
import { filterOf } from './filters.ts'
import { pageSize } from './keyset.ts'
import { loadByKey, type OtherColumn } from './load-by-key.ts'
import { loadList, type Restriction } from './load-list.ts'
import { allowedDefault, chosenOrder, orderKeys, type OrderKey, type OrderParts } from './ordering.ts'
import { keysOf } from './references.ts'
import type { ReadContext } from './read-context.ts'
import type { Arguments, Resolver } from './resolver-map.ts'
import { keysBehind } from './row.ts'
import { rowSelection, selectionOf } from './selection.ts'

/** Whether this caller may use the entry at all. */
function entryServed(context: ReadContext, field: string): boolean {
  return context.plan.field('Query', field).decision === 'CLEAR'
}

/** `enterprise(uscc)`, `person(id)`: the row whose key the argument of that name is; null for what is no key. */
export function oneByKey(binding: DomainBinding, field: string, type: string): Resolver {
  const entity = entityOf(binding, type)
  return (_parent, args, context, info) => {
    if (entity.key === undefined || !entryServed(context, field)) return null
    return loadByKey(context, binding, { entity, selection: selectionOf(info, type), keys: keysOf(context, type, entity.key, args) })
  }
}

/** `me`: the caller's own row; null for callers who are not the subject of any. */
export function ownRow(binding: DomainBinding, field: string, type: string): Resolver {
  const entity = entityOf(binding, type)
  return (_parent, _args, context, info) => {
    const { pid } = context.parameters
    if (pid === undefined || !entryServed(context, field)) return null
    return loadByKey(context, binding, { entity, selection: selectionOf(info, type), keys: [pid] })
  }
}

/** `resolvePerson`: a whole natural key to its row. `read` refuses what is not one, before any database access. */
export function byNaturalKey(
  binding: DomainBinding,
  field: string,
  type: string,
  { column, read }: { readonly column: OtherColumn; readonly read: (args: Arguments, context: ReadContext) => string },
): Resolver {
  const entity = entityOf(binding, type)
  return async (_parent, args, context, info) => {
    if (!entryServed(context, field)) return null
    const row = await loadByKey(context, binding, { entity, selection: selectionOf(info, type), keys: [read(args, context)], column })
    const counted = context.plan.counted('Query', field)
    // The step from a number to a person counts, whatever of the row is asked for.
    if (row !== null && counted.length > 0) for (const key of keysBehind(row)) context.observe.supply(key, counted)
    return row
  }
}

export type ListParts = {
  readonly type: string
  /** The order when the caller asks for none. */
  readonly order?: readonly SortTerm[]
  /** What arguments other than where, orderBy, first and after ask for; may refuse them. */
  readonly restrict?: (args: Arguments, context: ReadContext) => { readonly restriction: Restriction; readonly before?: readonly OrderKey[] } | undefined
}

type Order = { readonly keys: readonly OrderKey[]; readonly shape: string }

/** `people(where, orderBy, first, after)`: a page of the rows that the caller may see. */
export function manyRows(binding: DomainBinding, field: string, { type, order = [], restrict }: ListParts): Resolver {
  const entity = entityOf(binding, type)
  const orderOf = (terms: readonly SortTerm[]): Order => ({ keys: orderKeys(terms, entity), shape: terms.map((term) => `${term.field} ${term.direction}`).join(',') })
  const defaults = new WeakMap<AccessPlan, Order>()
  const defaultOrder = (parts: OrderParts): Order => {
    const known = defaults.get(parts.plan) ?? orderOf(allowedDefault(order, parts))
    defaults.set(parts.plan, known)
    return known
  }
  return async (_parent, args, context, info: GraphQLResolveInfo) => {
    if (!entryServed(context, field)) return null
    const parts = { entity, plan: context.plan, classification: binding.classification }
    const first = pageSize(args['first'])
    const filter = filterOf(args['where'], parts)
    const chosen = chosenOrder(args['orderBy'], parts)
    const ordering = chosen.length > 0 ? orderOf(chosen) : defaultOrder(parts)
    const restricted = restrict?.(args, context)
    const place = { coordinate: `Query.${field}`, args, parent: [] }
    const after = positionAfter(context, place)
    const page = await loadList(context, binding, {
      entity,
      selection: rowSelection(info, type),
      filter,
      order: restricted?.before === undefined ? ordering.keys : [...restricted.before, ...ordering.keys],
      orderShape: `${restricted === undefined ? '' : field} ${ordering.shape}`,
      first,
      ...(after === undefined ? {} : { after }),
      ...(restricted === undefined ? {} : { restriction: restricted.restriction }),
    })
    return connectionOf(context, place, page)
  }
}
