// A log's tree in tiles of 256 hashes (C2SP tlog-tiles): level 0 holds leaf hashes, level n the roots of full tiles of level n − 1.
// Here trees grow by leaf hashes, and hashes of any full subtree are found in tiles. Pure.

import { coverOf, EMPTY_ROOT, foldHashes, nodeHash } from './merkle.ts'
import type { HashReader } from './merkle.ts'

/** Hashes of a full tile. */
export const TILE_WIDTH = 256
const TILE_HEIGHT = 8
export const HASH_BYTES = 32

export type TilePlace = { readonly level: number; readonly place: number }
/** `hashes`: 1 to 256 of them, 32 bytes each. */
export type Tile = TilePlace & { readonly hashes: Buffer }

/**
 * All that is needed to go on. `edge`: roots of the fewest full subtrees, the larger ones first. `open`: the hashes of the last tile
 * of each level, none where that is full.
 */
export type Tree = { readonly size: number; readonly edge: readonly Buffer[]; readonly open: readonly (readonly Buffer[])[] }

export const emptyTree: Tree = { size: 0, edge: [], open: [] }

/** The tree whose last tiles these are, one for each level. RangeError where they cannot belong to one tree. */
export function treeOf(lastTiles: readonly Tile[]): Tree {
  const levels = [...lastTiles].sort((a, b) => a.level - b.level)
  const counts = levels.map(({ place, hashes }) => place * TILE_WIDTH + hashes.length / HASH_BYTES)
  const size = counts[0] ?? 0
  const fits = levels.every(({ level }, at) => level === at && counts[at] === countAt(size, level)) && countAt(size, levels.length) === 0
  if (!fits) throw new RangeError('tiles of no one tree')
  const open = levels.map(({ hashes }) => (hashes.length === TILE_WIDTH * HASH_BYTES ? [] : split(hashes)))
  const edge = [...open].reverse().flatMap((hashes) => coverOf({ start: 0, end: hashes.length }).map((subtree) => rootWithin(hashes, subtree)))
  return { size, edge, open }
}

/** The tree after `leafHashes` (32 bytes each, in order), and the tiles that became full on the way. */
export function growTree(tree: Tree, leafHashes: Buffer): { readonly tree: Tree; readonly full: readonly Tile[] } {
  const open = tree.open.map((hashes) => [...hashes])
  const edge = [...tree.edge]
  const full: Tile[] = []
  let { size } = tree
  for (let hash of split(leafHashes)) {
    ;(open[0] ??= []).push(hash)
    // As many subtrees end here as the count of leaves before has ones at its end.
    for (let height = 1, before = size; before % 2 === 1; height += 1, before = Math.floor(before / 2)) {
      hash = nodeHash(edge.pop() ?? EMPTY_ROOT, hash)
      if (height % TILE_HEIGHT !== 0) continue
      const level = height / TILE_HEIGHT
      full.push({ level: level - 1, place: countAt(size + 1, level) - 1, hashes: Buffer.concat(open[level - 1] ?? []) })
      open[level - 1] = []
      ;(open[level] ??= []).push(hash)
    }
    edge.push(hash)
    size += 1
  }
  return { tree: { size, edge, open }, full }
}

/** The last tiles of `tree` that are not full and have grown since `earlier`. */
export function openTiles(tree: Tree, earlier: Tree): readonly Tile[] {
  return tree.open.flatMap((hashes, level) => {
    const count = countAt(tree.size, level)
    if (hashes.length === 0 || count === countAt(earlier.size, level)) return []
    return [{ level, place: Math.floor(count / TILE_WIDTH), hashes: Buffer.concat(hashes) }]
  })
}

/** Its root (RFC 9162 2.1.1). */
export function rootOf({ edge }: Tree): Buffer {
  return foldHashes(edge)
}

/** Finds hashes in tiles. `read` gives the tiles asked for (in any order, each once) as far as they are kept. RangeError where that is not enough. */
export function readFromTiles(read: (places: readonly TilePlace[]) => Promise<readonly Tile[]>): HashReader {
  return async (subtrees) => {
    const wanted = subtrees.map(({ level, index }) => {
      const within = level % TILE_HEIGHT
      const first = index * 2 ** within
      const place: TilePlace = { level: (level - within) / TILE_HEIGHT, place: Math.floor(first / TILE_WIDTH) }
      return { place, subtree: { level: within, index: (first % TILE_WIDTH) / 2 ** within } }
    })
    const places = new Map(wanted.map(({ place }) => [nameOf(place), place]))
    const kept = new Map((await read([...places.values()])).map((tile) => [nameOf(tile), split(tile.hashes)]))
    return wanted.map(({ place, subtree }) => rootWithin(kept.get(nameOf(place)) ?? [], subtree))
  }
}

/** How many hashes a level of a tree of `size` leaves has. */
export function countAt(size: number, level: number): number {
  return Math.floor(size / TILE_WIDTH ** level)
}

function nameOf({ level, place }: TilePlace): string {
  return `${level}/${place}`
}

function rootWithin(hashes: readonly Buffer[], { level, index }: { readonly level: number; readonly index: number }): Buffer {
  const width = 2 ** level
  const part = hashes.slice(index * width, (index + 1) * width)
  if (part.length !== width) throw new RangeError('the tree is not kept so far')
  return rootOfPerfect(part)
}

/** Of 1, 2, 4 … 256 hashes. */
function rootOfPerfect(hashes: readonly Buffer[]): Buffer {
  let row = hashes
  while (row.length > 1) {
    const above: Buffer[] = []
    for (let at = 0; at + 1 < row.length; at += 2) above.push(nodeHash(row[at] ?? EMPTY_ROOT, row[at + 1] ?? EMPTY_ROOT))
    row = above
  }
  return row[0] ?? EMPTY_ROOT
}

function split(hashes: Buffer): Buffer[] {
  return Array.from({ length: hashes.length / HASH_BYTES }, (_, at) => hashes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES))
}
