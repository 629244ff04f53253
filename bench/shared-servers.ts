// Servers of W1 that several targets measure: each is started and warmed up once, and ends after the last target that wants it.

import type { BenchCity } from './bench-city.ts'
import { citygraph, handWritten, plainApollo } from './servers.ts'
import type { Server } from './servers.ts'
import { workloads } from './workloads.ts'

const { W1 } = workloads

const starts = {
  hand: (city: BenchCity) => handWritten(city, W1),
  handMasked: (city: BenchCity) => handWritten(city, W1, { masked: true }),
  bank: (city: BenchCity) => citygraph(city, W1, 'citygraph, bank-a'),
  /** What governance reads of one server's records would be counted on the others: here it follows no log. */
  bankUnfollowed: (city: BenchCity) => citygraph(city, W1, 'citygraph, bank-a, nobody follows', { following: false }),
  apollo: (city: BenchCity) => plainApollo(city, W1),
}

export type SharedServer = keyof typeof starts

export type SharedServers = {
  /** Started where it does not run yet. */
  readonly of: (name: SharedServer) => Promise<Server>
  readonly endAllBut: (names: readonly SharedServer[]) => Promise<void>
}

export function sharedServers(city: BenchCity): SharedServers {
  const running = new Map<SharedServer, Promise<Server>>()
  return {
    of: (name) => {
      const server = running.get(name) ?? starts[name](city)
      running.set(name, server)
      return server
    },
    endAllBut: async (names) => {
      const over = [...running].filter(([name]) => !names.includes(name))
      for (const [name] of over) running.delete(name)
      await stopAll(over.map(([, server]) => server))
    },
  }
}

/** Of those that could be started. */
export async function stopAll(servers: readonly Promise<Server>[]): Promise<void> {
  const started = await Promise.allSettled(servers)
  await Promise.all(started.flatMap((server) => (server.status === 'fulfilled' ? [server.value.stop()] : [])))
}
