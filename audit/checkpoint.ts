// Heads of logs as C2SP tlog-checkpoint writes them: three lines, origin, size and base64 of the root, as the text of a signed note.

import type { KeyObject } from 'node:crypto'
import type { Head } from './merkle.ts'
import { noteSigner, noteVerifier, NoteRefused, openNote, readNote, signNote } from './signed-note.ts'
import type { NoteSigner, NoteVerifier } from './signed-note.ts'

export type Checkpoint = Head & { readonly origin: string }

/** The origin of a log's heads, and the name of the key that signs them. */
export function originOf(log: string): string {
  return `citygraph/${log}`
}

/** Who signs the heads of `log` with this Ed25519 private key. */
export function headSigner(log: string, privateKey: KeyObject): NoteSigner {
  return noteSigner(originOf(log), privateKey)
}

/** Who verifies the heads of `log` with this Ed25519 public key. */
export function headVerifier(log: string, publicKey: KeyObject): NoteVerifier {
  return noteVerifier(originOf(log), publicKey)
}

/** The signed note of a head; its origin is the signer's name. */
export function signHead({ size, root }: Head, signer: NoteSigner): string {
  return signNote(`${signer.name}\n${size}\n${root.toString('base64')}\n`, signer)
}

/** A head that `verifier` signed for its own log. Throws NoteRefused. */
export function openHead(note: string, verifier: NoteVerifier): Checkpoint {
  const checkpoint = readCheckpoint(openNote(note, [verifier]).text)
  if (checkpoint.origin !== verifier.name) throw new NoteRefused('the head of another log')
  return checkpoint
}

/** Whether this key stands on the note, rightly or not. Throws NoteRefused where it is no note. */
export function bearsKey(note: string, verifier: NoteVerifier): boolean {
  return readNote(note).signatures.some(({ name, bytes }) => name === verifier.name && bytes.subarray(0, 4).equals(verifier.id))
}

/** Reads the text of a checkpoint; further lines (extensions) are passed over. Throws NoteRefused. */
export function readCheckpoint(text: string): Checkpoint {
  const [origin, size, encoded, ...rest] = text.split('\n')
  const root = Buffer.from(encoded ?? '', 'base64')
  const formed = origin !== undefined && origin !== '' && size !== undefined && /^(0|[1-9]\d{0,15})$/.test(size) && Number.isSafeInteger(Number(size))
  if (!formed || root.length !== 32 || root.toString('base64') !== encoded || rest.at(-1) !== '' || rest.slice(0, -1).includes('')) {
    throw new NoteRefused('not a checkpoint')
  }
  return { origin, size: Number(size), root }
}
