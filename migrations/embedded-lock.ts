// One citygraph on one data folder. The lock is a file with the pid, the start moment and the folder it was made for, so neither
// a recycled pid nor a copied folder locks anybody out. Refuses a second start; a lock whose process is gone is taken over.

import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { processIdentity } from './process-identity.ts'
import { readOrEmpty } from './read-or-empty.ts'

export type DataLock = { readonly release: () => void }

type Holder = { readonly pid: number; readonly identity: string; readonly dataDir: string }

/** Takes the lock of `dataDir` (an absolute, existing folder) for this process. Throws, naming the pid, while another one holds it. */
export async function lockDataFolder(dataDir: string): Promise<DataLock> {
  const file = join(dataDir, 'citygraph.lock')
  const mine = JSON.stringify({ pid: process.pid, identity: processIdentity(process.pid) ?? '', dataDir } satisfies Holder)
  for (let attempt = 0; attempt < 20; attempt++) {
    if (createNew(file, mine)) return { release: () => releaseIfMine(file, mine) }
    const found = readOrEmpty(file)
    const holder = parseHolder(found)
    if (holder !== undefined && holder.dataDir === dataDir && processIdentity(holder.pid) === holder.identity) {
      throw new Error(`citygraph already runs on ${dataDir} (process ${holder.pid}); stop it first, or use another folder`)
    }
    // An unreadable lock may be one that is being written this very moment: give it time before it counts as debris.
    if (holder === undefined && attempt < 5) await sleep(20)
    else takeAway(file, found)
  }
  throw new Error(`the lock ${file} changes hands too often; is something starting citygraph in a loop?`)
}

function createNew(file: string, content: string): boolean {
  try {
    writeFileSync(file, content, { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

/** Moves a stale lock aside; if meanwhile somebody else took it over, theirs is put back. */
function takeAway(file: string, stale: string): void {
  const aside = `${file}.${process.pid}.stale`
  try {
    renameSync(file, aside)
  } catch {
    return
  }
  const moved = readOrEmpty(aside)
  rmSync(aside, { force: true })
  if (moved !== stale) createNew(file, moved)
}

function releaseIfMine(file: string, mine: string): void {
  if (readOrEmpty(file) === mine) rmSync(file, { force: true })
}

function parseHolder(text: string): Holder | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null) return undefined
    if (!('pid' in value && 'identity' in value && 'dataDir' in value)) return undefined
    const { pid, identity, dataDir } = value
    if (typeof pid !== 'number' || typeof identity !== 'string' || typeof dataDir !== 'string') return undefined
    return { pid, identity, dataDir }
  } catch {
    return undefined
  }
}
