// A whole log in one file, as `audit archive` writes it: NDJSON, first a line that says what it is, then every kept head, the
// tiles, the records in order, and a last line. Read in a stream; refuses what is not of that form, and lines past any record.

import { createReadStream } from 'node:fs'
import { LONGEST_LEAF } from './log-source.ts'
import type { KeptHead, KeptTile, LogSource, RecordRow } from './log-source.ts'

export const ARCHIVE_FORMAT = 'citygraph-audit-archive/1'

/** The first line. */
export type ArchiveHeader = {
  readonly format: typeof ARCHIVE_FORMAT
  readonly log: string
  /** Records in the file, and how many of them the newest signed head covers. */
  readonly records: number
  readonly signed: number
  /** Earliest and latest time in the records, RFC 3339. */
  readonly from: string
  readonly to: string
  /** The last day on which the file must still be there. */
  readonly keepUntil: string
}
/** A sentence: the file is no archive, or not whole. */
export class ArchiveRefused extends Error {}

/** Escaped in JSON a byte of a leaf becomes six at most. */
const LONGEST_LINE = 6 * LONGEST_LEAF + 1_024
const BATCH = 1_000

/** An archive as a source of its log, and what its first line says. Throws ArchiveRefused. */
export async function archiveSource(file: string): Promise<{ readonly source: LogSource; readonly header: ArchiveHeader }> {
  const header = await readHeader(file)
  const source: LogSource = { log: header.log, size: header.records, heads: () => heads(file), rows: (from) => rows(file, from ?? 0), tiles: (places) => tiles(file, places) }
  return { source, header }
}

async function readHeader(file: string): Promise<ArchiveHeader> {
  for await (const line of lines(file)) {
    const { format, log, records, signed, from, to, keepUntil } = line as { readonly [K in keyof ArchiveHeader]?: unknown }
    if (format !== ARCHIVE_FORMAT || typeof log !== 'string' || !isCount(records) || !isCount(signed) || typeof from !== 'string' || typeof to !== 'string' || typeof keepUntil !== 'string') break
    return { format, log, records, signed, from, to, keepUntil }
  }
  throw new ArchiveRefused('The file is no archive of an audit log.')
}

async function* heads(file: string): AsyncGenerator<KeptHead> {
  for await (const line of lines(file)) {
    if ('head' in line && typeof line.head === 'string') yield { note: line.head }
    else if ('tile' in line || 'record' in line || 'end' in line) return
  }
}

async function* tiles(file: string, places?: readonly [number, number]): AsyncGenerator<KeptTile> {
  for await (const line of lines(file)) {
    if ('record' in line || 'end' in line) return
    if (!('tile' in line) || !Array.isArray(line.tile)) continue
    const [level, place, hashes]: readonly unknown[] = line.tile
    if (!isCount(level) || !isCount(place) || typeof hashes !== 'string') throw new ArchiveRefused('The archive holds a tile that is none.')
    if (places === undefined || (level === 0 && place >= places[0] && place <= places[1])) yield { level, place, hashes: Buffer.from(hashes, 'base64') }
  }
}

async function* rows(file: string, from: number): AsyncGenerator<readonly RecordRow[]> {
  let seq = 0
  let ended = false
  let batch: RecordRow[] = []
  for await (const line of lines(file)) {
    if ('end' in line) ended = line.end === seq
    if (!('record' in line) || typeof line.record !== 'string') continue
    if (seq >= from) batch.push({ seq, leaf: Buffer.from(line.record, 'utf8') })
    seq += 1
    if (batch.length < BATCH) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
  if (!ended) throw new ArchiveRefused(`The archive breaks off or lacks records: its last line does not say that ${seq} records are all.`)
}

/** One JSON object a line. */
async function* lines(file: string): AsyncGenerator<object> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    let start = 0
    for (let end = bytes.indexOf(0x0a); end !== -1; end = bytes.indexOf(0x0a, start)) {
      yield parsed(bytes.subarray(start, end))
      start = end + 1
    }
    rest = bytes.subarray(start)
    if (rest.length > LONGEST_LINE) throw new ArchiveRefused('The archive holds a line that is too long.')
  }
  if (rest.length > 0) throw new ArchiveRefused('The archive breaks off in the middle of a line.')
}

function parsed(line: Buffer): object {
  try {
    const value: unknown = JSON.parse(line.toString('utf8'))
    if (typeof value === 'object' && value !== null) return value
  } catch {
    // Said below, without the line.
  }
  throw new ArchiveRefused('The archive holds a line that is no JSON object.')
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}
