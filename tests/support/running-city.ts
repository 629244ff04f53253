// The product as it runs: five departments' databases with a synthetic city, in-process subgraphs, the gateway on a real port.
// The same assembly as `citygraph start` (cli/city.ts); only databases, keys and clock are the test's.

import { randomUUID } from 'node:crypto'
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ACCEPTED_FILE } from '../../cli/accepted-policies.ts'
import type { CityDatabases } from '../../cli/city-databases.ts'
import { openCity } from '../../cli/city.ts'
import type { City, CityInputs } from '../../cli/city.ts'
import { demonstrationIssuer } from '../../cli/issuer.ts'
import { embeddedKeys } from '../../cli/keys.ts'
import type { CityKeys } from '../../cli/keys.ts'
import { frozenClock } from '../../core/clock.ts'
import type { Clock } from '../../core/clock.ts'
import { readConfig } from '../../core/config.ts'
import type { Executor } from '../../core/config.ts'
import { subgraphNames } from '../../core/domains.ts'
import type { SubgraphName } from '../../core/domains.ts'
import { createLogger } from '../../core/logger.ts'
import { listen } from '../../gateway/listen.ts'
import { applyMigrations } from '../../migrations/apply.ts'
import { fromTemplate, testCluster } from './city-database.ts'
import type { TestDatabase } from './city-database.ts'
import { executorUnderTest } from './executor-under-test.ts'
import { governanceDatabase } from './governance-database.ts'
import { LINK_KEY, loadedCity } from './loaded-city.ts'

/** The test clock of DOMAIN.md. */
export const TEST_DAY = '2026-03-01T10:00:00+08:00'

export type Asked = {
  readonly caller?: string
  readonly purpose?: string
  readonly caseNo?: string
  readonly authorizationRef?: string
  readonly variables?: Readonly<Record<string, unknown>>
  readonly operationName?: string
  readonly headers?: Readonly<Record<string, string>>
}

export type Decision = { readonly path: string; readonly decision: string; readonly code: string }
export type Sharing = { readonly requestId: string; readonly policyVersion: string; readonly records: readonly { readonly log: string; readonly id: string }[]; readonly decisions: readonly Decision[] }
/** `data` is whatever the query says; tests read it by path. */
export type Answer = {
  readonly status: number
  readonly text: string
  // eslint-disable-next-line -- JSON of an answer is read by tests only
  readonly data: any
  readonly errors: readonly { readonly message: string; readonly path?: readonly (string | number)[]; readonly extensions: { readonly code: string; readonly domain?: string; readonly argument?: string } }[]
  readonly sharing: Sharing
}

export type RunningCity = {
  readonly url: string
  readonly city: City
  readonly keys: CityKeys
  readonly databases: Readonly<Record<SubgraphName | 'audit', TestDatabase>>
  /** Everything that was logged, JSON lines. */
  readonly log: () => string
  readonly token: (caller: string) => Promise<string>
  readonly ask: (query: string, how?: Asked) => Promise<Answer>
  readonly stop: () => Promise<void>
}

export type CityOptions = {
  readonly size?: number
  /** With departments' databases of its own, for a test that changes them or takes them away. */
  readonly own?: boolean
  readonly clock?: Clock
  readonly policies?: string
  /** Left out: that of the whole run. */
  readonly executor?: Executor
  readonly limits?: CityInputs['limits']
  readonly idKeys?: readonly Uint8Array[]
  /** Folder of open queries. */
  readonly openQueries?: string
  /** Databases of another running city of this test, to run a second assembly on the same data. */
  readonly databases?: RunningCity['databases']
  /** Its keys too: subjects then stand under the same tokens. */
  readonly keys?: CityKeys
}

/** Starts a city of `size` people (default 400, the scenario among them). */
export async function runningCity(options: CityOptions = {}): Promise<RunningCity> {
  const clock = options.clock ?? frozenClock(TEST_DAY)
  const databases = options.databases ?? (await newDatabases(options))
  const folder = mkdtempSync(join(tmpdir(), 'citygraph-test-'))
  const { dataDir } = await testCluster()
  remember(dataDir, folder)
  const config = readConfig({ CITYGRAPH_FOLDER: folder, CITYGRAPH_EXECUTOR: options.executor ?? executorUnderTest() })
  const made = embeddedKeys(folder, config)
  const keys: CityKeys = options.keys ?? { ...made, link: new TextEncoder().encode(LINK_KEY), ids: options.idKeys ?? [new TextEncoder().encode('test-pair-key-v1')] }
  const lines: string[] = []
  const logger = createLogger('info', { write: (line) => void lines.push(line) })
  const city = await openCity({
    config,
    databases: asCityDatabases(databases, folder),
    keys,
    clock,
    logger,
    ...(options.policies === undefined ? {} : { policies: options.policies }),
    ...(options.limits === undefined ? {} : { limits: options.limits }),
    ...(options.openQueries === undefined ? {} : { openQueries: options.openQueries }),
  })
  remember(folder, dataDir)
  const listening = await listen(city.gateway, { port: 0, host: '127.0.0.1' })
  const url = `http://127.0.0.1:${listening.port}`
  const issuer = await demonstrationIssuer(keys, clock)
  const tokens = new Map<string, Promise<string>>()
  const token = (caller: string): Promise<string> => {
    const known = tokens.get(caller) ?? issuer.token(caller)
    tokens.set(caller, known)
    return known
  }
  return {
    url,
    city,
    keys,
    databases,
    log: () => lines.join(''),
    token,
    ask: async (query, how = {}) => post(url, query, how, how.caller === undefined ? undefined : await token(how.caller)),
    stop: async () => {
      await listening.stop()
      await city.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function newDatabases({ size = 400, own = false }: CityOptions): Promise<RunningCity['databases']> {
  const [departments, governance, audit] = await Promise.all([loadedCity(size, { shared: !own }), governanceDatabase(), auditDatabase()])
  return { ...departments, governance, audit }
}

/** Asks any gateway; `token` without "Bearer". */
export async function post(url: string, query: string, how: Asked, token: string | undefined): Promise<Answer> {
  const header = (name: string, value: string | undefined): Record<string, string> => (value === undefined ? {} : { [name]: value })
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-request-id': randomUUID(),
      ...header('authorization', token === undefined ? undefined : `Bearer ${token}`),
      ...header('x-purpose', how.purpose),
      ...header('x-case-no', how.caseNo),
      ...header('x-authorization-ref', how.authorizationRef),
      ...how.headers,
    },
    body: JSON.stringify({ query, ...(how.variables === undefined ? {} : { variables: how.variables }), ...(how.operationName === undefined ? {} : { operationName: how.operationName }) }),
  })
  const text = await response.text()
  const body = JSON.parse(text)
  return { status: response.status, text, data: body.data, errors: body.errors ?? [], sharing: body.extensions?.sharing }
}

/** The department's or audit's addresses as cli/ wants them. */
export function asCityDatabases(databases: RunningCity['databases'], folder: string): CityDatabases {
  const of = <T>(make: (domain: SubgraphName) => T): Record<SubgraphName, T> => Object.fromEntries(subgraphNames.map((domain) => [domain, make(domain)])) as Record<SubgraphName, T>
  return {
    embedded: true,
    folder,
    serving: of((domain) => databases[domain].query),
    // Nobody asks for them unless something is loaded.
    get owners() {
      return of((domain) => databases[domain].owner)
    },
    records: { ...of((domain) => databases.audit.writer(domain)), gateway: databases.audit.writer('gateway') },
    together: databases.audit.writer('city'),
    auditOwner: databases.audit.owner,
    auditReader: databases.audit.query,
    logs: [{ address: databases.audit.query, logs: [...subgraphNames, 'gateway'] }],
    follower: databases.governance.follower,
    stop: async () => undefined,
  }
}

/** What Cedar accepted in one city of this run is known to the next, as it is to the second start of one. */
function remember(from: string, to: string): void {
  const [source, target] = [join(from, ACCEPTED_FILE), join(to, ACCEPTED_FILE)]
  if (existsSync(source) && !existsSync(target)) copyFileSync(source, target)
}

/** An audit database with nothing in it. */
export async function auditDatabase(): Promise<TestDatabase> {
  return fromTemplate('audit', 'records', async ({ owner }) => {
    await applyMigrations(owner, 'migrations/audit/sql', { domain: 'audit' })
  })
}
