// The grants of the register as a bundle takes them: one file each, in a folder that is on no disk. Every change of the register is a
// state of its own, so that processes that hear of several at once go through the same bundles as those that heard of each.

import type { BundleFile } from './bundle-files.ts'
import { APPROVED } from './grants.ts'

/** `made`, `ended`: numbers of changes; Infinity: not ended. */
export type RegisteredGrant = { readonly id: string; readonly content: string; readonly made: number; readonly ended: number }

/** Where an engine hears of the register; audit/approved-grants.ts is one. */
export type Register = {
  grants(): readonly RegisteredGrant[]
  /** Whether what `grants` gives is young enough to go by. */
  fresh(): boolean
  /** Asks now. Never throws. */
  refresh(): Promise<void>
}

/** Older states than these no process still decides by. */
const STATES = 4

/** The states after change `seen`, oldest first, the last one that of now; none where nothing changed. `seen` undefined: nothing was heard before. */
export function statesSince(grants: readonly RegisteredGrant[], seen: number | undefined): readonly { readonly change: number; readonly files: readonly BundleFile[] }[] {
  const changes = [...new Set(grants.flatMap(({ made, ended }) => [made, ...(ended === Infinity ? [] : [ended])]))].filter((change) => seen === undefined || change > seen).sort((a, b) => a - b)
  // A process that has just begun needs none but the newest.
  return changes.slice(seen === undefined ? -1 : -STATES).map((change) => ({ change, files: filesAt(grants, change) }))
}

function filesAt(grants: readonly RegisteredGrant[], change: number): readonly BundleFile[] {
  return grants
    .filter(({ made, ended }) => made <= change && ended > change)
    .map(({ id, content }) => ({ name: `${APPROVED}${id}.yaml`, text: content }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** The grants that must not count, whatever bundle decides: those that ended; where nobody knows, all. */
export function withdrawnNow(register: Register | undefined, fresh: boolean): readonly string[] {
  return (register?.grants() ?? []).flatMap(({ id, ended }) => (fresh && ended === Infinity ? [] : [id]))
}
