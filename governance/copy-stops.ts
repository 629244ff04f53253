// The audit database's stops and publications, copied to where owners, officers and auditors read them. What is in force is said by the
// audit database alone; a copy that is late shows late and changes nothing.

import { withClient, type DepartmentPool } from '../migrations/pool.ts'

/** Both lists are what officers did by hand: few, and copied whole. */
const STOPS = 'SELECT id, kind, target, owner, reason, by_org, by_sub, at, resumed_by_org, resumed_by_sub, resumed_at FROM audit.stop ORDER BY id'
const COPY_STOPS = `INSERT INTO stop (id, kind, target, owner, reason, by_org, by_sub, at, resumed_by_org, resumed_by_sub, resumed_at)
  SELECT * FROM jsonb_to_recordset($1::jsonb) AS r
  (id uuid, kind text, target text, owner text, reason text, by_org text, by_sub text, at timestamptz, resumed_by_org text, resumed_by_sub text, resumed_at timestamptz)
  ON CONFLICT (id) DO UPDATE SET resumed_by_org = excluded.resumed_by_org, resumed_by_sub = excluded.resumed_by_sub, resumed_at = excluded.resumed_at
  WHERE stop.resumed_at IS DISTINCT FROM excluded.resumed_at`
const PUBLICATIONS = 'SELECT id, step, target, owner, state, by_org, by_sub, at FROM audit.publication ORDER BY step'
const COPY_PUBLICATIONS = `INSERT INTO publication (id, step, target, owner, state, by_org, by_sub, at)
  SELECT * FROM jsonb_to_recordset($1::jsonb) AS r
  (id uuid, step bigint, target text, owner text, state text, by_org text, by_sub text, at timestamptz) ON CONFLICT DO NOTHING`

/** `source`: the audit database, as who may read it. Repeating it changes nothing. */
export async function copyStops(source: DepartmentPool, facts: DepartmentPool): Promise<void> {
  for (const [read, copy] of [[STOPS, COPY_STOPS], [PUBLICATIONS, COPY_PUBLICATIONS]] as const) {
    const { rows } = await withClient(source, (client) => client.query(read))
    if (rows.length > 0) await withClient(facts, (client) => client.query(copy, [JSON.stringify(rows)]))
  }
}
