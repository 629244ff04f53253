// The orderly end of a node:http server: whoever has sent a request gets an answer before the connection closes, also where the
// kernel has taken the connection and Node has not read it yet. Relies on a drain that answers and closes (core/drain.ts).

import type http from 'node:http'
import net from 'node:net'
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises'

/** Clients that were answered just before come back within this time, and find their next answer held. */
const COME_BACK_MS = 20
const LET_IN_MS = 1_000

/** Stops accepting, waits for `drain` (begun at once, holding answers until nothing listens any more), closes every connection. */
export async function sayFarewell(server: http.Server, drain: (notListening: Promise<void>) => Promise<void>): Promise<void> {
  // Not http's own close: it would cut connections whose request has arrived but is not yet read.
  let closed: Promise<void> = Promise.resolve()
  const notListening = letWaitingIn(server).then(() => {
    closed = new Promise<void>((resolve) => net.Server.prototype.close.call(server, () => resolve()))
  })
  await drain(notListening)
  await notListening
  server.closeAllConnections()
  await closed
}

/**
 * Connections that the kernel has taken and Node has not (it accepts one a round): closing the socket would reset them. While
 * answers are held, clients who wait for theirs make no new ones.
 */
async function letWaitingIn(server: http.Server): Promise<void> {
  const until = performance.now() + LET_IN_MS
  let roundsWithout = 0
  const count = (): void => {
    roundsWithout = 0
  }
  server.on('connection', count)
  await sleep(COME_BACK_MS)
  while (roundsWithout < 5 && performance.now() < until) {
    await turn()
    roundsWithout += 1
  }
  server.off('connection', count)
}
