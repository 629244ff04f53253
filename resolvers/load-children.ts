// Pages of rows below many parents with one statement: for each parent key a LATERAL page, so that a hundred enterprises with their
// first five shareholders are one round trip. Batched by type, edge, selection, conditions and order.

import { sql, type SQL } from 'drizzle-orm'
import type { DomainBinding } from './binding.ts'
import { compiledFor } from './compiled.ts'
import type { Position } from './cursors.ts'
import { keyKind, type Entity, type Relation } from './entity.ts'
import type { Filter } from './filters.ts'
import { postgresType } from './formats.ts'
import { afterPosition, ordered, positionSlots } from './keyset.ts'
import { positionIn, selectList, visible } from './load-list.ts'
import type { OrderKey } from './ordering.ts'
import { project } from './projection.ts'
import type { ReadContext } from './read-context.ts'
import { rowLoader, type RowLoader } from './row-loader.ts'
import { emptyPage, type Page } from './row.ts'
import type { Selection } from './selection.ts'
import { slot } from './slots.ts'
import { compile, run } from './statements.ts'
import { stubCondition, type StubEdge } from './stub-rows.ts'

export type ChildrenQuery = {
  /** `Type.field` of the edge. */
  readonly coordinate: string
  readonly entity: Entity
  readonly relation: Extract<Relation, { kind: 'many' }>
  readonly selection: Selection
  readonly filter: Filter
  readonly order: readonly OrderKey[]
  readonly orderShape: string
  readonly first: number
  readonly after?: Position
  /** The edge starts at a type whose rows another department holds. */
  readonly stub?: StubEdge
}

const LARGEST_BATCH = 200

/** Names the statement: everything that it depends on beside the plan. */
export function childrenShape(binding: DomainBinding, { coordinate, selection, filter, orderShape, after }: Pick<ChildrenQuery, 'coordinate' | 'selection' | 'filter' | 'orderShape' | 'after'>): string {
  return ['children', binding.domain, coordinate, selection.join(','), filter.shape, orderShape, after === undefined ? '' : 'after'].join('|')
}

/** Loads the pages below parent keys. `shape`: what `childrenShape` gives for the query. */
export function childrenLoader(context: ReadContext, binding: DomainBinding, query: ChildrenQuery, shape: string): RowLoader {
  const { filter, first, after } = query
  const values = filter.values.length === 0 && after === undefined ? '' : JSON.stringify([filter.values, after ?? null])
  const batch = `${shape}|${first}|${values}`
  const found = context.loaders.get(batch)
  if (found !== undefined) return found
  const made = rowLoader((keys) => loadAll(context, binding, query, shape, keys), LARGEST_BATCH)
  context.loaders.set(batch, made)
  return made
}

async function loadAll(context: ReadContext, binding: DomainBinding, query: ChildrenQuery, shape: string, keys: readonly string[]): Promise<readonly Page[]> {
  const { entity, selection, filter, order, first, after } = query
  const compiled = compiledFor(context.plan, shape, () => {
    const columns = project(selection, { entity, plan: context.plan, classification: binding.classification, holds: context.plan.rows(entity.type) }, order)
    return { read: columns.read, position: columns.position, statement: compile(childrenOf(context, query, columns.columns)) }
  })
  for (const field of selection) context.observe.field(entity.type, field)
  const slots = Object.fromEntries([
    ['keys', keys] as const,
    ['limit', first + 1] as const,
    ...filter.values,
    ...(after === undefined ? [] : positionSlots(after, order)),
  ])
  const found = await run(context, compiled.statement, slots)
  const byParent = grouped(found)
  return keys.map((_, index) => {
    const rows = byParent.get(index + 1)
    if (rows === undefined) return emptyPage
    const shown = rows.length > first ? rows.slice(0, first) : rows
    const read = shown.map((values) => compiled.read(values, 1, context))
    context.observe.rows(read.length)
    return { rows: read, position: positionIn(shown, 1, compiled), hasNextPage: rows.length > first }
  })
}

/** Result rows by their parent's number. */
function grouped(found: readonly (readonly unknown[])[]): ReadonlyMap<number, readonly (readonly unknown[])[]> {
  const groups = new Map<number, (readonly unknown[])[]>()
  for (const values of found) {
    const parent = Number(values[0])
    const group = groups.get(parent)
    if (group === undefined) groups.set(parent, [values])
    else group.push(values)
  }
  return groups
}

/**
 * First column: the parent's number in the batch. A page keeps its own order on its way through the join: a LATERAL page with a LIMIT
 * can only be read by a nested loop over the parents, which come by their number (a number of each row and a sort by it would say so
 * again, for a third of the statement's time).
 */
function childrenOf(context: ReadContext, { entity, relation, filter, order, after, stub }: ChildrenQuery, columns: readonly SQL[]): SQL {
  const keys = sql`${slot('keys')}::${sql.raw(postgresType(keyKind(relation.by)))}[]`
  const conditions = [
    sql`${relation.by} = parent.key`,
    visible(entity, context),
    ...(relation.only === undefined ? [] : [relation.only]),
    ...(stub === undefined ? [] : [stubCondition(context.plan, stub, entity)]),
    ...filter.conditions,
    ...(after === undefined ? [] : [afterPosition(order)]),
  ]
  const named = columns.map((column, index) => sql`${column} AS ${sql.identifier(`c${index}`)}`)
  const page = sql`SELECT ${selectList(named)} FROM ${relation.from ?? entity.from} WHERE ${sql.join(conditions, sql` AND `)} ORDER BY ${ordered(order)} LIMIT ${slot('limit')}::bigint`
  return sql`SELECT parent.n, page.* FROM unnest(${keys}) WITH ORDINALITY AS parent(key, n) CROSS JOIN LATERAL (${page}) AS page ORDER BY parent.n`
}
