// The orderly end of a node:http server: whoever has sent a request gets an answer before the connection closes, also where the
// kernel has taken the connection and Node has not read it yet. Relies on a drain that answers and closes (core/drain.ts).

import type http from 'node:http'
import net from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'

/** Stops accepting, waits for `drain` (begun here, at once), closes every connection. */
export async function sayFarewell(server: http.Server, drain: () => Promise<void>): Promise<void> {
  const drained = drain()
  await letWaitingIn(server)
  // Not http's own close: it would cut connections whose request has arrived but is not yet read.
  const closed = new Promise<void>((resolve) => net.Server.prototype.close.call(server, () => resolve()))
  await drained
  server.closeAllConnections()
  await closed
}

/** Connections that the kernel has taken and Node has not (it accepts one a round): closing the socket would reset them. */
async function letWaitingIn(server: http.Server): Promise<void> {
  let roundsWithout = 0
  const count = (): void => {
    roundsWithout = 0
  }
  server.on('connection', count)
  for (let round = 0; round < 1_000 && roundsWithout < 5; round += 1) {
    await turn()
    roundsWithout += 1
  }
  server.off('connection', count)
}
