// What the kept tiles must hold, gathered while the tree is computed from the rows: a digest of every tile, since a log's tiles may
// be too many to hold. Tiles are divided as C2SP tlog-tiles says: 256 hashes, level n + 1 made of the roots of full tiles of level n.

import { counted } from './finding.ts'
import type { Finding } from './finding.ts'
import type { LogSource } from './log-source.ts'
import { HASH_BYTES, sha256 } from './sha256.ts'

/** Hashes in a full tile. */
export const TILE_WIDTH = 256

export type ExpectedTiles = {
  /** A complete subtree of height 8 × `level`, in order. */
  readonly completed: (level: number, hash: Buffer) => void
  /** Remembers the tiles as they are now: what the newest head covers. */
  readonly mark: () => void
  /** The tile at the last mark: how many hashes it has, and SHA-256 of them. */
  readonly at: (level: number, place: number) => { readonly width: number; readonly digest: Buffer } | undefined
  /** How many tiles there were at the last mark. */
  readonly count: () => number
}

type Level = { readonly growing: Buffer; width: number; digests: Buffer; full: number; marked: { readonly full: number; readonly width: number; readonly digest: Buffer } }

export function expectedTiles(): ExpectedTiles {
  const levels: Level[] = []
  const levelAt = (n: number): Level => {
    const known = levels[n]
    if (known !== undefined) return known
    const made: Level = { growing: Buffer.alloc(TILE_WIDTH * HASH_BYTES), width: 0, digests: Buffer.alloc(HASH_BYTES * 16), full: 0, marked: { full: 0, width: 0, digest: Buffer.alloc(0) } }
    levels[n] = made
    return made
  }
  return {
    completed(n, hash) {
      const level = levelAt(n)
      hash.copy(level.growing, level.width * HASH_BYTES)
      level.width += 1
      if (level.width < TILE_WIDTH) return
      if (level.full * HASH_BYTES === level.digests.length) level.digests = Buffer.concat([level.digests], level.digests.length * 2)
      sha256(level.growing).copy(level.digests, level.full * HASH_BYTES)
      level.full += 1
      level.width = 0
    },
    mark() {
      for (const level of levels) level.marked = { full: level.full, width: level.width, digest: sha256(level.growing.subarray(0, level.width * HASH_BYTES)) }
    },
    at(n, place) {
      const level = levels[n]
      if (level === undefined || place < 0) return undefined
      const { full, width, digest } = level.marked
      if (place < full) return { width: TILE_WIDTH, digest: level.digests.subarray(place * HASH_BYTES, (place + 1) * HASH_BYTES) }
      return place === full && width > 0 ? { width, digest } : undefined
    },
    count: () => levels.reduce((sum, { marked }) => sum + marked.full + (marked.width > 0 ? 1 : 0), 0),
  }
}

/** Compares the kept tiles with those expected at the newest kept head. The records themselves have been found good by then. */
export async function tileFindings(source: LogSource, expected: ExpectedTiles, newestKept: number): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  const found = (sentence: string): void => void findings.push({ log: source.log, kind: 'tile', sentence })
  let matched = 0
  let beyond = 0
  for await (const { level, place, hashes } of source.tiles()) {
    const width = hashes.length / HASH_BYTES
    const due = expected.at(level, place)
    if (due === undefined || width > due.width) beyond += 1
    if (due === undefined) continue
    matched += 1
    if (findings.length >= 3) continue
    if (width < due.width) found(`Tile ${level}/${place} holds ${width} of the ${due.width} hashes it must: proofs cannot be made from it. The records are as signed.`)
    else if (!sha256(hashes.subarray(0, due.width * HASH_BYTES)).equals(due.digest)) found(`Tile ${level}/${place} was altered: proofs made from it are wrong. The records are as signed.`)
  }
  if (matched < expected.count()) found(`${counted(expected.count() - matched, 'tile')} below the newest head ${expected.count() - matched === 1 ? 'is' : 'are'} missing: proofs cannot be made. The records are as signed.`)
  if (beyond > 0) found(`The tiles reach further than the newest head, which is at size ${newestKept}: newer heads were removed, or hashes were added to the tiles.`)
  return findings
}
