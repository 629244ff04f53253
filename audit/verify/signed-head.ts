// Opens a signed head: the C2SP signed-note and tlog-checkpoint formats, Ed25519 only. Written from the specifications and not
// taken from the writer. Refuses everything that is not exactly of that form; a note says nothing until a given key signed it.

import { createPublicKey, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { HASH_BYTES, sha256 } from './sha256.ts'

/** A public key that an auditor trusts, for heads of one origin. */
export type VerifierKey = { readonly name: string; readonly id: Buffer; readonly key: KeyObject; readonly text: string }
export type SignedHead = { readonly origin: string; readonly size: number; readonly root: Buffer; readonly key: VerifierKey }
/** A sentence without the note's text. */
export class NoteRefused extends Error {}

const ED25519 = 0x01
/** DER of an Ed25519 SubjectPublicKeyInfo up to the 32 bytes of the key (RFC 8410 4). */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')

/** The key behind `<name>+<hex key id>+<base64 of 0x01 and key>`. Throws NoteRefused. */
export function readVerifierKey(text: string): VerifierKey {
  const [, name, hex, base64] = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/.exec(text.trim()) ?? []
  const bytes = strictBase64(base64)
  if (name === undefined || bytes?.length !== 1 + HASH_BYTES || bytes[0] !== ED25519) throw new NoteRefused('The key is not of the form <name>+<key id>+<base64 Ed25519 key>.')
  const key = verifierKey(name, bytes.subarray(1))
  if (key.id.toString('hex') !== hex) throw new NoteRefused('The id of the key does not belong to its name and bytes.')
  return key
}

/** A key from its 32 bytes. */
export function verifierKey(name: string, raw: Uint8Array): VerifierKey {
  const typed = Buffer.concat([Uint8Array.of(ED25519), raw])
  const id = sha256(Buffer.concat([Buffer.from(`${name}\n`, 'utf8'), typed])).subarray(0, 4)
  const key = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, raw]), format: 'der', type: 'spki' })
  return { name, id, key, text: `${name}+${id.toString('hex')}+${typed.toString('base64')}` }
}

/**
 * The head in a note, once one of `keys` has signed it and is of the note's origin. Signatures of other keys (witnesses) are passed
 * over; one of a given key that does not verify refuses the note. Throws NoteRefused.
 */
export function openHead(note: string, keys: readonly VerifierKey[]): SignedHead {
  const { text, signers } = openNote(note, keys)
  const body = readBody(text)
  const signer = signers.find(({ name }) => name === body.origin)
  if (signer === undefined) throw new NoteRefused('carries no signature of a key that was given for it')
  return { ...body, key: signer }
}

/** The text of a signed note, and those of `keys` that signed it. Throws NoteRefused. */
export function openNote(note: string, keys: readonly VerifierKey[]): { readonly text: string; readonly signers: readonly VerifierKey[] } {
  // eslint-disable-next-line no-control-regex -- the format forbids every control character but the line feed
  if (note.length > 65_536 || /[\x00-\x09\x0b-\x1f\x7f]|\p{Surrogate}/u.test(note)) throw new NoteRefused('is not a signed note')
  const end = note.lastIndexOf('\n\n')
  if (end === -1 || !note.endsWith('\n')) throw new NoteRefused('is not a signed note')
  const text = note.slice(0, end + 1)
  const signers = note.slice(end + 2, -1).split('\n').flatMap((line) => signerOf(text, line, keys))
  return { text, signers }
}

function signerOf(text: string, line: string, keys: readonly VerifierKey[]): readonly VerifierKey[] {
  const [, name, base64] = /^\u2014 ([^\s+]+) ([A-Za-z0-9+/]+=*)$/.exec(line) ?? []
  const bytes = strictBase64(base64)
  if (bytes === undefined || bytes.length < 5) throw new NoteRefused('has a line that is no signature')
  const key = keys.find((known) => known.name === name && known.id.equals(bytes.subarray(0, 4)))
  if (key === undefined) return []
  if (!verify(null, Buffer.from(text, 'utf8'), key.key, bytes.subarray(4))) throw new NoteRefused('has a signature that does not verify')
  return [key]
}

function readBody(text: string): { readonly origin: string; readonly size: number; readonly root: Buffer } {
  const [origin, size, root, ...extensions] = text.slice(0, -1).split('\n')
  const hash = strictBase64(root)
  if (origin === undefined || origin === '' || size === undefined || !/^(0|[1-9]\d{0,15})$/.test(size) || hash?.length !== HASH_BYTES || extensions.includes('')) {
    throw new NoteRefused('is not a checkpoint')
  }
  const count = Number(size)
  if (!Number.isSafeInteger(count)) throw new NoteRefused('is not a checkpoint')
  return { origin, size: count, root: hash }
}

/** Base64 in the one way it can be written; undefined otherwise. */
function strictBase64(text: string | undefined): Buffer | undefined {
  if (text === undefined || text === '') return undefined
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : undefined
}
