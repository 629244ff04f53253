// One page of a root list: WHERE what may be seen and was asked for, in a chosen order, after a position.

import { sql, type SQL } from 'drizzle-orm'
import type { DomainBinding } from './binding.ts'
import { compiledFor, type Compiled } from './compiled.ts'
import type { Position } from './cursors.ts'
import type { Entity } from './entity.ts'
import type { Filter } from './filters.ts'
import { afterPosition, LARGEST_PAGE, ordered, positionSlots } from './keyset.ts'
import type { OrderKey } from './ordering.ts'
import { predicate } from './predicates.ts'
import { project } from './projection.ts'
import type { ReadContext } from './read-context.ts'
import type { Page } from './row.ts'
import type { Selection } from './selection.ts'
import type { SlotName, SlotValue } from './slots.ts'
import { compile, run } from './statements.ts'

/** More conditions than `where` gives; `shape` names them. */
export type Restriction = { readonly shape: string; readonly condition: SQL; readonly values: readonly (readonly [SlotName, SlotValue])[] }

export type ListQuery = {
  readonly entity: Entity
  readonly selection: Selection
  readonly filter: Filter
  /** Ends with a unique key; `orderShape` names it. */
  readonly order: readonly OrderKey[]
  readonly orderShape: string
  readonly first: number
  readonly after?: Position
  readonly restriction?: Restriction
}

/** Each has statements of its own; other sizes share one. */
const COMMON_PAGES: readonly number[] = [1, 3, 5, 10, 20, 50, 100]

/** Reads the page with one statement; one row more than asked tells whether there are others. */
export async function loadList(context: ReadContext, binding: DomainBinding, query: ListQuery): Promise<Page> {
  const { entity, selection, filter, order, first, after, restriction } = query
  // A plan that is made once must know how many rows are wanted, to see that an index in order is worth it: exactly, or the most.
  const exact = COMMON_PAGES.includes(first)
  const shape = ['list', binding.domain, entity.type, selection.join(','), filter.shape, query.orderShape, after === undefined ? '' : 'after', restriction?.shape ?? '', exact ? first : ''].join('|')
  const compiled = compiledFor(context.plan, shape, () => {
    const { plan } = context
    const columns = project(selection, { entity, plan, classification: binding.classification, holds: plan.rows(entity.type) }, order)
    const conditions = [
      visible(entity, context),
      ...filter.conditions,
      ...(restriction === undefined ? [] : [restriction.condition]),
      ...(after === undefined ? [] : [afterPosition(order)]),
    ]
    const page = sql`SELECT ${selectList(columns.columns)} FROM ${entity.from} WHERE ${sql.join(conditions, sql` AND `)} ORDER BY ${ordered(order)}`
    return {
      read: columns.read,
      position: columns.position,
      statement: compile(exact ? sql`${page} LIMIT ${sql.raw(String(first + 1))}` : sql`SELECT * FROM (${page} LIMIT ${sql.raw(String(LARGEST_PAGE + 1))}) AS page LIMIT ${limitSlot}`),
    }
  })
  for (const field of selection) context.observe.field(entity.type, field)
  const values = Object.fromEntries([
    ['limit', first + 1] as const,
    ...filter.values,
    ...(restriction?.values ?? []),
    ...(after === undefined ? [] : positionSlots(after, order)),
  ])
  const found = await run(context, compiled.statement, values)
  const shown = found.length > first ? found.slice(0, first) : found
  const rows = shown.map((values) => compiled.read(values, 0, context))
  context.observe.rows(rows.length)
  return { rows, position: positionIn(shown, 0, compiled), hasNextPage: found.length > first }
}

/** The sort values of the rows of a page, read from their result rows when somebody asks for a cursor. */
export function positionIn(shown: readonly (readonly unknown[])[], offset: number, { position }: Pick<Compiled, 'position'>): Page['position'] {
  return (index) => {
    const values = shown.at(index)
    return values === undefined ? undefined : position(values, offset)
  }
}

/** What must hold for a row to be there for this caller: it exists, and `see` permits it. */
export function visible(entity: Entity, { plan }: Pick<ReadContext, 'plan'>): SQL {
  return sql`${entity.alive} AND ${predicate(plan.rows(entity.type), entity.attributes)}`
}

/** A SELECT list is never empty, even when nothing of it is served. */
export function selectList(columns: readonly SQL[]): SQL {
  return columns.length === 0 ? sql`NULL` : sql.join([...columns], sql`, `)
}

const limitSlot: SQL = sql`${sql.placeholder('limit')}::bigint`
