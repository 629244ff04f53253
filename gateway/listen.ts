// The node:http front of a gateway: limits on slow clients, and a stop that leaves no started request unanswered.

import http from 'node:http'
import net from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import type { Gateway } from './gateway.ts'

export type Listening = {
  readonly port: number
  /** Stops accepting, drains the gateway, closes every connection. At most `withinMs` (default 9 s) and half a second. */
  stop(withinMs?: number): Promise<void>
}

/** Rejects when the address is taken or not ours. Port 0 chooses a free one. */
export async function listen(gateway: Gateway, at: { readonly port: number; readonly host?: string }): Promise<Listening> {
  const server = http.createServer({ headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 65_000, maxHeaderSize: 16 * 1024 }, gateway.handle)
  // A reader that takes nothing for this long is let go.
  server.timeout = 60_000
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(at.port, at.host, () => {
      server.removeListener('error', reject)
      resolve()
    })
  })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : at.port
  return {
    port,
    async stop(withinMs) {
      const drained = gateway.drain(withinMs)
      await letWaitingIn(server)
      // Not http's own close: it would cut connections whose request has arrived but is not yet read.
      const closed = new Promise<void>((resolve) => net.Server.prototype.close.call(server, () => resolve()))
      await drained
      server.closeAllConnections()
      await closed
    },
  }
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
