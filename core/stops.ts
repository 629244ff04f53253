// What may not be served now whatever the policies say: fields that their owner has stopped or not published. One text names one set
// in every process, so that a gateway and a subgraph can tell each other what they decided by.

import { createHash } from 'node:crypto'
import { boundedCache } from './bounded-cache.ts'

/** `target`: `Type.field`, or `Type` for those of its fields that are its own owner's. STOPPED: the person whom a row is about goes on reading it. */
export type Stop = { readonly word: (typeof words)[number]; readonly target: string }

/** `written`: the whole set, sorted. `id`: short, for keys of caches. */
export type Stops = { readonly id: string; readonly written: string; readonly targets: readonly Stop[] }

const words = ['STOPPED', 'UNPUBLISHED'] as const
const SETS = 100
const LONGEST = 1_000_000
const ONE = /^(STOPPED|UNPUBLISHED) ([A-Za-z_][A-Za-z0-9_]{0,99}(?:\.[A-Za-z_][A-Za-z0-9_]{0,99})?)$/

const known = boundedCache<string, Stops>(SETS)

/** Undefined where nothing is stopped. The same set gives the same object while it is remembered. */
export function stopsOf(targets: readonly Stop[]): Stops | undefined {
  return targets.length === 0 ? undefined : readStops([...new Set(targets.map(({ word, target }) => `${word} ${target}`))].sort().join())
}

/** What `written` says; undefined for anything that is not written so. */
export function readStops(written: string): Stops | undefined {
  const before = known.get(written)
  if (before !== undefined) return before
  if (written.length > LONGEST) return undefined
  const targets: Stop[] = []
  for (const part of written.split(',')) {
    const [, word, target] = ONE.exec(part) ?? []
    const of = words.find((one) => one === word)
    if (of === undefined || target === undefined) return undefined
    targets.push({ word: of, target })
  }
  const stops = { id: createHash('sha256').update(written).digest('hex').slice(0, 16), written, targets }
  known.set(written, stops)
  return stops
}

/** Whatever one of them stops. */
export function bothStops(one: Stops | undefined, other: Stops | undefined): Stops | undefined {
  if (one === undefined || other === undefined || one.id === other.id) return one ?? other
  return stopsOf([...one.targets, ...other.targets])
}
