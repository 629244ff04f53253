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
  for await (const line of lines(file)) if (line.kind === 'header') return line.value
  throw new ArchiveRefused('The file is no archive of an audit log.')
}

async function* heads(file: string): AsyncGenerator<KeptHead> {
  for await (const line of lines(file)) {
    if (line.kind === 'head') yield { note: line.value }
    else if (line.kind !== 'header') return
  }
}

async function* tiles(file: string, places?: readonly [number, number]): AsyncGenerator<KeptTile> {
  for await (const line of lines(file)) {
    if (line.kind === 'record' || line.kind === 'end') return
    if (line.kind !== 'tile') continue
    const { level, place } = line.value
    if (places === undefined || (level === 0 && place >= places[0] && place <= places[1])) yield line.value
  }
}

async function* rows(file: string, from: number): AsyncGenerator<readonly RecordRow[]> {
  let seq = 0
  let ended = false
  let batch: RecordRow[] = []
  for await (const line of lines(file)) {
    if (line.kind === 'end') ended = line.value === seq
    if (line.kind !== 'record') continue
    if (seq >= from) batch.push({ seq, leaf: Buffer.from(line.value, 'utf8') })
    seq += 1
    if (batch.length < BATCH) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
  if (!ended) throw new ArchiveRefused(`The archive breaks off or lacks records: its last line does not say that ${seq} records are all.`)
}

type Line =
  | { readonly kind: 'header'; readonly value: ArchiveHeader }
  | { readonly kind: 'head' | 'record'; readonly value: string }
  | { readonly kind: 'tile'; readonly value: KeptTile }
  | { readonly kind: 'end'; readonly value: number }
const order: readonly Line['kind'][] = ['header', 'head', 'tile', 'record', 'end']

/** The lines in their one order and form: nothing unsigned has a place between them, or after the end. */
async function* lines(file: string): AsyncGenerator<Line> {
  let reached = -1
  for await (const text of textLines(file)) {
    const line = readLine(text, reached === -1)
    const place = order.indexOf(line.kind)
    if (reached === order.length - 1) throw new ArchiveRefused('The archive goes on after its end.')
    if (place < reached || (place === reached && line.kind === 'header')) throw new ArchiveRefused(`The archive holds a ${line.kind} where none may stand.`)
    reached = place
    yield line
  }
}

/** A line is written in one way only: whatever is beside what we read, twice or otherwise spelt is refused. */
function readLine(text: Buffer, first: boolean): Line {
  const line = parsed(text)
  const read = first ? headerOf(line) : memberOf(line)
  if (read === undefined) throw new ArchiveRefused(first ? 'The file is no archive of an audit log.' : 'The archive holds a line that is none of an archive.')
  const tile = read.kind === 'tile' ? [read.value.level, read.value.place, read.value.hashes.toString('base64')] : read.value
  if (!Buffer.from(JSON.stringify(read.kind === 'header' ? read.value : { [read.kind]: tile }), 'utf8').equals(text)) throw new ArchiveRefused('The archive holds a line that was not written as archives are.')
  return read
}

function headerOf(line: object): Line | undefined {
  const { format, log, records, signed, from, to, keepUntil } = line as { readonly [K in keyof ArchiveHeader]?: unknown }
  if (format !== ARCHIVE_FORMAT || typeof log !== 'string' || !isCount(records) || !isCount(signed) || typeof from !== 'string' || typeof to !== 'string' || typeof keepUntil !== 'string') return undefined
  return { kind: 'header', value: { format, log, records, signed, from, to, keepUntil } }
}

function memberOf(line: object): Line | undefined {
  if ('record' in line && typeof line.record === 'string') return { kind: 'record', value: line.record }
  if ('head' in line && typeof line.head === 'string') return { kind: 'head', value: line.head }
  if ('end' in line && isCount(line.end)) return { kind: 'end', value: line.end }
  if (!('tile' in line) || !Array.isArray(line.tile)) return undefined
  const [level, place, hashes]: readonly unknown[] = line.tile
  return isCount(level) && isCount(place) && typeof hashes === 'string' ? { kind: 'tile', value: { level, place, hashes: Buffer.from(hashes, 'base64') } } : undefined
}

async function* textLines(file: string): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    let start = 0
    for (let end = bytes.indexOf(0x0a); end !== -1; end = bytes.indexOf(0x0a, start)) {
      yield bytes.subarray(start, end)
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
