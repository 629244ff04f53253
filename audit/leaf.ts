// The hash of an access record as a leaf of its log's Merkle tree. What is hashed are the bytes of its canonical text (record-text.ts).
// The database keeps no hash but in the tree, and takes nobody's word for one.

import { hash } from 'node:crypto'

/** Hash of a leaf, 32 bytes: SHA-256(0x00 ‖ leaf), RFC 9162 2.1.1 (RFC 6962 2.1). A text stands for its UTF-8. */
export function leafHash(leaf: Uint8Array | string): Buffer {
  return typeof leaf === 'string' ? hash('sha256', `\0${leaf}`, 'buffer') : leafHashOf([leaf])
}

/** Where a leaf's pieces are put together behind their prefix, 0x00, which stays. */
let scratch = Buffer.alloc(64 * 1024)

/** Of a leaf in pieces. */
export function leafHashOf(pieces: readonly Uint8Array[]): Buffer {
  let end = 1
  for (const piece of pieces) end += piece.length
  if (end > scratch.length) scratch = Buffer.alloc(2 * end)
  let at = 1
  for (const piece of pieces) {
    scratch.set(piece, at)
    at += piece.length
  }
  return hash('sha256', scratch.subarray(0, end), 'buffer')
}
