// A row on its way to the answer: one property for each GraphQL field that was selected and decided, nothing else. What resolvers
// need beside it (keys, linking tokens, edge decisions) is kept apart in a private field, so that no field name can ever reach it.

/** This row's side of an edge, as text; null where it is denied on this row or absent. */
export type EdgeValue = string | null

/** Inherits nothing but its `__typename`, so `__proto__` and `constructor` are no properties of it. */
export type Row = { [field: string]: unknown }

/** Rows of one batch or page in order. `position`: the sort values of a row by its index, as a cursor holds them. */
export type Page = {
  readonly rows: readonly Row[]
  readonly position: (index: number) => readonly (string | null)[] | undefined
  readonly hasNextPage: boolean
}

/** What stands behind a row. `names`: edges; their values are the columns of the result row from `at` on. */
export type Backstage = {
  /** The row's own key as text. More than one only for a public id that deciphers under two keys during rotation. */
  readonly keys: readonly string[]
  readonly names: readonly string[]
  readonly values: readonly unknown[]
  readonly at: number
}

const noPosition = (): undefined => undefined

export const emptyPage: Page = { rows: [], position: noPosition, hasNextPage: false }

/** A page of one row, whose place in an order nobody asks for. */
export function pageOf(row: Row): Page {
  return { rows: [row], position: noPosition, hasNextPage: false }
}

class Given {
  constructor(row: object) {
    return row
  }
}

/** Puts a private field on an object that exists already: as hidden as an entry of a WeakMap, at the price of a property. */
class Staged extends Given {
  readonly #backstage: Backstage
  constructor(row: object, backstage: Backstage) {
    super(row)
    this.#backstage = backstage
  }
  static behind(row: object): Backstage | undefined {
    return #backstage in row ? row.#backstage : undefined
  }
}

// Inheriting from an empty object, not from null itself, keeps rows in the engine's fast form.
const bare: object = Object.freeze(Object.create(null))
const kinds = new Map<string, object>()

/** What all rows of a type inherit: its name as `__typename`. Types are those of the schema. */
export function kindOf(type: string): object {
  const found = kinds.get(type) ?? Object.freeze(Object.create(bare, { __typename: { value: type } }))
  kinds.set(type, found)
  return found
}

/** A row without cells; whoever makes it writes them. */
export function makeRow(kind: object, backstage: Backstage): Row {
  const row: Row = Object.create(kind)
  new Staged(row, backstage)
  return row
}

/** Behind a row that has keys alone. */
export function keyed(keys: readonly string[]): Backstage {
  return { keys, names: [], values: [], at: 0 }
}

/** The keys behind a row; none for an object that `makeRow` did not make (a forged representation, a foreign parent). */
export function keysBehind(row: unknown): readonly string[] {
  return behind(row)?.keys ?? []
}

/** This row's side of an edge; undefined where the edge is denied as a whole, and for an object that `makeRow` did not make. */
export function edgeBehind(row: unknown, field: string): EdgeValue | undefined {
  const backstage = behind(row)
  const index = backstage?.names.indexOf(field) ?? -1
  if (backstage === undefined || index === -1) return undefined
  const value = backstage.values[backstage.at + index]
  return typeof value === 'string' ? value : null
}

function behind(row: unknown): Backstage | undefined {
  return typeof row === 'object' && row !== null ? Staged.behind(row) : undefined
}
