import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { bearsKey, headSigner, openHead, readCheckpoint, signHead } from '../../../audit/checkpoint.ts'
import { NoteRefused, noteSigner, openNote, readVerifierKey, signNote, verifierKeyText } from '../../../audit/signed-note.ts'

/** The public test keys and note of the format (C2SP signed-note; golang.org/x/mod/sumdb/note). */
const TEST_VERIFIER = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'
const TEST_SEED = 'AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz'
const TEXT = `If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n`
const NOTE = `${TEXT}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n`

const testKey = createPrivateKey({
  key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.from(TEST_SEED, 'base64').subarray(1)]),
  format: 'der',
  type: 'pkcs8',
})
const newKey = () => generateKeyPairSync('ed25519').privateKey

describe('the public test keys of the note format', () => {
  it('open the published note', () => {
    expect(openNote(NOTE, [readVerifierKey(TEST_VERIFIER)])).toMatchObject({ text: TEXT, by: [{ name: 'PeterNeumann' }] })
  })

  it('sign it to the same bytes and are written the same way', () => {
    const signer = noteSigner('PeterNeumann', testKey)
    expect(signNote(TEXT, signer)).toBe(NOTE)
    expect(verifierKeyText(signer)).toBe(TEST_VERIFIER)
  })

  it('sign and open a checkpoint', () => {
    const signer = noteSigner('PeterNeumann', testKey)
    const note = signHead({ size: 7, root: Buffer.alloc(32, 5) }, signer)
    expect(note.startsWith('PeterNeumann\n7\nBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU=\n\n— PeterNeumann x08go')).toBe(true)
    expect(openHead(note, readVerifierKey(TEST_VERIFIER))).toEqual({ origin: 'PeterNeumann', size: 7, root: Buffer.alloc(32, 5) })
  })
})

describe('a signed note', () => {
  const own = noteSigner('citygraph/population', newKey())
  const note = signNote('first\n\nthird\n', own)

  it('is refused when a byte of it is another', () => {
    for (const wrong of [note.replace('first', 'First'), note.replace('third\n', 'third \n'), NOTE.replace('x08go/ZJ', 'x08go/ZK')]) {
      expect(() => openNote(wrong, [own, readVerifierKey(TEST_VERIFIER)])).toThrow(NoteRefused)
    }
  })

  it('is refused when none of the keys signed it, and passes over signatures of others', () => {
    const other = noteSigner('witness', newKey())
    expect(() => openNote(note, [other])).toThrow(NoteRefused)
    // The same name with another key is another signer.
    expect(() => openNote(note, [noteSigner('citygraph/population', newKey())])).toThrow(NoteRefused)
    const cosigned = note + (signNote('first\n\nthird\n', other).split('\n').at(-2) ?? '') + '\n'
    expect(openNote(cosigned, [own]).by.map(({ name }) => name)).toEqual(['citygraph/population'])
    expect(openNote(cosigned, [other, own]).by.map(({ name }) => name)).toEqual(['witness', 'citygraph/population'])
    expect(openNote(cosigned, [own]).text).toBe('first\n\nthird\n')
  })

  it('is refused when it is none', () => {
    for (const wrong of ['', 'text\n', 'text\n\n', `${note}more\n`, note.slice(0, -1), note.replace('— ', '- '), note.replace('first', 'fi\trst'), note.replaceAll('\n', '\r\n')]) {
      expect(() => openNote(wrong, [own])).toThrow(NoteRefused)
    }
    expect(() => signNote('no line feed', own)).toThrow(RangeError)
    expect(() => noteSigner('a b', newKey())).toThrow(RangeError)
    expect(() => noteSigner('a', generateKeyPairSync('ed448').privateKey)).toThrow(RangeError)
  })

  it('has a key text that no other key fits', () => {
    expect(readVerifierKey(verifierKeyText(own)).id).toEqual(own.id)
    for (const wrong of [verifierKeyText(own).replace('population', 'credit'), 'x', 'a+b+c', TEST_VERIFIER.replace('+ARpc', '+AhpC')]) expect(() => readVerifierKey(wrong)).toThrow(RangeError)
  })
})

describe('a checkpoint', () => {
  const key = newKey()
  const signer = headSigner('population', key)
  const head = { size: 3, root: Buffer.alloc(32, 9) }

  it('is read as it was written and belongs to its log alone', () => {
    const note = signHead(head, signer)
    expect(openHead(note, signer)).toEqual({ origin: 'citygraph/population', ...head })
    expect(() => openHead(note, headSigner('credit', key))).toThrow(NoteRefused)
    expect(bearsKey(note, signer)).toBe(true)
    expect(bearsKey(note, headSigner('population', newKey()))).toBe(false)
    expect(signer.publicKey.equals(createPublicKey(key))).toBe(true)
  })

  it('is refused with a size or a root that is none', () => {
    const root = head.root.toString('base64')
    expect(readCheckpoint(`o\n0\n${root}\nextension\n`).size).toBe(0)
    for (const text of [`o\n03\n${root}\n`, `o\n-1\n${root}\n`, `o\n3\n${root.slice(4)}\n`, `o\n3\n${root}`, `\n3\n${root}\n`, 'o\n3\n', `o\n3\n${root}\n\n`, `o\n99999999999999999\n${root}\n`]) {
      expect(() => readCheckpoint(text)).toThrow(NoteRefused)
    }
  })
})
