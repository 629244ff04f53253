// An audit database as the verifier reads it: one snapshot, read only, every column raw. Rows are read by ranges of sequence
// numbers, not by pages, so that two rows of one number are both seen; what is in a row of runs says run-rows.ts. Relies on SELECT on the tables of schema audit.

import { finished } from 'node:stream/promises'
import pg from 'pg'
import { to as copyTo } from 'pg-copy-streams'
import { binaryRows } from './binary-copy.ts'
import { LONGEST_LEAF } from './log-source.ts'
import type { KeptHead, KeptTile, LogSource, RecordRow } from './log-source.ts'
import { printable } from './printable.ts'
import { LONGEST_RUN, recordsOf } from './run-rows.ts'

/** Sequence numbers in one range. */
const RANGE = 10_000n
/** The largest of PostgreSQL's bigint. */
const LAST_NUMBER = 2n ** 63n - 1n
const FETCHED = 500

/**
 * Runs `work` on a client that sees one moment of the database and can change nothing. Row security is switched off, so that rows
 * hidden from this reader fail the statement instead of being passed over. The session says nothing of its purpose, looks for names
 * in temporary tables last, and is given up where something made such before it began.
 */
export async function withSnapshot<T>(address: pg.ClientConfig, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ ...address, application_name: '', connectionTimeoutMillis: 5_000 })
  // Without a listener a lost connection would end the process; the query under way rejects anyway.
  client.on('error', () => undefined)
  await client.connect().catch((cause: unknown) => {
    throw new Error('The audit database cannot be reached.', { cause })
  })
  try {
    // Alone in its statement and first: with what stands before it in the path, even an operator may be somebody else's.
    await client.query('SET search_path = pg_catalog, pg_temp')
    await client.query('SET row_security = off; SET statement_timeout = 0; SET bytea_output = hex; SET constraint_exclusion = off; SET standard_conforming_strings = on')
    await refuseTemporary(client)
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    return await work(client)
  } catch (error) {
    throw error instanceof pg.DatabaseError ? new Error(refusal(error.code), { cause: error }) : error
  } finally {
    await client.end()
  }
}

/** Somebody who made objects in a session that is seconds old did it on login, or lends out used sessions. */
async function refuseTemporary(client: pg.Client): Promise<void> {
  const { rowCount } = await client.query(
    `SELECT FROM (SELECT relnamespace AS place FROM pg_catalog.pg_class UNION ALL SELECT typnamespace FROM pg_catalog.pg_type UNION ALL SELECT pronamespace FROM pg_catalog.pg_proc) AS o
     WHERE o.place = pg_catalog.pg_my_temp_schema() LIMIT 1`,
  )
  if (rowCount !== 0) throw new Error('Temporary objects were in this session before it began: a login trigger or a pooler made them, and what is shown cannot be trusted. Connect to the database itself, or verify an archive or a restored backup.')
}

/** The server's own words may be an attacker's. */
function refusal(code: string | undefined): string {
  if (code === '42501') return 'The role of this address may not read the audit database, or row security hides rows from it.'
  if (code === '42P01' || code === '3F000' || code === '42703') return 'The audit database lacks tables: it was not migrated, or they were removed.'
  return `The audit database could not be read (SQLSTATE ${printable(code ?? 'unknown', 5)}).`
}

/** The logs that the database itself lists, with the sizes it says. */
export async function listedLogs(client: pg.Client): Promise<ReadonlyMap<string, number>> {
  const { rows } = await withoutIndexes(client, () => client.query<{ name: string; size: string }>('SELECT name, size FROM audit.log ORDER BY name'))
  return new Map(rows.map(({ name, size }) => [name, Number(size)]))
}

/** How many rows each table has of each log; of runs, how many records are in them. */
export type RowCounts = { readonly [table in 'run' | 'checkpoint' | 'tile']: ReadonlyMap<string, number> }

/** Counts by reading the tables themselves. */
export async function countedRows(client: pg.Client): Promise<RowCounts> {
  return withoutIndexes(client, async () => {
    const count = async (table: keyof RowCounts, what: string): Promise<ReadonlyMap<string, number>> => {
      const { rows } = await client.query<{ log: string; count: string }>(`SELECT log, ${what} AS count FROM audit.${table} GROUP BY log ORDER BY log`)
      return new Map(rows.map(({ log, count }) => [log, Number(count)]))
    }
    return { run: await count('run', `pg_catalog.sum(${RECORDS})`), checkpoint: await count('checkpoint', 'pg_catalog.count(*)'), tile: await count('tile', 'pg_catalog.count(*)') }
  })
}

/** How many records a row of runs has (run-rows.ts). */
const RECORDS = 'greatest(pg_catalog.cardinality(ends), 1)'

/** The first record whose number is none of 0 … `records` − 1 or is there twice; found without indexes. */
export async function strayRecord(client: pg.Client, log: string, records: number): Promise<RecordRow | undefined> {
  return withoutIndexes(client, async () => {
    const { rows } = await client.query<{ seq: string; place: string }>(
      `SELECT n.seq, (pg_catalog.array_agg(n.place ORDER BY n.place DESC))[1] AS place
       FROM (SELECT r.first::pg_catalog.numeric + g.n AS seq, r.ctid AS place FROM audit.run AS r CROSS JOIN LATERAL pg_catalog.generate_series(0, ${RECORDS} - 1) AS g(n) WHERE r.log = $1) AS n
       GROUP BY n.seq HAVING pg_catalog.count(*) > 1 OR n.seq < 0 OR n.seq >= $2 ORDER BY n.seq LIMIT 1`,
      [log, records],
    )
    const [found] = rows
    if (found === undefined) return undefined
    let stray: RecordRow | undefined
    for await (const batch of copied(client, `ctid = ${pg.escapeLiteral(found.place)}`)) stray = batch.find(({ seq }) => seq === Number(found.seq)) ?? stray
    return stray
  })
}

/** An index may lack rows that its table has. Within the snapshot's transaction. */
async function withoutIndexes<T>(client: pg.Client, work: () => Promise<T>): Promise<T> {
  const indexes = (value: 'on' | 'off'): string => ['indexscan', 'indexonlyscan', 'bitmapscan'].map((scan) => `SET LOCAL enable_${scan} = ${value}`).join('; ')
  await client.query(`${indexes('off')}; SET LOCAL enable_seqscan = on`)
  const result = await work()
  await client.query(indexes('on'))
  return result
}

/** One log of the snapshot. One iteration at a time. */
export function databaseSource(client: pg.Client, log: string, size: number): LogSource {
  return {
    log,
    size,
    heads: () => heads(client, log),
    rows: (from) => rows(client, log, from),
    tiles: (places) => tiles(client, log, places),
  }
}

async function* rows(client: pg.Client, log: string, from: number | undefined): AsyncGenerator<readonly RecordRow[]> {
  // A run may begin before the record that is asked for.
  const of = `log = ${pg.escapeLiteral(log)}${from === undefined ? '' : ` AND first > ${from} - ${RECORDS}`}`
  const first = async (least: bigint | undefined): Promise<bigint | undefined> => {
    if (least !== undefined && least > LAST_NUMBER) return undefined
    const found = await client.query<{ first: string | null }>(`SELECT min(first) AS first FROM audit.run WHERE ${of} AND ($1::bigint IS NULL OR first >= $1)`, [least?.toString() ?? null])
    const lowest = found.rows[0]?.first
    return lowest === undefined || lowest === null ? undefined : BigInt(lowest)
  }
  let low = await first(undefined)
  while (low !== undefined) {
    const high: bigint = low + RANGE
    let seen = 0
    for await (const batch of copied(client, `${of} AND first >= ${low} AND first < ${high}`)) {
      seen += batch.length
      const wanted = from === undefined ? batch : batch.filter(({ seq }) => seq >= from)
      if (wanted.length > 0) yield wanted
    }
    low = seen >= RANGE ? high : await first(high)
  }
}

/** The records of the runs that are chosen, run by run. */
async function* copied(client: pg.Client, chosen: string): AsyncGenerator<readonly RecordRow[]> {
  // COPY takes no parameters: texts are quoted by the driver, numbers are numbers.
  const stream = client.query(
    copyTo(`COPY (
      SELECT first, ends, cuts, CASE WHEN octet_length(shared) <= ${LONGEST_LEAF} THEN shared END, CASE WHEN octet_length(own) <= ${LONGEST_RUN} THEN own END
      FROM audit.run WHERE ${chosen} ORDER BY first
    ) TO STDOUT (FORMAT binary)`),
  )
  const ended = finished(stream)
  ended.catch(() => undefined)
  try {
    // Read to its end even by whoever leaves early: the connection is needed again.
    for await (const batch of binaryRows(stream.iterator({ destroyOnReturn: false }))) yield batch.flatMap(([first, ends, cuts, shared, own]) => recordsOf({ first: bigint(first), ends, cuts, shared, own }))
  } finally {
    stream.resume()
    await ended.catch(() => undefined)
  }
}

function bigint(bytes: Buffer | undefined): number {
  return bytes?.length === 8 ? bytes.readInt32BE(0) * 2 ** 32 + bytes.readUInt32BE(4) : Number.NaN
}

async function* heads(client: pg.Client, log: string): AsyncGenerator<KeptHead> {
  type Row = { size: string; root: Buffer; note: string }
  for await (const row of fetched<Row>(client, 'heads', `SELECT size, coalesce(substring(root FROM 1 FOR 33), '') AS root, coalesce(left(note, 65537), '') AS note FROM audit.checkpoint WHERE log = $1 ORDER BY size, kept_at`, [log])) {
    yield { size: Number(row.size), root: row.root, note: row.note }
  }
}

async function* tiles(client: pg.Client, log: string, places: readonly [number, number] | undefined): AsyncGenerator<KeptTile> {
  type Row = { level: number; place: string; hashes: Buffer }
  const only = places === undefined ? '' : 'AND level = 0 AND place BETWEEN $2 AND $3'
  for await (const row of fetched<Row>(client, 'tiles', `SELECT level, place, coalesce(substring(hashes FROM 1 FOR 8193), '') AS hashes FROM audit.tile WHERE log = $1 ${only} ORDER BY level, place`, [log, ...(places ?? [])])) {
    yield { level: row.level, place: Number(row.place), hashes: row.hashes }
  }
}

/** Rows of a statement, some hundreds at a time. */
async function* fetched<T extends pg.QueryResultRow>(client: pg.Client, cursor: string, statement: string, values: readonly unknown[]): AsyncGenerator<T> {
  await client.query(`DECLARE ${cursor} NO SCROLL CURSOR FOR ${statement}`, [...values])
  try {
    for (let batch = await client.query<T>(`FETCH ${FETCHED} FROM ${cursor}`); batch.rows.length > 0; batch = await client.query<T>(`FETCH ${FETCHED} FROM ${cursor}`)) {
      yield* batch.rows
    }
  } finally {
    // A transaction that failed has no cursor any more; its own error is on the way.
    await client.query(`CLOSE ${cursor}`).catch(() => undefined)
  }
}
