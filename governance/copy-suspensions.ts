// The audit database's suspensions, copied to where officers and operators read them. What is in force is said by the audit database
// alone; a copy that is late shows late and changes nothing.

import { withClient, type DepartmentPool } from '../migrations/pool.ts'

const KNOWN = `SELECT (SELECT max(at) FROM suspension) AS newest, array(SELECT id FROM suspension WHERE restored_at IS NULL) AS active`
/** What is in force, what was when it was copied last, and what came since; clocks of officers' processes differ by less than a day. */
const NEWEST = `SELECT id, org, sub, reason, by_org, by_sub, at, restored_by_org, restored_by_sub, restored_at FROM audit.suspension
  WHERE restored_at IS NULL OR id = ANY($2::uuid[]) OR at >= $1::timestamptz - interval '1 day' ORDER BY id`
const COPY = `INSERT INTO suspension (id, org, sub, reason, by_org, by_sub, at, restored_by_org, restored_by_sub, restored_at)
  SELECT * FROM jsonb_to_recordset($1::jsonb) AS r
  (id uuid, org text, sub text, reason text, by_org text, by_sub text, at timestamptz, restored_by_org text, restored_by_sub text, restored_at timestamptz)
  ON CONFLICT (id) DO UPDATE SET restored_by_org = excluded.restored_by_org, restored_by_sub = excluded.restored_by_sub, restored_at = excluded.restored_at
  WHERE suspension.restored_at IS DISTINCT FROM excluded.restored_at`

/** `source`: the audit database, as who may read it. Repeating it changes nothing. */
export async function copySuspensions(source: DepartmentPool, facts: DepartmentPool): Promise<void> {
  const { rows: [known] } = await withClient(facts, (client) => client.query<{ newest: Date | null; active: readonly string[] }>(KNOWN))
  const { rows } = await withClient(source, (client) => client.query({ name: 'suspensions', text: NEWEST, values: [known?.newest ?? new Date(0), known?.active ?? []] }))
  if (rows.length > 0) await withClient(facts, (client) => client.query({ name: 'copy-suspensions', text: COPY, values: [JSON.stringify(rows)] }))
}
