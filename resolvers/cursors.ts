// Cursors of lists (DOMAIN 4.7, 6): the position in a list, sealed with AES-256-GCM for one organisation, one field, one set of
// conditions and one parent. They tell nothing and fit nowhere else; anything changed, foreign or borrowed is BAD_USER_INPUT.

import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { boundedCache } from '../core/bounded-cache.ts'
import { CitygraphError } from '../core/errors.ts'

/** Sort values of the row at the position, the tie-breaker last; null where the value is NULL. */
export type Position = readonly (string | null)[]

export type CursorSeal = {
  /** `place`: coordinate, conditions and parent as one text; opened only with the very same. */
  seal(org: string, place: string, position: Position): string
  /** Throws CitygraphError BAD_USER_INPUT (argument `after`) when it was not sealed for this organisation and place. */
  open(org: string, place: string, cursor: string): Position
}

const NONCE = 12
const TAG = 16
const PAD = 64
/** Longer than any position of ours; refuses work before decoding. */
const LONGEST = 4_096

/** `pairKeys` as for public ids: sealed with the first, opened with any. */
export function createCursorSeal(pairKeys: readonly (string | Uint8Array)[]): CursorSeal {
  if (pairKeys.length === 0) throw new RangeError('cursors need a pair key')
  const known = boundedCache<string, readonly Buffer[]>(2_000)
  const keysOf = (org: string): readonly Buffer[] => {
    const kept = known.get(org)
    if (kept !== undefined) return kept
    const made = pairKeys.map((pairKey) => Buffer.from(hkdfSync('sha256', pairKey, '', `citygraph/cursor/v1|${org}`, 32)))
    known.set(org, made)
    return made
  }
  return {
    seal(org, place, position) {
      const [key] = keysOf(org)
      if (key === undefined) throw new RangeError('cursors need a pair key')
      const nonce = randomBytes(NONCE)
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(place))
      const body = Buffer.concat([cipher.update(pad(position)), cipher.final()])
      return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url')
    },
    open(org, place, cursor) {
      const bytes = cursor.length <= LONGEST && /^[A-Za-z0-9_-]+$/.test(cursor) ? Buffer.from(cursor, 'base64url') : Buffer.alloc(0)
      if (bytes.length <= NONCE + TAG || bytes.toString('base64url') !== cursor) throw refused()
      for (const key of keysOf(org)) {
        const position = unseal(key, place, bytes)
        if (position !== undefined) return position
      }
      throw refused()
    },
  }
}

function unseal(key: Buffer, place: string, bytes: Buffer): Position | undefined {
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE), { authTagLength: TAG })
    .setAAD(Buffer.from(place))
    .setAuthTag(bytes.subarray(NONCE, NONCE + TAG))
  let text: string
  try {
    text = Buffer.concat([decipher.update(bytes.subarray(NONCE + TAG)), decipher.final()]).toString('utf8')
  } catch {
    return undefined
  }
  const parsed: unknown = JSON.parse(text)
  return Array.isArray(parsed) && parsed.every((value) => value === null || typeof value === 'string') ? parsed : undefined
}

/** JSON padded with spaces, so that the length of a cursor does not tell the length of a name. */
function pad(position: Position): Buffer {
  const text = Buffer.from(JSON.stringify(position))
  const whole = Buffer.alloc(Math.ceil((text.length + 1) / PAD) * PAD, ' ')
  text.copy(whole)
  return whole
}

function refused(): CitygraphError {
  return new CitygraphError('BAD_USER_INPUT', { argument: 'after', hint: 'The cursor does not belong to this list.' })
}
