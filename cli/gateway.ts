// `citygraph gateway --port N`: the gateway alone, in front of subgraphs over HTTP. SUBGRAPHS names their addresses; with
// `--supergraph FILE` any Federation 2 supergraph with its own addresses, whose subgraphs enforce and report by themselves.

import { readFileSync } from 'node:fs'
import { ConfigRefused, readConfig } from '../core/config.ts'
import type { Config } from '../core/config.ts'
import { isSubgraphName, subgraphNames } from '../core/domains.ts'
import { createLogger } from '../core/logger.ts'
import { createGateway } from '../gateway/gateway.ts'
import { httpLink } from '../gateway/http-link.ts'
import type { SubgraphLink } from '../gateway/link.ts'
import { listen } from '../gateway/listen.ts'
import { committedSupergraphSdl } from '../schema/load.ts'
import { createSealer } from '../subgraphs/access-context.ts'
import { attachDatabases, foreignGateway } from './city-databases.ts'
import { clockOf, openCore, openIssuers, openLog, openSuspensions } from './city-parts.ts'
import { followRegister } from './grant-office.ts'
import { openAccess } from './key-office.ts'
import { configuredKeys, embeddedKeys, keyId } from './keys.ts'
import { openOpenQueries } from './open-queries.ts'
import { openServedLogs } from './served-logs.ts'
import { needIssuers, refuseTogether } from './settings.ts'
import { closing, onStopSignal } from './stopping.ts'
import { readOptions, UsageError, wholeNumber } from './usage.ts'

export async function run(args: readonly string[]): Promise<number> {
  const options = readOptions(args, { port: 'string', supergraph: 'string' })
  const config = readConfig(process.env)
  const port = wholeNumber(options.text('port'), 'port', { default: config.port, min: 0, max: 65_535 })
  const file = options.text('supergraph')
  const own = config.auditUrls.gateway !== undefined
  if (own) refuseTogether(() => foreignGateway(config), () => configuredKeys(config, 'gateway'), () => needIssuers(config), () => (file === undefined ? linkTo(config) : undefined))
  const databases = own ? foreignGateway(config) : attachDatabases(config)
  const keys = own ? configuredKeys(config, 'gateway') : embeddedKeys(databases.folder, config)
  const logger = createLogger(config.logLevel)
  const stopped = onStopSignal()
  const parts = closing()
  try {
    const core = await openCore(clockOf(databases), logger, { embedded: databases })
    parts.add(async () => core.close())
    const register = await followRegister(core, databases.register ?? databases.records.gateway)
    parts.add(register.close)
    if (own) await register.answered()
    const open = await openOpenQueries(core, databases.register ?? databases.records.gateway)
    parts.add(open.close)
    const audit = openLog('gateway', databases.records.gateway, logger, keys.audit)
    parts.add(audit.close)
    const hearing = openSuspensions(core, databases.register ?? databases.records.gateway)
    parts.add(hearing.close)
    const served = openServedLogs(databases, keys.audit)
    parts.add(served.close)
    const access = openAccess(core, databases.register ?? databases.records.gateway, keys, config.publicUrl)
    parts.add(access.close)
    const issuers = await openIssuers(config, core, keys, !own)
    const gateway = await createGateway({
      supergraphSdl: file === undefined ? committedSupergraphSdl() : readSupergraph(file),
      link: file === undefined ? linkTo(config) : httpLink(),
      executor: config.executor,
      engine: core.engine,
      ...(file === undefined ? { classification: core.classification, openQueries: open.queries } : {}),
      ...(keys.seal === undefined ? {} : { sealer: createSealer({ privateKey: keys.seal, keyId: keyId(keys.seal), clock: core.clock }) }),
      audit: audit.it,
      suspensions: hearing.it,
      openAccess: access.it,
      publicUrl: config.publicUrl,
      supply: audit.supply,
      auditReady: audit.ready,
      logs: served.it,
      clock: core.clock,
      logger,
      ...issuers,
    })
    const listening = await listen(gateway, { port })
    parts.add(() => listening.stop())
    process.stdout.write(`The gateway is ready at http://localhost:${listening.port}/graphql\n`)
    await stopped.signal
    return 0
  } finally {
    await parts.closeAll()
    stopped.release()
  }
}

/** HTTP links to the addresses of SUBGRAPHS. Throws ConfigRefused where a domain has none. */
function linkTo(config: Config): SubgraphLink {
  const given = config.subgraphs ?? {}
  const missing = subgraphNames.filter((domain) => given[domain] === undefined)
  if (missing.length > 0) throw new ConfigRefused([`SUBGRAPHS names no address for ${missing.join(', ')}`])
  const link = httpLink()
  return (name, url) => link(name, (isSubgraphName(name) ? given[name] : undefined) ?? url)
}

function readSupergraph(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    throw new UsageError('The supergraph file cannot be read.')
  }
}
