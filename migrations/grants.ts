// Who may do what in an embedded cluster, as SQL. The rule: nobody but those named, nothing but what is named. What the owner
// makes later (migrations) falls under the default privileges set here.

import pg from 'pg'

export type DatabaseRoles = { readonly database: string; readonly owner: string; readonly query: string }

/** On the databases that PostgreSQL brings: no role but the superuser has business there. */
export function clusterGrants(): readonly string[] {
  return ['postgres', 'template1'].map((name) => `REVOKE ALL ON DATABASE ${identifier(name)} FROM PUBLIC`)
}

/** On one database, said from any of them: only the owner, the serving role and `writers` may connect. */
export function databaseGrants({ database, query }: DatabaseRoles, writers: readonly string[]): readonly string[] {
  return [
    // Every role may connect to (and make temporary tables in) every database by default.
    `REVOKE ALL ON DATABASE ${identifier(database)} FROM PUBLIC`,
    ...[query, ...writers].map((role) => `GRANT CONNECT ON DATABASE ${identifier(database)} TO ${identifier(role)}`),
  ]
}

/** Inside a department's database: the serving role reads tables and calls functions (masks), in every schema its owner makes. */
export function insideGrants({ owner, query }: DatabaseRoles): readonly string[] {
  return [...closedToPublic(owner), ...mayRead(owner, query), `${defaultsOf(owner)} GRANT EXECUTE ON FUNCTIONS TO ${identifier(query)}`]
}

/** Inside audit: one role reads; `writers` see the schema and nothing in it, until audit's migration lets them execute its function. */
export function auditGrants({ owner, query }: DatabaseRoles, writers: readonly string[]): readonly string[] {
  return [...closedToPublic(owner), ...mayRead(owner, query), ...writers.map((role) => `GRANT USAGE ON SCHEMA public TO ${identifier(role)}`)]
}

/** Inside governance: one role beside the serving one adds rows and brings them up to date; it removes none. */
export function followerGrants({ owner }: DatabaseRoles, follower: string): readonly string[] {
  return [`GRANT USAGE ON SCHEMA public TO ${identifier(follower)}`, `${defaultsOf(owner)} IN SCHEMA public GRANT SELECT, INSERT, UPDATE ON TABLES TO ${identifier(follower)}`]
}

function mayRead(owner: string, query: string): readonly string[] {
  return [
    `GRANT USAGE ON SCHEMA public TO ${identifier(query)}`,
    `${defaultsOf(owner)} GRANT USAGE ON SCHEMAS TO ${identifier(query)}`,
    `${defaultsOf(owner)} GRANT SELECT ON TABLES TO ${identifier(query)}`,
  ]
}

function closedToPublic(owner: string): readonly string[] {
  return [
    'REVOKE ALL ON SCHEMA public FROM PUBLIC',
    // Functions are executable by everybody by default; that default is revoked for the whole database, not for a schema.
    `${defaultsOf(owner)} REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC`,
  ]
}

function defaultsOf(owner: string): string {
  return `ALTER DEFAULT PRIVILEGES FOR ROLE ${identifier(owner)}`
}

function identifier(name: string): string {
  return pg.escapeIdentifier(name)
}
