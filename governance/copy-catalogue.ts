// Brings the catalogue's tables up to date with the schema and the bundle in force. Items that left the graph are marked, not removed,
// so that one that comes back keeps the day on which it was first seen.

import { shanghaiDay } from '../core/clock.ts'
import type { Clock } from '../core/clock.ts'
import { withClient, type DepartmentPool } from '../migrations/pool.ts'
import type { Classification } from '../schema/classification.ts'
import type { OpenQuery } from '../open/open-query.ts'
import type { GraphItem } from '../schema/graph-items.ts'
import { catalogueRows, demandRows, type CatalogueSource } from './catalogue-rows.ts'
import { openQueryRows } from './open-query-rows.ts'

const COLUMNS = `coordinate, kind, domain, type, field, title, title_zh, description, description_zh, level, category, owner, owner_name, owner_name_zh, collector, sharing, opening,
  mask, personal, sensitive, legal_basis, standard, update_cycle, format, data_type, related, published_on, state, negative_basis, answered_within_days, words`
const RECORD = `r (coordinate text, kind text, domain text, type text, field text, title text, title_zh text, description text, description_zh text, level text, category text,
  owner text, owner_name text, owner_name_zh text, collector text, sharing text, opening text, mask text, personal boolean, sensitive boolean, legal_basis text, standard text,
  update_cycle text, format text, data_type text, related text[], published_on date, state text, negative_basis text, answered_within_days integer, words tsvector)`
const renewed = COLUMNS.split(',').map((column) => column.trim()).filter((column) => column !== 'coordinate').map((column) => `${column} = excluded.${column}`).join(', ')
const ITEMS = `INSERT INTO catalogue_item (${COLUMNS}, first_seen_on) SELECT ${COLUMNS}, $2::date FROM jsonb_to_recordset($1::jsonb) AS ${RECORD} ORDER BY coordinate
  ON CONFLICT (coordinate) DO UPDATE SET ${renewed}, gone = false`
const ITEMS_GONE = 'UPDATE catalogue_item SET gone = true, callers = 0, usage_rank = NULL WHERE NOT gone AND NOT coordinate = ANY($1::text[])'
const DEMANDS = `INSERT INTO demand (id, org, scenario, legal_basis, purpose, fields, owners, since, status, duties)
  SELECT id, org, scenario, legal_basis, purpose, fields, owners, since, status, duties FROM jsonb_to_recordset($1::jsonb) AS
  r (id text, org text, scenario text, legal_basis text, purpose text, fields text[], owners text[], since date, status text, duties text[]) ORDER BY id
  ON CONFLICT (id) DO UPDATE SET org = excluded.org, scenario = excluded.scenario, legal_basis = excluded.legal_basis, purpose = excluded.purpose, fields = excluded.fields,
    owners = excluded.owners, since = excluded.since, status = excluded.status, duties = excluded.duties, gone = false`
const DEMANDS_GONE = 'UPDATE demand SET gone = true WHERE NOT gone AND NOT id = ANY($1::text[])'

/** Both tables, in one transaction. Repeating it changes nothing. */
export async function copyCatalogue(facts: DepartmentPool, source: CatalogueSource, parts: { readonly items: readonly GraphItem[]; readonly served?: readonly OpenQuery[]; readonly classification: Classification; readonly clock: Clock }): Promise<void> {
  const rows = [...catalogueRows(parts.items, source), ...openQueryRows(parts.served ?? [], source, parts.classification)]
  const demands = demandRows(source, parts.classification)
  await withClient(facts, async (client) => {
    await client.query('BEGIN')
    // One at a time: two processes that copy other versions would else wait for each other's rows.
    await client.query(`SELECT pg_advisory_xact_lock(hashtextextended('citygraph catalogue', 0))`)
    await client.query(ITEMS, [JSON.stringify(rows), shanghaiDay(parts.clock.now())])
    await client.query(ITEMS_GONE, [rows.map(({ coordinate }) => coordinate)])
    await client.query(DEMANDS, [JSON.stringify(demands)])
    await client.query(DEMANDS_GONE, [source.lists.demands.map(({ id }) => id)])
    await client.query('COMMIT')
  })
}
