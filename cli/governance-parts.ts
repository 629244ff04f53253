// What runs beside the governance subgraph: the follower of all logs.

import { openFollower } from '../governance/follower.ts'
import type { Follower } from '../governance/follower.ts'
import { openPool } from '../migrations/pool.ts'
import type { CityDatabases } from './city-databases.ts'
import type { CityCore } from './city-parts.ts'

/** Follows the logs of the configuration from now on. Databases that are away are tried again. */
export function openGovernance({ engine, classification, logger }: CityCore, { follower, logs }: CityDatabases): Follower {
  const facts = openPool(follower, { max: 3, domain: 'governance follower' })
  const sources = logs.map((at) => ({ pool: openPool(at.address, { max: 2, domain: 'governance reader' }), logs: at.logs }))
  const it = openFollower({ facts, sources, engine, classification, logger })
  return {
    caughtUp: it.caughtUp,
    close: async () => {
      await it.close()
      await Promise.all([facts, ...sources.map(({ pool }) => pool)].map((pool) => pool.end()))
    },
  }
}
