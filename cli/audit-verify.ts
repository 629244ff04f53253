// `citygraph audit verify`: recomputes logs from their rows and says the first record that is not as it was signed. Exit code 0
// when everything is as it was signed, 1 when something is not or cannot be read.

import { accessSync, constants, statSync } from 'node:fs'
import { withSnapshot } from '../audit/verify/database-source.ts'
import { counted } from '../audit/verify/finding.ts'
import { originOf } from '../audit/verify/heads.ts'
import type { OutsideHead } from '../audit/verify/heads.ts'
import { printable } from '../audit/verify/printable.ts'
import { NoteRefused, openHead } from '../audit/verify/signed-head.ts'
import type { VerifierKey } from '../audit/verify/signed-head.ts'
import { verifyArchive } from '../audit/verify/verify-archive.ts'
import { verifyDatabase } from '../audit/verify/verify-database.ts'
import { readConfig } from '../core/config.ts'
import { auditPlaces, keyOptions, logNamed, readText, trustedKeys } from './audit-places.ts'
import { reportOf } from './audit-report.ts'
import { createProgress } from './progress.ts'
import { readOptions, UsageError } from './usage.ts'

export const usage = 'audit verify [--log LOG] [--checkpoint FILE]… [--key KEY]… [--keys FILE] [--archive FILE]'

export async function run(args: readonly string[]): Promise<number> {
  const options = readOptions(args, { ...keyOptions, log: 'string', checkpoint: 'strings', archive: 'string' })
  if (options.words.length > 0) throw new UsageError(usage)
  const only = logNamed(options.text('log'))
  const archive = options.text('archive')
  if (archive !== undefined && only !== undefined) throw new UsageError('--archive and --log do not go together: an archive holds one log.')
  const config = readConfig(process.env)
  const keys = trustedKeys(config, options)
  const outside = options.texts('checkpoint').map((file) => outsideHead(file, keys))
  if (only !== undefined) {
    const other = outside.find(({ origin }) => origin !== originOf(only))
    if (other !== undefined) throw new UsageError(`The head in ${printable(other.from)} is of ${printable(other.origin)}, not of the log ${only} that --log names.`)
  }
  if (archive !== undefined) return verifyFile(archive, keys, outside)

  const passed = sayProgress()
  const places = auditPlaces(config).filter(({ logs }) => only === undefined || logs.includes(only))
  if (places.length === 0) throw new UsageError(`No audit database is configured for the log ${only ?? ''}.`)
  const verified = new Set<string>()
  let [good, bad] = [0, 0]
  for (const { address, logs } of places) {
    const { findings, warnings } = await withSnapshot(address, (client) =>
      verifyDatabase(client, {
        keys, outside, expected: logs, only, passed,
        done: (verdict) => {
          process.stdout.write(reportOf(verdict))
          verified.add(originOf(verdict.log))
          if (verdict.findings.length === 0) good += 1
          else bad += 1
        },
      }),
    )
    for (const { sentence } of findings) process.stdout.write(`${printable(sentence, 1_000)}\n`)
    for (const warning of warnings) process.stdout.write(`Warning: ${printable(warning, 1_000)}\n`)
    bad += findings.length
  }
  for (const { origin, from } of outside.filter((head) => !verified.has(head.origin))) {
    process.stdout.write(`The head in ${printable(from)} is of ${printable(origin)}, which is not there.\n`)
    bad += 1
  }
  process.stdout.write(bad === 0 ? `${counted(good, 'log')}, all as they were signed.\n` : 'Not everything is as it was signed.\n')
  return bad === 0 ? 0 : 1
}

async function verifyFile(file: string, keys: readonly VerifierKey[], outside: readonly OutsideHead[]): Promise<number> {
  if (!isFile(file)) throw new UsageError(`${printable(file)} cannot be read.`)
  const progress = sayProgress()
  const { verdict, header } = await verifyArchive(file, { keys, outside, passed: (records) => progress('archive', records) })
  process.stdout.write(reportOf(verdict))
  const strange = outside.filter(({ origin }) => origin !== originOf(header.log))
  for (const { origin, from } of strange) process.stdout.write(`The head in ${printable(from)} is of ${printable(origin)}, which is not there.\n`)
  if (verdict.findings.length > 0 || strange.length > 0) return 1
  process.stdout.write(`To be kept until ${printable(header.keepUntil, 20)}.\n`)
  return 0
}

function isFile(file: string): boolean {
  try {
    accessSync(file, constants.R_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}

/** Throws UsageError: a head that nobody signed would prove nothing. */
function outsideHead(file: string, keys: readonly VerifierKey[]): OutsideHead {
  try {
    return { ...openHead(readText(file), keys), from: file }
  } catch (error) {
    if (error instanceof NoteRefused) throw new UsageError(`The checkpoint in ${file} ${error.message}.`)
    throw error
  }
}

/** On standard error, once it takes longer than two seconds. */
export function sayProgress(): (log: string, records: number, of?: number) => void {
  const progress = createProgress(process.stderr)
  const began = performance.now()
  return (log, records, of) => {
    if (performance.now() - began > 2_000) progress.state(`${printable(log, 40)}: ${records.toLocaleString('en-US')}${of === undefined ? '' : ` of ${of.toLocaleString('en-US')}`} records`)
  }
}
