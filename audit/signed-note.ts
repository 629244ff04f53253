// Signed notes (C2SP signed-note) with Ed25519 keys: a text, a blank line, one line for each signature. Refuses notes that are not
// well formed, that none of the given keys signed, or on which the signature of a given key is wrong.

import { createHash, createPublicKey, sign, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

/** One who signs notes. `id`: 4 bytes, SHA-256(name ‖ LF ‖ 0x01 ‖ public key). */
export type NoteVerifier = { readonly name: string; readonly id: Buffer; readonly publicKey: KeyObject }
export type NoteSigner = NoteVerifier & { readonly privateKey: KeyObject }

/** A note that cannot be believed. Says why, never quotes it. */
export class NoteRefused extends Error {
  override name = 'NoteRefused'
}

const ED25519 = Uint8Array.of(1)
const MAX_NOTE_LENGTH = 65_536

/** `privateKey`: Ed25519. RangeError for another key, or for a name that is empty or has white space or a plus. */
export function noteSigner(name: string, privateKey: KeyObject): NoteSigner {
  return { ...noteVerifier(name, createPublicKey(privateKey)), privateKey }
}

/** As `noteSigner`, of the public key. */
export function noteVerifier(name: string, publicKey: KeyObject): NoteVerifier {
  if (!/^[^\s+]+$/u.test(name)) throw new RangeError('not a key name')
  return { name, publicKey, id: keyIdOf(name, rawKey(publicKey)) }
}

/** `<name>+<key id, hex>+<base64(0x01 ‖ public key)>`: what an auditor is given once, over another way. */
export function verifierKeyText({ name, id, publicKey }: NoteVerifier): string {
  return `${name}+${id.toString('hex')}+${Buffer.concat([ED25519, rawKey(publicKey)]).toString('base64')}`
}

/** Reads what `verifierKeyText` writes. RangeError for anything else. */
export function readVerifierKey(text: string): NoteVerifier {
  const [, name, id, encoded] = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/u.exec(text) ?? []
  const key = Buffer.from(encoded ?? '', 'base64')
  if (name === undefined || key.length !== 33 || key[0] !== 1) throw new RangeError('not a verifier key of Ed25519')
  const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: key.subarray(1).toString('base64url') }, format: 'jwk' })
  const verifier = noteVerifier(name, publicKey)
  if (verifier.id.toString('hex') !== id) throw new RangeError('the key id is another key’s')
  return verifier
}

/** The note over `text`, which ends with a line feed and holds no other control character; RangeError else. */
export function signNote(text: string, { name, id, privateKey }: NoteSigner): string {
  if (!isText(text)) throw new RangeError('not the text of a note')
  const signature = sign(null, Buffer.from(text, 'utf8'), privateKey)
  return `${text}\n— ${name} ${Buffer.concat([id, signature]).toString('base64')}\n`
}

/** The text of a note and who of `verifiers` signed it, at least one. Signatures of others are passed over. Throws NoteRefused. */
export function openNote(note: string, verifiers: readonly NoteVerifier[]): { readonly text: string; readonly by: readonly NoteVerifier[] } {
  const { text, signatures } = readNote(note)
  const by = verifiers.filter(({ name, id, publicKey }) => {
    const own = signatures.find((one) => one.name === name && one.bytes.subarray(0, 4).equals(id))
    if (own === undefined) return false
    if (!verify(null, Buffer.from(text, 'utf8'), publicKey, own.bytes.subarray(4))) throw new NoteRefused('a signature is wrong')
    return true
  })
  if (by.length === 0) throw new NoteRefused('none of the keys has signed it')
  return { text, by }
}

/** The text and the signature lines as they stand, nothing verified. Throws NoteRefused where that is no note. */
export function readNote(note: string): { readonly text: string; readonly signatures: readonly { readonly name: string; readonly bytes: Buffer }[] } {
  const end = note.lastIndexOf('\n\n')
  if (note.length > MAX_NOTE_LENGTH || end === -1 || !isText(note) || !note.endsWith('\n')) throw new NoteRefused('not a note')
  const signatures = note.slice(end + 2, -1).split('\n').map((line) => {
    const [, name, encoded] = /^— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/u.exec(line) ?? []
    const bytes = Buffer.from(encoded ?? '', 'base64')
    if (name === undefined || bytes.length < 5) throw new NoteRefused('not a signature line')
    return { name, bytes }
  })
  return { text: note.slice(0, end + 1), signatures }
}

function isText(text: string): boolean {
  return text.endsWith('\n') && !/[\p{Cs}\u0000-\u0009\u000b-\u001f]/u.test(text)
}

function keyIdOf(name: string, key: Buffer): Buffer {
  return createHash('sha256').update(`${name}\n`, 'utf8').update(ED25519).update(key).digest().subarray(0, 4)
}

function rawKey(publicKey: KeyObject): Buffer {
  const { crv, x } = publicKey.export({ format: 'jwk' })
  if (crv !== 'Ed25519' || x === undefined) throw new RangeError('not a key of Ed25519')
  return Buffer.from(x, 'base64url')
}
