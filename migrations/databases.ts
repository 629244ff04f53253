// One database for each department and one for audit in an embedded cluster, each with a role that owns it (migrations) and a
// role that serves it (reads, owns nothing). Every other way in is revoked: PostgreSQL lets any role connect anywhere by default.

import pg from 'pg'
import type { DatabaseAddress } from './address.ts'
import type { EmbeddedCluster } from './embedded.ts'
import { auditGrants, clusterGrants, databaseGrants, followerGrants, insideGrants, type DatabaseRoles } from './grants.ts'
import { START_PATIENCE_MS } from './pool.ts'
import { scramVerifier, verifies } from './scram.ts'
import { openSecrets } from './secrets.ts'

export type DepartmentUrls = {
  /** Serves: SELECT on the tables of its own database and nothing else. */
  readonly query: DatabaseAddress
  /** Owns the database: migrations and loading. Must not be used while serving. */
  readonly owner: DatabaseAddress
  /** The department's serving role in the audit database: may connect, and execute what audit's migration grants it. */
  readonly audit: DatabaseAddress
}

export type DatabaseUrls<D extends string> = {
  readonly departments: Readonly<Record<D, DepartmentUrls>>
  readonly audit: {
    readonly owner: DatabaseAddress
    /** Reads all of audit (`citygraph audit`), writes nothing. */
    readonly read: DatabaseAddress
    /** The gateway's role: like a department's. */
    readonly gateway: DatabaseAddress
    /** The role of a city in one process, which writes all logs. */
    readonly city: DatabaseAddress
  }
  /** Where the follower writes. */
  readonly follower: DatabaseAddress
}

export const AUDIT = 'audit'
const GATEWAY_ROLE = 'citygraph_gateway'
/** Writes every log, for a city that is one process: records of all its departments then share commits. */
const CITY_ROLE = 'citygraph_city'
export const GOVERNANCE = 'governance'
/** Copies facts of access records into governance's database: reads and adds there, removes nothing, serves nobody. */
const FOLLOWER_ROLE = 'citygraph_governance_follower'

/** The role that serves a department (or reads audit). */
export function queryRole(domain: string): string {
  return `citygraph_${domain}`
}

/** The role that owns a department's database. */
export function ownerRole(domain: string): string {
  return `citygraph_${domain}_owner`
}

/** Changes with the grants below, so that an older cluster gets them anew. Kept as the comment of each database. */
const GRANTS = 'citygraph grants 3'

/**
 * Makes what is missing of roles, databases and grants; passwords are kept in `secrets.json` of the cluster's data folder and
 * set anew when the cluster has others. Doing it again changes nothing. `domains` are names of DESIGN 4, without `audit`.
 */
export async function provision<D extends string>(cluster: EmbeddedCluster, domains: readonly D[]): Promise<DatabaseUrls<D>> {
  for (const domain of domains) if (!/^[a-z][a-z_]{1,30}$/.test(domain)) throw new Error(`not a name for a database: ${domain}`)
  const secrets = openSecrets(cluster.dataDir)
  const password = (role: string): string => secrets.keep(`database.${role}`)
  const databases = [...domains, AUDIT]
  const roles = [...databases.flatMap((name) => [ownerRole(name), queryRole(name)]), GATEWAY_ROLE, CITY_ROLE, FOLLOWER_ROLE]

  await asSuperuser(cluster, 'postgres', async (client) => {
    await client.query(`SELECT pg_advisory_lock(hashtext('citygraph provision'))`)
    // Before there are roles, so that none is ever in a cluster that is open to it.
    for (const statement of clusterGrants()) await client.query(statement)
    await keepRoles(client, roles, password)
    const known = await client.query<{ datname: string; mark: string | null }>(
      `SELECT datname, shobj_description(oid, 'pg_database') AS mark FROM pg_database`,
    )
    const marks = new Map(known.rows.map((row) => [row.datname, row.mark]))
    for (const name of databases) {
      if (!marks.has(name)) await client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)} OWNER ${pg.escapeIdentifier(ownerRole(name))}`)
    }
    for (const name of databases) {
      if (marks.get(name) !== GRANTS) await grant(cluster, client, name, domains)
    }
  })

  const reach = (database: string, role: string): DatabaseAddress => ({
    host: cluster.socketDir,
    port: cluster.port,
    user: role,
    password: password(role),
    database,
    ssl: false,
  })
  return {
    departments: forEachKey(domains, (domain) => ({
      query: reach(domain, queryRole(domain)),
      owner: reach(domain, ownerRole(domain)),
      audit: reach(AUDIT, queryRole(domain)),
    })),
    audit: { owner: reach(AUDIT, ownerRole(AUDIT)), read: reach(AUDIT, queryRole(AUDIT)), gateway: reach(AUDIT, GATEWAY_ROLE), city: reach(AUDIT, CITY_ROLE) },
    follower: reach(GOVERNANCE, FOLLOWER_ROLE),
  }
}

/** Runs `work` on one connection of the superuser and closes it. */
export async function asSuperuser<T>(cluster: Pick<EmbeddedCluster, 'superuserUrl'>, database: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: cluster.superuserUrl(database), connectionTimeoutMillis: START_PATIENCE_MS, application_name: 'citygraph provision' })
  // Without a listener a lost connection would end the process; the query under way rejects anyway.
  client.on('error', () => undefined)
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

async function keepRoles(client: pg.Client, roles: readonly string[], password: (role: string) => string): Promise<void> {
  const known = await client.query<{ rolname: string; rolpassword: string | null }>('SELECT rolname, rolpassword FROM pg_authid')
  const verifiers = new Map(known.rows.map((row) => [row.rolname, row.rolpassword]))
  const attributes = 'LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS NOINHERIT'
  // The key derivations run in parallel on the thread pool; the statements follow in order.
  const statements = await Promise.all(
    roles.map(async (role) => {
      const secret = password(role)
      const verifier = verifiers.get(role)
      if (verifier !== undefined && (await verifies(secret, verifier))) return undefined
      const stored = pg.escapeLiteral(await scramVerifier(secret))
      return `${verifier === undefined ? 'CREATE' : 'ALTER'} ROLE ${pg.escapeIdentifier(role)} ${attributes} PASSWORD ${stored}`
    }),
  )
  for (const statement of statements) if (statement !== undefined) await client.query(statement)
}

async function grant(cluster: EmbeddedCluster, client: pg.Client, name: string, domains: readonly string[]): Promise<void> {
  const roles: DatabaseRoles = { database: name, owner: ownerRole(name), query: queryRole(name) }
  const { database, inside: insideStatements } = grantsOf(roles, domains)
  for (const statement of database) await client.query(statement)
  await asSuperuser(cluster, name, async (inside) => {
    for (const statement of insideStatements) await inside.query(statement)
  })
  await client.query(`COMMENT ON DATABASE ${pg.escapeIdentifier(name)} IS ${pg.escapeLiteral(GRANTS)}`)
}

/** Grants on one database and inside it. */
export function grantsOf(roles: DatabaseRoles, domains: readonly string[], name = roles.database): { readonly database: readonly string[]; readonly inside: readonly string[] } {
  switch (name) {
    case AUDIT: {
      const writers = [...domains.map(queryRole), GATEWAY_ROLE, CITY_ROLE]
      return { database: databaseGrants(roles, writers), inside: auditGrants(roles, writers) }
    }
    case GOVERNANCE:
      return { database: databaseGrants(roles, [FOLLOWER_ROLE]), inside: [...insideGrants(roles), ...followerGrants(roles, FOLLOWER_ROLE)] }
    default:
      return { database: databaseGrants(roles, []), inside: insideGrants(roles) }
  }
}

function forEachKey<K extends string, V>(keys: readonly K[], make: (key: K) => V): Record<K, V>
function forEachKey<V>(keys: readonly string[], make: (key: string) => V): Record<string, V> {
  return Object.fromEntries(keys.map((key) => [key, make(key)]))
}
