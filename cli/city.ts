// A whole city in one process: the subgraphs on their databases, the follower of their logs, and the gateway before them. `citygraph start` and the flow
// tests run this same assembly.

import type { Clock } from '../core/clock.ts'
import type { Config } from '../core/config.ts'
import type { Logger } from '../core/logger.ts'
import { answerCommits } from '../audit/answer-commit.ts'
import type { Follower } from '../governance/follower.ts'
import { createGateway } from '../gateway/gateway.ts'
import type { Gateway, GatewayParts } from '../gateway/gateway.ts'
import { inProcessSubgraphs } from '../gateway/in-process-link.ts'
import { committedSupergraphSdl } from '../schema/load.ts'
import { createSealer } from '../subgraphs/access-context.ts'
import { inProcessLink } from '../subgraphs/in-process.ts'
import type { CityDatabases } from './city-databases.ts'
import { openCore, openIssuers, openLog, openSharedCommits, openSubgraphs, openSuspensions } from './city-parts.ts'
import type { CityCore, LogWrapper, Open } from './city-parts.ts'
import { followRegister } from './grant-office.ts'
import { openGovernance } from './governance-parts.ts'
import { openAccess } from './key-office.ts'
import { keyId } from './keys.ts'
import { openOpenQueries } from './open-queries.ts'
import { openServedLogs } from './served-logs.ts'
import type { CityKeys } from './keys.ts'
import { closing } from './stopping.ts'

export type City = { readonly core: CityCore; readonly gateway: Gateway; readonly follower: Follower; readonly close: () => Promise<void> }

export type CityInputs = {
  readonly config: Config
  readonly databases: CityDatabases
  readonly keys: CityKeys
  readonly clock: Clock
  readonly logger: Logger
  /** Folder of the officers' bundle; the project's own by default. */
  readonly policies?: string
  readonly limits?: GatewayParts['limits']
  /** For bench/ alone: what would be served were records of reads not kept. No setting reaches it. */
  readonly wrapLogs?: LogWrapper
  /** For bench/ alone: what governance costs beside the logs. No setting reaches it. */
  readonly follow?: typeof openGovernance
  /** The folder of open queries with the list of those that are published; left out: the project's. */
  readonly openQueries?: string
  /** For bench/ alone: the city's supergraph among subgraphs that nobody asks. No setting reaches it. */
  readonly supergraphSdl?: string
}

/** Opens everything; when a part cannot be opened, what was opened before is closed again. Nothing listens yet. */
export async function openCity(inputs: CityInputs): Promise<City> {
  const { config, databases, keys, clock, logger } = inputs
  const parts = closing()
  try {
    const core = await openCore(clock, logger, { policies: inputs.policies, openQueries: inputs.openQueries, embedded: databases })
    parts.add(async () => core.close())
    const register = databases.register ?? databases.records.gateway
    parts.add((await followRegister(core, register)).close)
    const open = await openOpenQueries(core, register)
    parts.add(open.close)
    const commits = openSharedCommits(databases, core.leaves)
    parts.add(commits.close)
    const { queue } = commits
    const hearing = openSuspensions(core, register)
    parts.add(hearing.close)
    const subgraphs = openSubgraphs(core, databases, keys, { wrap: inputs.wrapLogs, queue, executor: config.executor, suspensions: hearing.it })
    for (const subgraph of subgraphs) parts.add(subgraph.close)
    const audit = openLog('gateway', databases.records.gateway, logger, keys.audit, { queue })
    parts.add(audit.close)
    const served = openServedLogs(databases, keys.audit)
    parts.add(served.close)
    const access = openAccess(core, register, keys, config.publicUrl)
    parts.add(access.close)
    await refuseUnreachable([...subgraphs, audit])
    const issuers = await openIssuers(config, core, keys, databases.embedded)
    const gateway = await createGateway({
      supergraphSdl: inputs.supergraphSdl ?? committedSupergraphSdl(),
      link: inProcessSubgraphs(Object.fromEntries(subgraphs.map(({ it, ready }) => [it.domain, { ...inProcessLink(it), ready }]))),
      executor: config.executor,
      engine: core.engine,
      classification: core.classification,
      ...(keys.seal === undefined ? {} : { sealer: createSealer({ privateKey: keys.seal, keyId: keyId(keys.seal), clock }) }),
      audit: audit.it,
      ...(queue === undefined ? {} : { commits: answerCommits(queue) }),
      suspensions: hearing.it,
      openAccess: access.it,
      publicUrl: config.publicUrl,
      supply: audit.supply,
      auditReady: audit.ready,
      logs: served.it,
      openQueries: open.queries,
      clock,
      logger,
      ...issuers,
      ...(inputs.limits === undefined ? {} : { limits: inputs.limits }),
    })
    const follower = (inputs.follow ?? openGovernance)(core, databases, keys)
    parts.add(follower.close)
    return { core, gateway, follower, close: () => parts.closeAll() }
  } catch (error) {
    await parts.closeAll()
    throw error
  }
}

/** Throws one sentence for each database that cannot be reached: a start serves everything or ends. */
async function refuseUnreachable(parts: readonly Pick<Open<unknown>, 'ready'>[]): Promise<void> {
  const reached = await Promise.allSettled(parts.map(({ ready }) => ready()))
  const sentences = reached.flatMap((end) => (end.status === 'rejected' ? [end.reason instanceof Error ? end.reason.message : 'A database cannot be reached.'] : []))
  if (sentences.length > 0) throw new Error(sentences.join('\n'))
}
