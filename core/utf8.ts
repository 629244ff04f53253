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

/** Adds a piece and gives how many bytes it has. */
export type WriteBytes = (piece: string | Buffer) => number

/** The pieces that `work` writes, one after the other, as one. `work` MUST encode nothing else meanwhile. */
export function bytesOf(work: (write: WriteBytes) => void): Buffer {
  let pieces: Buffer = scratch
  let length = 0
  work((piece) => {
    const most = typeof piece === 'string' ? piece.length * 3 : piece.length
    if (length + most > pieces.length) {
      const larger = Buffer.allocUnsafeSlow(2 * (length + most))
      pieces.copy(larger, 0, 0, length)
      pieces = larger
    }
    const written = typeof piece === 'string' ? pieces.write(piece, length) : piece.copy(pieces, length)
    length += written
    return written
  })
  const bytes = Buffer.allocUnsafe(length)
  pieces.copy(bytes, 0, 0, length)
  return bytes
}
