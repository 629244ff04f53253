// A Merkle tree that only grows (RFC 9162 2.1.1), kept as the roots of its complete subtrees: at most one for each bit of its size.
// So the root over any number of records is known while they stream by.

import { nodeHash, sha256 } from './sha256.ts'

export type GrowingTree = {
  readonly size: () => number
  readonly push: (leafHash: Buffer) => void
  /** Root over what was pushed; of an empty tree the hash of nothing. */
  readonly root: () => Buffer
  /** A tree that goes on from here by itself. */
  readonly copy: () => GrowingTree
}

type Subtree = { readonly height: number; readonly hash: Buffer }

/** An empty tree. `completed` hears of every complete subtree of height 0, 8, 16 … in order: what tiles are made of. */
export function growingTree(completed?: (level: number, hash: Buffer) => void): GrowingTree {
  return goingOn([], 0, completed)
}

function goingOn(subtrees: Subtree[], from: number, completed: ((level: number, hash: Buffer) => void) | undefined): GrowingTree {
  let size = from
  return {
    size: () => size,
    push(leafHash) {
      let added: Subtree = { height: 0, hash: leafHash }
      completed?.(0, leafHash)
      for (let left = subtrees.at(-1); left?.height === added.height; left = subtrees.at(-1)) {
        subtrees.pop()
        added = { height: added.height + 1, hash: nodeHash(left.hash, added.hash) }
        if (completed !== undefined && added.height % 8 === 0) completed(added.height / 8, added.hash)
      }
      subtrees.push(added)
      size += 1
    },
    root() {
      const last = subtrees.at(-1)
      if (last === undefined) return sha256(new Uint8Array(0))
      return subtrees.slice(0, -1).reduceRight((right, left) => nodeHash(left.hash, right), last.hash)
    },
    copy: () => goingOn([...subtrees], size, undefined),
  }
}
