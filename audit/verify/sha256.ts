// The three hashes that the verifier needs, written from RFC 9162 2.1 and not taken from the writer.

import { hash } from 'node:crypto'

/** Bytes of a hash. */
export const HASH_BYTES = 32

/** SHA-256 of some bytes. */
export function sha256(bytes: Uint8Array): Buffer {
  return hash('sha256', bytes, 'buffer')
}

/** Hash of a leaf: SHA-256(0x00 ‖ leaf). */
export function leafHash(leaf: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(leaf.length + 1)
  bytes[0] = 0
  bytes.set(leaf, 1)
  return hash('sha256', bytes, 'buffer')
}

/** Hash of an inner node: SHA-256(0x01 ‖ left ‖ right). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  // Nobody else sees these bytes between two statements.
  node.set(left, 1)
  node.set(right, 1 + HASH_BYTES)
  return hash('sha256', node, 'buffer')
}

const node = Buffer.alloc(1 + 2 * HASH_BYTES, 1)
