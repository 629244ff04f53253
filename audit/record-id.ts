// Ids of access records: UUID version 7 (RFC 9562 5.7), so that they sort by time and tell nothing else.

import { randomBytes } from 'node:crypto'
import type { Clock } from '../core/clock.ts'

/** Hexadecimal digits of an id that are drawn; one of them gives two bits only. */
const DRAWN = 19
/** Ids that are drawn for at a time. */
const AHEAD = 256
const variants = ['8', '9', 'a', 'b']

/** Gives a new id at each call: 48 bits of the clock's milliseconds, 74 random bits. */
export function recordIds(clock: Clock): () => string {
  let known = Number.NaN
  let time = ''
  let digits = ''
  let at = 0
  return () => {
    const now = clock.now().getTime()
    // Many ids are made in one millisecond.
    if (now !== known) {
      const hex = now.toString(16).padStart(12, '0')
      time = `${hex.slice(0, 8)}-${hex.slice(8)}-7`
      known = now
    }
    if (at === digits.length) {
      digits = randomBytes((DRAWN * AHEAD) / 2).toString('hex')
      at = 0
    }
    const from = at
    at += DRAWN
    const variant = variants[Number.parseInt(digits.charAt(from), 16) % 4] ?? '8'
    return `${time}${digits.slice(from + 1, from + 4)}-${variant}${digits.slice(from + 4, from + 7)}-${digits.slice(from + 7, at)}`
  }
}
