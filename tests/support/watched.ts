// What of a run has been watched so far in this process, and the natural keys that were found: filled by watch-run.ts and by those who
// hold something that passes no channel watched there. One for all modules of a process, however often vitest reads this file.

import { naturalKeys } from './natural-key-grep.ts'
import type { Grepped } from './records-grep.ts'

/** In the run's cluster folder: a JSON object of counts for each test file. */
export const WATCHED_FILE = 'watched.ndjson'

const channels = ['log lines', 'answers', 'records in memory', 'lines of commands', 'rows before a drop'] as const
export type Channel = (typeof channels)[number]
export type Watched = { readonly counts: Record<Channel, number>; readonly finds: string[]; milliseconds: number; installed: boolean }

declare global {
  var citygraphWatched: Watched | undefined
}

export function watched(): Watched {
  return (globalThis.citygraphWatched ??= { counts: { 'log lines': 0, answers: 0, 'records in memory': 0, 'lines of commands': 0, 'rows before a drop': 0 }, finds: [], milliseconds: 0, installed: false })
}

/** Looks for natural keys; a find is kept, shortened, with what stands around it. */
export function watchText(channel: Channel, text: string): void {
  const begun = performance.now()
  const watch = watched()
  watch.counts[channel] += 1
  for (const { kind, shown } of naturalKeys(text)) watch.finds.push(`${channel}: ${kind} ${shown} in: ${text.slice(0, 300).replace(/[0-9]{6,}/g, (run) => `${run.slice(0, 2)}…`)}`)
  watch.milliseconds += performance.now() - begun
}

export function watchRecords({ rows, finds }: Grepped): void {
  const watch = watched()
  watch.counts['rows before a drop'] += rows
  watch.finds.push(...finds)
}

/** What was watched since the last call; begins anew. */
export function takeWatched(): { readonly counts: Readonly<Record<Channel, number>>; readonly finds: readonly string[]; readonly milliseconds: number } {
  const watch = watched()
  const taken = { counts: { ...watch.counts }, finds: watch.finds.splice(0), milliseconds: watch.milliseconds }
  for (const channel of channels) watch.counts[channel] = 0
  watch.milliseconds = 0
  return taken
}
