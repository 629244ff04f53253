// The linking token (pid) under which departments know a person without the identity number (DOMAIN 4.7). Made when data are
// loaded; the key must never be held by a process that serves queries.

import { createHmac } from 'node:crypto'
import { normaliseResidentId } from '../core/resident-id.ts'

/** First 16 bytes of HMAC-SHA-256(linkKey, "CN-ID|" + normalised number), written as a UUID. A string key is taken as UTF-8. */
export function linkingToken(idNo: string, linkKey: string | Uint8Array): string {
  const hex = createHmac('sha256', linkKey).update(`CN-ID|${normaliseResidentId(idNo)}`).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`
}
