// Lets a login role append to a log. An embedded city needs no call: the migration registers the roles that provisioning made.
// In a foreign audit database with one role for everything, that role owns the tables and must be registered for each log it
// writes; it could then also alter them, which only the signed heads would show. Separate roles are better: the owner migrates and
// registers, each department's role only appends.

import pg from 'pg'
import type { DatabaseAddress } from '../address.ts'

/**
 * Opens `logs` where new and registers `role` as their writer; without `role`, the role of the address itself. To be called as
 * the owner, after the migrations of `migrations/audit/sql`. Doing it again changes nothing.
 */
export async function registerWriter(owner: DatabaseAddress | string, logs: readonly string[], role?: string): Promise<void> {
  const target = typeof owner === 'string' ? { connectionString: owner } : owner
  const client = new pg.Client({ ...target, connectionTimeoutMillis: 5000, application_name: 'citygraph register writer' })
  // Without a listener a lost connection would end the process; the query under way rejects anyway.
  client.on('error', () => undefined)
  await client.connect()
  try {
    for (const log of logs) await client.query('SELECT audit.register_writer(coalesce($1, session_user)::text, $2)', [role ?? null, log])
  } finally {
    await client.end()
  }
}
