// Reads PostgreSQL's binary COPY format (documentation of COPY, "Binary Format"): rows of bytes as they lie in the table, without
// the hexadecimal detour of text. Throws on anything that is not of that form.

const HEADER = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1')
const HEADER_BYTES = HEADER.length + 8

export type BinaryRow = readonly (Buffer | undefined)[]

/** Rows of a stream of COPY … TO STDOUT (FORMAT binary), as they arrive. Fields are views into the stream's own buffers. */
export async function* binaryRows(stream: AsyncIterable<Buffer>): AsyncGenerator<readonly BinaryRow[]> {
  let rest: Buffer = Buffer.alloc(0)
  let begun = false
  for await (const chunk of stream) {
    let bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    if (!begun) {
      if (bytes.length < HEADER_BYTES) {
        rest = bytes
        continue
      }
      if (!bytes.subarray(0, HEADER.length).equals(HEADER)) throw new Error('The database did not answer in the binary copy format.')
      bytes = bytes.subarray(HEADER_BYTES + bytes.readUInt32BE(HEADER.length + 4))
      begun = true
    }
    const rows: BinaryRow[] = []
    let place = 0
    for (let row = readRow(bytes, place); row !== undefined; row = readRow(bytes, place)) {
      place = row.end
      rows.push(row.fields)
    }
    rest = bytes.subarray(place)
    if (rows.length > 0) yield rows
  }
  // The trailer: a row of -1 fields.
  if (rest.length !== 2 || rest.readInt16BE(0) !== -1) throw new Error('The database broke off in the middle of a copy.')
}

/** One row from `start`, or undefined where it is not all there, or where the trailer stands. */
function readRow(bytes: Buffer, start: number): { readonly fields: BinaryRow; readonly end: number } | undefined {
  if (bytes.length < start + 2) return undefined
  const count = bytes.readInt16BE(start)
  const fields: (Buffer | undefined)[] = []
  let place = start + 2
  for (let n = 0; n < count; n += 1) {
    if (bytes.length < place + 4) return undefined
    const length = bytes.readInt32BE(place)
    place += 4
    if (length === -1) fields.push(undefined)
    else {
      if (bytes.length < place + length) return undefined
      fields.push(bytes.subarray(place, place + length))
      place += length
    }
  }
  return count === -1 ? undefined : { fields, end: place }
}
