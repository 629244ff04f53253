// Starts the processes of a measurement and ends them: servers that answer, a load generator that asks.

import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { LoadJob, LoadOutcome } from './load-generator.ts'
import type { Serving } from './serving.ts'

const program = join(import.meta.dirname, 'run.js')

/** `domain`: of a subgraph. */
export type ServingProcess = Serving & { readonly domain?: string; readonly pid: number; readonly stop: () => Promise<void> }

/** Starts `npm run bench -- <role> <argument>`; resolves when it serves, rejects when it ends before. */
export async function startServing(role: string, argument: unknown, flags: readonly string[] = []): Promise<ServingProcess> {
  const child = spawn(process.execPath, [...flags, program, role, JSON.stringify(argument)], { stdio: ['pipe', 'pipe', 'inherit'] })
  const { next, end } = linesOf(child, role)
  try {
    // Printed by serving.ts of this version.
    const serving: Serving = JSON.parse(await next())
    return { ...serving, pid: child.pid ?? 0, stop: end }
  } catch (error) {
    await end()
    throw error
  }
}

/** Starts all at once; when one cannot be started the others end, and so do those `before`. */
export async function startSeveral(starts: readonly (() => Promise<ServingProcess>)[], before: readonly ServingProcess[] = []): Promise<readonly ServingProcess[]> {
  const ends = await Promise.allSettled(starts.map((start) => start()))
  const started = ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []))
  const failed = ends.find((end) => end.status === 'rejected')
  if (failed === undefined) return started
  await Promise.all([...started, ...before].map(({ stop }) => stop()))
  throw failed.reason
}

/** Puts loads, one after the other, from a process of its own. */
export type LoadProcess = { readonly put: (job: LoadJob) => Promise<LoadOutcome>; readonly stop: () => Promise<void> }

export function startLoad(): LoadProcess {
  const child = spawn(process.execPath, [program, 'load'], { stdio: ['pipe', 'pipe', 'inherit'] })
  const { next, end } = linesOf(child, 'load')
  return {
    put: async (job) => {
      child.stdin.write(`${JSON.stringify(job)}\n`)
      return JSON.parse(await next())
    },
    stop: end,
  }
}

function linesOf(child: ChildProcess, what: string): { readonly next: () => Promise<string>; readonly end: () => Promise<void> } {
  const over = once(child, 'close')
  const { stdin, stdout } = child
  if (stdin === null || stdout === null) throw new Error('no pipes')
  // A process that died is told of by its missing line.
  stdin.on('error', () => undefined)
  const lines = createInterface(stdout)[Symbol.asyncIterator]()
  return {
    // Libraries say things too.
    next: async () => {
      for (;;) {
        const { done, value } = await lines.next()
        if (done === true) throw new Error(`the process "${what}" ended too early`)
        if (value.startsWith('{')) return value
      }
    },
    end: async () => {
      stdin.end()
      await over
    },
  }
}
