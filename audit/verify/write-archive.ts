// Writes a log that was found good into one file, for keeping after its database is gone: all heads, tiles and records. Nothing is
// removed from the database; nothing in the product can do that. An existing file is never written over.

import { createWriteStream, linkSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ARCHIVE_FORMAT, ArchiveRefused } from './archive-source.ts'
import type { ArchiveHeader } from './archive-source.ts'
import type { LogSource } from './log-source.ts'
import type { Verdict } from './verify-log.ts'

/** Years after the year of the newest record (网络数据安全管理条例 12: at least three years; DOMAIN 2.8). */
const KEPT_YEARS = 3

/**
 * Writes `file` (readable by its owner only) and returns its first line. `verdict` is that of the same snapshot. Throws
 * ArchiveRefused when the log is empty or not good, or when the file is there already.
 */
export async function writeArchive(source: LogSource, verdict: Verdict, file: string): Promise<ArchiveHeader> {
  const { times } = verdict
  if (verdict.findings.length > 0) throw new ArchiveRefused('The log is not as it was signed: it is not archived.')
  if (times === undefined) throw new ArchiveRefused('The log is empty: there is nothing to archive.')
  const header: ArchiveHeader = {
    format: ARCHIVE_FORMAT,
    log: source.log,
    records: verdict.records,
    signed: verdict.signed,
    from: instant(times.from),
    to: instant(times.to),
    keepUntil: keepUntil(times.to),
  }
  const partial = `${file}.${process.pid}.partial`
  try {
    await pipeline(Readable.from(text(source, header)), createWriteStream(partial, { flags: 'wx', mode: 0o600 }))
    const written = await open(partial, 'r')
    await written.sync()
    await written.close()
    // A link, unlike a renaming, fails where the name is taken.
    linkSync(partial, file)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') throw new ArchiveRefused('The file is there already; an archive is never written over.')
    throw error
  } finally {
    rmSync(partial, { force: true })
  }
  return header
}

/** 31 December of the third year after that of the newest record, by the city's calendar (Asia/Shanghai, UTC+8). */
export function keepUntil(newest: number): string {
  return `${new Date(newest / 1_000 + 8 * 3_600_000).getUTCFullYear() + KEPT_YEARS}-12-31`
}

/** RFC 3339 of microseconds since 1970. */
export function instant(at: number): string {
  return new Date(Math.floor(at / 1_000)).toISOString()
}

async function* text(source: LogSource, header: ArchiveHeader): AsyncGenerator<string> {
  yield line(header)
  for await (const { note } of source.heads()) yield line({ head: note })
  for await (const { level, place, hashes } of source.tiles()) yield line({ tile: [level, place, hashes.toString('base64')] })
  for await (const batch of source.rows()) yield batch.map(({ leaf }) => line({ record: leaf?.toString('utf8') })).join('')
  yield line({ end: header.records })
}

function line(value: object): string {
  return `${JSON.stringify(value)}\n`
}
