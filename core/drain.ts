// Requests under way, and the orderly end: every started request is answered or refused before the connection closes.

import type { ServerResponse } from 'node:http'

export type Drain = {
  /** Call once a request; the response's end releases it. `refuse` must answer the request if nothing was sent yet. */
  started(response: ServerResponse, refuse: () => void): void
  readonly draining: () => boolean
  /**
   * Resolves when nothing is under way any more, for 200 ms; after `withinMs` what is left is refused first. Answers are held until
   * `notListening`. Later calls wait for the same end.
   */
  drain(withinMs: number, notListening?: Promise<void>): Promise<void>
}

type Write = () => void

/** Responses whose answers may have to wait, each with its drain's way of waiting. */
const holds = new WeakMap<ServerResponse, (write: Write) => void>()

/** Runs `write`, which answers `response`: at once, or when its drain no longer holds answers. */
export function answerWhenFree(response: ServerResponse, write: Write): void {
  const hold = holds.get(response)
  if (hold === undefined) write()
  else hold(write)
}

const QUIET_MS = 200

export function createDrain(): Drain {
  const underWay = new Map<ServerResponse, () => void>()
  let ending: Promise<void> | undefined
  let end: (() => void) | undefined
  let quiet: NodeJS.Timeout | undefined
  let held: Write[] | undefined

  function hold(write: Write): void {
    if (held === undefined) write()
    else held.push(write)
  }

  function release(): void {
    const writes = held ?? []
    held = undefined
    for (const write of writes) write()
  }

  /** A request may stand in a socket unread: only when none has come for a while is this the end. */
  function watchForQuiet(): void {
    clearTimeout(quiet)
    if (underWay.size === 0 && end !== undefined) quiet = setTimeout(() => afterReading(3), QUIET_MS)
  }

  /** A busy process comes to its timers before its sockets: these are read some rounds before the quiet is believed. */
  function afterReading(rounds: number): void {
    if (underWay.size > 0) return
    if (rounds === 0) end?.()
    else setImmediate(() => afterReading(rounds - 1))
  }

  function refuseAll(): void {
    release()
    for (const [response, refuse] of underWay) {
      if (!response.headersSent) refuse()
      else response.destroy()
    }
  }

  return {
    started(response, refuse) {
      underWay.set(response, refuse)
      holds.set(response, hold)
      clearTimeout(quiet)
      response.once('close', () => {
        underWay.delete(response)
        watchForQuiet()
      })
    },
    draining: () => ending !== undefined,
    drain(withinMs, notListening) {
      if (ending === undefined && notListening !== undefined) {
        held = []
        void notListening.finally(release)
      }
      ending ??= new Promise<void>((resolve) => {
        let last: NodeJS.Timeout | undefined
        const timer = setTimeout(() => {
          refuseAll()
          // A client that does not take its refusal must not hold the process.
          last = setTimeout(() => end?.(), 500)
        }, withinMs)
        end = () => {
          for (const waiting of [timer, last, quiet]) clearTimeout(waiting)
          end = undefined
          resolve()
        }
        watchForQuiet()
      })
      return ending
    },
  }
}
