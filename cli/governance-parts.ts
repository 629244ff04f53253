// What runs beside the governance subgraph: the follower of all logs, the witness of their heads, the watch for risk signals in what it
// reads, and the catalogue.

import { createPublicKey } from 'node:crypto'
import { openCatalogue } from '../governance/catalogue-watch.ts'
import { grantCopier } from '../governance/copy-grants.ts'
import { openFollower } from '../governance/follower.ts'
import type { Follower } from '../governance/follower.ts'
import { openDemands } from '../governance/open-demands.ts'
import { openRiskWatch } from '../governance/risk-watch.ts'
import { openWitness } from '../governance/witness.ts'
import { openPool } from '../migrations/pool.ts'
import { graphItems } from '../schema/graph-items.ts'
import { allSubgraphSdl } from '../schema/load.ts'
import type { CityDatabases } from './city-databases.ts'
import type { CityCore } from './city-parts.ts'
import type { CityKeys } from './keys.ts'
import { openGrantOffice } from './grant-office.ts'
import { openOffice } from './office.ts'

/** Acts copy what they do themselves; this is for files, and for what another process did. */
const COPY_GRANTS_MS = 5_000

/** Follows the logs of the configuration from now on. Databases that are away are tried again. */
export function openGovernance(core: CityCore, databases: CityDatabases, keys: Pick<CityKeys, 'audit'>): Follower {
  const { engine, classification, clock, logger } = core
  const { follower, logs } = databases
  const facts = openPool(follower, { max: 3, domain: 'governance follower' })
  const sources = logs.map((at) => ({ pool: openPool(at.address, { max: 2, domain: 'governance reader' }), logs: at.logs }))
  const { office, audit, copy, copyOpen, close } = openOffice(core, databases)
  const register = sources.find(({ logs: there }) => there.includes('governance'))?.pool
  const copyRegister = register === undefined ? async (): Promise<void> => undefined : grantCopier(register, facts, () => ({ bundle: engine.bundle(), classification }))
  const watch = openRiskWatch({ facts, engine, classification, audit, office, copy, clock })
  const witness = openWitness({ facts, publicKey: createPublicKey(keys.audit), logger })
  const catalogue = openCatalogue({ facts, engine, classification, items: graphItems(allSubgraphSdl()), openQueries: copyOpen, clock })
  const grants = openGrantOffice(core, databases)
  const demands = openDemands({ register: grants.register, engine, classification, clock, logger })
  let copiedAt = -Infinity
  const copyGrants = async (): Promise<void> => {
    if (performance.now() - copiedAt < COPY_GRANTS_MS) return
    await copyRegister()
    copiedAt = performance.now()
  }
  // One that fails keeps the others from nothing.
  const afterwards = async (): Promise<void> => {
    const ends = await Promise.allSettled([watch.round(), copyGrants(), catalogue.round(), demands.round()])
    for (const end of ends) if (end.status === 'rejected') throw end.reason
  }
  const it = openFollower({ facts, sources, engine, classification, logger, witness, afterwards })
  const end = async (): Promise<void> => {
    await it.close()
    await close()
    await grants.close()
    await Promise.all([facts, ...sources.map(({ pool }) => pool)].map((pool) => pool.end()))
  }
  let ended: Promise<void> | undefined
  return { caughtUp: it.caughtUp, close: () => (ended ??= end()) }
}
