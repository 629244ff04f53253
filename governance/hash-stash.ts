// Hashes of the leaves that the follower has read, for the witness, who would otherwise read them again. Only what follows without a
// gap, and so many: whatever is not here is read anew.

/** Hashes of each log kept at most: 20,000 of 32 bytes. */
const MOST = 20_000

export type HashStash = {
  add(log: string, seq: number, hash: Buffer): void
  /** The hashes from `from` on, at most `most`; [] where they are not here. Those before are let go. */
  take(log: string, from: number, most: number): readonly Buffer[]
}

export function hashStash(): HashStash {
  const logs = new Map<string, { first: number; hashes: Buffer[] }>()
  return {
    add(log, seq, hash) {
      const kept = logs.get(log)
      if (kept === undefined || kept.first + kept.hashes.length !== seq || kept.hashes.length >= MOST) logs.set(log, { first: seq, hashes: [hash] })
      else kept.hashes.push(hash)
    },
    take(log, from, most) {
      const kept = logs.get(log)
      if (kept === undefined || from < kept.first) return []
      kept.hashes = kept.hashes.slice(from - kept.first)
      kept.first = from
      return kept.hashes.slice(0, most)
    },
  }
}
