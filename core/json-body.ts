// The body of an HTTP message as JSON: UTF-8 (RFC 8259 section 8.1), with or without a byte order mark. How much of it may come is
// for its reader to bound.

import { isUtf8 } from 'node:buffer'

/** What the chunks of a body say together; undefined, which JSON has no word for, when it is not JSON in UTF-8. */
export function jsonOf(chunks: readonly Buffer[]): unknown {
  const [first] = chunks
  const bytes = first !== undefined && chunks.length === 1 ? first : Buffer.concat(chunks)
  if (!isUtf8(bytes)) return undefined
  const marked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
  try {
    return JSON.parse(bytes.toString('utf8', marked ? 3 : 0))
  } catch {
    return undefined
  }
}
