// Reads every record that a test run left, in every database with a log or with what was copied from logs, and looks for natural
// keys. Databases are read before a test drops them and, those that are left, at the end of the run.

import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import pg from 'pg'
import { naturalKeys } from './natural-key-grep.ts'

export type Grepped = { readonly rows: number; readonly finds: readonly string[] }

const BATCH = 20_000

/** Reads, as superuser, `audit.*` and, of a governance database, every table of its own. Other databases hold the city's data and are left out. */
export async function grepRecords(superuserUrl: string, database: string): Promise<Grepped> {
  const client = new pg.Client({ connectionString: superuserUrl })
  client.on('error', () => undefined)
  if (!(await exists(client))) return { rows: 0, finds: [] }
  try {
    const { rows: tables } = await client.query<{ name: string; schema: string; table: string }>(
      `SELECT format('%I.%I', n.nspname, c.relname) AS name, n.nspname AS schema, c.relname AS table
       FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
       WHERE c.relkind = 'r' AND (n.nspname = 'audit' OR ($1 AND n.nspname = 'public')) ORDER BY 1`,
      [database.endsWith('_governance') || database === 'governance'],
    )
    const finds: string[] = []
    let rows = 0
    for (const { name, schema, table } of tables) {
      if (schema === 'audit' && ['tile', 'writer', 'reader'].includes(table)) continue
      rows += await grepTable(client, name, `${database}: ${name}`, finds)
    }
    return { rows, finds }
  } finally {
    await client.end()
  }
}

/** A test may drop a database twice. */
async function exists(client: pg.Client): Promise<boolean> {
  try {
    await client.connect()
    return true
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === '3D000') return false
    throw error
  }
}

/** Row by row as JSON; bytes (leaves) as the text that they are. */
async function grepTable(client: pg.Client, name: string, where: string, finds: string[]): Promise<number> {
  let rows = 0
  await client.query('BEGIN READ ONLY')
  await client.query(`DECLARE every_row NO SCROLL CURSOR FOR SELECT ${name === 'audit.record' ? 'log, seq, leaf' : '*'} FROM ${name}`)
  for (;;) {
    const { rows: batch } = await client.query<Record<string, unknown>>(`FETCH ${BATCH} FROM every_row`)
    if (batch.length === 0) break
    rows += batch.length
    for (const row of batch) {
      for (const { kind, shown } of naturalKeys(textOf(isOpenQuery(name) ? withoutExamples(row) : row))) finds.push(`${where}, ${kind} ${shown}, row ${String(row['log'] ?? '')} ${String(row['seq'] ?? row['id'] ?? '?')}`)
    }
  }
  await client.query('COMMIT')
  return rows
}

function isOpenQuery(name: string): boolean {
  return name === 'public.open_query' || name === 'audit.open_text'
}

/** Examples of open queries are written to be shown to everybody; they stand in the comment above the operation. */
function withoutExamples(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, typeof value === 'string' ? value.replace(/^# (?: {2}- \{ title: |examples: \[).*$/gm, '') : value]))
}

/** Of bytes only leaves are text; the rest is hashes. Leaves that a test has tampered with are read as far as they are UTF-8. */
function textOf(row: Record<string, unknown>): string {
  const texts = Object.entries(row).map(([name, value]) => {
    if (Buffer.isBuffer(value)) return name === 'leaf' ? value.toString('utf8') : ''
    return typeof value === 'string' ? value : value instanceof Date ? '' : JSON.stringify(value)
  })
  return texts.join('\n')
}

/** All databases of a cluster, and the server's own log. `superuserUrl` is for a database named DATABASE. */
export async function grepCluster(superuserUrl: string): Promise<Grepped & { readonly databases: number }> {
  const at = (database: string): string => superuserUrl.replace('/DATABASE', `/${encodeURIComponent(database)}`)
  const client = new pg.Client({ connectionString: at('postgres') })
  await client.connect()
  const { rows: databases } = await client.query<{ datname: string }>(`SELECT datname FROM pg_database WHERE datallowconn AND datname ~ '(audit|governance)' ORDER BY datname`)
  const { rows: [place] } = await client.query<{ data_directory: string }>('SHOW data_directory')
  await client.end()
  const finds: string[] = []
  let rows = 0
  for (const { datname } of databases) {
    const found = await grepRecords(at(datname), datname)
    rows += found.rows
    finds.push(...found.finds)
  }
  for (const { kind, shown } of naturalKeys(readFileSync(join(dirname(place?.data_directory ?? ''), 'postgres.log'), 'utf8'))) finds.push(`postgres.log: ${kind} ${shown}`)
  return { rows, finds, databases: databases.length }
}
