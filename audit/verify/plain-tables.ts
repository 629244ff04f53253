// Whether the tables of an audit database are what they seem, and what guards them is on. Catalogues are named with their schema:
// a temporary table of the same name would be found before them.

import type pg from 'pg'
import type { Finding } from './finding.ts'
import { printable } from './printable.ts'

const tables = ['log', 'run', 'checkpoint', 'tile']
/** OID of the heap, in which PostgreSQL keeps tables since ever (pg_am.dat). */
const HEAP = 2

/**
 * What could show this reader something else than is kept: a view, a rule, row security, a table that is made of others or computes
 * columns, and functions that run when somebody logs in.
 */
export async function strangeTables(client: pg.Client): Promise<readonly Finding[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT t.name FROM pg_catalog.unnest($1::pg_catalog.text[]) AS t(name)
     LEFT JOIN pg_catalog.pg_class AS c ON c.relname = t.name AND c.relnamespace = (SELECT n.oid FROM pg_catalog.pg_namespace AS n WHERE n.nspname = 'audit')
     WHERE c.relkind IS DISTINCT FROM 'r' OR c.relpersistence <> 'p' OR c.relam <> ${HEAP} OR c.relrowsecurity OR c.relhasrules OR c.relhassubclass OR c.relispartition
       OR EXISTS (SELECT FROM pg_catalog.pg_attribute AS a JOIN pg_catalog.pg_type AS y ON y.oid = a.atttypid
                  WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND (a.attgenerated <> '' OR y.typnamespace <> 'pg_catalog'::pg_catalog.regnamespace))
     ORDER BY t.name`,
    [tables],
  )
  const finding = (sentence: string): Finding => ({ log: '', kind: 'database', sentence })
  const strange = rows.map(({ name }) => finding(`audit.${printable(name, 40)} is not the plain table that the migrations made: what it shows cannot be trusted.`))
  return [...strange, ...(await loginTriggers(client)).map((name) => finding(`The event trigger ${printable(name, 40)} runs when somebody logs in to this database and can deceive any reader: what is shown cannot be trusted. Drop it, or verify an archive or a restored backup.`))]
}

/** Before PostgreSQL 17 there are none. Other sessions of a superuser may switch them off; a reader may not. */
async function loginTriggers(client: pg.Client): Promise<readonly string[]> {
  const { rows } = await client.query<{ name: string }>(`SELECT evtname AS name FROM pg_catalog.pg_event_trigger WHERE evtevent = 'login' AND evtenabled <> 'D' ORDER BY evtname`)
  return rows.map(({ name }) => name)
}

const triggers = [
  ['run', 'run_is_append_only'],
  ['log', 'log_stays'],
  ['log', 'log_only_grows'],
  ['checkpoint', 'checkpoint_is_append_only'],
  ['tile', 'tile_stays'],
  ['tile', 'tile_only_grows'],
]
const indexes = [
  ['log', 'log_pkey'],
  ['run', 'run_log_first_pk'],
  ['checkpoint', 'checkpoint_log_size_pk'],
  ['tile', 'tile_log_level_place_pk'],
]

/** Triggers and unique indexes that the migrations made and that are not active. */
export async function missingGuards(client: pg.Client): Promise<readonly string[]> {
  const without = await client.query<{ on: string; name: string }>(
    `SELECT w.on_table AS on, w.name FROM unnest($1::pg_catalog.text[], $2::pg_catalog.text[]) AS w(on_table, name)
     WHERE NOT EXISTS (
       SELECT FROM pg_catalog.pg_trigger AS t JOIN pg_catalog.pg_class AS c ON c.oid = t.tgrelid JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
       WHERE n.nspname = 'audit' AND c.relname = w.on_table AND t.tgname = w.name AND t.tgenabled IN ('O', 'A'))
     ORDER BY w.on_table, w.name`,
    columns(triggers),
  )
  const unindexed = await client.query<{ on: string; name: string }>(
    `SELECT w.on_table AS on, w.name FROM unnest($1::pg_catalog.text[], $2::pg_catalog.text[]) AS w(on_table, name)
     WHERE NOT EXISTS (
       SELECT FROM pg_catalog.pg_index AS i JOIN pg_catalog.pg_class AS x ON x.oid = i.indexrelid
       JOIN pg_catalog.pg_class AS c ON c.oid = i.indrelid JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
       WHERE n.nspname = 'audit' AND c.relname = w.on_table AND x.relname = w.name
         AND i.indisunique AND i.indisvalid AND i.indisready AND i.indislive AND i.indpred IS NULL)
     ORDER BY w.on_table, w.name`,
    columns(indexes),
  )
  return [
    ...without.rows.map(({ on, name }) => `The trigger ${name} on audit.${on}, which refuses changes made by accident, is not active: somebody with the owner's rights switched it off.`),
    ...unindexed.rows.map(({ on, name }) => `The index ${name} of audit.${on}, which refuses a second record in one place, is not active: somebody with the owner's rights switched it off.`),
  ]
}

function columns(pairs: readonly (readonly string[])[]): unknown[] {
  return [pairs.map(([table]) => table), pairs.map(([, name]) => name)]
}
