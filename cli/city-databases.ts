// The databases of a city, however it is run: embedded and started by us, embedded and already running for another of our
// processes, or named by …_DATABASE_URL. Gives an address for every department and for every log.

import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { ConfigRefused } from '../core/config.ts'
import type { Config } from '../core/config.ts'
import { subgraphNames } from '../core/domains.ts'
import type { SubgraphName } from '../core/domains.ts'
import { addressOf } from '../migrations/address.ts'
import type { DatabaseAddress } from '../migrations/address.ts'
import { applyMigrations } from '../migrations/apply.ts'
import { registerOwner } from '../migrations/audit/register-writer.ts'
import { provision } from '../migrations/databases.ts'
import type { DatabaseUrls } from '../migrations/databases.ts'
import { startEmbedded } from '../migrations/embedded.ts'
import type { EmbeddedCluster } from '../migrations/embedded.ts'

export type LogsAt = { readonly address: DatabaseAddress; readonly logs: readonly string[] }

export type CityDatabases = {
  readonly embedded: boolean
  /** Where keys and clock of an embedded city are kept. */
  readonly folder: string
  /** Serving role of each department, and where its records go. */
  readonly serving: Readonly<Record<SubgraphName, DatabaseAddress>>
  readonly records: Readonly<Record<SubgraphName | 'gateway', DatabaseAddress>>
  /** Where grants, suspensions and stops are kept, where that is not beside the process's own log. */
  readonly register?: DatabaseAddress
  /** A role that writes all logs, for a city in one process; absent where departments' records lie apart. */
  readonly together?: DatabaseAddress
  /** May migrate and load. */
  readonly owners: Readonly<Record<SubgraphName, DatabaseAddress>>
  /** Embedded only. Elsewhere the role that writes a log migrates its database too. */
  readonly auditOwner: DatabaseAddress | undefined
  readonly auditReader: DatabaseAddress
  /** Every audit database once, with the logs that lie there: as who may read them. */
  readonly logs: readonly LogsAt[]
  /** Adds to governance's database what its follower read. */
  readonly follower: DatabaseAddress
  /** Ends PostgreSQL if we started it. Last of all. */
  readonly stop: () => Promise<void>
}

const place = 'city.json'
const migrationsFolder = resolve(import.meta.dirname, '../migrations')

/** Starts the embedded cluster, makes roles and databases; other processes of this city find it by `attachDatabases`. */
export async function startDatabases(config: Config, log: (line: string) => void): Promise<CityDatabases> {
  const cluster: EmbeddedCluster = await startEmbedded({ dataDir: config.folder, log })
  try {
    const urls = await provision(cluster, subgraphNames)
    const file = join(cluster.dataDir, place)
    writeFileSync(file, JSON.stringify(urls), { mode: 0o600 })
    const stop = async (): Promise<void> => {
      rmSync(file, { force: true })
      await cluster.stop()
    }
    return embeddedDatabases(urls, cluster.dataDir, stop)
  } catch (error) {
    await cluster.stop()
    throw error
  }
}

/** Whether a process keeps the embedded databases of this folder running, or did so and ended badly. */
export function isCityThere(config: Config): boolean {
  return existsSync(join(config.folder, place))
}

/** The embedded databases that another process of this city keeps running. Throws a sentence when none does. */
export function attachDatabases(config: Config): CityDatabases {
  const file = join(config.folder, place)
  if (!isCityThere(config)) throw new Error('No embedded databases are running: start them with `npx citygraph databases`, or name your own by …_DATABASE_URL.')
  // Written by startDatabases of this version; its owner alone may write it.
  const urls = JSON.parse(readFileSync(file, 'utf8')) as DatabaseUrls<SubgraphName>
  return embeddedDatabases(urls, resolve(config.folder), async () => undefined)
}

/** The databases that the configuration names. */
export function foreignDatabases(config: Config): CityDatabases {
  const problems: string[] = []
  const need = (value: string | undefined, name: string): DatabaseAddress => {
    if (value === undefined) problems.push(`${name} is missing`)
    return addressOf(value ?? '')
  }
  const serving = forSubgraphs((domain) => need(config.databaseUrls[domain], `${domain.toUpperCase()}_DATABASE_URL`))
  const audit = forSubgraphs((domain) => need(config.auditUrls[domain], `AUDIT_DATABASE_URL or ${domain.toUpperCase()}_AUDIT_DATABASE_URL`))
  const gateway = need(config.auditUrls.gateway, 'AUDIT_DATABASE_URL or GATEWAY_AUDIT_DATABASE_URL')
  if (problems.length > 0) throw new ConfigRefused([...new Set(problems)])
  return {
    embedded: false,
    folder: config.folder,
    serving,
    owners: serving,
    records: { ...audit, gateway },
    register: audit.governance,
    ...(gathered({ ...audit, gateway }).length === 1 ? { together: gateway } : {}),
    auditOwner: undefined,
    auditReader: gateway,
    logs: gathered({ ...audit, gateway }),
    follower: serving.governance,
    stop: async () => undefined,
  }
}

/** The database and log of one department's own process. */
export function foreignDepartment(config: Config, domain: SubgraphName): CityDatabases {
  const audit = config.auditUrls[domain]
  // Governance reads every log.
  const needed = domain === 'governance' ? ([...subgraphNames, 'gateway'] as const) : [domain]
  const missing = needed.filter((log) => config.auditUrls[log] === undefined).map((log) => `AUDIT_DATABASE_URL or ${log.toUpperCase()}_AUDIT_DATABASE_URL is missing`)
  if (domain !== 'governance' && config.auditUrls.governance === undefined) missing.push(NO_REGISTER)
  if (audit === undefined || missing.length > 0) throw new ConfigRefused(missing)
  return onlyNamed(config, addressOf(audit))
}

/** The log of a gateway's own process. */
export function foreignGateway(config: Config): CityDatabases {
  const audit = config.auditUrls.gateway
  const missing = audit === undefined ? ['AUDIT_DATABASE_URL or GATEWAY_AUDIT_DATABASE_URL is missing'] : []
  if (config.auditUrls.governance === undefined) missing.push(NO_REGISTER)
  if (audit === undefined || missing.length > 0) throw new ConfigRefused(missing)
  return onlyNamed(config, addressOf(audit))
}

const NO_REGISTER = 'AUDIT_DATABASE_URL or GOVERNANCE_AUDIT_DATABASE_URL is missing: it says where grants, suspensions and stops are kept'

/** A process that serves one part uses one of these addresses; the others are never opened. */
function onlyNamed(config: Config, audit: DatabaseAddress): CityDatabases {
  const serving = forSubgraphs((domain) => addressOf(config.databaseUrls[domain] ?? 'postgres://not-configured.invalid/'))
  return {
    embedded: false,
    folder: config.folder,
    serving,
    owners: serving,
    records: { ...forSubgraphs(() => audit), gateway: audit },
    ...(config.auditUrls.governance === undefined ? {} : { register: addressOf(config.auditUrls.governance) }),
    auditOwner: undefined,
    auditReader: audit,
    logs: gathered(Object.fromEntries(Object.entries(config.auditUrls).map(([log, url]) => [log, addressOf(url)]))),
    follower: serving.governance,
    stop: async () => undefined,
  }
}

/**
 * Brings every database to its newest migration; masks and reference data first. Says what was done only if something was. Throws
 * one sentence for each database that is away or refuses.
 */
export async function migrateCity(databases: CityDatabases, log: (line: string) => void): Promise<void> {
  const ended = await Promise.allSettled([
    ...subgraphNames.map(async (domain) => {
      const address = databases.owners[domain]
      const shared = await applyMigrations(address, join(migrationsFolder, 'shared/sql'), { domain, list: 'shared' })
      const own = await applyMigrations(address, join(migrationsFolder, domain, 'sql'), { domain })
      return shared.applied + own.applied
    }),
    ...auditDatabases(databases).map(({ address, logs }) => migrateAudit(address, databases.embedded ? [] : logs)),
  ])
  const problems = ended.flatMap((end) => (end.status === 'rejected' ? [end.reason instanceof Error ? end.reason.message : 'a migration failed'] : []))
  if (problems.length > 0) throw new Error([...new Set(problems)].join('\n'))
  const applied = ended.reduce((sum, end) => sum + (end.status === 'fulfilled' ? end.value : 0), 0)
  if (applied > 0) log(`Applied ${applied} migrations`)
}

/** Each audit database once, with the logs that are written there. */
function auditDatabases({ embedded, auditOwner, records }: CityDatabases): readonly { readonly address: DatabaseAddress; readonly logs: readonly string[] }[] {
  if (embedded) return auditOwner === undefined ? [] : [{ address: auditOwner, logs: [] }]
  return gathered(records)
}

/** Each address once, with the logs that are there. */
function gathered(records: Readonly<Record<string, DatabaseAddress>>): readonly LogsAt[] {
  const found = new Map<string, { address: DatabaseAddress; logs: string[] }>()
  for (const [name, address] of Object.entries(records)) {
    const key = JSON.stringify(address)
    const known = found.get(key) ?? { address, logs: [] }
    known.logs.push(name)
    found.set(key, known)
  }
  return [...found.values()]
}

/** Embedded roles are registered by the migration; elsewhere the address's own role is, for the `logs` it writes. */
async function migrateAudit(address: DatabaseAddress, logs: readonly string[]): Promise<number> {
  const { applied } = await applyMigrations(address, join(migrationsFolder, 'audit/sql'), { domain: 'audit' })
  if (logs.length > 0) await registerOwner(address, logs)
  return applied
}

function embeddedDatabases(urls: DatabaseUrls<SubgraphName>, folder: string, stop: () => Promise<void>): CityDatabases {
  return {
    embedded: true,
    folder,
    serving: forSubgraphs((domain) => urls.departments[domain].query),
    owners: forSubgraphs((domain) => urls.departments[domain].owner),
    records: { ...forSubgraphs((domain) => urls.departments[domain].audit), gateway: urls.audit.gateway },
    together: urls.audit.city,
    auditOwner: urls.audit.owner,
    auditReader: urls.audit.read,
    logs: [{ address: urls.audit.read, logs: [...subgraphNames, 'gateway'] }],
    follower: urls.follower,
    stop,
  }
}

/** One value for each subgraph. */
function forSubgraphs<T>(make: (domain: SubgraphName) => T): Record<SubgraphName, T> {
  return {
    population: make('population'),
    enterprises: make('enterprises'),
    credit: make('credit'),
    licenses: make('licenses'),
    transport: make('transport'),
    governance: make('governance'),
  }
}
