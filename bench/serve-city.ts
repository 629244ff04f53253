// A process that assembles the city as `citygraph start` does, on embedded databases that the measurement keeps running, and serves
// it on a free port until the measurement ends. Argument: a JSON object, CityOptions.

import { attachDatabases } from '../cli/city-databases.ts'
import type { CityDatabases } from '../cli/city-databases.ts'
import { clockOf } from '../cli/city-parts.ts'
import { openCity } from '../cli/city.ts'
import { demonstrationIssuer } from '../cli/issuer.ts'
import { embeddedKeys } from '../cli/keys.ts'
import { readConfig } from '../core/config.ts'
import { createLogger } from '../core/logger.ts'
import { listen } from '../gateway/listen.ts'
import type { AuditLog } from '../audit/access-record.ts'
import type { Follower } from '../governance/follower.ts'
import { profileBetweenSignals } from './profile/take-profile.ts'
import { personFor } from './person-for.ts'
import { saySo, untilEnd } from './serving.ts'
import { supergraphWith } from './many-subgraphs.ts'

export type CityOptions = {
  readonly folder: string
  readonly caller: string
  /** A linking token, told back as the id under which the caller's organisation knows the person. */
  readonly person: string
  /** Folder of another bundle than the project's. */
  readonly policies?: string
  /** `none`: logs that keep nothing. */
  readonly records: 'kept' | 'none'
  /** Whether governance follows the logs in this process, as in the embedded city, or elsewhere. */
  readonly following: boolean
  /** Another database of population's in the same cluster. */
  readonly population?: string
  /** So many subgraphs more in the supergraph, which nobody asks. */
  readonly subgraphsMore?: number
  /** Folder of other open queries than the project's. */
  readonly openQueries?: string
  /** A file for what the processor did between two signals SIGUSR2. */
  readonly profile?: string
}

export async function run([text = '']: readonly string[]): Promise<number> {
  // Written by servers.ts of this version.
  const options: CityOptions = JSON.parse(text)
  const config = readConfig({ CITYGRAPH_FOLDER: options.folder, CITYGRAPH_EXECUTOR: process.env['CITYGRAPH_EXECUTOR'] })
  const databases = withPopulation(attachDatabases(config), options.population)
  const keys = embeddedKeys(databases.folder, config)
  const clock = clockOf(databases)
  const city = await openCity({
    config, databases, keys, clock, logger: createLogger('error'),
    ...(options.policies === undefined ? {} : { policies: options.policies }),
    ...(options.openQueries === undefined ? {} : { openQueries: options.openQueries }),
    ...(options.following ? {} : { follow: followingNothing }),
    ...(options.records === 'kept' ? {} : { wrapLogs: keepingNothing }),
    ...(options.subgraphsMore === undefined ? {} : { supergraphSdl: supergraphWith(options.subgraphsMore) }),
  })
  const listening = await listen(city.gateway, { port: 0, host: '127.0.0.1' })
  const issuer = await demonstrationIssuer(keys, clock)
  if (options.profile !== undefined) profileBetweenSignals(options.profile)
  saySo({
    url: `http://127.0.0.1:${listening.port}/graphql`,
    token: await issuer.token(options.caller),
    person: personFor(keys, options.caller, options.person),
  })
  await untilEnd()
  await listening.stop()
  await city.close()
  return 0
}

function withPopulation(databases: CityDatabases, database: string | undefined): CityDatabases {
  if (database === undefined) return databases
  return { ...databases, serving: { ...databases.serving, population: { ...databases.serving.population, database } } }
}

function keepingNothing(log: AuditLog): AuditLog {
  return { ...log, append: async () => undefined }
}

function followingNothing(): Follower {
  return { caughtUp: async () => undefined, close: async () => undefined }
}
