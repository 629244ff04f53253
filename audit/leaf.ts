// The hash of an access record as a leaf of its log's Merkle tree. What is hashed are the bytes of its canonical text (record-text.ts), as
// whoever reads the log finds them: the database keeps no hash but in the tree, and takes nobody's word for one.

import { hash } from 'node:crypto'

/** Hash of a leaf, 32 bytes: SHA-256(0x00 ‖ leaf), RFC 9162 2.1.1 (RFC 6962 2.1). A text stands for its UTF-8. */
export function leafHash(leaf: Uint8Array | string): Buffer {
  return hash('sha256', typeof leaf === 'string' ? `\0${leaf}` : Buffer.concat([LEAF_PREFIX, leaf]), 'buffer')
}

const LEAF_PREFIX = Uint8Array.of(0)
