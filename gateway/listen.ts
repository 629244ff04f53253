// The node:http front of a gateway: limits on slow clients, and a stop that leaves no started request unanswered.

import http from 'node:http'
import { sayFarewell } from '../core/http-farewell.ts'
import { openPort } from '../core/open-port.ts'
import type { Gateway } from './gateway.ts'

export type Listening = {
  readonly port: number
  /** Stops accepting, drains the gateway, closes every connection. At most `withinMs` (default 9 s) and half a second. */
  stop(withinMs?: number): Promise<void>
}

/** IPv4, since every client that finds nothing at localhost's `::1` tries it next; listening on `localhost` would take one of the two. */
export const THIS_MACHINE = '127.0.0.1'

/** `host` left out: every interface. Rejects when the address is taken or not ours. Port 0 chooses a free one. */
export async function listen(gateway: Gateway, at: { readonly port: number; readonly host?: string | undefined }): Promise<Listening> {
  const server = http.createServer({ headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 65_000, maxHeaderSize: 16 * 1024 }, gateway.handle)
  // A reader that takes nothing for this long is let go.
  server.timeout = 60_000
  const port = await openPort(server, at)
  return {
    port,
    stop: (withinMs) => sayFarewell(server, (notListening) => gateway.drain(withinMs, notListening)),
  }
}
