// The verdict on one audit database: every log in it, and what lies outside any log.

import type pg from 'pg'
import { databaseSource, listedLogs } from './database-source.ts'
import { placeName } from './finding.ts'
import type { Finding } from './finding.ts'
import type { OutsideHead } from './heads.ts'
import { originOf } from './heads.ts'
import { printable } from './printable.ts'
import type { VerifierKey } from './signed-head.ts'
import { verifyLog } from './verify-log.ts'
import type { Verdict } from './verify-log.ts'

export type DatabaseParts = {
  readonly keys: readonly VerifierKey[]
  readonly outside: readonly OutsideHead[]
  /** Logs that must be there. */
  readonly expected: readonly string[]
  /** Only this one; undefined: every log that is there. */
  readonly only?: string | undefined
  readonly passed?: (log: string, records: number, of: number) => void
  /** Hears of each log as soon as it is done. */
  readonly done?: (verdict: Verdict) => void
}

export type DatabaseVerdict = {
  readonly verdicts: readonly Verdict[]
  /** What is wrong outside the logs that were gone through. */
  readonly findings: readonly Finding[]
  /** What protects the database beside the tree and is not there: no proof of anything, but somebody had the owner's rights. */
  readonly warnings: readonly string[]
}

/** Verifies the logs of a database in one snapshot (`withSnapshot`). */
export async function verifyDatabase(client: pg.Client, parts: DatabaseParts): Promise<DatabaseVerdict> {
  const findings = [...(await strangeTables(client))]
  // From what is not a table, every later question may be answered as somebody likes.
  if (findings.length > 0) return { verdicts: [], findings, warnings: [] }
  const listed = await listedLogs(client)
  for (const log of parts.expected) {
    if (!listed.has(log) && (parts.only === undefined || parts.only === log)) findings.push({ log, kind: 'log', sentence: `The log ${printable(log, 40)} is not there: it was removed, or never opened in this database.` })
  }
  if (parts.only === undefined) findings.push(...(await strayRows(client, [...listed.keys()])))
  const verdicts: Verdict[] = []
  for (const [log, size] of listed) {
    if (parts.only !== undefined && parts.only !== log) continue
    const verdict = await verifyLog(databaseSource(client, log, size), {
      keys: parts.keys,
      outside: parts.outside.filter(({ origin }) => origin === originOf(log)),
      passed: (records) => parts.passed?.(log, records, size),
    })
    verdicts.push(verdict)
    parts.done?.(verdict)
  }
  return { verdicts, findings, warnings: await missingTriggers(client) }
}

const tables = ['log', 'record', 'checkpoint', 'tile']

/** A view, a rule or row security in a table's place could show this reader what is not there. */
async function strangeTables(client: pg.Client): Promise<readonly Finding[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT t.name FROM unnest($1::text[]) AS t(name)
     LEFT JOIN pg_class AS c ON c.relname = t.name AND c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = 'audit')
     WHERE c.relkind IS DISTINCT FROM 'r' OR c.relrowsecurity OR c.relhasrules ORDER BY t.name`,
    [tables],
  )
  return rows.map(({ name }) => ({ log: '', kind: 'database', sentence: `audit.${printable(name, 40)} is not the plain table that the migrations made: what it shows cannot be trusted.` }))
}

/** Records, heads and tiles of no log that is listed. */
async function strayRows(client: pg.Client, logs: readonly string[]): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  const { rows } = await client.query<{ log: string; seq: string; id: string }>('SELECT log, seq, id FROM audit.record WHERE log <> ALL ($1) ORDER BY log, seq LIMIT 1', [logs])
  for (const { log, seq, id } of rows) {
    findings.push({ log, kind: 'inserted', seq: Number(seq), id, sentence: `Record ${placeName(log, Number(seq))} (id ${id}) is of no log of this database: it was inserted, its column log was altered, or the log was removed.` })
  }
  for (const [table, what] of [['checkpoint', 'Heads'], ['tile', 'Tiles']] as const) {
    const { rows } = await client.query<{ log: string }>(`SELECT log FROM audit.${table} WHERE log <> ALL ($1) ORDER BY log LIMIT 1`, [logs])
    for (const { log } of rows) findings.push({ log, kind: 'log', sentence: `${what} are kept of a log ${printable(log, 40)} that is not there.` })
  }
  return findings
}

const triggers = [
  ['record', 'record_is_append_only'],
  ['log', 'log_stays'],
  ['log', 'log_only_grows'],
  ['checkpoint', 'checkpoint_is_append_only'],
  ['tile', 'tile_stays'],
  ['tile', 'tile_only_grows'],
]

async function missingTriggers(client: pg.Client): Promise<readonly string[]> {
  const { rows } = await client.query<{ on: string; name: string }>(
    `SELECT w.on_table AS on, w.name FROM unnest($1::text[], $2::text[]) AS w(on_table, name)
     WHERE NOT EXISTS (
       SELECT FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
       WHERE n.nspname = 'audit' AND c.relname = w.on_table AND t.tgname = w.name AND t.tgenabled IN ('O', 'A'))
     ORDER BY w.on_table, w.name`,
    [triggers.map(([table]) => table), triggers.map(([, name]) => name)],
  )
  return rows.map(({ on, name }) => `The trigger ${name} on audit.${on}, which refuses changes made by accident, is not active: somebody with the owner's rights switched it off.`)
}
