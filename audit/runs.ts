// What one commit appends, in the form that `audit.append_runs` takes (migrations/audit): of each log one run of records, the text that
// most of them share once, everything else one after the other. Nobody parses or copies a record on the way.

import { bytesOf } from '../core/utf8.ts'

/** The text of a record in three parts. `shared`: `entries` and `fields`, most of a record and the same in many, in UTF-8. */
export type RecordText = { readonly before: string; readonly shared: Buffer; readonly after: string }

/** Parameters of the function, in its order. Arrays of numbers and of names of logs are written as PostgreSQL writes them: nothing in them needs quoting. */
export type RunValues = readonly [logs: string, counts: string, shared: string, ends: string, cuts: string, texts: Buffer, own: Buffer]

/** The records of each log, in their order. */
export function runValues(byLog: ReadonlyMap<string, readonly RecordText[]>): RunValues {
  const logs = [...byLog.keys()].sort()
  const counts: number[] = []
  const sharedBytes: number[] = []
  const ends: number[] = []
  const cuts: number[] = []
  const texts: Buffer[] = []
  const own = bytesOf((write) => {
    for (const log of logs) {
      const records = byLog.get(log) ?? []
      const shared = mostShared(records)
      counts.push(records.length)
      sharedBytes.push(shared.length)
      texts.push(shared)
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
  return [array(logs), array(counts), array(sharedBytes), array(ends), array(cuts), Buffer.concat(texts), own]
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
