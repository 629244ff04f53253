// How a GraphQL type stands in a department's tables: where its rows come from, what they are keyed by, what policies may know of
// them, and where each field's value is. Names by convention (column property = field name); only what is special is written.

import { getTableColumns, sql, type SQL } from 'drizzle-orm'
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core'
import type { SubgraphName } from '../core/domains.ts'

/** What a value is before it is written for the answer. `place` is a pair of degrees, `truth` a boolean. */
export type ValueKind = 'text' | 'uuid' | 'integer' | 'truth' | 'day' | 'instant' | 'decimal' | 'place'

/** Where a field's value is. Everything but `value` and `kind` is what masks and filters of some kinds need. */
export type FieldBinding = {
  readonly value: SQL
  readonly kind: ValueKind
  /** The column cannot be NULL, which lets pages use an index. */
  readonly filled?: boolean
  /** `value` is the column times this; what callers compare with is divided by it, so that an index still serves. */
  readonly factor?: { readonly column: SQL; readonly by: number }
  /** ADDRESS: the division from which a masked address is rendered. */
  readonly division?: SQL
  /** TEXT_SCRUB: the column that the database keeps scrubbed. */
  readonly scrubbed?: SQL
  /** COORD_GRID. */
  readonly place?: { readonly lat: SQL; readonly lng: SQL }
  /** A mask that the row itself chooses (licence items). */
  readonly masked?: SQL
}

/** A row attribute of the policy model as SQL. An attribute that the row lacks is `absent`. */
export type RowAttributes = Readonly<Record<string, SQL>>

export type SortTerm = { readonly field: string; readonly direction: 'ASC' | 'DESC' }

/** Edges to other rows; `key` is this row's side (default: the row's key), `by` the other side's column. */
export type Relation =
  | { readonly kind: 'person'; readonly pid: SQL; readonly type?: string }
  | { readonly kind: 'enterprise'; readonly uscc: SQL }
  | { readonly kind: 'one'; readonly type: string; readonly by: PgColumn; readonly key?: SQL }
  | {
      readonly kind: 'many'
      readonly type: string
      readonly by: PgColumn
      readonly key?: SQL
      /** Rows through a table in between, or fewer rows than all. */
      readonly from?: SQL
      readonly only?: SQL
      readonly order?: readonly SortTerm[]
      /** An order that is no field of the rows, e.g. the sequence of stations on a line. */
      readonly sequence?: { readonly value: SQL; readonly kind: ValueKind }
    }

export type Key = { readonly field: string; readonly value: SQL; readonly kind: 'uuid' | 'text' | 'integer'; readonly publicId: boolean }

export type Entity = {
  readonly domain: SubgraphName
  readonly type: string
  /** FROM item; undefined for a stub, a type whose rows another department holds. */
  readonly from?: SQL
  /** What must hold for a row to exist at all: not deleted. */
  readonly alive?: SQL
  readonly key?: Key
  /** Unique per row; ends every order. */
  readonly tieBreaker?: { readonly value: SQL; readonly kind: ValueKind }
  /** Whose row it is, for the access record. */
  readonly subject?: SQL
  /** When the row was last changed here. */
  readonly changedAt?: SQL
  readonly attributes: RowAttributes
  /** The Person attributes of rows that are one person's own row; absent where a row does not tell them. */
  readonly person?: RowAttributes
  readonly relations: Readonly<Record<string, Relation>>
  /** Binding of a plain field, undefined when the type has none of that name. */
  readonly field: (name: string) => FieldBinding | undefined
  /** References by keys that may be outdated: FROM item over `keys` and the key that was asked for. */
  readonly lookup?: { readonly from: SQL; readonly wanted: SQL }
}

export type EntityDefinition = {
  readonly domain: SubgraphName
  readonly type: string
  readonly table: PgTable
  readonly joins?: { readonly sql: SQL; readonly tables: readonly PgTable[] }
  readonly key?: { readonly field: string; readonly column: PgColumn; readonly publicId?: boolean }
  readonly tieBreaker?: PgColumn
  readonly subject?: PgColumn
  readonly attributes: RowAttributes
  readonly person?: RowAttributes
  /** In place of "not deleted", for tables from which nothing is ever deleted. */
  readonly alive?: SQL
  readonly fields?: Readonly<Record<string, FieldBinding>>
  readonly relations?: Readonly<Record<string, Relation>>
  readonly lookup?: Entity['lookup']
}

/** Binds a type to its table. Throws RangeError when a table without a single primary key has no tie-breaker given. */
export function entity(definition: EntityDefinition): Entity {
  const { domain, type, table, joins, key, fields = {}, relations = {} } = definition
  const columns: Readonly<Record<string, PgColumn>> = getTableColumns(table)
  const tieBreaker = definition.tieBreaker ?? Object.values(columns).find((column) => column.primary)
  if (tieBreaker === undefined) throw new RangeError(`${type} needs a tie-breaker`)
  return {
    domain,
    type,
    from: joins === undefined ? sql`${table}` : sql`${table} ${joins.sql}`,
    alive: definition.alive ?? sql.join([table, ...(joins?.tables ?? [])].map(notDeleted), sql` AND `),
    ...(key === undefined ? {} : { key: { field: key.field, value: sql`${key.column}`, kind: keyKind(key.column), publicId: key.publicId ?? false } }),
    tieBreaker: { value: sql`${tieBreaker}`, kind: kindOf(tieBreaker) },
    ...(definition.subject === undefined ? {} : { subject: sql`${definition.subject}` }),
    ...changedAtOf(columns),
    attributes: definition.attributes,
    ...(definition.person === undefined ? {} : { person: definition.person }),
    relations,
    field: (name) => own(fields, name) ?? conventional(columns, name),
    ...(definition.lookup === undefined ? {} : { lookup: definition.lookup }),
  }
}

/** A type whose rows are another department's: this one has only edges from it to its own rows. */
export function stub(domain: SubgraphName, type: string, relations: Readonly<Record<string, Relation>>): Entity {
  return { domain, type, attributes: {}, relations, field: () => undefined }
}

/** Binding of one column, with what its mask needs. */
export function column(of: PgColumn, more: Partial<Omit<FieldBinding, 'value' | 'kind'>> = {}): FieldBinding {
  return { value: sql`${of}`, kind: kindOf(of), filled: of.notNull, ...more }
}

/** The column as SQL, qualified by its table. */
export function columnSql(of: PgColumn): SQL {
  return sql`${of}`
}

/** A value computed in SQL. */
export function computed(value: SQL, kind: ValueKind, more: Partial<Omit<FieldBinding, 'value' | 'kind'>> = {}): FieldBinding {
  return { value, kind, ...more }
}

/** Amount in 万元 as CNY. */
export function tenThousands(of: PgColumn): FieldBinding {
  return { value: sql`${of} * 10000`, kind: 'decimal', filled: of.notNull, factor: { column: sql`${of}`, by: 10_000 } }
}

/** Both degrees of a place. */
export function placeOf(lat: PgColumn, lng: PgColumn): FieldBinding {
  const value = sql`CASE WHEN ${lat} IS NOT NULL AND ${lng} IS NOT NULL THEN jsonb_build_object('lat', ${lat}, 'lng', ${lng}) END`
  return { value, kind: 'place', place: { lat: sql`${lat}`, lng: sql`${lng}` } }
}

/** Own property of a record of bindings; names come from queries, so nothing inherited may answer. */
export function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined
}

/** The array type and the scalar type of keys in PostgreSQL. */
export function keyKind(of: PgColumn): Key['kind'] {
  const kind = kindOf(of)
  return kind === 'uuid' || kind === 'integer' ? kind : 'text'
}

function conventional(columns: Readonly<Record<string, PgColumn>>, name: string): FieldBinding | undefined {
  const found = own(columns, name)
  if (found === undefined) return undefined
  const scrubbed = own(columns, `${name}Scrubbed`)
  return column(found, scrubbed === undefined ? {} : { scrubbed: sql`${scrubbed}` })
}

function changedAtOf(columns: Readonly<Record<string, PgColumn>>): Pick<Entity, 'changedAt'> {
  const updatedAt = own(columns, 'updatedAt')
  return updatedAt === undefined ? {} : { changedAt: sql`${updatedAt}` }
}

function notDeleted(table: PgTable): SQL {
  const columns: Readonly<Record<string, PgColumn>> = getTableColumns(table)
  const flag = own(columns, 'isDeleted')
  if (flag === undefined) throw new RangeError('every table has is_deleted')
  return sql`NOT ${flag}`
}

function kindOf(of: PgColumn): ValueKind {
  switch (of.columnType) {
    case 'PgUUID': return 'uuid'
    case 'PgDateString': return 'day'
    case 'PgTimestamp':
    case 'PgTimestampString': return 'instant'
    case 'PgNumeric': return 'decimal'
    case 'PgBoolean': return 'truth'
    case 'PgInteger':
    case 'PgSmallInt':
    case 'PgBigInt53': return 'integer'
    default: return 'text'
  }
}
