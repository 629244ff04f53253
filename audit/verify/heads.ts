// The signed heads that a log must agree with: those kept beside it and those that an auditor kept elsewhere. Only heads whose
// signature verifies count; every other one is a finding.

import type { Finding } from './finding.ts'
import { HASH_BYTES } from './sha256.ts'
import { NoteRefused, openHead } from './signed-head.ts'
import type { SignedHead, VerifierKey } from './signed-head.ts'
import type { LogSource } from './log-source.ts'
import { counted } from './finding.ts'

/** A head kept outside, with what to call it. */
export type OutsideHead = SignedHead & { readonly from: string }
export type TrustedHead = { readonly size: number; readonly root: Buffer; readonly from: string }
export type TrustedHeads = {
  readonly count: number
  /** How many of them are kept beside the log, the largest of those, and the key that signed it. */
  readonly kept: number
  readonly newestKept: number
  readonly key: string | undefined
  /** In ascending order of size, from the n-th on. */
  readonly at: (n: number) => TrustedHead | undefined
  /** The smallest that covers record `seq`. */
  readonly covering: (seq: number) => TrustedHead | undefined
}

/** Name of a log's heads and keys. */
export function originOf(log: string): string {
  return `citygraph/${log}`
}

const KEPT = 'the head kept in the database'
/** A finding for each head would bury the first; the rest are counted. */
const MOST_FINDINGS = 5

/** Opens all heads of a log. Findings are in the order of the heads. */
export async function trustedHeads(source: LogSource, keys: readonly VerifierKey[], outside: readonly OutsideHead[]): Promise<{ readonly heads: TrustedHeads; readonly findings: readonly Finding[] }> {
  const findings: Finding[] = []
  let more = 0
  const fault = (sentence: string): void => {
    if (findings.length < MOST_FINDINGS) findings.push({ log: source.log, kind: 'head', sentence })
    else more += 1
  }
  const list = packedHeads()
  let last: SignedHead | undefined
  for await (const kept of source.heads()) {
    const head = opened(kept.note, keys)
    if (typeof head === 'string') fault(`The head kept at size ${kept.size ?? 'unknown'} ${head}.`)
    else {
      const wrong = head.origin === originOf(source.log) ? columnsFault(kept, head) ?? orderFault(head, last) : 'is a head of another log'
      if (wrong === undefined) {
        list.push(head)
        last = head
      } else fault(`The head kept at size ${kept.size ?? head.size} ${wrong}.`)
    }
  }
  if (more > 0) findings.push({ log: source.log, kind: 'head', sentence: `${counted(more, 'further head')} cannot be trusted either.` })
  return { heads: together(list, [...outside].sort((a, b) => a.size - b.size), last), findings }
}

function opened(note: string, keys: readonly VerifierKey[]): SignedHead | string {
  try {
    return openHead(note, keys)
  } catch (error) {
    if (error instanceof NoteRefused) return error.message
    throw error
  }
}

function columnsFault(kept: { readonly size?: number; readonly root?: Buffer }, head: SignedHead): string | undefined {
  if (kept.size !== undefined && kept.size !== head.size) return `was signed at size ${head.size}: its column size was altered`
  if (kept.root !== undefined && !kept.root.equals(head.root)) return 'was signed with another root: its column root was altered'
  return undefined
}

function orderFault(head: SignedHead, last: SignedHead | undefined): string | undefined {
  if (last === undefined || head.size > last.size) return undefined
  if (head.size < last.size) return 'stands after a larger one'
  return head.root.equals(last.root) ? 'is there twice' : 'is there twice with different roots, both signed: the log has shown two different pasts'
}

type PackedHeads = { readonly push: (head: SignedHead) => void; readonly count: () => number; readonly size: (n: number) => number; readonly root: (n: number) => Buffer }

/** Heads of a long-lived log are many: 40 bytes each. */
function packedHeads(): PackedHeads {
  const sizes: number[] = []
  let roots = Buffer.alloc(HASH_BYTES * 64)
  return {
    push({ size, root }) {
      if (sizes.length * HASH_BYTES === roots.length) roots = Buffer.concat([roots], roots.length * 2)
      root.copy(roots, sizes.length * HASH_BYTES)
      sizes.push(size)
    },
    count: () => sizes.length,
    size: (n) => sizes[n] ?? Number.NaN,
    root: (n) => roots.subarray(n * HASH_BYTES, (n + 1) * HASH_BYTES),
  }
}

/** Kept heads and outside ones as one ascending list; of equal size the kept one first. */
function together(kept: PackedHeads, outside: readonly OutsideHead[], last: SignedHead | undefined): TrustedHeads {
  const count = kept.count() + outside.length
  // For each outside head: how many kept ones stand before it in the whole list.
  const places = outside.map(({ size }, n) => n + firstWhere(kept.count(), (place) => kept.size(place) > size))
  const at = (n: number): TrustedHead | undefined => {
    if (n < 0 || n >= count) return undefined
    const before = firstWhere(places.length, (place) => (places[place] ?? 0) >= n)
    const head = places[before] === n ? outside[before] : undefined
    return head ?? { size: kept.size(n - before), root: kept.root(n - before), from: KEPT }
  }
  const newestKept = kept.count() === 0 ? 0 : kept.size(kept.count() - 1)
  return { count, kept: kept.count(), newestKept, key: last?.key.text, at, covering: (seq) => at(firstWhere(count, (n) => (at(n)?.size ?? 0) > seq)) }
}

/** The same heads but one. */
export function withoutHead(heads: TrustedHeads, head: TrustedHead): TrustedHeads {
  const count = heads.count - 1
  const same = (other: TrustedHead | undefined): boolean => other?.size === head.size && other.from === head.from && other.root.equals(head.root)
  const start = firstWhere(heads.count, (n) => (heads.at(n)?.size ?? 0) >= head.size)
  let place = start
  while (place < count && !same(heads.at(place))) place += 1
  const at = (n: number): TrustedHead | undefined => heads.at(n < place ? n : n + 1)
  return { ...heads, count, at, covering: (seq) => at(firstWhere(count, (n) => (at(n)?.size ?? 0) > seq)) }
}

/** The first of 0 … count − 1 for which `holds`, as it then does for all that follow; else `count`. */
function firstWhere(count: number, holds: (n: number) => boolean): number {
  let [low, high] = [0, count]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (holds(middle)) high = middle
    else low = middle + 1
  }
  return low
}
