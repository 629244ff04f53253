// The records in one row of audit.run, as migrations/audit describes it: `ends` says where each ends in `own`, and where `cuts` is more than
// 0, so many bytes stand before `shared` and the rest behind it. Every byte of a row belongs to a record; where one does not, the
// record beside it is said to be at fault.

import { LONGEST_LEAF } from './log-source.ts'
import type { RecordRow } from './log-source.ts'

/** Most bytes in `own`; the writer takes no more (migrations/audit). A longer one is not read at all. */
export const LONGEST_RUN = 16_777_216

/** Fields as PostgreSQL sends them in binary. `own`, `shared`: undefined where they are missing or too long. */
export type RunRow = { readonly first: number; readonly ends: Buffer | undefined; readonly cuts: Buffer | undefined; readonly shared: Buffer | undefined; readonly own: Buffer | undefined }

/** One at least, so that no row is passed over. */
export function recordsOf(row: RunRow): readonly RecordRow[] {
  const { first, shared, own } = row
  const ends = integers(row.ends)
  const cuts = integers(row.cuts)
  if (ends === undefined || ends.length === 0 || cuts?.length !== ends.length) return [{ seq: first, leaf: undefined }]
  const isShared = cuts.some((cut) => cut > 0)
  const records: RecordRow[] = []
  for (let n = 0; n < ends.length; n += 1) {
    const leaf = own === undefined ? undefined : leafOf({ own, shared, from: ends[n - 1] ?? 0, until: ends[n] ?? 0, cut: cuts[n] ?? 0 })
    const isLast = n === ends.length - 1
    if (isLast && own?.length !== ends[n]) records.push({ seq: first + n, leaf, fault: 'bytes stand behind it that belong to no record' })
    else if (isLast && !isShared && shared?.length !== 0) records.push({ seq: first + n, leaf, fault: 'a text is kept beside it that belongs to no record' })
    else records.push({ seq: first + n, leaf })
  }
  return records
}

type Piece = { readonly own: Buffer; readonly shared: Buffer | undefined; readonly from: number; readonly until: number; readonly cut: number }

function leafOf({ own, shared, from, until, cut }: Piece): Buffer | undefined {
  if (from < 0 || until <= from || until > own.length || cut < 0 || cut > until - from || until - from > LONGEST_LEAF) return undefined
  if (cut === 0) return own.subarray(from, until)
  if (shared === undefined || shared.length === 0 || until - from + shared.length > LONGEST_LEAF) return undefined
  const leaf = Buffer.allocUnsafe(until - from + shared.length)
  own.copy(leaf, 0, from, from + cut)
  shared.copy(leaf, cut)
  own.copy(leaf, cut + shared.length, from + cut, until)
  return leaf
}

/** OID of integer (pg_type.dat). */
const INTEGER = 23
const HEADER_BYTES = 20

/** A one-dimensional array of integers that begins at 1 and holds no NULL (array_send): its elements; undefined for any other. */
function integers(bytes: Buffer | undefined): readonly number[] | undefined {
  if (bytes === undefined || bytes.length < HEADER_BYTES) return undefined
  const count = bytes.readInt32BE(12)
  const plain = bytes.readInt32BE(0) === 1 && bytes.readInt32BE(4) === 0 && bytes.readInt32BE(8) === INTEGER && bytes.readInt32BE(16) === 1
  if (!plain || bytes.length !== HEADER_BYTES + count * 8) return undefined
  const values: number[] = []
  for (let n = 0; n < count; n += 1) values.push(bytes.readInt32BE(HEADER_BYTES + n * 8 + 4))
  return values
}
