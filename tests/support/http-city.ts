// The same city as a running one, taken apart as in production: five subgraphs behind HTTP and a gateway that reaches them by
// signed seals. Databases, keys and clock are the running city's; with `engines: 'own'` each part has its own policy engine, as
// processes have, which takes seconds more to start.

import { createSealer, createOpener } from '../../subgraphs/access-context.ts'
import { serveSubgraph } from '../../subgraphs/serve-http.ts'
import { createGateway } from '../../gateway/gateway.ts'
import { httpLink } from '../../gateway/http-link.ts'
import { listen } from '../../gateway/listen.ts'
import { followRegister } from '../../cli/grant-office.ts'
import { openServedLogs } from '../../cli/served-logs.ts'
import { openCore, openIssuers, openLog, openSubgraph, openSuspensions } from '../../cli/city-parts.ts'
import { openAccess } from '../../cli/key-office.ts'
import { keyId } from '../../cli/keys.ts'
import { openOpenQueries } from '../../cli/open-queries.ts'
import { closing } from '../../cli/stopping.ts'
import { frozenClock } from '../../core/clock.ts'
import { readConfig } from '../../core/config.ts'
import { subgraphNames } from '../../core/domains.ts'
import { createLogger } from '../../core/logger.ts'
import { committedSupergraphSdl } from '../../schema/load.ts'
import { executorUnderTest } from './executor-under-test.ts'
import { asCityDatabases, post, TEST_DAY } from './running-city.ts'
import type { CityOptions, RunningCity } from './running-city.ts'

export type HttpCity = Pick<RunningCity, 'url' | 'ask' | 'log' | 'stop'>

export type HttpCityOptions = Pick<CityOptions, 'clock' | 'policies' | 'openQueries'> & { readonly engines?: 'own' | 'shared' }

/** `options`: what the running city was given. */
export async function httpCity(of: RunningCity, options: HttpCityOptions = {}): Promise<HttpCity> {
  const clock = options.clock ?? frozenClock(TEST_DAY)
  const { keys } = of
  if (keys.seal === undefined) throw new Error('a gateway over HTTP needs a key to seal with')
  const lines: string[] = []
  const logger = createLogger('info', { write: (line) => void lines.push(line) })
  const databases = asCityDatabases(of.databases, '')
  const parts = closing()
  let first: ReturnType<typeof openCore> | undefined
  const open = (): ReturnType<typeof openCore> => {
    if (first !== undefined && options.engines !== 'own') return first
    const opening = openCore(clock, logger, { policies: options.policies, openQueries: options.openQueries })
    first = opening
    parts.add(async () => (await opening).close())
    const following = opening.then((core) => followRegister(core, databases.records.gateway))
    parts.add(async () => (await following).close())
    return following.then(() => opening)
  }
  const urls: Record<string, string> = {}
  for (const domain of subgraphNames) {
    const subgraph = openSubgraph(domain, await open(), databases, keys, { executor: executorUnderTest() })
    parts.add(subgraph.close)
    const opener = createOpener({ publicKeys: [...keys.sealPublic], clock })
    const server = await serveSubgraph({ subgraph: subgraph.it, opener, ready: subgraph.ready, logger, port: 0, host: '127.0.0.1' })
    parts.add(server.stop)
    urls[domain] = `http://127.0.0.1:${server.port}/graphql`
  }
  const core = await open()
  const openQueries = await openOpenQueries(core, databases.records.gateway)
  parts.add(openQueries.close)
  const audit = openLog('gateway', databases.records.gateway, logger, keys.audit)
  parts.add(audit.close)
  const hearing = openSuspensions(core, databases.records.gateway)
  parts.add(hearing.close)
  const access = openAccess(core, databases.records.gateway, keys, undefined)
  parts.add(access.close)
  const served = openServedLogs(databases, keys.audit)
  parts.add(served.close)
  const gateway = await createGateway({
    supergraphSdl: committedSupergraphSdl(),
    link: httpLink({ urls }),
    executor: executorUnderTest(),
    engine: core.engine,
    classification: core.classification,
    sealer: createSealer({ privateKey: keys.seal, keyId: keyId(keys.seal), clock }),
    audit: audit.it,
    suspensions: hearing.it,
    supply: audit.supply,
    auditReady: audit.ready,
    logs: served.it,
    openQueries: openQueries.queries,
    openAccess: access.it,
    clock,
    logger,
    ...(await openIssuers(readConfig({}), core, keys, true)),
  })
  const listening = await listen(gateway, { port: 0, host: '127.0.0.1' })
  parts.add(() => listening.stop())
  const url = `http://127.0.0.1:${listening.port}`
  return {
    url,
    ask: async (query, how = {}) => post(url, query, how, how.caller === undefined ? undefined : await of.token(how.caller)),
    log: () => lines.join(''),
    stop: () => parts.closeAll(),
  }
}
