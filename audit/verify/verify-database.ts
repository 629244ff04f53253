// The verdict on one audit database: every log in it, and what lies outside any log.

import type pg from 'pg'
import { countedRows, databaseSource, listedLogs, strayRecord } from './database-source.ts'
import type { RowCounts } from './database-source.ts'
import { counted, recordName } from './finding.ts'
import type { Finding } from './finding.ts'
import type { OutsideHead } from './heads.ts'
import { originOf } from './heads.ts'
import { namedId } from './leaf-facts.ts'
import type { RecordRow } from './log-source.ts'
import { missingGuards, strangeTables } from './plain-tables.ts'
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
  const counts = await countedRows(client)
  if (parts.only === undefined) findings.push(...(await strayRows(client, counts, [...listed.keys()])))
  const verdicts: Verdict[] = []
  for (const [log, size] of listed) {
    if (parts.only !== undefined && parts.only !== log) continue
    const read = await verifyLog(databaseSource(client, log, size), {
      keys: parts.keys,
      outside: parts.outside.filter(({ origin }) => origin === originOf(log)),
      passed: (records) => parts.passed?.(log, records, size),
    })
    const verdict = read.findings.length > 0 ? read : { ...read, findings: await hiddenRecords(client, read, counts) }
    verdicts.push(verdict)
    parts.done?.(verdict)
  }
  return { verdicts, findings, warnings: await missingGuards(client) }
}

/**
 * The records were read in order, through an index. Whoever can switch an index off puts a record beside those it knows, which other
 * readers see: so rows are counted without it, too. What an index shows is in the table; equal numbers are equal rows.
 */
async function hiddenRecords(client: pg.Client, { log, records }: Verdict, counts: RowCounts): Promise<readonly Finding[]> {
  const kept = counts.run.get(log) ?? 0
  if (kept === records) return []
  const stray = await strayRecord(client, log, records)
  const which = stray === undefined ? '' : ` One of them stands at ${recordName(log, stray)}.`
  return [{ log, kind: 'inserted', ...placeOf(stray), sentence: `The table holds ${counted(kept, 'record')} of the log ${printable(log, 40)}, its index shows ${counted(records, 'record')}: records were inserted past the index, or hidden from it.${which}` }]
}

/** Records, heads and tiles of no log that is listed. */
async function strayRows(client: pg.Client, counts: RowCounts, logs: readonly string[]): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  const strange = (of: ReadonlyMap<string, number>): string | undefined => [...of.keys()].filter((log) => !logs.includes(log)).sort()[0]
  const log = strange(counts.run)
  const record = log === undefined ? undefined : await strayRecord(client, log, 0)
  if (log !== undefined && record !== undefined) {
    findings.push({ log, kind: 'inserted', ...placeOf(record), sentence: `Record ${recordName(log, record)} is of no log of this database: it was inserted, the column log of its row was altered, or the log was removed.` })
  }
  for (const [table, what] of [['checkpoint', 'Heads'], ['tile', 'Tiles']] as const) {
    const log = strange(counts[table])
    if (log !== undefined) findings.push({ log, kind: 'log', sentence: `${what} are kept of a log ${printable(log, 40)} that is not there.` })
  }
  return findings
}

function placeOf(record: RecordRow | undefined): { readonly seq?: number; readonly id?: string } {
  if (record === undefined) return {}
  const id = namedId(record.leaf)
  return id === undefined ? { seq: record.seq } : { seq: record.seq, id }
}
