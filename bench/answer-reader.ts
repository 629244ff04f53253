// Reads the answers that come over one kept connection, one after the other, and tells of each only what a load needs to know:
// its status and how long its body was. Understands content-length and chunked bodies (RFC 9112 6, 7.1); anything else throws.

type State = 'head' | 'body' | 'chunk-size' | 'chunk' | 'chunk-end' | 'trailer'

/** Called with every answer that is complete. */
export type OnAnswer = (status: number, bytes: number) => void

/** Returns what takes the bytes in the order in which they arrive. Throws RangeError on what it does not understand. */
export function answerReader(onAnswer: OnAnswer): (part: Buffer) => void {
  let held: Buffer | undefined
  let state: State = 'head'
  let status = 0
  let bytes = 0
  let left = 0

  function complete(): void {
    state = 'head'
    onAnswer(status, bytes)
  }

  /** Reads from `at` as far as it can; the position after it, -1 where more must arrive. */
  function step(part: Buffer, at: number): number {
    switch (state) {
      case 'head': {
        const end = part.indexOf('\r\n\r\n', at, 'latin1')
        if (end === -1) return -1
        const head = part.toString('latin1', at, end).toLowerCase()
        status = Number(head.slice(9, 12))
        bytes = 0
        const length = /\r\ncontent-length: *(\d+)/.exec(head)?.[1]
        if (length !== undefined) {
          left = Number(length)
          state = 'body'
          if (left === 0) complete()
        } else if (/\r\ntransfer-encoding: *chunked/.test(head)) state = 'chunk-size'
        else throw new RangeError('an answer of unknown length')
        return end + 4
      }
      case 'body':
      case 'chunk': {
        const taken = Math.min(left, part.length - at)
        if (taken === 0) return -1
        bytes += taken
        left -= taken
        if (left === 0) {
          if (state === 'body') complete()
          else state = 'chunk-end'
        }
        return at + taken
      }
      case 'chunk-size': {
        const end = part.indexOf('\r\n', at, 'latin1')
        if (end === -1) return -1
        left = Number.parseInt(part.toString('latin1', at, end), 16)
        if (!Number.isSafeInteger(left)) throw new RangeError('a chunk of unknown length')
        state = left === 0 ? 'trailer' : 'chunk'
        return end + 2
      }
      case 'chunk-end': {
        if (part.length - at < 2) return -1
        state = 'chunk-size'
        return at + 2
      }
      case 'trailer': {
        const end = part.indexOf('\r\n', at, 'latin1')
        if (end === -1) return -1
        if (end === at) complete()
        return end + 2
      }
    }
  }

  return (arrived) => {
    const part = held === undefined ? arrived : Buffer.concat([held, arrived])
    held = undefined
    let at = 0
    while (at < part.length) {
      const next = step(part, at)
      if (next === -1) {
        held = part.subarray(at)
        return
      }
      at = next
    }
  }
}
