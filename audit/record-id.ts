// Ids of access records: UUID version 7 (RFC 9562 5.7), so that they sort by time and tell nothing else.

import { randomUUID } from 'node:crypto'
import type { Clock } from '../core/clock.ts'

/** Gives a new id at each call: 48 bits of the clock's milliseconds, 74 random bits. */
export function recordIds(clock: Clock): () => string {
  return () => {
    const time = clock.now().getTime().toString(16).padStart(12, '0')
    // The random bits of a version 4 lie where those of a version 7 do, and Node draws them many at a time.
    return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`
  }
}
