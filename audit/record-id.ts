// Ids of access records: UUID version 7 (RFC 9562 5.7), so that they sort by time and tell nothing else.

import { randomBytes } from 'node:crypto'
import type { Clock } from '../core/clock.ts'

/** Gives a new id at each call: 48 bits of the clock's milliseconds, 74 random bits. */
export function recordIds(clock: Clock): () => string {
  return () => {
    const bytes = randomBytes(16)
    bytes.writeUIntBE(clock.now().getTime(), 0, 6)
    bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6)
    bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
    const hex = bytes.toString('hex')
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
  }
}
