// What one commit appends, in the form that `audit.append_numbered` takes (migrations/audit): of each log one run of records, the text that
// most of them share once, everything else one after the other. Nobody parses or copies a record on the way.

import { bytesOf } from '../core/utf8.ts'
import { leafHashOf } from './leaf.ts'

/** The text of a record in three parts. `shared`: `entries` and `fields`, most of a record and the same in many, in UTF-8. */
export type RecordText = { readonly before: string; readonly shared: Buffer; readonly after: string }

/** `ends`, `cuts` and `own`: as in audit.run, of one log after the other; `ends` begins anew with each. */
export type Runs = {
  readonly logs: readonly { readonly log: string; readonly count: number; readonly shared: Buffer }[]
  readonly ends: readonly number[]
  readonly cuts: readonly number[]
  readonly own: Buffer
}

/** Parameters of the function, in its order. Arrays of numbers and of names of logs are written as PostgreSQL writes them: nothing in them needs quoting. */
export type RunValues = readonly [logs: string, counts: string, shared: string, ends: string, cuts: string, texts: Buffer, own: Buffer]

/** The records of each log, in their order. */
export function runsOf(byLog: ReadonlyMap<string, readonly RecordText[]>): Runs {
  const logs: { log: string; count: number; shared: Buffer }[] = []
  const ends: number[] = []
  const cuts: number[] = []
  const own = bytesOf((write) => {
    for (const log of [...byLog.keys()].sort()) {
      const records = byLog.get(log) ?? []
      const shared = mostShared(records)
      logs.push({ log, count: records.length, shared })
      let end = 0
      for (const { before, shared: text, after } of records) {
        const cut = write(before)
        const isShared = text === shared && text.length > 0
        end += cut + (isShared ? 0 : write(text)) + write(after)
        cuts.push(isShared ? cut : 0)
        ends.push(end)
      }
    }
  })
  return { logs, ends, cuts, own }
}

export function runValues({ logs, ends, cuts, own }: Runs): RunValues {
  const each = <T extends string | number>(of: (run: Runs['logs'][number]) => T): string => array(logs.map(of))
  return [each(({ log }) => log), each(({ count }) => count), each(({ shared }) => shared.length), array(ends), array(cuts), Buffer.concat(logs.map(({ shared }) => shared)), own]
}

/** The hashes of each log's leaves, 32 bytes each, in the order of `logs`; none of logs that are not `wanted`. */
export function leafHashesOf({ logs, ends, cuts, own }: Runs, wanted: (log: string) => boolean): readonly (Buffer | undefined)[] {
  let place = 0
  let begin = 0
  return logs.map(({ log, count, shared }) => {
    const [last, base] = [place + count, begin]
    begin += ends[last - 1] ?? 0
    const hashes: Buffer[] = []
    let from = base
    for (; place < last; place += 1) {
      const until = base + (ends[place] ?? 0)
      const cut = cuts[place] ?? 0
      if (wanted(log)) hashes.push(leafHashOf(cut > 0 ? [own.subarray(from, from + cut), shared, own.subarray(from + cut, until)] : [own.subarray(from, until)]))
      from = until
    }
    return hashes.length === 0 ? undefined : Buffer.concat(hashes)
  })
}

const NOTHING = Buffer.alloc(0)

/** Texts are one object for all records that share them (record-text.ts). */
function mostShared(records: readonly RecordText[]): Buffer {
  const counts = new Map<Buffer, number>()
  let most = 0
  let found: Buffer = NOTHING
  for (const { shared } of records) {
    const count = (counts.get(shared) ?? 0) + 1
    counts.set(shared, count)
    if (count <= most) continue
    most = count
    found = shared
  }
  return found
}

function array(values: readonly (string | number)[]): string {
  return `{${values.join(',')}}`
}
