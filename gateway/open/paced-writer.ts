// Writes what comes bit by bit no faster than it is read: the next bit waits until the one before is taken. A reader who takes nothing for
// too long, or has gone, ends the writing. Between two bits nothing is held but the text.

import type { ServerResponse } from 'node:http'
import { pipeline } from 'node:stream'
import type { Writable } from 'node:stream'
import { coder } from './content-coding.ts'
import type { Coding } from './content-coding.ts'

/** The client has gone, or does not read. */
export class ReaderGone extends Error {
  override name = 'ReaderGone'
}

export type PacedWriter = {
  /** Resolves when more may be written. Throws ReaderGone. */
  write(text: string): Promise<void>
  /** Resolves when the client's system has all of it. Throws ReaderGone. */
  end(): Promise<void>
  /** Cuts the connection, so that nobody takes what was written for the whole. */
  cut(): void
}

/** Small, so that a slow reader is seen to read. */
const BIT = 16 * 1024

/** The head is written. */
export function pacedWriter(response: ServerResponse, coding: Coding | undefined, patienceMs: number): PacedWriter {
  const packing = coding === undefined ? undefined : coder(coding)
  const target: Writable = packing ?? response
  if (packing !== undefined) pipeline(packing, response, () => undefined)

  /** Until `event` of `of`; not for ever, and not where nobody reads any more. */
  function until(of: Writable, event: 'drain' | 'finish'): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (done: () => void) => (): void => {
        clearTimeout(timer)
        of.off(event, happened)
        response.off('close', gone)
        done()
      }
      const happened = settle(resolve)
      const gone = settle(() => (response.writableFinished ? resolve() : reject(new ReaderGone())))
      const timer = setTimeout(gone, patienceMs)
      of.once(event, happened)
      response.once('close', gone)
    })
  }

  return {
    async write(text) {
      const bytes = Buffer.from(text)
      for (let at = 0; at < bytes.length; at += BIT) {
        if (response.destroyed) throw new ReaderGone()
        if (!target.write(bytes.subarray(at, at + BIT))) await until(target, 'drain')
      }
    },
    async end() {
      if (response.destroyed) throw new ReaderGone()
      const finished = until(response, 'finish')
      target.end()
      await finished
    },
    cut() {
      packing?.destroy()
      response.destroy()
    },
  }
}
