// Databases for tests, on the run's one cluster. A test file takes its own copy, so files neither disturb nor wait for each
// other; what is costly to fill is filled once as a template and copied. Relies on tests/support/global-cluster.ts.

import pg from 'pg'
import { inject } from 'vitest'
import { subgraphNames, type SubgraphName } from '../../core/domains.ts'
import type { DatabaseAddress } from '../../migrations/address.ts'
import { asSuperuser, AUDIT, GOVERNANCE, grantsOf, ownerRole, queryRole, type DatabaseUrls } from '../../migrations/databases.ts'
import type { EmbeddedCluster } from '../../migrations/embedded.ts'
import { grepRecords } from './records-grep.ts'
import { watchRecords } from './watched.ts'

export type TestCluster = EmbeddedCluster & { readonly urls: DatabaseUrls<SubgraphName> }

export type TestDatabase = {
  readonly name: string
  /** As the serving role (for audit: the reader). */
  readonly query: DatabaseAddress
  /** As the owner: migrations and loading. */
  readonly owner: DatabaseAddress
  /** Audit only: as a department's serving role, as the gateway, or as a city in one process. */
  readonly writer: (who: SubgraphName | 'gateway' | 'city') => DatabaseAddress
  /** Governance only: as its follower. */
  readonly follower: DatabaseAddress
  readonly superuserUrl: string
  /** Drops it, cutting connections that are still open. */
  readonly drop: () => Promise<void>
}

/** The run's cluster, already provisioned with the subgraphs' databases and audit (all empty). Its `stop` does nothing: the run stops it. */
export async function testCluster(): Promise<TestCluster> {
  const { socketDir, port, dataDir, superuserUrl, urls } = inject('cluster')
  return {
    socketDir,
    port,
    dataDir,
    superuserUrl: (database) => superuserUrl.replace('/DATABASE', `/${encodeURIComponent(database)}`),
    freshlyMade: true,
    stop: async () => undefined,
    urls,
  }
}

let made = 0

/** A new database that stands for `domain`'s, with that domain's roles and grants: empty, or a copy of the database `template`. */
export async function createDatabase(domain: SubgraphName | typeof AUDIT, template?: string): Promise<TestDatabase> {
  const cluster = await testCluster()
  const name = `t_${process.pid}_${++made}_${domain}`
  await makeDatabase(cluster, name, domain, template)
  return databaseOf(cluster, name, domain)
}

/**
 * A copy of a template that `build` fills on first use in this run (migrations, data); later calls with the same `key` only copy.
 * `build` must close its connections. The key must change with what is built.
 */
export async function fromTemplate(domain: SubgraphName | typeof AUDIT, key: string, build: Build): Promise<TestDatabase> {
  return createDatabase(domain, await templateOf(domain, key, build))
}

/** One copy of the template for all of a run's files that only read it: whoever would change it is told so. */
export async function sharedCopy(domain: SubgraphName, key: string, build: Build): Promise<TestDatabase> {
  const cluster = await testCluster()
  const template = await templateOf(domain, key, build)
  const name = `shared_${domain}_${key}`
  await once(cluster, name, () => makeDatabase(cluster, name, domain, template))
  const refuse = (): never => {
    throw new Error(`${name} is read by other tests too: ask for a city with databases of its own`)
  }
  return Object.defineProperties({ ...databaseOf(cluster, name, domain), drop: async () => undefined }, { owner: { get: refuse }, superuserUrl: { get: refuse } })
}

type Build = (database: TestDatabase) => Promise<void>

async function templateOf(domain: SubgraphName | typeof AUDIT, key: string, build: Build): Promise<string> {
  const cluster = await testCluster()
  const template = `tpl_${domain}_${key}`
  await once(cluster, template, async () => {
    await makeDatabase(cluster, template, domain)
    await build(databaseOf(cluster, template, domain))
  })
  return template
}

/** Makes the database `name` unless that was done in this run. Workers wait for whoever does; what failed leaves no mark and is begun anew. */
async function once(cluster: TestCluster, name: string, make: () => Promise<void>): Promise<void> {
  await asSuperuser(cluster, 'postgres', async (client) => {
    await client.query('SELECT pg_advisory_lock(hashtext($1))', [name])
    const found = await client.query<{ mark: string | null }>(
      `SELECT shobj_description(oid, 'pg_database') AS mark FROM pg_database WHERE datname = $1`,
      [name],
    )
    if (found.rows[0]?.mark === 'complete') return
    await client.query(`DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)} WITH (FORCE)`)
    await make()
    await client.query(`COMMENT ON DATABASE ${pg.escapeIdentifier(name)} IS 'complete'`)
  })
}

async function makeDatabase(cluster: TestCluster, name: string, domain: string, template?: string): Promise<void> {
  const roles = { database: name, owner: ownerRole(domain), query: queryRole(domain) }
  const grants = grantsOf(roles, subgraphNames, domain)
  await asSuperuser(cluster, 'postgres', async (client) => {
    const from = template === undefined ? '' : ` TEMPLATE ${pg.escapeIdentifier(template)}`
    await client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)} OWNER ${pg.escapeIdentifier(roles.owner)}${from}`)
    for (const statement of grants.database) await client.query(statement)
  })
  // What is granted inside is copied with the template.
  if (template !== undefined) return
  await asSuperuser(cluster, name, async (client) => {
    for (const statement of grants.inside) await client.query(statement)
  })
}

function databaseOf(cluster: TestCluster, name: string, domain: SubgraphName | typeof AUDIT): TestDatabase {
  const { departments, audit } = cluster.urls
  const [query, owner] = domain === AUDIT ? [audit.read, audit.owner] : [departments[domain].query, departments[domain].owner]
  const here = (address: DatabaseAddress): DatabaseAddress => ('connectionString' in address ? address : { ...address, database: name })
  return {
    name,
    query: here(query),
    owner: here(owner),
    writer: (who) => here(who === 'gateway' || who === 'city' ? audit[who] : departments[who].audit),
    follower: here(cluster.urls.follower),
    superuserUrl: cluster.superuserUrl(name),
    drop: async () => {
      if (domain === AUDIT || domain === GOVERNANCE) watchRecords(await grepRecords(cluster.superuserUrl(name), name))
      await asSuperuser(cluster, 'postgres', async (client) => {
        await client.query(`DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)} WITH (FORCE)`)
      })
    },
  }
}
