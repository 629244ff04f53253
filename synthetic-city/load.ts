// Loads a city into the five departments' databases, as their owners, by COPY: part after part, all departments at once, nothing
// held but two parts. One transaction for each database, which ends with a marker row; a marked database is left as it is.

import { once } from 'node:events'
import pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { domains, type Domain } from '../core/domains.ts'
import type { DatabaseAddress } from '../migrations/address.ts'
import { START_PATIENCE_MS } from '../migrations/pool.ts'
import { cityMark, markCity, type CityMark } from './city-mark.ts'
import { readPlaces } from './places.ts'
import { rowsOfCity } from './rows-of-city.ts'
import { tableFormat, type Put, type TableFormat } from './rows.ts'

export type LoadOptions = {
  /** The departments' databases as their owners, migrated; only those named are loaded. */
  readonly urls: Readonly<Partial<Record<Domain, DatabaseAddress | string>>>
  /** People. */
  readonly size?: number
  readonly seed?: number
  /** Makes linking tokens; must be the same for all departments and must not be held by what serves queries. */
  readonly linkKey: string | Uint8Array
  /** Called after each part. When it throws, the load stops and nothing of it is kept. */
  readonly progress?: (done: LoadProgress) => void
}

export type LoadProgress = { readonly people: number; readonly size: number; readonly rows: number }
export type Loaded = { readonly people: number; readonly rows: number; readonly seconds: number; /** False when all databases had the city already. */ readonly loaded: boolean }

const DEFAULT_SIZE = 20_000
export const DEFAULT_SEED = 20260301

/**
 * Makes sure that the databases hold the city of that size, seed and key. Throws CityRefused when one holds another city;
 * then, and on any failure, no database is changed but those whose transaction had already ended.
 */
export async function loadCity({ urls, size = DEFAULT_SIZE, seed = DEFAULT_SEED, linkKey, progress = () => undefined }: LoadOptions): Promise<Loaded> {
  const began = performance.now()
  const mark = cityMark(size, seed, linkKey)
  const opened: Department[] = []
  try {
    for (const domain of domains) {
      const address = urls[domain]
      if (address !== undefined) opened.push(await openDepartment(domain, address, mark))
    }
    const waiting = opened.filter(({ done }) => !done)
    const rows = waiting.length === 0 ? 0 : await fill(opened, { size, seed, linkKey, places: readPlaces() }, progress)
    await Promise.all(waiting.map((department) => department.finish()))
    return { people: size, rows, seconds: (performance.now() - began) / 1000, loaded: waiting.length > 0 }
  } finally {
    await Promise.all(opened.map(({ client }) => client.end()))
  }
}

async function fill(departments: readonly Department[], options: Parameters<typeof rowsOfCity>[0], progress: (done: LoadProgress) => void): Promise<number> {
  const put = (domain: Domain): Put => departments.find((department) => department.domain === domain && !department.done)?.put ?? (() => undefined)
  const sinks = { population: put('population'), enterprises: put('enterprises'), credit: put('credit'), licenses: put('licenses'), transport: put('transport') }
  let rows = 0
  let writing: Promise<number> = Promise.resolve(0)
  for (const people of rowsOfCity(options, sinks)) {
    // The part before is written while this one was being made; a third is not begun.
    rows += await writing
    writing = Promise.all(departments.map((department) => department.write())).then((counts) => counts.reduce((sum, count) => sum + count, 0))
    writing.catch(() => undefined)
    progress({ people, size: options.size, rows })
    // Lets the sockets move: making rows never waits by itself.
    await new Promise((resolve) => setImmediate(resolve))
  }
  return rows + (await writing)
}

type Department = {
  readonly domain: Domain
  readonly client: pg.Client
  /** Whether it holds this city already. */
  readonly done: boolean
  readonly put: Put
  /** Copies what was put since the last call and tells how many rows that were. */
  readonly write: () => Promise<number>
  readonly finish: () => Promise<void>
}

type Batch = { readonly format: TableFormat; lines: string[] }

async function openDepartment(domain: Domain, address: DatabaseAddress | string, mark: CityMark): Promise<Department> {
  const target = typeof address === 'string' ? { connectionString: address } : address
  const client = new pg.Client({ ...target, connectionTimeoutMillis: START_PATIENCE_MS, application_name: `citygraph load ${domain}` })
  client.on('error', () => undefined)
  await client.connect()
  try {
    const done = await markCity(client, domain, mark)
    const batches = new Map<object, Batch>()
    return {
      domain,
      client,
      done,
      put: (table, row) => {
        let batch = batches.get(table)
        if (batch === undefined) batches.set(table, (batch = { format: tableFormat(table), lines: [] }))
        batch.lines.push(batch.format.line(row))
      },
      write: () => writeBatches(client, [...batches.values()]),
      finish: async () => {
        await client.query('COMMIT')
        await client.query('ANALYZE')
      },
    }
  } catch (error) {
    await client.end()
    throw error
  }
}

async function writeBatches(client: pg.Client, batches: readonly Batch[]): Promise<number> {
  // Taken at once: rows that are put while these are written belong to the next part.
  const parts = batches.filter(({ lines }) => lines.length > 0).map((batch) => ({ format: batch.format, lines: batch.lines.splice(0) }))
  let rows = 0
  for (const { format, lines } of parts) {
    const stream = client.query(copyFrom(format.copy))
    const finished = once(stream, 'finish')
    stream.end(lines.join(''))
    await finished
    rows += lines.length
  }
  return rows
}
