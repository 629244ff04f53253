// Logs with heads and tiles made by the tests' own code, straight from RFC 9162 and the C2SP texts: neither the writer nor the
// verifier takes part. Slow and plain on purpose.

import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import pg from 'pg'
import { canonicalJson } from '../../audit/canonical-json.ts'
import type { TestDatabase } from './city-database.ts'
import { accessRecord } from './access-record.ts'

export type HandKey = { readonly privateKey: KeyObject; readonly raw: Buffer; readonly jwk: string; readonly vkey: (log: string) => string }

const sha256 = (...parts: readonly Uint8Array[]): Buffer => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest()
export const handLeafHash = (leaf: Uint8Array): Buffer => sha256(Uint8Array.of(0), leaf)

export function handKey(): HandKey {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)
  return {
    privateKey,
    raw,
    jwk: JSON.stringify(privateKey.export({ format: 'jwk' })),
    vkey: (log) => `citygraph/${log}+${sha256(Buffer.from(`citygraph/${log}\n`), Uint8Array.of(1), raw).subarray(0, 4).toString('hex')}+${Buffer.concat([Uint8Array.of(1), raw]).toString('base64')}`,
  }
}

/** MTH of RFC 9162 2.1.1, as it is written there. */
export function handRoot(hashes: readonly Buffer[]): Buffer {
  if (hashes.length === 0) return sha256()
  if (hashes.length === 1) return hashes[0] ?? Buffer.alloc(0)
  const k = 2 ** Math.ceil(Math.log2(hashes.length) - 1)
  return sha256(Uint8Array.of(1), handRoot(hashes.slice(0, k)), handRoot(hashes.slice(k)))
}

/** A C2SP checkpoint of the log. `name` is the origin and the key's name. */
export function handNote(log: string, size: number, root: Buffer, key: HandKey, name = `citygraph/${log}`): string {
  return handSigned(`${name}\n${size}\n${root.toString('base64')}\n`, key, name)
}

/** Any text as a C2SP signed note; the text ends with a line feed. */
export function handSigned(text: string, key: HandKey, name: string): string {
  const id = sha256(Buffer.from(`${name}\n`), Uint8Array.of(1), key.raw).subarray(0, 4)
  return `${text}\n\u2014 ${name} ${Buffer.concat([id, sign(null, Buffer.from(text), key.privateKey)]).toString('base64')}\n`
}

export type HandTile = { readonly level: number; readonly place: number; readonly hashes: Buffer }

/** All tiles of a tree (C2SP tlog-tiles). */
export function handTiles(hashes: readonly Buffer[]): readonly HandTile[] {
  const tiles: HandTile[] = []
  for (let level = 0, row = [...hashes]; row.length > 0; level += 1) {
    const above: Buffer[] = []
    for (let place = 0; place * 256 < row.length; place += 1) {
      const entries = row.slice(place * 256, (place + 1) * 256)
      tiles.push({ level, place, hashes: Buffer.concat(entries) })
      if (entries.length === 256) above.push(handRoot(entries))
    }
    row = above
  }
  return tiles
}

/** Leaves of `count` synthetic records of the log, a second apart. */
export function handLeaves(log: string, count: number, from = 0): readonly Buffer[] {
  return Array.from({ length: count }, (_, n) => Buffer.from(canonicalJson(accessRecord({ log, at: new Date(Date.UTC(2026, 2, 1, 2) + (from + n) * 1_000).toISOString() })), 'utf8'))
}

export async function asRole<T>(address: pg.ClientConfig | string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(typeof address === 'string' ? { connectionString: address } : address)
  client.on('error', () => undefined)
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/**
 * Appends synthetic records to a log until it has each of `sizes` in turn, and keeps a signed head with its tiles there; then
 * `tail` records without a head. Through the functions that a writer has, as the superuser registered for them. Returns all leaves.
 */
export async function fillLog(database: TestDatabase, log: 'population' | 'credit' | 'gateway', sizes: readonly number[], key: HandKey, tail = 0): Promise<readonly Buffer[]> {
  return asRole(database.writer(log), async (client) => {
    const leaves: Buffer[] = []
    for (const size of [...sizes, (sizes.at(-1) ?? 0) + tail]) {
      const added = handLeaves(log, size - leaves.length, leaves.length)
      for (let place = 0; place < added.length; place += 1_000) await client.query('SELECT audit.append($1, $2)', [log, added.slice(place, place + 1_000)])
      leaves.push(...added)
      if (sizes.includes(size)) await keepHead(client, log, leaves.map(handLeafHash), key)
    }
    return leaves
  })
}

/** Keeps a signed head over these leaf hashes. */
export async function keepHead(client: pg.Client, log: string, hashes: readonly Buffer[], key: HandKey): Promise<string> {
  const root = handRoot(hashes)
  const note = handNote(log, hashes.length, root, key)
  const tiles = handTiles(hashes)
  await client.query('SELECT audit.keep_checkpoint($1, $2, $3, $4, $5, $6, $7)', [log, hashes.length, root, note, tiles.map(({ level }) => level), tiles.map(({ place }) => place), tiles.map(({ hashes }) => hashes)])
  return note
}
