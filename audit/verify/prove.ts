// A proof that one record is under a signed head (RFC 9162 2.1.3), made from the kept tiles with a handful of queries and checked
// against the head before it is handed out. Whoever checks it needs SHA-256, Ed25519 and the log's public key (docs/check-proof.mjs).

import type pg from 'pg'
import { findRecord } from './find-record.ts'
import { originOf } from './heads.ts'
import { readLeaf } from './leaf-facts.ts'
import { HASH_BYTES, leafHash, nodeHash } from './sha256.ts'
import { NoteRefused, openHead } from './signed-head.ts'
import type { SignedHead, VerifierKey } from './signed-head.ts'
import { TILE_WIDTH } from './tiles.ts'

/** What `audit prove` prints. */
export type RecordProof = {
  readonly log: string
  /** The record's place in the log, from 0. */
  readonly index: number
  /** The record itself: RFC 8785 JSON. */
  readonly leaf: string
  /** The signed head, a C2SP checkpoint. */
  readonly checkpoint: string
  /** Base64 hashes from the leaf's neighbour upwards. */
  readonly proof: readonly string[]
}
/** A sentence: there is no proof, and why. */
export class NoProof extends Error {}

/** A complete subtree: `height`, and the how-manieth of that height. */
type Subtree = { readonly height: number; readonly place: number }

/**
 * The proof of the record with this id in one of `logs`; undefined when none holds it. Throws NoProof when it is not signed yet,
 * when no head of a given key is there, or when rows and tiles do not lead to the head.
 */
export async function proveRecord(client: pg.Client, id: string, logs: readonly string[], keys: readonly VerifierKey[]): Promise<RecordProof | undefined> {
  for (const log of logs) {
    const found = await findRecord(client, log, id.toLowerCase())
    if (found !== undefined) return proofOf(client, log, found, { id: id.toLowerCase(), keys })
  }
  return undefined
}

async function proofOf(client: pg.Client, log: string, { seq: index, leaf }: { readonly seq: number; readonly leaf: Buffer }, { id, keys }: { readonly id: string; readonly keys: readonly VerifierKey[] }): Promise<RecordProof> {
  const facts = readLeaf(leaf)
  if (typeof facts === 'string' || facts.id !== id || facts.log !== log) throw new NoProof('The record with this id is not one that was written: run `citygraph audit verify`.')
  const { note, head } = await newestHead(client, log, index, keys)
  const hashes = await hashesOf(client, log, pathOf(index, head.size))
  const proof = pathOf(index, head.size).map((subtrees) => fold(subtrees, hashes))
  if (!rootFrom(leafHash(leaf), index, head.size, proof).equals(head.root)) throw new NoProof('The record and the tiles do not lead to the signed head: run `citygraph audit verify`.')
  return { log, index, leaf: leaf.toString('utf8'), checkpoint: note, proof: proof.map((hash) => hash.toString('base64')) }
}

async function newestHead(client: pg.Client, log: string, index: number, keys: readonly VerifierKey[]): Promise<{ readonly note: string; readonly head: SignedHead }> {
  const { rows } = await client.query<{ note: string }>('SELECT note FROM audit.checkpoint WHERE log = $1 AND size > $2 ORDER BY size DESC LIMIT 1', [log, index])
  const note = rows[0]?.note
  if (note === undefined) throw new NoProof('The record is not under a signed head yet. While its department runs, that takes a second; else start the department.')
  try {
    const head = openHead(note, keys)
    if (head.origin !== originOf(log)) throw new NoteRefused('is a head of another log')
    if (head.size <= index) throw new NoteRefused('is smaller than its column says')
    return { note, head }
  } catch (error) {
    if (error instanceof NoteRefused) throw new NoProof(`The newest head of the log ${error.message}: run \`citygraph audit verify\`.`)
    throw error
  }
}

/** The sibling subtrees on the way from leaf `index` to the root over `size` leaves, lowest first, each as its complete subtrees. */
function pathOf(index: number, size: number): readonly (readonly Subtree[])[] {
  const path: (readonly Subtree[])[] = []
  for (let [low, high] = [0, size]; high - low > 1; ) {
    const middle = low + largestPowerBelow(high - low)
    path.push(index < middle ? complete(middle, high) : complete(low, middle))
    if (index < middle) high = middle
    else low = middle
  }
  return path.reverse()
}

/** The complete subtrees that leaves `low` … `high` − 1 fall into, from the left; `low` begins a subtree as large as the rest. */
function complete(low: number, high: number): readonly Subtree[] {
  const subtrees: Subtree[] = []
  for (let at = low; at < high; ) {
    const height = Math.floor(Math.log2(high - at))
    subtrees.push({ height, place: at / 2 ** height })
    at += 2 ** height
  }
  return subtrees
}

function largestPowerBelow(count: number): number {
  return 2 ** Math.ceil(Math.log2(count) - 1)
}

/** Hash over neighbouring subtrees, as RFC 9162 joins them. */
function fold(subtrees: readonly Subtree[], hashOf: (subtree: Subtree) => Buffer): Buffer {
  const hashes = subtrees.map(hashOf)
  return hashes.reduceRight((right, left) => nodeHash(left, right))
}

/** Reads the tiles that these subtrees lie in, all at once. */
async function hashesOf(client: pg.Client, log: string, path: readonly (readonly Subtree[])[]): Promise<(subtree: Subtree) => Buffer> {
  const wanted = new Map(path.flat().map((subtree) => [tileOf(subtree).name, tileOf(subtree)]))
  const { rows } = await client.query<{ level: number; place: string; hashes: Buffer }>(
    'SELECT t.level, t.place, t.hashes FROM audit.tile AS t JOIN unnest($2::integer[], $3::bigint[]) AS w(level, place) ON w.level = t.level AND w.place = t.place WHERE t.log = $1 ORDER BY t.level, t.place',
    [log, [...wanted.values()].map(({ level }) => level), [...wanted.values()].map(({ place }) => place)],
  )
  const tiles = new Map(rows.map(({ level, place, hashes }) => [`${level}/${place}`, hashes]))
  return (subtree) => {
    const { name, first, width } = tileOf(subtree)
    const hashes = tiles.get(name)?.subarray(first * HASH_BYTES, (first + width) * HASH_BYTES)
    if (hashes?.length !== width * HASH_BYTES) throw new NoProof('A tile that the proof needs is missing or short: run `citygraph audit verify`.')
    return subtreeRoot(hashes)
  }
}

/** The tile that holds a subtree's hashes, and where: `width` hashes from `first` on, a power of two. */
function tileOf({ height, place }: Subtree): { readonly name: string; readonly level: number; readonly place: number; readonly first: number; readonly width: number } {
  const level = Math.floor(height / 8)
  const width = 2 ** (height % 8)
  const first = place * width
  const tile = Math.floor(first / TILE_WIDTH)
  return { name: `${level}/${tile}`, level, place: tile, first: first % TILE_WIDTH, width }
}

function subtreeRoot(hashes: Buffer): Buffer {
  if (hashes.length === HASH_BYTES) return hashes
  const middle = hashes.length / 2
  return nodeHash(subtreeRoot(hashes.subarray(0, middle)), subtreeRoot(hashes.subarray(middle)))
}

/** The root that a proof leads to (RFC 9162 2.1.3.2). */
function rootFrom(leaf: Buffer, index: number, size: number, proof: readonly Buffer[]): Buffer {
  let [place, last, hash] = [index, size - 1, leaf]
  for (const sibling of proof) {
    if (place % 2 === 1 || place === last) {
      hash = nodeHash(sibling, hash)
      while (place % 2 === 0 && place > 0) [place, last] = [place / 2, Math.floor(last / 2)]
    } else hash = nodeHash(hash, sibling)
    ;[place, last] = [Math.floor(place / 2), Math.floor(last / 2)]
  }
  return hash
}
