// Merkle trees as RFC 9162 2.1 defines them (RFC 6962 2.1 has the same hashes): which subtrees a proof consists of, and whether a
// proof holds. Pure; where hashes come from is the reader's business. Sizes and indexes are below 2^53.

import { hash as digest } from 'node:crypto'

/** The leaves index · 2^level … (index + 1) · 2^level − 1, all of them there. */
export type Subtree = { readonly level: number; readonly index: number }

/** Roots of full subtrees, 32 bytes each, in the order asked for. Throws where the tree is not kept that far. */
export type HashReader = (subtrees: readonly Subtree[]) => Promise<readonly Buffer[]>

export type Head = { readonly size: number; readonly root: Buffer }

/** Where 0x01 ‖ left ‖ right is put together. */
const node = Buffer.alloc(65, 1)

/** SHA-256(0x01 ‖ left ‖ right); each of them 32 bytes. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  if (left.length !== 32 || right.length !== 32) throw new RangeError('hashes of 32 bytes')
  node.set(left, 1)
  node.set(right, 33)
  return digest('sha256', node, 'buffer')
}

/** The root of the tree without leaves: the hash of nothing. */
export const EMPTY_ROOT: Buffer = digest('sha256', '', 'buffer')

/** The root over hashes that stand side by side, the larger subtrees first: what `coverOf` lists. At least one. */
export function foldHashes(hashes: readonly Buffer[]): Buffer {
  return hashes.slice(0, -1).reduceRight((right, left) => nodeHash(left, right), hashes.at(-1) ?? EMPTY_ROOT)
}

type Range = { readonly start: number; readonly end: number }

/** The fewest full subtrees over the leaves start … end − 1, left to right. `start` is a multiple of the largest one's width. */
export function coverOf({ start, end }: Range): readonly Subtree[] {
  const found: Subtree[] = []
  for (let at = start; at < end; ) {
    let level = 0
    let width = 1
    for (; width * 2 <= end - at; width *= 2) level += 1
    found.push({ level, index: at / width })
    at += width
  }
  return found
}

/** The root of the first `size` leaves (2.1.1). */
export async function rootAt(size: number, read: HashReader): Promise<Buffer> {
  return foldHashes(await read(coverOf({ start: 0, end: size })))
}

/** That leaf `index` is in the tree of `size` leaves (2.1.3.1), from the leaf's side up. RangeError if it cannot be. */
export async function inclusionProof(index: number, size: number, read: HashReader): Promise<readonly Buffer[]> {
  if (index < 0 || index >= size) throw new RangeError('the tree does not reach so far')
  return hashesOf(path(index, { start: 0, end: size }), read)
}

/** That the tree of `to` leaves continues the one of `from` (2.1.4.1), 1 ≤ from ≤ to; RangeError else. */
export async function consistencyProof(from: number, to: number, read: HashReader): Promise<readonly Buffer[]> {
  if (from < 1 || from > to) throw new RangeError('the earlier tree is the smaller one')
  return hashesOf(subproof(from, { start: 0, end: to }, true), read)
}

function path(index: number, { start, end }: Range): readonly Range[] {
  if (end - start === 1) return []
  const middle = middleOf({ start, end })
  const [own, other] = index < middle ? [{ start, end: middle }, { start: middle, end }] : [{ start: middle, end }, { start, end: middle }]
  return [...path(index, own), other]
}

/** `whole`: the subtree is the earlier tree itself, whose root the verifier has. `from` counts from the first leaf of all. */
function subproof(from: number, { start, end }: Range, whole: boolean): readonly Range[] {
  if (from === end) return whole ? [] : [{ start, end }]
  const middle = middleOf({ start, end })
  if (from <= middle) return [...subproof(from, { start, end: middle }, whole), { start: middle, end }]
  return [...subproof(from, { start: middle, end }, false), { start, end: middle }]
}

/** Left of it stands the largest full subtree that is not all. */
function middleOf({ start, end }: Range): number {
  let width = 1
  while (width * 2 < end - start) width *= 2
  return start + width
}

/** The root over each range; everything is read at once. */
async function hashesOf(ranges: readonly Range[], read: HashReader): Promise<readonly Buffer[]> {
  const covers = ranges.map(coverOf)
  const hashes = await read(covers.flat())
  let taken = 0
  return covers.map((cover) => foldHashes(hashes.slice(taken, (taken += cover.length))))
}

/** Whether the proof leads from the leaf's hash to the head (2.1.3.2). */
export function isIncluded(leaf: { readonly index: number; readonly hash: Buffer }, head: Head, proof: readonly Buffer[]): boolean {
  if (leaf.index < 0 || leaf.index >= head.size) return false
  let [own, last, root] = [leaf.index, head.size - 1, leaf.hash]
  for (const hash of proof) {
    if (last === 0) return false
    if (own % 2 === 1 || own === last) {
      root = nodeHash(hash, root)
      ;[own, last] = skipLevels(own, last)
    } else root = nodeHash(root, hash)
    ;[own, last] = [half(own), half(last)]
  }
  return last === 0 && root.equals(head.root)
}

/** Whether the proof shows that the later head continues the earlier one (2.1.4.2). */
export function isContinued(earlier: Head, later: Head, proof: readonly Buffer[]): boolean {
  if (earlier.size < 1 || earlier.size > later.size) return false
  if (earlier.size === later.size) return proof.length === 0 && earlier.root.equals(later.root)
  let [own, last] = [earlier.size - 1, later.size - 1]
  while (own % 2 === 1) [own, last] = [half(own), half(last)]
  // A power of two: the earlier root is itself a node of the later tree.
  const [first, ...rest] = own === 0 ? [earlier.root, ...proof] : proof
  if (first === undefined) return false
  let [old, now] = [first, first]
  for (const hash of rest) {
    if (last === 0) return false
    if (own % 2 === 1 || own === last) {
      ;[old, now] = [nodeHash(hash, old), nodeHash(hash, now)]
      ;[own, last] = skipLevels(own, last)
    } else now = nodeHash(now, hash)
    ;[own, last] = [half(own), half(last)]
  }
  return last === 0 && old.equals(earlier.root) && now.equals(later.root)
}

/** Up through the levels on which the node has no sibling. */
function skipLevels(own: number, last: number): [number, number] {
  while (own % 2 === 0 && own !== 0) [own, last] = [half(own), half(last)]
  return [own, last]
}

/** A shift that is right beyond 32 bits. */
function half(value: number): number {
  return Math.floor(value / 2)
}
