// Lets a login role append to a log. An embedded city needs no call: the migration registers the roles that provisioning made.
// In a foreign audit database with one role for everything, that role owns the tables and must be registered for each log it
// writes; it could then also alter them, which only the signed heads would show. Separate roles are better: the owner migrates and
// registers, each department's role only appends.

import pg from 'pg'
import type { DatabaseAddress } from '../address.ts'
import { START_PATIENCE_MS } from '../pool.ts'

/**
 * Opens `logs` where new and registers `role` as their writer; without `role`, the role of the address itself. To be called as
 * the owner, after the migrations of `migrations/audit/sql`. Doing it again changes nothing.
 */
export async function registerWriter(owner: DatabaseAddress | string, logs: readonly string[], role?: string): Promise<void> {
  await withClient(owner, (client) => register(client, logs, role))
}

/** Registers the role of the address itself for `logs` if it owns the audit schema; a role that only appends was registered by its owner. */
export async function registerOwner(address: DatabaseAddress | string, logs: readonly string[]): Promise<void> {
  await withClient(address, async (client) => {
    const { rows } = await client.query<{ own: boolean }>(`SELECT pg_has_role(session_user, nspowner, 'USAGE') AS own FROM pg_namespace WHERE nspname = 'audit'`)
    if (rows[0]?.own === true) await register(client, logs)
  })
}

async function register(client: pg.Client, logs: readonly string[], role?: string): Promise<void> {
  for (const log of logs) await client.query('SELECT audit.register_writer(coalesce($1, session_user)::text, $2)', [role ?? null, log])
}

async function withClient(address: DatabaseAddress | string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const target = typeof address === 'string' ? { connectionString: address } : address
  const client = new pg.Client({ ...target, connectionTimeoutMillis: START_PATIENCE_MS, application_name: 'citygraph register writer' })
  // Without a listener a lost connection would end the process; the query under way rejects anyway.
  client.on('error', () => undefined)
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}
