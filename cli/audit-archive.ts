// `citygraph audit archive <log> --to FILE`: verifies a log, writes it whole into one file, and verifies the file. The log stays in
// its database.

import { existsSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { databaseSource, listedLogs, withSnapshot } from '../audit/verify/database-source.ts'
import { counted } from '../audit/verify/finding.ts'
import { printable } from '../audit/verify/printable.ts'
import { verifyArchive } from '../audit/verify/verify-archive.ts'
import { verifyDatabase } from '../audit/verify/verify-database.ts'
import { writeArchive } from '../audit/verify/write-archive.ts'
import { readConfig } from '../core/config.ts'
import { auditPlaces, keyOptions, logNamed, trustedKeys } from './audit-places.ts'
import { reportOf } from './audit-report.ts'
import { sayProgress } from './audit-verify.ts'
import { readOptions, UsageError } from './usage.ts'

export const usage = 'audit archive <log> --to FILE [--key KEY]… [--keys FILE]'

export async function run(args: readonly string[]): Promise<number> {
  const options = readOptions(args, { ...keyOptions, to: 'string' })
  const [word, ...more] = options.words
  const log = logNamed(word)
  const file = options.text('to')
  if (log === undefined || file === undefined || file === '' || more.length > 0) throw new UsageError(usage)
  if (!existsSync(dirname(file))) throw new UsageError(`The folder of ${printable(file)} is not there.`)
  const config = readConfig(process.env)
  const keys = trustedKeys(config, options)
  const place = auditPlaces(config).find(({ logs }) => logs.includes(log))
  if (place === undefined) throw new UsageError(`No audit database is configured for the log ${log}.`)
  const passed = sayProgress()
  const header = await withSnapshot(place.address, async (client) => {
    const { verdicts, findings } = await verifyDatabase(client, { keys, outside: [], expected: [log], only: log, passed })
    const [verdict] = verdicts
    if (verdict === undefined || findings.length > 0 || verdict.findings.length > 0) {
      for (const { sentence } of findings) process.stdout.write(`${sentence}\n`)
      if (verdict !== undefined) process.stdout.write(reportOf(verdict))
      throw new Error('The log is not as it was signed: it is not archived.')
    }
    return writeArchive(databaseSource(client, log, (await listedLogs(client)).get(log) ?? 0), verdict, file)
  })
  const { verdict } = await verifyArchive(file, { keys, passed: (records) => passed('archive', records) })
  if (verdict.findings.length > 0) {
    rmSync(file)
    throw new Error('The file could not be read back as it was written; it was removed. The log is untouched.')
  }
  process.stdout.write(`${file}: ${counted(header.records, 'record')} of ${log} from ${header.from} to ${header.to}, ${counted(verdict.heads, 'head')}. To be kept until ${header.keepUntil}. The log stays in its database.\n`)
  return 0
}
