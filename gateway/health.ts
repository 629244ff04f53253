// /health/live: the process answers. /health/ready: so does every subgraph; a domain that is away is named, nothing more.

import type { SubgraphConnection } from './link.ts'

export type Readiness = { readonly ready: boolean; readonly domains: Readonly<Record<string, 'up' | 'down'>> }

/** Asks all subgraphs at once. A draining gateway is not ready, so that balancers look elsewhere. */
export async function readiness(connections: ReadonlyMap<string, SubgraphConnection>, draining: boolean): Promise<Readiness> {
  const asked = [...connections].map(async ([name, connection]) => [name, (await connection.ready()) ? 'up' : 'down'] as const)
  const domains = Object.fromEntries(await Promise.all(asked))
  return { ready: !draining && Object.values(domains).every((state) => state === 'up'), domains }
}
