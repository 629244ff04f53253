// Every row of every department's tables as it stands, read with plain SQL as the owner (deleted rows too): what the differential
// tests compute their expectations from. Days, instants (UTC) and numerics stay text, so that nothing is rounded or shifted.

import pg from 'pg'
import { domains } from '../../core/domains.ts'
import type { Domain } from '../../core/domains.ts'
import type { TestDatabase } from './city-database.ts'
import type { ReferenceDivision } from './reference-masks.ts'

/** Columns by their SQL names. */
export type Raw = Readonly<Record<string, unknown>>

export type RawCity = {
  /** All rows of a table of the department. Throws RangeError for a table it does not have. */
  rows(domain: Domain, table: string): readonly Raw[]
  /** Rows whose column has the value (none for null). */
  having(domain: Domain, table: string, column: string, value: string | number | null): readonly Raw[]
  readonly divisions: ReadonlyMap<string, ReferenceDivision>
}

const INTEGERS: readonly number[] = [20, 21, 23]
const BOOLEAN = 16
const TEXT_ARRAYS: readonly number[] = [1009, 1015]

/** Values as text but for booleans, integers and arrays of texts. */
const types = {
  getTypeParser: (oid: number): ((value: string) => unknown) => {
    if (oid === BOOLEAN) return (value) => value === 't'
    if (INTEGERS.includes(oid)) return Number
    return TEXT_ARRAYS.includes(oid) ? pg.types.getTypeParser(oid) : (value) => value
  },
}

/** A connection as the owner of the department's database, for planting and reading rows. */
export async function asOwner<T>(database: TestDatabase, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ ...database.owner, types: types as NonNullable<pg.ClientConfig['types']> })
  await client.connect()
  try {
    await client.query(`SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'`)
    return await use(client)
  } finally {
    await client.end()
  }
}

/** Reads all tables of all five departments. */
export async function readRawCity(databases: Readonly<Record<Domain, TestDatabase>>): Promise<RawCity> {
  const tables = new Map<string, readonly Raw[]>()
  const divisions = new Map<string, ReferenceDivision>()
  for (const domain of domains) {
    await asOwner(databases[domain], async (client) => {
      const names = await client.query<{ name: string }>(`SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`)
      for (const { name } of names.rows) tables.set(`${domain}.${name}`, (await client.query<Raw>(`SELECT * FROM ${pg.escapeIdentifier(name)}`)).rows)
      const known = await client.query<ReferenceDivision & { code: string }>('SELECT code, name, level, parent FROM reference.division')
      for (const { code, ...division } of known.rows) divisions.set(code, division)
    })
  }
  const indexes = new Map<string, Map<unknown, Raw[]>>()
  const rows = (domain: Domain, table: string): readonly Raw[] => {
    const found = tables.get(`${domain}.${table}`)
    if (found === undefined) throw new RangeError(`${domain} has no table ${table}`)
    return found
  }
  const index = (domain: Domain, table: string, column: string): Map<unknown, Raw[]> => {
    const name = `${domain}.${table}.${column}`
    const known = indexes.get(name)
    if (known !== undefined) return known
    const made = new Map<unknown, Raw[]>()
    for (const row of rows(domain, table)) made.set(cell(row, column), [...(made.get(cell(row, column)) ?? []), row])
    indexes.set(name, made)
    return made
  }
  return { rows, having: (domain, table, column, value) => (value === null ? [] : index(domain, table, column).get(value) ?? []), divisions }
}

/** A column's value. Throws RangeError for a column that the row does not have: a slip in the test. */
export function cell(row: Raw, column: string): unknown {
  if (!Object.hasOwn(row, column)) throw new RangeError(`no column ${column} in ${Object.keys(row).join(', ')}`)
  return row[column]
}

export function text(row: Raw, column: string): string | null {
  const value = cell(row, column)
  if (value === null || typeof value === 'string') return value
  throw new RangeError(`${column} is no text`)
}

/** `YYYY-MM-DD`, `infinity` or `-infinity`. */
export const day = text

export function number(row: Raw, column: string): number | null {
  const value = cell(row, column)
  if (value === null || typeof value === 'number') return value
  throw new RangeError(`${column} is no integer`)
}

export function truth(row: Raw, column: string): boolean | null {
  const value = cell(row, column)
  if (value === null || typeof value === 'boolean') return value
  throw new RangeError(`${column} is no boolean`)
}

/** Neither deleted nor, for details, of a deleted record. */
export function isAlive(row: Raw): boolean {
  return truth(row, 'is_deleted') === false
}
