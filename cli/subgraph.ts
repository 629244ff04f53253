// `citygraph subgraph <domain> --port N`: one department's subgraph over HTTP, on its own database (or the running embedded one).

import { createAuthenticate } from '../gateway/authenticate.ts'
import { isSubgraphName, subgraphNames } from '../core/domains.ts'
import { readConfig } from '../core/config.ts'
import { createLogger } from '../core/logger.ts'
import { createOpener } from '../subgraphs/access-context.ts'
import { createRouterMode } from '../subgraphs/router-mode.ts'
import { serveSubgraph } from '../subgraphs/serve-http.ts'
import { attachDatabases, foreignDepartment } from './city-databases.ts'
import { clockOf, openCore, openIssuers, openSubgraph } from './city-parts.ts'
import { followRegister } from './grant-office.ts'
import { openGovernance } from './governance-parts.ts'
import { configuredKeys, embeddedKeys } from './keys.ts'
import { needIssuers, refuseTogether } from './settings.ts'
import { closing, onStopSignal } from './stopping.ts'
import { readOptions, UsageError, wholeNumber } from './usage.ts'

export async function run(args: readonly string[]): Promise<number> {
  const options = readOptions(args, { port: 'string', host: 'string' })
  const [domain] = options.words
  if (!isSubgraphName(domain)) throw new UsageError(`Which subgraph? One of ${subgraphNames.join(', ')}.`)
  const port = wholeNumber(options.text('port'), 'port', { default: 4101 + subgraphNames.indexOf(domain), min: 0, max: 65_535 })
  const config = readConfig(process.env)
  const own = config.databaseUrls[domain] !== undefined
  if (own) refuseTogether(() => foreignDepartment(config, domain), () => configuredKeys(config, 'subgraph'), () => (config.routerSecret === undefined ? undefined : needIssuers(config)))
  const databases = own ? foreignDepartment(config, domain) : attachDatabases(config)
  const keys = own ? configuredKeys(config, 'subgraph') : embeddedKeys(databases.folder, config)
  const logger = createLogger(config.logLevel)
  const stopped = onStopSignal()
  const parts = closing()
  try {
    const core = await openCore(clockOf(databases), logger, { embedded: databases })
    parts.add(async () => core.close())
    const register = await followRegister(core, databases.register ?? databases.records[domain])
    parts.add(register.close)
    if (own) await register.answered()
    const subgraph = openSubgraph(domain, core, databases, keys, { executor: config.executor })
    parts.add(subgraph.close)
    await subgraph.ready()
    if (domain === 'governance') parts.add(openGovernance(core, databases, keys).close)
    const secret = config.routerSecret
    const issuers = secret === undefined ? undefined : await openIssuers(config, core, keys, !own)
    const verifyToken = issuers?.authenticate ?? createAuthenticate({ issuers: [], clock: core.clock })
    const server = await serveSubgraph({
      subgraph: subgraph.it,
      opener: createOpener({ publicKeys: keys.sealPublic, clock: core.clock }),
      ...(secret === undefined ? {} : { router: createRouterMode({ secret, verifyToken, engine: core.engine, clock: core.clock }) }),
      ready: subgraph.ready,
      logger,
      port,
      host: options.text('host') ?? '127.0.0.1',
    })
    parts.add(server.stop)
    process.stdout.write(`Subgraph ${domain} is ready at http://localhost:${server.port}/graphql; it hears the gateway's seal only.\n`)
    await stopped.signal
    return 0
  } finally {
    await parts.closeAll()
    stopped.release()
  }
}
