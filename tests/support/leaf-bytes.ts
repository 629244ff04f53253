// A record as the bytes of its leaf, for tests that append or compare leaves themselves.

import type { LogRecord } from '../../audit/access-record.ts'
import { recordText } from '../../audit/record-text.ts'

/** The record as RFC 8785 JSON in UTF-8. Throws TypeError if it holds what JSON or PostgreSQL cannot. */
export function leafBytes(record: LogRecord): Buffer {
  const { before, shared, after } = recordText(record)
  return Buffer.concat([Buffer.from(before), shared, Buffer.from(after)])
}
