// What the hand-written handlers read with: an ordinary pool of `pg` for each department, and prepared statements by name.

import pg from 'pg'
import type { Domain } from '../../core/domains.ts'
import type { CityDatabases } from '../../cli/city-databases.ts'

export type Row = Readonly<Record<string, string | null>>

/** Rows of one named statement. */
export type Read = (name: string, text: string, values: readonly unknown[]) => Promise<readonly Row[]>

export type Departments = Readonly<Record<Domain, Read>>

export function openDepartments({ serving }: Pick<CityDatabases, 'serving'>): { readonly departments: Departments; readonly close: () => Promise<void> } {
  const pools: pg.Pool[] = []
  const open = (domain: Domain): Read => {
    const pool = new pg.Pool({ ...serving[domain], max: 10 })
    pools.push(pool)
    return async (name, text, values) => (await pool.query<Row>({ name, text, values: [...values] })).rows
  }
  return {
    departments: { population: open('population'), enterprises: open('enterprises'), credit: open('credit'), licenses: open('licenses'), transport: open('transport') },
    close: async () => {
      await Promise.all(pools.map((pool) => pool.end()))
    },
  }
}

/** Rows by a column. */
export function byColumn(rows: readonly Row[], column: string): ReadonlyMap<string, readonly Row[]> {
  const groups = new Map<string, Row[]>()
  for (const row of rows) {
    const key = row[column] ?? ''
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [row])
    else group.push(row)
  }
  return groups
}
