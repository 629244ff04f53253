// The city that everything is measured on: an embedded cluster in a folder of its own, filled as `citygraph start` fills it, and the
// twenty enterprises of W1 made whole: the first ones of a synthetic city are departments, without owners and records.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { migrateCity, startDatabases } from '../cli/city-databases.ts'
import type { CityDatabases } from '../cli/city-databases.ts'
import { beginClock } from '../cli/demonstration-clock.ts'
import { embeddedKeys } from '../cli/keys.ts'
import { fillCity } from '../cli/load.ts'
import { createProgress } from '../cli/progress.ts'
import { readConfig } from '../core/config.ts'
import type { DatabaseAddress } from '../migrations/address.ts'

export type BenchCity = {
  readonly folder: string
  readonly databases: CityDatabases
  /** PostgreSQL's first process. */
  readonly postmaster: number
  /** A grown person's linking token, for W3. */
  readonly person: string
  readonly stop: () => Promise<void>
}

/** Takes about ten seconds for 2,000 people. */
export async function startCity(size: number): Promise<BenchCity> {
  const folder = mkdtempSync(join(tmpdir(), 'citygraph-bench-'))
  const config = readConfig({ CITYGRAPH_FOLDER: folder })
  const progress = createProgress(process.stderr)
  const databases = await startDatabases(config, progress.line)
  const stop = async (): Promise<void> => {
    await databases.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    beginClock(folder, undefined)
    await migrateCity(databases, progress.line)
    await fillCity(databases, embeddedKeys(folder, config), { size, progress, stopAsked: () => false })
    const people = await completeEnterprises(databases)
    const [person = ''] = people
    return { folder, databases, postmaster: postmasterOf(folder), person, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Gives each of the first 20 enterprises a grown legal representative and three new credit records in force; returns those people. */
async function completeEnterprises({ owners }: CityDatabases): Promise<readonly string[]> {
  const people = await rows(owners.population, `SELECT pid::text FROM pop_person WHERE minor_until <= '2026-01-01' AND under18_until <= '2026-01-01' AND NOT is_deleted ORDER BY pid DESC LIMIT 20`)
  const enterprises = await rows(owners.enterprises, 'SELECT uscc FROM ent_base WHERE NOT is_deleted ORDER BY uscc LIMIT 20')
  await rows(owners.enterprises, `UPDATE ent_base SET legal_rep_pid = pid, legal_rep_minor_until = '-infinity' FROM unnest($1::text[], $2::uuid[]) AS its(uscc, pid) WHERE its.uscc = ent_base.uscc`, [enterprises, people])
  await rows(owners.credit, `INSERT INTO crd_record SELECT (jsonb_populate_record(sample, jsonb_build_object(
      'record_id', md5(uscc || n)::uuid, 'record_no', 'BENCH-' || uscc || '-' || n, 'status', '公示中', 'subject_uscc', uscc,
      'decided_on', date '2026-02-20' - n, 'event_ended_on', date '2026-02-20' - n, 'repaired_on', NULL, 'lifted_on', NULL))).*
    FROM (SELECT crd_record AS sample FROM crd_record WHERE subject_kind = '2' ORDER BY record_id LIMIT 1) AS any_one, unnest($1::text[]) AS uscc, generate_series(0, 2) AS n`, [enterprises])
  for (const address of Object.values(owners)) await rows(address, 'VACUUM ANALYZE')
  return people
}

/** The first column of all rows, as the database's owner. */
export async function rows(address: DatabaseAddress, text: string, values: readonly unknown[] = []): Promise<readonly string[]> {
  const client = new pg.Client({ ...address, keepAlive: true })
  await client.connect()
  try {
    const found = await client.query<string[]>({ text, values: [...values], rowMode: 'array' })
    return found.rows.map(([first]) => String(first))
  } finally {
    await client.end()
  }
}

function postmasterOf(folder: string): number {
  return Number(readFileSync(join(folder, 'data-18', 'postmaster.pid'), 'utf8').split('\n', 1)[0])
}
