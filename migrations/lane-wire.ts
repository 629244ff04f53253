// The part of PostgreSQL's wire protocol (PostgreSQL manual, chapter "Frontend/Backend Protocol", version 3.0) that a lane speaks:
// named statements bound to texts, and rows of texts. Bytes in, bytes out; no state, no connection.

import pg from 'pg'

/** A parameter as PostgreSQL reads it, in text form. */
export type BoundValue = string | null

/** How the text of each column becomes a value; undefined where the text is the value. */
export type Decoders = readonly (((text: string) => unknown) | undefined)[]

/** Kinds of messages that come from the server. */
export const FROM_SERVER = {
  parsed: 0x31, bound: 0x32, closed: 0x33, parameters: 0x74, columns: 0x54, noColumns: 0x6e, row: 0x44, done: 0x43, empty: 0x49,
  failed: 0x45, notice: 0x4e, setting: 0x53, notification: 0x41, ready: 0x5a,
} as const

/** Every message begins with its kind and the length of what follows the kind. */
export const HEADER_BYTES = 5

/** Makes room under the name and prepares the text there; the server will say what the columns are. */
export function prepareMessages(name: string, text: string): Buffer {
  const named = Buffer.from(`S${name}\0`)
  return Buffer.concat([message('C', named), message('P', Buffer.from(`${name}\0${text}\0\0\0`)), message('D', named)])
}

/** Ends a prepared statement; no complaint when there is none. */
export function closeMessage(name: string): Buffer {
  return message('C', Buffer.from(`S${name}\0`))
}

/** What every execution of a statement begins with. */
export function executionHead(name: string): Buffer {
  return message('B', Buffer.from(`\0${name}\0\0\0`))
}

/** All columns as text, from the unnamed portal, every row; then the end of this statement's own transaction. */
const executionTail = Buffer.concat([Buffer.from([0, 0]), message('E', Buffer.from([0, 0, 0, 0, 0])), message('S', Buffer.alloc(0))])

/** Bind, Execute, Sync of one execution. */
export function executionMessages(head: Buffer, values: readonly BoundValue[]): Buffer {
  let most = head.length + 2 + executionTail.length
  // A UTF-16 unit has at most three bytes in UTF-8.
  for (const value of values) most += 4 + (value === null ? 0 : value.length * 3)
  const bytes = Buffer.allocUnsafe(most)
  head.copy(bytes)
  let at = bytes.writeUInt16BE(values.length, head.length)
  for (const value of values) {
    const length = value === null ? -1 : bytes.write(value, at + 4)
    bytes.writeInt32BE(length, at)
    at += 4 + Math.max(0, length)
  }
  executionTail.copy(bytes, at)
  // Bind ends where the two bytes of the columns' formats end.
  bytes.writeInt32BE(at + 2 - 1, 1)
  return bytes.subarray(0, at + executionTail.length)
}

/** Decoders of a RowDescription whose body begins at `start`. */
export function decodersOf(bytes: Buffer, start: number): Decoders {
  const count = bytes.readUInt16BE(start)
  const decoders: (((text: string) => unknown) | undefined)[] = []
  let at = start + 2
  for (let index = 0; index < count; index++) {
    // Name, table (4), column (2), then the type (4), its size (2), its modifier (4), the format (2).
    const type = bytes.readUInt32BE(bytes.indexOf(0, at) + 7)
    at = bytes.indexOf(0, at) + 19
    decoders.push(TEXT_TYPES.has(type) ? undefined : pg.types.getTypeParser(type, 'text'))
  }
  return decoders
}

/** char, name, int8, text, varchar, bpchar, uuid, numeric: what `pg` gives as the server's text. */
const TEXT_TYPES: ReadonlySet<number> = new Set([18, 19, 20, 25, 1042, 1043, 1700, 2950])

/** The values of a DataRow whose body begins at `start`. */
export function rowOf(bytes: Buffer, start: number, decoders: Decoders): unknown[] {
  const count = decoders.length
  const row: unknown[] = new Array(count)
  let at = start + 2
  for (let index = 0; index < count; index++) {
    const length = bytes.readInt32BE(at)
    at += 4
    if (length < 0) {
      row[index] = null
      continue
    }
    const decode = decoders[index]
    const text = textOf(bytes, at, at + length)
    row[index] = decode === undefined ? text : decode(text)
    at += length
  }
  return row
}

/** What the server says of a failure whose body begins at `start`. `fatal`: it ends the connection. */
export function failureOf(bytes: Buffer, start: number, end: number): { readonly error: Error & { readonly code: string }; readonly fatal: boolean } {
  const fields: Record<string, string> = {}
  let at = start
  while (at < end && bytes[at] !== 0) {
    const stop = bytes.indexOf(0, at)
    fields[String.fromCharCode(bytes[at] ?? 0)] = bytes.toString('utf8', at + 1, stop)
    at = stop + 1
  }
  const { M: text = '', C: code = '', V: severity = fields['S'] ?? '' } = fields
  const error = Object.assign(new pg.DatabaseError(text, end - start, 'error'), { code, severity })
  return { error, fatal: severity === 'FATAL' || severity === 'PANIC' }
}

function textOf(bytes: Buffer, start: number, end: number): string {
  for (let at = start; at < end; at++) if ((bytes[at] ?? 0) > 127) return utf8Slice.call(bytes, start, end)
  return latin1Slice.call(bytes, start, end)
}

type Slice = (this: Buffer, start: number, end: number) => string

// What `toString` calls in the end, every version of Node so far; by itself it takes half the time, for each value of each row.
const latin1Slice = sliceOf('latin1')
const utf8Slice = sliceOf('utf8')

function sliceOf(encoding: 'latin1' | 'utf8'): Slice {
  const own: unknown = Reflect.get(Buffer.prototype, `${encoding}Slice`)
  // What node:buffer puts there takes where to begin and to end.
  if (typeof own === 'function') return own as Slice
  return function (start, end) {
    return this.toString(encoding, start, end)
  }
}

function message(kind: string, body: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + body.length)
  bytes.write(kind)
  bytes.writeInt32BE(body.length + 4, 1)
  body.copy(bytes, HEADER_BYTES)
  return bytes
}
