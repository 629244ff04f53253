// An access record as a leaf of its log's Merkle tree: the canonical bytes that are stored, and their hash. The writing side
// stores what `leafBytes` gives; the database computes the hash anew and takes nobody's word for it.

import { hash } from 'node:crypto'
import { utf8Of } from '../core/utf8.ts'
import type { LogRecord } from './access-record.ts'
import { recordText } from './record-text.ts'

/** The record as RFC 8785 JSON in UTF-8. Throws TypeError if it holds what JSON cannot, or a NUL. */
export function leafBytes(record: LogRecord): Buffer {
  const text = recordText(record)
  // PostgreSQL's jsonb holds no NUL; one such record would fail the commit that it shares with others.
  if (text.includes('\\u0000') && /(?<!\\)(?:\\\\)*\\u0000/.test(text)) throw new TypeError('a text with a NUL')
  return utf8Of(text)
}

/** Hash of a leaf, 32 bytes: SHA-256(0x00 ‖ leaf), RFC 9162 2.1.1 (RFC 6962 2.1). A text stands for its UTF-8. */
export function leafHash(leaf: Uint8Array | string): Buffer {
  return hash('sha256', typeof leaf === 'string' ? `\0${leaf}` : Buffer.concat([LEAF_PREFIX, leaf]), 'buffer')
}

const LEAF_PREFIX = Uint8Array.of(0)
