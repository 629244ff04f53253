// Clients that ask without pause, for tests of a stop under load: each request ends as answered, as refused before anything was
// sent (the connection was not taken), or as cut, which a farewell must never do.

import http from 'node:http'
import { exchange } from './http-exchange.ts'

export type LoadResult = {
  /** HTTP statuses by how often they came. */
  readonly statuses: Readonly<Record<string, number>>
  readonly refused: number
  /** Codes of connections that ended after a request had been sent. */
  readonly cut: readonly string[]
  readonly bodies: readonly string[]
}

export type Load = { readonly answered: () => number; readonly result: Promise<LoadResult> }

/** `clients` connections, each asking again as soon as it has its answer, until a connection is refused or cut. */
export function load(options: { url: string; clients: number; body: string; headers?: Readonly<Record<string, string>>; keepAlive?: boolean }): Load {
  const statuses: Record<string, number> = {}
  const cut: string[] = []
  const bodies = new Set<string>()
  let answered = 0
  let refused = 0
  const client = async (): Promise<void> => {
    const agent = new http.Agent({ keepAlive: options.keepAlive ?? true, maxSockets: 1 })
    for (;;) {
      const end = await exchange(options, agent)
      if ('code' in end) {
        if (end.code === 'ECONNREFUSED') refused += 1
        else cut.push(end.code)
        break
      }
      answered += 1
      statuses[end.status] = (statuses[end.status] ?? 0) + 1
      if (bodies.size < 20) bodies.add(`${end.status} ${end.text}`)
    }
    agent.destroy()
  }
  const result = Promise.all(Array.from({ length: options.clients }, client)).then(() => ({ statuses, refused, cut, bodies: [...bodies] }))
  return { answered: () => answered, result }
}
