// Goes through a log once, from the first record to the last: recomputes every hash and the tree, and compares every signed head
// with the tree. Stops at the first thing that does not fit. Holds one batch of rows and the ids.

import type { TrustedHead, TrustedHeads } from './heads.ts'
import { growingTree } from './growing-tree.ts'
import type { GrowingTree } from './growing-tree.ts'
import { readLeaf } from './leaf-facts.ts'
import type { LogSource, RecordRow } from './log-source.ts'
import { seenIds } from './seen-ids.ts'
import { leafHash } from './sha256.ts'
import { expectedTiles } from './tiles.ts'
import type { ExpectedTiles } from './tiles.ts'

/** What does not fit, `at` which sequence number. `row` is the row in question where there is one. */
export type Trouble = { readonly at: number } & (
  | { readonly kind: 'number'; readonly row: RecordRow }
  | { readonly kind: 'leaf' | 'row'; readonly row: RecordRow; readonly fault: string }
  | { readonly kind: 'twice'; readonly row: RecordRow; readonly first: number }
  | { readonly kind: 'beyond'; readonly row: RecordRow }
  | { readonly kind: 'head'; readonly head: TrustedHead }
  | { readonly kind: 'end' }
)

export type Walk = {
  /** Records that were gone through. */
  readonly records: number
  readonly trouble: Trouble | undefined
  /** The tree as it was at the last head that it agreed with. */
  readonly agreed: GrowingTree
  readonly tiles: ExpectedTiles
  /** Earliest and latest time in the records, microseconds since 1970; undefined for an empty log. */
  readonly times: { readonly from: number; readonly to: number } | undefined
  /** Earliest time in the records after the newest kept head. */
  readonly unsignedSince: number | undefined
}

/** `passed` hears now and then how many records were gone through. */
export async function walkLog(source: LogSource, heads: TrustedHeads, passed: (records: number) => void): Promise<Walk> {
  const tiles = expectedTiles()
  const tree = growingTree(tiles.completed)
  const ids = seenIds()
  // Where a head reaches further than the size that the log says of itself, the size was set back; that is said elsewhere.
  const size = Math.max(source.size, heads.at(heads.count - 1)?.size ?? 0)
  let agreed = tree.copy()
  let nextHead = 0
  let [from, to] = [Infinity, -Infinity]
  let unsignedSince: number | undefined

  const meetHeads = (): Trouble | undefined => {
    for (let head = heads.at(nextHead); head?.size === tree.size(); head = heads.at(nextHead)) {
      if (!tree.root().equals(head.root)) return { kind: 'head', at: head.size - 1, head }
      agreed = tree.copy()
      nextHead += 1
    }
    if (tree.size() === heads.newestKept) tiles.mark()
    return undefined
  }
  const take = (row: RecordRow): Trouble | undefined => {
    const at = tree.size()
    if (at >= size && row.seq >= at) return { kind: 'beyond', at: row.seq, row }
    if (row.seq !== at) return { kind: 'number', at: Math.min(at, row.seq), row }
    if (row.leaf === undefined) return { kind: 'leaf', at, row, fault: 'is missing or too long' }
    const hash = leafHash(row.leaf)
    const facts = readLeaf(row.leaf)
    if (typeof facts === 'string') return { kind: 'leaf', at, row, fault: facts }
    if (facts.log !== source.log) return { kind: 'leaf', at, row, fault: 'is of another log' }
    if (row.fault !== undefined) return { kind: 'row', at, row, fault: row.fault }
    const first = ids.add(facts.id, at)
    if (first !== undefined) return { kind: 'twice', at, row, first }
    from = Math.min(from, facts.at)
    to = Math.max(to, facts.at)
    if (at >= heads.newestKept) unsignedSince = Math.min(unsignedSince ?? Infinity, facts.at)
    tree.push(hash)
    return meetHeads()
  }
  const goThrough = async (): Promise<Trouble | undefined> => {
    const trouble = meetHeads()
    if (trouble !== undefined) return trouble
    for await (const batch of source.rows()) {
      for (const row of batch) {
        const trouble = take(row)
        if (trouble !== undefined) return trouble
      }
      passed(tree.size())
    }
    return tree.size() < size ? { kind: 'end', at: tree.size() } : undefined
  }

  const trouble = await goThrough()
  return { records: tree.size(), trouble, agreed, tiles, times: from <= to ? { from, to } : undefined, unsignedSince }
}
