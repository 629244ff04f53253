// Requests under way, and the orderly end: every started request is answered or refused before the connection closes.

import type { ServerResponse } from 'node:http'

export type Drain = {
  /** Call once a request; the response's end releases it. `refuse` must answer the request if nothing was sent yet. */
  started(response: ServerResponse, refuse: () => void): void
  readonly draining: () => boolean
  /** Resolves when nothing is under way; after `withinMs` what is left is refused first. Later calls wait for the same end. */
  drain(withinMs: number): Promise<void>
}

export function createDrain(): Drain {
  const underWay = new Map<ServerResponse, () => void>()
  let ending: Promise<void> | undefined
  let whenEmpty: (() => void) | undefined

  function refuseAll(): void {
    for (const [response, refuse] of underWay) {
      if (!response.headersSent) refuse()
      else response.destroy()
    }
  }

  return {
    started(response, refuse) {
      underWay.set(response, refuse)
      response.once('close', () => {
        underWay.delete(response)
        if (underWay.size === 0) whenEmpty?.()
      })
    },
    draining: () => ending !== undefined,
    drain(withinMs) {
      ending ??= new Promise<void>((resolve) => {
        if (underWay.size === 0) return resolve()
        const timer = setTimeout(refuseAll, withinMs)
        // A client that does not take its refusal must not hold the process.
        const last = setTimeout(() => resolve(), withinMs + 500)
        whenEmpty = () => {
          clearTimeout(timer)
          clearTimeout(last)
          resolve()
        }
      })
      return ending
    },
  }
}
