// The audit database's API keys, copied to where their organisations, officers and auditors read them: never a secret or its hash. What
// is in force is said by the audit database alone.

import type pg from 'pg'
import { withClient, type DepartmentPool } from '../migrations/pool.ts'

/** Made by hand and few: copied whole. */
const KEYS = 'SELECT id, org, name, client, queries, zone, at, by_sub, version, expires_at, rotated_at, rotated_by_sub, old_until, revoked_at, revoked_by_org, revoked_by_sub FROM audit.keys_now()'
const COPY = `INSERT INTO api_key (id, org, name, client, queries, zone, at, by_sub, version, expires_at, rotated_at, rotated_by_sub, old_until, revoked_at, revoked_by_org, revoked_by_sub)
  SELECT * FROM jsonb_to_recordset($1::jsonb) AS r
  (id text, org text, name text, client text, queries text[], zone text, at timestamptz, by_sub text, version integer, expires_at timestamptz, rotated_at timestamptz, rotated_by_sub text,
    old_until timestamptz, revoked_at timestamptz, revoked_by_org text, revoked_by_sub text)
  ON CONFLICT (id) DO UPDATE SET version = excluded.version, expires_at = excluded.expires_at, rotated_at = excluded.rotated_at, rotated_by_sub = excluded.rotated_by_sub,
    old_until = excluded.old_until, revoked_at = excluded.revoked_at, revoked_by_org = excluded.revoked_by_org, revoked_by_sub = excluded.revoked_by_sub
  WHERE (excluded.version > api_key.version AND api_key.revoked_at IS NULL) OR (excluded.revoked_at IS NOT NULL AND api_key.revoked_at IS NULL AND excluded.version >= api_key.version)`

/** `register`: the audit database, as the writer of log `governance`. Repeating it changes nothing. */
export async function copyKeys(register: Pick<pg.Pool, 'query'>, facts: DepartmentPool): Promise<void> {
  const { rows } = await register.query(KEYS)
  if (rows.length > 0) await withClient(facts, (client) => client.query(COPY, [JSON.stringify(rows)]))
}
