// Copies of population's database with many more people: its own rows over and over under new keys, as the superuser of the bench's
// cluster. A million rows take about half a minute.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import type { BenchCity } from './bench-city.ts'
import { rows } from './bench-city.ts'
import type { DatabaseAddress } from '../migrations/address.ts'

/** The databases of P5, by their number of people. */
export const largePopulations = { 20_000: 'bench_people_20000', 1_000_000: 'bench_people_1000000' } as const

/** Makes both. Nothing may be connected to population's own meanwhile. */
export async function makeLargePopulations(city: BenchCity): Promise<void> {
  for (const [people, name] of Object.entries(largePopulations)) await largerPopulation(city, name, Number(people))
}

/** As in migrations/embedded.ts. */
const SUPERUSER = 'postgres'

async function largerPopulation({ folder, databases }: BenchCity, name: string, people: number): Promise<void> {
  const { population } = databases.owners
  if (!('host' in population)) throw new RangeError('only of an embedded city')
  const as = (database: string): DatabaseAddress => ({ ...population, database, user: SUPERUSER, password: readFileSync(join(folder, 'superuser.key'), 'utf8').trim() })
  await rows(as('postgres'), `CREATE DATABASE ${pg.escapeIdentifier(name)} TEMPLATE population`)
  const own = as(name)
  const [there = '0'] = await rows(own, 'SELECT count(*) FROM pop_person')
  const copies = Math.ceil((people - Number(there)) / Number(there))
  const columns = await rows(own, `SELECT quote_ident(column_name) FROM information_schema.columns WHERE table_name = 'pop_person' AND table_schema = 'public' AND is_generated = 'NEVER' ORDER BY ordinal_position`)
  const values = columns.map((column) => {
    if (column === 'pid') return `md5(pid::text || n)::uuid`
    if (column === 'id_no') return `'X' || lpad(to_hex(row_number() OVER ()), 17, '0')`
    return column
  })
  const indexes = await rows(own, `SELECT indexdef FROM pg_indexes WHERE tablename = 'pop_person' AND indexname <> 'pop_person_pkey'`)
  const names = await rows(own, `SELECT quote_ident(indexname) FROM pg_indexes WHERE tablename = 'pop_person' AND indexname <> 'pop_person_pkey'`)
  for (const index of names) await rows(own, `DROP INDEX ${index}`)
  await rows(own, `INSERT INTO pop_person (${columns.join(', ')}) SELECT ${values.join(', ')} FROM pop_person, generate_series(1, $1::bigint) AS n LIMIT $2::bigint`, [copies, people - Number(there)])
  for (const index of indexes) await rows(own, index)
  await rows(own, 'VACUUM ANALYZE pop_person')
}
