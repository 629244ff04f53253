// A row on its way to the answer: one property for each GraphQL field that was selected and decided, nothing else. What resolvers
// need beside it (keys, linking tokens, edge decisions) is kept apart in a WeakMap, so that no field name can ever reach it.

/** Values beside the answer. `edges`: this row's side of each edge by field; a field without an entry is denied as a whole. */
export type Backstage = {
  /** The row's own key as text. More than one only for a public id that deciphers under two keys during rotation. */
  readonly keys: readonly string[]
  readonly edges: ReadonlyMap<string, EdgeValue>
}

/** This row's side of an edge, as text; null where it is denied on this row or absent. */
export type EdgeValue = string | null

/** Inherits nothing, so `__proto__` and `constructor` are no properties of it. */
export type Row = { [field: string]: unknown }

/** Rows of one batch or page in order. `positions` are the sort values of each row, as the cursor holds them. */
export type Page = {
  readonly rows: readonly Row[]
  readonly positions: readonly (readonly (string | null)[])[]
  readonly hasNextPage: boolean
}

export const emptyPage: Page = { rows: [], positions: [], hasNextPage: false }

const backstages = new WeakMap<object, Backstage>()

// Inheriting from an empty object, not from null itself, keeps rows in the engine's fast form.
const bare: object = Object.freeze(Object.create(null))

/** A row with the cells given and what stands behind it. */
export function makeRow(cells: Iterable<readonly [field: string, value: unknown]>, backstage: Backstage): Row {
  const row: Row = Object.create(bare)
  for (const [field, value] of cells) row[field] = value
  backstages.set(row, backstage)
  return row
}

/** The edges of a row that has none. */
export const noEdges: ReadonlyMap<string, EdgeValue> = new Map()

const nothing: Backstage = { keys: [], edges: noEdges }

/** What stands behind a row; nothing for an object that `makeRow` did not make (a forged representation, a foreign parent). */
export function backstageOf(row: unknown): Backstage {
  return typeof row === 'object' && row !== null ? (backstages.get(row) ?? nothing) : nothing
}
