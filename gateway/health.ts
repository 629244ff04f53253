// /health/live: the process answers. /health/ready: so do every subgraph and the gateway's own log; a domain that is away is
// named, nothing more.

import type { SubgraphConnection } from './link.ts'

type State = 'up' | 'down'
export type Readiness = { readonly ready: boolean; readonly domains: Readonly<Record<string, State>>; readonly records: State }

/**
 * Asks all subgraphs at once, and whether refusals can be recorded (`log`; a throw is no). A draining gateway is not ready, so that balancers look elsewhere. Who asks while an answer is under
 * way gets that answer: anybody may ask, and each asking takes connections of databases and logs.
 */
export function createReadiness(connections: ReadonlyMap<string, SubgraphConnection>, log: () => Promise<boolean>): (draining: boolean) => Promise<Readiness> {
  let underWay: Promise<Omit<Readiness, 'ready'>> | undefined
  const ask = async (): Promise<Omit<Readiness, 'ready'>> => {
    const asked = [...connections].map(async ([name, connection]) => [name, state(await connection.ready())] as const)
    const recording = Promise.resolve().then(log).catch(() => false)
    return { domains: Object.fromEntries(await Promise.all(asked)), records: state(await recording) }
  }
  return async (draining) => {
    underWay ??= ask().finally(() => {
      underWay = undefined
    })
    const { domains, records } = await underWay
    return { ready: !draining && [...Object.values(domains), records].every((found) => found === 'up'), domains, records }
  }
}

function state(up: boolean): State {
  return up ? 'up' : 'down'
}
