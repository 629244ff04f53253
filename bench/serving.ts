// How a serving process of a measurement and the measurement speak: the process prints one line when it serves, and ends when its
// standard input does.

import { once } from 'node:events'
import type { Server } from 'node:http'

/** The line; more than this only from those who have more to say. */
export type Serving = { readonly url: string; readonly token?: string; readonly person?: string }

export function saySo(serving: Serving): void {
  process.stdout.write(`${JSON.stringify(serving)}\n`)
}

/** Resolves when the measurement needs this process no longer. */
export async function untilEnd(): Promise<void> {
  process.stdin.resume()
  await once(process.stdin, 'end')
}

/** Listens on a free port of this machine until the end. */
export async function serveUntilEnd(server: Server): Promise<void> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  saySo({ url: `http://127.0.0.1:${address.port}/graphql` })
  await untilEnd()
  server.close()
  server.closeAllConnections()
}
