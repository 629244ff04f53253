// Brings one database to the newest of its migrations (drizzle-kit's folder: numbered SQL and meta/_journal.json), forward only.
// Works on any PostgreSQL ≥ 14 whose text is UTF-8; starts at the same moment wait for one another. Errors are for operators.

import { drizzle } from 'drizzle-orm/node-postgres'
import { readMigrationFiles, type MigrationMeta } from 'drizzle-orm/migrator'
import { migrate } from 'drizzle-orm/node-postgres/migrator'
import pg from 'pg'
import type { DatabaseAddress } from './address.ts'
import { START_PATIENCE_MS } from './pool.ts'

export type MigrationNames = { readonly domain: string; readonly list?: string }
export type Applied = { readonly applied: number; readonly total: number }

/**
 * Applies what is missing of `folder` (`migrations/<domain>/sql`) to the database and tells how many that were. `domain` names
 * the database in errors; `list` (default: the domain) names the table in which these migrations are noted
 * (`drizzle.<list>_migrations`), so that two folders, or two domains in one foreign database, do not hide one another.
 *
 * A foreign database (`…_DATABASE_URL`) needs nothing but this: one role may both migrate and serve, then it must be allowed to
 * create schemas and tables. A role that only reads is enough once somebody else has applied all migrations; it must be able to
 * read that list. What roles may do there is the operator's business; nothing is granted or revoked.
 *
 * Throws when the server is too old or not UTF-8, when an applied migration is not the one in the folder, or when one fails
 * (then all of this call is undone).
 */
export async function applyMigrations(address: DatabaseAddress | string, folder: string, { domain, list = domain }: MigrationNames): Promise<Applied> {
  const migrations = readMigrationFiles({ migrationsFolder: folder })
  const target = typeof address === 'string' ? { connectionString: address } : address
  const client = new pg.Client({ ...target, connectionTimeoutMillis: START_PATIENCE_MS, application_name: `citygraph migrations ${domain}` })
  client.on('error', () => undefined)
  try {
    await client.connect()
  } catch (cause) {
    throw new Error(`the database of ${domain} cannot be reached: ${messageOf(cause)}`, { cause })
  }
  try {
    await refuseUnfit(client, domain)
    if ((await countApplied(client, migrations, { domain, list })) === migrations.length) return { applied: 0, total: migrations.length }
    await client.query(`SELECT pg_advisory_lock(hashtext($1))`, [`citygraph migrations ${list}`])
    // Counted anew: whoever held the lock may have done the work.
    const before = await countApplied(client, migrations, { domain, list })
    if (before < migrations.length) await migrate(drizzle(client), { migrationsFolder: folder, migrationsTable: tableFor(list) })
    return { applied: migrations.length - before, total: migrations.length }
  } catch (cause) {
    if (cause instanceof MigrationRefusal) throw cause
    throw new Error(`the migrations of ${domain} could not be applied: ${messageOf(cause)}`, { cause })
  } finally {
    await client.end()
  }
}

/** A database that must not be migrated as it is; the message says what to do. */
export class MigrationRefusal extends Error {}

function tableFor(list: string): string {
  return `${list}_migrations`
}

async function refuseUnfit(client: pg.Client, domain: string): Promise<void> {
  const { rows } = await client.query<{ version: number; encoding: string }>(
    `SELECT current_setting('server_version_num')::int AS version, current_setting('server_encoding') AS encoding`,
  )
  const [server] = rows
  if (server === undefined || server.version < 140000) throw new MigrationRefusal(`the database of ${domain} is older than PostgreSQL 14`)
  // Masks cut text by characters; in another encoding they would cut bytes.
  if (server.encoding !== 'UTF8') throw new MigrationRefusal(`the database of ${domain} has encoding ${server.encoding}; it must be UTF8`)
}

/** How many of the migrations are in the database. They must be the first ones of the folder, byte for byte. */
async function countApplied(client: pg.Client, migrations: readonly MigrationMeta[], { domain, list }: Required<MigrationNames>): Promise<number> {
  const table = `drizzle.${pg.escapeIdentifier(tableFor(list))}`
  const there = await client.query<{ there: boolean }>('SELECT to_regclass($1) IS NOT NULL AS there', [table])
  if (there.rows[0]?.there !== true) return 0
  const { rows } = await client.query<{ hash: string }>(`SELECT hash FROM ${table} ORDER BY created_at, id`)
  const stray = rows.findIndex((row, index) => migrations[index]?.hash !== row.hash)
  if (stray !== -1) {
    throw new MigrationRefusal(
      stray >= migrations.length
        ? `the database of ${domain} is newer than this citygraph: it has ${rows.length} migrations, the folder ${migrations.length}`
        : `migration ${stray + 1} of ${domain} was changed after it had been applied; migrations only go forward (an embedded city can be made anew: remove its data folder)`,
    )
  }
  return rows.length
}

/** PostgreSQL's own words and SQLSTATE, without the statement that Drizzle puts around them. */
function messageOf(error: unknown): string {
  const inner = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (!(inner instanceof Error)) return 'no reason given'
  const code = 'code' in inner && typeof inner.code === 'string' ? ` (${inner.code})` : ''
  return `${inner.message || inner.name}${code}`
}
