// `citygraph start`: the whole city in one process. Databases (embedded unless named), migrations, the synthetic city (embedded
// only), five subgraphs, the gateway. Ends on SIGINT or SIGTERM in the reverse order, PostgreSQL last.

import { domains } from '../core/domains.ts'
import { systemClock } from '../core/clock.ts'
import { readConfig } from '../core/config.ts'
import type { Config } from '../core/config.ts'
import { createLogger } from '../core/logger.ts'
import { createGateway } from '../gateway/gateway.ts'
import { inProcessSubgraphs } from '../gateway/in-process-link.ts'
import { listen } from '../gateway/listen.ts'
import { committedSupergraphSdl } from '../schema/load.ts'
import { createSealer } from '../subgraphs/access-context.ts'
import { inProcessLink } from '../subgraphs/in-process.ts'
import { foreignDatabases, isEmbedded, migrateCity, startDatabases } from './city-databases.ts'
import type { CityDatabases } from './city-databases.ts'
import { openCore, openIssuers, openLog, openSubgraphs } from './city-parts.ts'
import { beginClock } from './demonstration-clock.ts'
import { configuredKeys, embeddedKeys, keyId } from './keys.ts'
import type { CityKeys } from './keys.ts'
import { fillCity } from './load.ts'
import { announce } from './announce.ts'
import { createProgress } from './progress.ts'
import { closing, onStopSignal } from './stopping.ts'
import { readOptions, wholeNumber } from './usage.ts'

/** Resolves with the exit code when the city has been stopped. */
export async function run(args: readonly string[]): Promise<number> {
  const options = readOptions(args, { size: 'string', port: 'string' })
  const config = readConfig(process.env)
  const size = wholeNumber(options.text('size'), 'size', { default: 20_000, min: 100, max: 5_000_000 })
  const port = wholeNumber(options.text('port'), 'port', { default: config.port, min: 0, max: 65_535 })
  const stopped = onStopSignal()
  const parts = closing()
  const begun = Date.now()
  try {
    const city = await openCity(config, size, parts, stopped.asked)
    if (city === undefined) return 0
    const listening = await listen(city.gateway, { port })
    parts.add(() => listening.stop())
    await announce({ port: listening.port, seconds: (Date.now() - begun) / 1000, clock: city.clock, embedded: city.embedded })
    await stopped.signal
    process.stderr.write('Stopping: answering what was started…\n')
    return 0
  } finally {
    await parts.closeAll()
    stopped.release()
  }
}

async function openCity(config: Config, size: number, parts: ReturnType<typeof closing>, stopAsked: () => boolean) {
  const logger = createLogger(config.logLevel)
  const progress = createProgress(process.stderr)
  const databases = await openDatabases(config, progress.line)
  parts.add(databases.stop)
  const keys: CityKeys = databases.embedded ? embeddedKeys(databases.folder, config) : configuredKeys(config, 'city')
  const clock = databases.embedded ? beginClock(databases.folder, config.now) : systemClock
  await migrateCity(databases, progress.line)
  if (databases.embedded) await fillCity(databases, keys, { size, progress, stopAsked })
  if (stopAsked()) return undefined

  const core = await openCore(clock, logger)
  parts.add(async () => core.close())
  const subgraphs = openSubgraphs(core, databases, keys)
  for (const subgraph of subgraphs) parts.add(subgraph.close)
  await refuseUnreachable(subgraphs.map(({ it, ready }) => ({ domain: it.domain, ready })))
  const audit = openLog('gateway', databases.records.gateway, logger)
  parts.add(audit.close)
  const issuers = await openIssuers(config, core, keys, databases.embedded)
  const gateway = await createGateway({
    supergraphSdl: committedSupergraphSdl(),
    link: inProcessSubgraphs(Object.fromEntries(subgraphs.map(({ it }) => [it.domain, inProcessLink(it)]))),
    engine: core.engine,
    classification: core.classification,
    ...(keys.seal === undefined ? {} : { sealer: createSealer({ privateKey: keys.seal, keyId: keyId(keys.seal), clock }) }),
    audit: audit.it,
    clock,
    logger,
    ...issuers,
  })
  return { gateway, clock, embedded: databases.embedded }
}

async function openDatabases(config: Config, log: (line: string) => void): Promise<CityDatabases> {
  if (!isEmbedded(config)) return foreignDatabases(config)
  return startDatabases(config, log)
}

/** A department whose database cannot be reached at start is named, and the start ends. */
async function refuseUnreachable(parts: readonly { readonly domain: string; readonly ready: () => Promise<boolean> }[]): Promise<void> {
  const reached = await Promise.allSettled(parts.map(({ ready }) => ready()))
  const away = parts.filter((_, at) => reached[at]?.status === 'rejected').map(({ domain }) => domain)
  if (away.length > 0) throw new Error(`The database of ${away.join(', ')} cannot be reached (${domains.length - away.length} of ${domains.length} answer).`)
}
