// Runs tests/support/run-cluster.ts in a process of its own and reads its events.

import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export type ClusterEvent = {
  readonly started?: { readonly freshlyMade: boolean; readonly socketDir: string; readonly encoding: string; readonly collate: string; readonly lowered: string; readonly first: string }
  readonly prepared?: { readonly copied: boolean }
  readonly failed?: string
  readonly log?: string
}

export type ClusterProcess = {
  readonly child: ChildProcess
  /** Events until the first `started`, `prepared` or `failed`, that one included; rejects when the process ends without any. */
  readonly events: Promise<readonly ClusterEvent[]>
  /** Resolves when the process has ended and its output is read. */
  readonly ended: Promise<void>
}

const project = join(import.meta.dirname, '..', '..')

export function clusterProcess(dataDir: string, how: 'hold' | 'once' | 'prepare', options: SpawnOptions = {}, packageFolder = ''): ClusterProcess {
  const tsx = createRequire(import.meta.url).resolve('tsx')
  const child = spawn(process.execPath, ['--import', tsx, join(project, 'tests/support/run-cluster.ts'), dataDir, how, packageFolder], { cwd: project, ...options, stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const events = new Promise<readonly ClusterEvent[]>((resolve, reject) => {
    const seen: ClusterEvent[] = []
    if (child.stdout === null) return reject(new Error('no output'))
    createInterface(child.stdout).on('line', (line) => {
      const event: ClusterEvent = JSON.parse(line)
      seen.push(event)
      if (event.started !== undefined || event.prepared !== undefined || event.failed !== undefined) resolve(seen)
    })
    child.once('error', reject)
    void ended.then(() => reject(new Error(`ended without a word (${JSON.stringify(seen)})`)))
  })
  return { child, events, ended }
}
