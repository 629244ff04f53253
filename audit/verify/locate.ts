// Names the first record that is not as it was signed. The kept tiles say which leaf hash was signed at each place, and they are
// believed only where they lead to the root of a signed head; then the rows are held against them one by one. Where the tiles were
// altered too, only the heads before and after can be named.

import { counted, placeName, recordName } from './finding.ts'
import type { Finding } from './finding.ts'
import type { GrowingTree } from './growing-tree.ts'
import type { TrustedHead, TrustedHeads } from './heads.ts'
import { namedId } from './leaf-facts.ts'
import type { LogSource, RecordRow } from './log-source.ts'
import { HASH_BYTES, leafHash } from './sha256.ts'
import { TILE_WIDTH } from './tiles.ts'
import type { Trouble, Walk } from './walk.ts'

/** Leaf hashes of places `first` … that a signed head vouches for. */
type Signed = { readonly head: TrustedHead; readonly first: number; readonly count: number; readonly at: (seq: number) => Buffer | undefined; readonly placeOf: (hash: Buffer) => number | undefined }
type Difference = { readonly seq: number; readonly row: RecordRow | undefined; readonly last?: boolean }
/** `certain`: a signed head vouches for what is said of this one record. */
export type Located = { readonly finding: Finding; readonly certain: boolean }

/** The finding behind the trouble that stopped a walk. */
export async function locate(source: LogSource, heads: TrustedHeads, walk: Walk, trouble: Trouble): Promise<Located> {
  const covering = trouble.kind === 'head' ? trouble.head : heads.covering(trouble.at)
  // What lies below a head that agreed is settled.
  const head = covering !== undefined && covering.size > walk.agreed.size() ? covering : undefined
  const signed = head === undefined ? undefined : await signedHashes(source, walk.agreed, head)
  if (signed === undefined) return { finding: unlocated(source.log, heads, walk, trouble, head), certain: false }
  const difference = await firstDifference(source, signed)
  return { finding: difference === undefined ? asSigned(source.log, trouble) : await classify(source, signed, difference), certain: true }
}

/** What the tiles hold from the last good head to `head`, if it leads to that head's root. */
async function signedHashes(source: LogSource, agreed: GrowingTree, head: TrustedHead): Promise<Signed | undefined> {
  const first = agreed.size()
  const count = head.size - first
  if (count <= 0 || count * HASH_BYTES > 2 ** 31) return undefined
  const hashes = Buffer.alloc(count * HASH_BYTES)
  const tree = agreed.copy()
  for await (const tile of source.tiles([Math.floor(first / TILE_WIDTH), Math.floor((head.size - 1) / TILE_WIDTH)])) {
    for (let entry = 0; entry * HASH_BYTES < tile.hashes.length; entry += 1) {
      const seq = tile.place * TILE_WIDTH + entry
      if (seq !== tree.size() || seq >= head.size) continue
      const hash = tile.hashes.subarray(entry * HASH_BYTES, (entry + 1) * HASH_BYTES)
      hash.copy(hashes, (seq - first) * HASH_BYTES)
      tree.push(hash)
    }
  }
  if (tree.size() !== head.size || !tree.root().equals(head.root)) return undefined
  const at = (seq: number): Buffer | undefined => (seq < first || seq >= head.size ? undefined : hashes.subarray((seq - first) * HASH_BYTES, (seq - first + 1) * HASH_BYTES))
  const placeOf = (hash: Buffer): number | undefined => {
    for (let place = hashes.indexOf(hash); place !== -1; place = hashes.indexOf(hash, place + 1)) if (place % HASH_BYTES === 0) return first + place / HASH_BYTES
    return undefined
  }
  return { head, first, count, at, placeOf }
}

/** The first place below the head where the row is not the signed one, or is not there. */
async function firstDifference(source: LogSource, signed: Signed): Promise<Difference | undefined> {
  let seq = signed.first
  for await (const batch of source.rows(signed.first)) {
    for (const row of batch) {
      // Two rows of one number: the one that comes second is held against the same place.
      if (row.seq < seq) return { seq: row.seq, row }
      if (row.seq > seq || seq >= signed.head.size) return seq >= signed.head.size ? undefined : { seq, row: undefined }
      const hash = hashOf(row)
      if (hash === undefined || signed.at(seq)?.equals(hash) !== true) return { seq, row }
      seq += 1
    }
  }
  return seq < signed.head.size ? { seq, row: undefined, last: true } : undefined
}

async function classify(source: LogSource, signed: Signed, { seq, row, last }: Difference): Promise<Finding> {
  const { log } = source
  const by = `the head of size ${signed.head.size} (${signed.head.from})`
  const due = signed.at(seq)
  // The signed record of this place may stand elsewhere now, under the same number or another.
  const now = due === undefined ? undefined : await rowOf(source, due)
  const hash = row === undefined ? undefined : hashOf(row)
  const signedAt = hash === undefined ? undefined : (signed.placeOf(hash) ?? (await placeInTiles(source, hash)))
  if (row === undefined) {
    if (now === undefined) return { log, kind: 'removed', seq, sentence: `Record ${placeName(log, seq)} was removed${last === true ? ', with all after it' : ''}: ${by} was signed over it.` }
    return { log, kind: 're-ordered', seq, ...idOf(now), sentence: `Record ${recordName(log, now)} was re-ordered: ${by} was signed with it at place ${seq}, which is empty now.` }
  }
  if (now !== undefined && (signedAt === undefined || now.seq === seq)) {
    return { log, kind: 'inserted', seq, ...idOf(row), sentence: `Record ${recordName(log, row)} was inserted: ${by} was signed with another record at this place, which ${now.seq === seq ? 'is there beside it' : `stands at place ${now.seq} now`}.` }
  }
  if (now !== undefined) {
    return { log, kind: 're-ordered', seq, ...idOf(row), sentence: `Record ${recordName(log, row)} was re-ordered: ${by} was signed with record ${recordName(log, now)} at this place; this one belongs to place ${signedAt ?? seq}.` }
  }
  if (signedAt !== undefined && signedAt > seq) {
    return { log, kind: 'removed', seq, sentence: `Record ${placeName(log, seq)} was removed: ${by} was signed over it, and the record there now (id ${idText(row)}) was signed at place ${signedAt}.` }
  }
  return { log, kind: 'altered', seq, ...idOf(row), sentence: `Record ${recordName(log, row)} was altered: its text is not the one that ${by} was signed with.` }
}

/** Where the tiles hold a hash, be it beyond what a head vouches for: this only tells a moved record from a new one. */
async function placeInTiles(source: LogSource, hash: Buffer): Promise<number | undefined> {
  for await (const { level, place, hashes } of source.tiles()) {
    if (level > 0) break
    for (let found = hashes.indexOf(hash); found !== -1; found = hashes.indexOf(hash, found + 1)) if (found % HASH_BYTES === 0) return place * TILE_WIDTH + found / HASH_BYTES
  }
  return undefined
}

/** The row whose leaf has this hash, by going through all of them. */
async function rowOf(source: LogSource, hash: Buffer): Promise<RecordRow | undefined> {
  for await (const batch of source.rows()) {
    const found = batch.find((row) => hashOf(row)?.equals(hash) === true)
    if (found !== undefined) return found
  }
  return undefined
}

/** The leaf is as it was signed, so what is wrong lies beside it. */
function asSigned(log: string, trouble: Trouble): Finding {
  const { at } = trouble
  if (trouble.kind === 'row') return { log, kind: 'altered', seq: at, ...idOf(trouble.row), sentence: `The row that holds record ${recordName(log, trouble.row)} was altered: ${trouble.fault}. The record's text is as it was signed.` }
  if (trouble.kind === 'number') return { log, kind: 'inserted', seq: trouble.row.seq, ...idOf(trouble.row), sentence: `Record ${recordName(log, trouble.row)} was inserted: no record has this number in a log.` }
  return unexplained(log, trouble)
}

/** Without tiles that can be believed: what the walk itself saw. */
function unlocated(log: string, heads: TrustedHeads, walk: Walk, trouble: Trouble, head: TrustedHead | undefined): Finding {
  const { at } = trouble
  const blind = head === undefined ? '' : ` The tiles were altered too, or are missing, so that the first altered record lies between ${placeName(log, walk.agreed.size())} and here.`
  switch (trouble.kind) {
    case 'number':
      if (trouble.row.seq > at) return { log, kind: 'removed', seq: at, sentence: `Record ${placeName(log, at)} was removed: the next one that is there is ${recordName(log, trouble.row)}.${blind}` }
      return { log, kind: 'inserted', seq: at, ...idOf(trouble.row), sentence: `Record ${recordName(log, trouble.row)} was inserted: ${at < 0 ? 'numbers begin at 0' : 'there are two of this number'}.${blind}` }
    case 'row':
      return { log, kind: 'altered', seq: at, ...idOf(trouble.row), sentence: `The row that holds record ${recordName(log, trouble.row)} was altered: ${trouble.fault}.${blind}` }
    case 'end': {
      const reach = heads.at(heads.count - 1)
      const why = reach !== undefined && reach.size > at ? `a head of size ${reach.size} was signed (${reach.from})` : 'the log has given further numbers'
      return { log, kind: 'removed', seq: at, sentence: `Record ${placeName(log, at)} and all after it were removed: ${counted(at, 'record')} ${at === 1 ? 'is' : 'are'} there, and ${why}.${blind}` }
    }
    case 'head': {
      const first = walk.agreed.size()
      const range = first === trouble.head.size - 1 ? `Record ${placeName(log, first)} was` : `Among the records ${placeName(log, first)} to ${placeName(log, trouble.head.size - 1)} at least one was`
      return { log, kind: 'altered', seq: first, sentence: `${range} altered, removed, inserted or re-ordered: they are not what was signed at size ${trouble.head.size} (${trouble.head.from}). The tiles do not lead to this head either, so that the record cannot be named.` }
    }
    default:
      return unexplained(log, trouble)
  }
}

function unexplained(log: string, trouble: Trouble): Finding {
  const { at } = trouble
  if (trouble.kind === 'leaf') return { log, kind: 'altered', seq: at, ...idOf(trouble.row), sentence: `Record ${recordName(log, trouble.row)} was altered or inserted: its text ${trouble.fault}.` }
  if (trouble.kind === 'twice') return { log, kind: 'inserted', seq: at, ...idOf(trouble.row), sentence: `Record ${recordName(log, trouble.row)} was inserted: record ${placeName(log, trouble.first)} has the same id.` }
  if (trouble.kind === 'beyond') return { log, kind: 'inserted', seq: at, ...idOf(trouble.row), sentence: `Record ${recordName(log, trouble.row)} was inserted: the log has given out ${counted(at, 'number')} only. Or the log's size was set back.` }
  return { log, kind: 'altered', seq: at, sentence: `Record ${placeName(log, at)} is not as it was signed.` }
}

function hashOf(row: RecordRow): Buffer | undefined {
  return row.leaf === undefined ? undefined : leafHash(row.leaf)
}

function idText(row: RecordRow): string {
  return namedId(row.leaf) ?? 'not known'
}

function idOf(row: RecordRow): { readonly id?: string } {
  const id = namedId(row.leaf)
  return id === undefined ? {} : { id }
}
