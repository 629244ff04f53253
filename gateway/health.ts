// /health/live: the process answers. /health/ready: so does every subgraph; a domain that is away is named, nothing more.

import type { SubgraphConnection } from './link.ts'

export type Readiness = { readonly ready: boolean; readonly domains: Readonly<Record<string, 'up' | 'down'>> }

/**
 * Asks all subgraphs at once. A draining gateway is not ready, so that balancers look elsewhere. Who asks while an answer is under
 * way gets that answer: anybody may ask, and each asking takes connections of databases and logs.
 */
export function createReadiness(connections: ReadonlyMap<string, SubgraphConnection>): (draining: boolean) => Promise<Readiness> {
  let underWay: Promise<Readiness['domains']> | undefined
  const ask = async (): Promise<Readiness['domains']> => {
    const asked = [...connections].map(async ([name, connection]) => [name, (await connection.ready()) ? 'up' : 'down'] as const)
    return Object.fromEntries(await Promise.all(asked))
  }
  return async (draining) => {
    underWay ??= ask().finally(() => {
      underWay = undefined
    })
    const domains = await underWay
    return { ready: !draining && Object.values(domains).every((state) => state === 'up'), domains }
  }
}
