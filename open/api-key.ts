// The text of an API key: `cgk_`, the key's id, `_`, a secret of 256 bits, a checksum. One regular expression finds it wherever it leaked,
// and a slip of the pen is seen without asking anybody. Nothing here knows which keys there are.

import { createHash, randomInt } from 'node:crypto'
import { crc32 } from 'node:zlib'

/** For secret scanners; a key is found by it in any text, and what it finds has a checksum that fits. */
export const KEY_PATTERN = /\bcgk_([a-z]{16})_([0-9A-Za-z]{43})([0-9A-Za-z]{6})\b/

/** What of a key may be told and recorded: letters alone, so that no number of a person is ever in one. */
export const KEY_ID = /^[a-z]{16}$/

const WHOLE = new RegExp(`^${KEY_PATTERN.source.replaceAll('\\b', '')}$`)
const LETTERS = 'abcdefghijklmnopqrstuvwxyz'
const BASE62 = `0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ${LETTERS}`
const ID_LENGTH = 16
const SECRET_LENGTH = 43

export type ReadKey = { readonly id: string; /** SHA-256 of the whole text, hex: all that is ever kept of it. */ readonly hash: string }

export function newKeyId(): string {
  return drawn(LETTERS, ID_LENGTH)
}

/** A new secret under the id. Shown once and kept nowhere. */
export function newKeyText(id: string): string {
  const body = `cgk_${id}_${drawn(BASE62, SECRET_LENGTH)}`
  return `${body}${checksum(body)}`
}

/** Undefined for whatever is no key or has a checksum that does not fit. */
export function readKey(text: string): ReadKey | undefined {
  const [, id, secret, check] = WHOLE.exec(text) ?? []
  if (id === undefined || secret === undefined || checksum(`cgk_${id}_${secret}`) !== check) return undefined
  return { id, hash: hashOf(text) }
}

/** A secret of so many random bits needs no slow hash: nobody can try them. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex')
}

/** Whether something that looks like a key stands in an address, whatever it is written with. */
export function holdsKey(address: string): boolean {
  return /cgk(?:_|%5f|%255f)/i.test(address.replaceAll(/%(?:25)*(63|67|6b|43|47|4b)/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16))))
}

function checksum(body: string): string {
  let rest = crc32(body)
  let text = ''
  for (let at = 0; at < 6; at += 1) {
    text = `${BASE62[rest % 62] ?? ''}${text}`
    rest = Math.floor(rest / 62)
  }
  return text
}

function drawn(from: string, length: number): string {
  return Array.from({ length }, () => from[randomInt(from.length)] ?? '').join('')
}
