// Hashes of the leaves that this process appended itself, for the signers of their logs: what is signed is what was written, whatever
// stands in the database a moment later, and nobody reads a record again to hash it. Of what others wrote nothing is known here.

import { HASH_BYTES } from './tiles.ts'

/** Of one log. */
export type OwnLeaves = {
  /** Hashes of the leaves from number `from` on, one after the other, at most `most` of them; undefined where that leaf is not known. */
  from(from: number, most: number): Buffer | undefined
  /** The first known number behind `from`; Infinity where there is none. */
  nextAfter(from: number): number
  /** Those below this number are not wanted again. */
  forget(below: number): void
}

/** A log's leaves as they are appended, in ascending numbers. */
export type LeafKeeper = OwnLeaves & { add(first: number, hashes: Buffer): void }

/** Where nobody signs for so long, the database is asked for what was forgotten. */
const MOST = 65_536

export function leafKeeper(): LeafKeeper {
  let stretches: { readonly first: number; readonly end: number; readonly hashes: Buffer }[] = []
  let count = 0

  const forget = (below: number): void => {
    stretches = stretches.filter(({ end }) => end > below)
    count = stretches.reduce((sum, { first, end }) => sum + end - first, 0)
  }

  return {
    add(first, hashes) {
      const end = first + hashes.length / HASH_BYTES
      stretches.push({ first, end, hashes })
      count += end - first
      const [oldest] = stretches
      if (count > MOST && oldest !== undefined) forget(oldest.end)
    },
    from(from, most) {
      const parts: Buffer[] = []
      let at = from
      for (const { first, end, hashes } of stretches) {
        if (first > at || end <= at) continue
        const until = Math.min(end, from + most)
        parts.push(hashes.subarray((at - first) * HASH_BYTES, (until - first) * HASH_BYTES))
        at = until
        if (at === from + most) break
      }
      return parts.length === 0 ? undefined : Buffer.concat(parts)
    },
    nextAfter: (from) => stretches.find(({ first }) => first > from)?.first ?? Number.POSITIVE_INFINITY,
    forget,
  }
}
