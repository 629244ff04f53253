// Hashes of the leaves that this process appended itself, for the signers of their logs: what is signed is what was written, whatever
// stands in the database a moment later, and nobody reads a record again to hash it. Of what others wrote nothing is known here.

import { HASH_BYTES } from './tiles.ts'

/** Of one log, to its signer. */
export type OwnLeaves = {
  /** Hashes of the leaves from number `from` on, one after the other, at most `most` of them; undefined where that leaf is not known. */
  from(from: number, most: number): Buffer | undefined
  /** The first known number behind `from`; Infinity where there is none. */
  nextAfter(from: number): number
  /** Those below this number are not wanted again. */
  forget(below: number): void
  /** Resolves when what is being appended now is known, or will not be: the database may show it sooner. Never rejects. */
  settled(): Promise<void>
}

/** Of every log that this process writes, whichever of its parts do. */
export type ProcessLeaves = {
  /** Those of a log are kept from when they are first asked for. */
  of(log: string): OwnLeaves
  isKept(log: string): boolean
  /** Hashes of neighbours, the first under this number. What was added under a number before stays. */
  add(log: string, first: number, hashes: Buffer): void
  /** Gives `append` back, whose leaves are added before it resolves. */
  during<T>(append: Promise<T>): Promise<T>
}

/** Where nobody signs for so long, the database is asked for what came later. */
const MOST = 65_536

export function processLeaves(): ProcessLeaves {
  const keepers = new Map<string, Pick<OwnLeaves, 'from' | 'nextAfter' | 'forget'> & { add(first: number, hashes: Buffer): void }>()
  const underWay = new Set<Promise<unknown>>()

  const settled = async (): Promise<void> => {
    await Promise.allSettled(underWay)
  }

  return {
    of(log) {
      const keeper = keepers.get(log) ?? leafKeeper()
      keepers.set(log, keeper)
      return { from: keeper.from, nextAfter: keeper.nextAfter, forget: keeper.forget, settled }
    },
    isKept: (log) => keepers.has(log),
    add: (log, first, hashes) => keepers.get(log)?.add(first, hashes),
    during(append) {
      underWay.add(append)
      const over = (): void => void underWay.delete(append)
      append.then(over, over)
      return append
    },
  }
}

type Stretch = { readonly first: number; readonly end: number; readonly hashes: Buffer }

function leafKeeper() {
  /** In ascending numbers, none of them in two. */
  let stretches: Stretch[] = []
  let count = 0

  return {
    add(first: number, hashes: Buffer): void {
      const whole = { first, end: first + hashes.length / HASH_BYTES, hashes }
      const last = stretches.at(-1)
      // A database that lost confirmed commits gives their numbers out again: what was written first is what must be found.
      const fresh = last === undefined || last.end <= first ? [whole] : beside(stretches, whole)
      for (const stretch of fresh) {
        // Not the oldest: they may be what a signer cannot find in the database.
        if (count + stretch.end - stretch.first > MOST) continue
        stretches.push(stretch)
        count += stretch.end - stretch.first
      }
      if (fresh[0] !== whole) stretches.sort((a, b) => a.first - b.first)
    },
    from(from: number, most: number): Buffer | undefined {
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
    nextAfter: (from: number): number => stretches.find(({ first }) => first > from)?.first ?? Number.POSITIVE_INFINITY,
    forget(below: number): void {
      stretches = stretches.filter(({ end }) => end > below)
      count = stretches.reduce((sum, { first, end }) => sum + end - first, 0)
    },
  }
}

/** The parts of a stretch that none of the others holds; the others in ascending numbers. */
function beside(others: readonly Stretch[], { first, end, hashes }: Stretch): readonly Stretch[] {
  const parts: Stretch[] = []
  let at = first
  const upTo = (until: number): void => {
    if (until > at) parts.push({ first: at, end: until, hashes: hashes.subarray((at - first) * HASH_BYTES, (until - first) * HASH_BYTES) })
  }
  for (const other of others) {
    if (other.end <= at) continue
    if (other.first >= end) break
    upTo(Math.min(other.first, end))
    at = Math.max(at, other.end)
  }
  upTo(end)
  return parts
}
