// Keeps the embedded PostgreSQL running: a server that ends by itself (killed, out of memory, crashed) is started again, at first
// at once, then less and less often. Nothing is served meanwhile, since nothing can be read or recorded.

import { startServer } from './embedded-process.ts'
import type { RunningServer, ServerPlan } from './embedded-process.ts'

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 30_000
/** A server that has served for so long did not fail because of how it was started. */
const STEADY_MS = 60_000

/** Takes over a server that serves. `stop` ends it for good, also while it is being started again; calling it twice is fine. */
export function supervise(plan: ServerPlan, first: RunningServer): { readonly stop: () => Promise<void> } {
  let server: RunningServer | undefined = first
  let stopped = false
  let wake: () => void = () => undefined
  let stopping: Promise<void> | undefined

  const waitFor = (milliseconds: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })

  const watch = async (): Promise<void> => {
    let pause = FIRST_PAUSE_MS
    while (server !== undefined) {
      const since = performance.now()
      await server.ended
      server = undefined
      if (performance.now() - since > STEADY_MS) pause = FIRST_PAUSE_MS
      while (!stopped && server === undefined) {
        await waitFor(pause)
        pause = Math.min(LONGEST_PAUSE_MS, pause * 2)
        if (!stopped) server = await again(plan)
      }
      if (stopped) await server?.stop()
    }
  }
  const watching = watch()

  const stop = async (): Promise<void> => {
    stopped = true
    wake()
    await server?.stop()
    await watching
  }
  return { stop: () => (stopping ??= stop()) }
}

/** The server, or nothing when it did not start; either is said in one line. */
async function again(plan: ServerPlan): Promise<RunningServer | undefined> {
  const begun = performance.now()
  try {
    const server = await startServer(plan)
    plan.log(`PostgreSQL was started again after ${((performance.now() - begun) / 1000).toFixed(1)} s`)
    return server
  } catch (error) {
    plan.log(error instanceof Error ? error.message : 'PostgreSQL did not start')
    return undefined
  }
}
