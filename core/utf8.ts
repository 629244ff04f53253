// Texts as bytes of UTF-8. What Node offers looks at a text twice, once for its length; answers and records are encoded all the time.

const encoder = new TextEncoder()
/** Where texts are encoded before they are copied to their own place; a text of so many units fits whatever they are. */
const UNITS = 64 * 1024
const scratch = Buffer.allocUnsafeSlow(UNITS * 3)

/** The text's bytes, as `Buffer.from(text)` gives them: lone surrogates become U+FFFD. */
export function utf8Of(text: string): Buffer {
  if (text.length > UNITS) return Buffer.from(text)
  const { written } = encoder.encodeInto(text, scratch)
  const bytes = Buffer.allocUnsafe(written)
  scratch.copy(bytes, 0, 0, written)
  return bytes
}

/** Bytes with a text on either side, as one. */
export function utf8Around(before: string, between: Buffer, after: string): Buffer {
  if (before.length + after.length + between.length > UNITS) return Buffer.concat([utf8Of(before), between, utf8Of(after)])
  const from = scratch.write(before)
  const until = from + between.copy(scratch, from)
  const length = until + scratch.write(after, until)
  const bytes = Buffer.allocUnsafe(length)
  scratch.copy(bytes, 0, 0, length)
  return bytes
}
