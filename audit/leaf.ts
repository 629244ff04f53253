// An access record as a leaf of its log's Merkle tree: the canonical bytes that are stored, and their hash. The writing side
// stores what `leafBytes` gives; the database computes the hash anew and takes nobody's word for it.

import { hash } from 'node:crypto'
import { utf8Around } from '../core/utf8.ts'
import type { LogRecord } from './access-record.ts'
import { recordText } from './record-text.ts'

/** The record as RFC 8785 JSON in UTF-8. Throws TypeError if it holds what JSON or PostgreSQL cannot. */
export function leafBytes(record: LogRecord): Buffer {
  const { before, shared, after } = recordText(record)
  return utf8Around(before, shared, after)
}

/** Hash of a leaf, 32 bytes: SHA-256(0x00 ‖ leaf), RFC 9162 2.1.1 (RFC 6962 2.1). A text stands for its UTF-8. */
export function leafHash(leaf: Uint8Array | string): Buffer {
  return hash('sha256', typeof leaf === 'string' ? `\0${leaf}` : Buffer.concat([LEAF_PREFIX, leaf]), 'buffer')
}

const LEAF_PREFIX = Uint8Array.of(0)
