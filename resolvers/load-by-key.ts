// Rows by their keys, batched: references from other subgraphs, roots that name one row, and edges to one row. All that are asked
// for in one turn of the event loop with one selection make one statement, `= ANY($1)`.

import { sql, type SQL } from 'drizzle-orm'
import type { Rows } from '../migrations/lane.ts'
import type { DomainBinding } from './binding.ts'
import { compiledFor } from './compiled.ts'
import type { Entity } from './entity.ts'
import { kept, postgresType } from './formats.ts'
import { selectList, visible } from './load-list.ts'
import { project } from './projection.ts'
import type { ReadContext } from './read-context.ts'
import { rowLoader, type RowLoader } from './row-loader.ts'
import { emptyPage, pageOf, type Page, type Row } from './row.ts'
import type { Selection } from './selection.ts'
import { slot } from './slots.ts'
import { compile, run } from './statements.ts'
import { stubCondition, type StubEdge } from './stub-rows.ts'

/** Which column the keys stand in, when it is not the entity's own key. */
export type OtherColumn = { readonly name: string; readonly value: SQL; readonly kind: 'uuid' | 'text' | 'integer'; readonly edge?: StubEdge }

const LARGEST_BATCH = 500

/** Rows of one type by one of their columns. */
export type KeyQuery = { readonly entity: Entity; readonly selection: Selection; readonly column?: OtherColumn }

/** The row of the first key that has a visible one, null when none has (or there is no key). Keys must be well formed. */
export async function loadByKey(context: ReadContext, binding: DomainBinding, query: KeyQuery & { readonly keys: readonly string[] }): Promise<Row | null> {
  const { keys } = query
  if (keys.length === 0) return null
  const row = firstRow(await keyLoader(context, binding, query).loadMany(keys))
  if (row instanceof Error) throw row
  return row
}

/** The same for many: for each list of keys its row, null, or what its batch failed with. */
export async function loadByKeys(context: ReadContext, binding: DomainBinding, query: KeyQuery & { readonly keys: readonly (readonly string[])[] }): Promise<readonly (Row | Error | null)[]> {
  const flat = query.keys.flat()
  if (flat.length === 0) return query.keys.map(() => null)
  const pages = await keyLoader(context, binding, query).loadMany(flat)
  if (flat.length === query.keys.length && query.keys.every(({ length }) => length === 1)) return pages.map(rowOf)
  let from = 0
  return query.keys.map(({ length }) => firstRow(pages.slice(from, (from += length))))
}

function rowOf(page: Page | Error): Row | Error | null {
  return page instanceof Error ? page : (page.rows[0] ?? null)
}

function firstRow(pages: readonly (Page | Error)[]): Row | Error | null {
  const rows = pages.map(rowOf)
  return rows.find((row) => row instanceof Error) ?? rows.find((row) => row !== null) ?? null
}

// A selection that is the same list belongs to the same place, whose shape is written once.
const shapes = new WeakMap<Selection, Map<string, string>>()

function shapeOf(binding: DomainBinding, { entity, selection, column }: KeyQuery): string {
  const ofSelection = shapes.get(selection) ?? new Map<string, string>()
  shapes.set(selection, ofSelection)
  const name = column?.name ?? entity.type
  const found = ofSelection.get(name)
  if (found !== undefined) return found
  const made = ['key', binding.domain, entity.type, column?.name ?? '', selection.join(',')].join('|')
  ofSelection.set(name, made)
  return made
}

function keyLoader(context: ReadContext, binding: DomainBinding, query: KeyQuery): RowLoader {
  const shape = shapeOf(binding, query)
  const found = context.loaders.get(shape)
  if (found !== undefined) return found
  const { entity, selection, column } = query
  const made = rowLoader((keys) => loadAll(context, binding, { entity, selection, column, shape, keys }), LARGEST_BATCH)
  context.loaders.set(shape, made)
  return made
}

type Batch = {
  readonly entity: Entity
  readonly selection: Selection
  readonly column: OtherColumn | undefined
  readonly shape: string
  readonly keys: readonly string[]
}

async function loadAll(context: ReadContext, binding: DomainBinding, { entity, selection, column, shape, keys }: Batch): Promise<readonly Page[]> {
  const { statement, read } = compiledFor(context.plan, shape, () => {
    const columns = project(selection, { entity, plan: context.plan, classification: binding.classification, holds: context.plan.rows(entity.type) })
    return { read: columns.read, position: columns.position, statement: compile(byKeys(context, entity, columns.columns, column)) }
  })
  for (const field of selection) context.observe.field(entity.type, field)
  const found = await run(context, statement, { keys })
  const pages = new Map<string, Page>()
  // Subjects stand in the record in the order in which rows are read: that of their keys, not of the database's convenience.
  for (const values of column === undefined ? byFirst(found) : found) {
    const key = values[0]
    // The first row of a key stands; keys are unique, edges to one row mean the first one by its own key.
    if (typeof key !== 'string' || pages.has(key)) continue
    pages.set(key, pageOf(read(values, 1, context)))
  }
  context.observe.rows(pages.size)
  return keys.map((key) => pages.get(key) ?? emptyPage)
}

/** Rows in the order of their first column. Sorted here: a sort node costs PostgreSQL more than all the rest of such a statement's plan. */
function byFirst(found: Rows): Rows {
  return found.length < 2 ? found : [...found].sort(([a], [b]) => (String(a) < String(b) ? -1 : 1))
}

function byKeys(context: ReadContext, entity: Entity, columns: readonly SQL[], column: OtherColumn | undefined): SQL {
  const seen = visible(entity, context)
  if (column === undefined && entity.lookup !== undefined) {
    return sql`SELECT ${selectList([kept(entity.lookup.wanted), ...columns])} FROM ${entity.lookup.from} WHERE ${seen}`
  }
  if (column === undefined) {
    const { key } = entity
    const keys = sql`${slot('keys')}::${sql.raw(postgresType(key?.kind ?? 'text'))}[]`
    return sql`SELECT ${selectList([kept(key?.value ?? sql`NULL`), ...columns])} FROM ${entity.from} WHERE ${key?.value} = ANY(${keys}) AND ${seen}`
  }
  // The key that comes back is the one that was asked with: the column itself may be one that is never selected.
  const keys = sql`unnest(${slot('keys')}::${sql.raw(postgresType(column.kind))}[]) AS wanted(key)`
  const allowed = column.edge === undefined ? seen : sql`${seen} AND ${stubCondition(context.plan, column.edge, entity)}`
  // The first row of a key stands, so which one is first may not depend on how PostgreSQL went about it.
  const order = sql`ORDER BY ${entity.tieBreaker?.value ?? sql`1`}`
  return sql`SELECT ${selectList([kept(sql`wanted.key`), ...columns])} FROM ${keys} CROSS JOIN ${entity.from} WHERE ${column.value} = wanted.key AND ${allowed} ${order}`
}
