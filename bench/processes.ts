// Starts the processes of a measurement and ends them: cities that serve, a load generator that asks.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import type { LoadJob, LoadOutcome } from './load-generator.ts'
import type { Served, Serving } from './serve-city.ts'

const program = join(import.meta.dirname, 'run.js')

export type ServingCity = Serving & { readonly stop: () => Promise<Served> }

/** Resolves when the city serves; rejects when it ends before. */
export async function serveCity(folder: string, variant: 'records' | 'without-records' | 'whole'): Promise<ServingCity> {
  const child = spawn(process.execPath, [program, 'serve', folder, variant], { stdio: ['pipe', 'pipe', 'inherit'] })
  const over = once(child, 'close')
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  // Printed by serve-city.ts of this version.
  const next = async (): Promise<string> => {
    const { done, value } = await lines.next()
    if (done === true) throw new Error(`the city (${variant}) ended too early`)
    return value
  }
  const serving: Serving = JSON.parse(await next())
  return {
    ...serving,
    stop: async () => {
      child.stdin.end()
      const served: Served = JSON.parse(await next())
      await over
      return served
    },
  }
}

/** Runs one load in a process of its own. */
export async function putLoad(job: LoadJob): Promise<LoadOutcome> {
  const child = spawn(process.execPath, [program, 'load'], { stdio: ['pipe', 'pipe', 'inherit'] })
  const over = once(child, 'close')
  child.stdin.end(JSON.stringify(job))
  const said = await text(child.stdout)
  const [code] = await over
  if (code !== 0) throw new Error('the load ended early')
  return JSON.parse(said)
}
