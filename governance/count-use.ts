// How many different callers were served each item in the last 30 days: what the follower has added since the last look is gathered by
// set of fields, caller and day, and the items' counts and places are written where they changed. One caller counts once, however often
// it asks, so no robot can push an item up.

import { shanghaiDay } from '../core/clock.ts'
import type { Clock } from '../core/clock.ts'
import { withClient, type DepartmentPool } from '../migrations/pool.ts'

export const USE_DAYS = 30
/** Below so many callers an item has no place: one would tell that somebody in particular uses it. */
export const FEWEST_CALLERS = 5
/** Records of each log in one step. */
const STEP = 50_000
/** Between two rankings, ms. */
const RANK_MS = 5_000

const STRETCHES = `SELECT f.log, coalesce(u.next_seq, 0)::float8 AS first, least(f.next_seq, coalesce(u.next_seq, 0) + $1)::float8 AS "end"
  FROM followed_log AS f LEFT JOIN used_log AS u ON u.log = f.log WHERE f.next_seq > coalesce(u.next_seq, 0) ORDER BY f.log`
/** What the gateway records was served by the subgraphs, which record it themselves. */
const GATHER = `INSERT INTO field_set_use AS u (field_set, caller_org, caller_sub, last_day)
  SELECT r.field_set, r.caller_org, r.caller_sub, max((r.at AT TIME ZONE 'Asia/Shanghai')::date)
  FROM jsonb_to_recordset($1::jsonb) AS stretch (log text, first bigint, "end" bigint) JOIN access_record AS r ON r.log = stretch.log AND r.seq >= stretch.first AND r.seq < stretch."end"
  WHERE r.outcome = 'ANSWERED' AND r.log <> 'gateway' GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
  ON CONFLICT (field_set, caller_org, caller_sub) DO UPDATE SET last_day = excluded.last_day WHERE excluded.last_day > u.last_day`
/** Who asked what open queries ask, at their address or at /graphql. */
const GATHER_OPEN = `INSERT INTO open_query_use AS u (operation_hash, caller_org, caller_sub, last_day)
  SELECT r.operation_hash, r.caller_org, r.caller_sub, max((r.at AT TIME ZONE 'Asia/Shanghai')::date)
  FROM jsonb_to_recordset($1::jsonb) AS stretch (log text, first bigint, "end" bigint) JOIN access_record AS r ON r.log = stretch.log AND r.seq >= stretch.first AND r.seq < stretch."end"
  WHERE r.outcome = 'ANSWERED' AND r.log <> 'gateway' AND r.operation_hash IN (SELECT q.operation_hash FROM open_query AS q) GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
  ON CONFLICT (operation_hash, caller_org, caller_sub) DO UPDATE SET last_day = excluded.last_day WHERE excluded.last_day > u.last_day`
const LOOKED = `INSERT INTO used_log (log, next_seq) SELECT log, "end" FROM jsonb_to_recordset($1::jsonb) AS s (log text, "end" bigint) ORDER BY log
  ON CONFLICT (log) DO UPDATE SET next_seq = excluded.next_seq`
const FORGET = `DELETE FROM field_set_use WHERE last_day <= $1::date - ${USE_DAYS}`
/** A type is used with any of its fields. */
const RANK = `WITH served AS (
    SELECT DISTINCT f.field, u.caller_org, u.caller_sub FROM field_set_use AS u JOIN field_set_field AS f ON f.field_set = u.field_set
    WHERE u.last_day > $1::date - ${USE_DAYS} AND f.decision <> 'DENIED'
  ), counted AS (
    SELECT field AS coordinate, count(*)::integer AS callers FROM served GROUP BY field
    UNION ALL SELECT split_part(field, '.', 1), count(DISTINCT (caller_org, caller_sub))::integer FROM served GROUP BY 1
    UNION ALL SELECT 'open:' || q.id, count(DISTINCT (u.caller_org, u.caller_sub))::integer FROM open_query_use AS u JOIN open_query AS q ON q.operation_hash = u.operation_hash
      WHERE q.served AND u.last_day > $1::date - ${USE_DAYS} GROUP BY 1
  ), placed AS (
    SELECT i.coordinate, coalesce(c.callers, 0) AS callers,
      CASE WHEN c.callers >= ${FEWEST_CALLERS} THEN (rank() OVER (PARTITION BY i.kind ORDER BY coalesce(c.callers, 0) DESC))::integer END AS place
    FROM catalogue_item AS i LEFT JOIN counted AS c ON c.coordinate = i.coordinate WHERE NOT i.gone
  )
  UPDATE catalogue_item AS i SET callers = p.callers, usage_rank = p.place FROM placed AS p
  WHERE p.coordinate = i.coordinate AND (i.callers <> p.callers OR i.usage_rank IS DISTINCT FROM p.place)`

export type UseCount = { round(): Promise<void> }

/** `round` runs after the follower's; it throws what failed, and the next one takes it up again. */
export function openUseCount({ facts, clock }: { readonly facts: DepartmentPool; readonly clock: Clock }): UseCount {
  let toRank = true
  let rankedAt = -Infinity
  let rankedOn = ''
  return {
    async round() {
      const today = shanghaiDay(clock.now())
      if (await gather(facts)) toRank = true
      const due = toRank || today !== rankedOn
      if (!due || performance.now() - rankedAt < RANK_MS) return
      await withClient(facts, async (client) => {
        await client.query(FORGET, [today])
        await client.query(RANK, [today])
      })
      toRank = false
      rankedAt = performance.now()
      rankedOn = today
    },
  }
}

/** Whether there was anything new. */
async function gather(facts: DepartmentPool): Promise<boolean> {
  return withClient(facts, async (client) => {
    await client.query('BEGIN')
    const { rows: [lock] } = await client.query<{ ours: boolean }>(`SELECT pg_try_advisory_xact_lock(hashtextextended('citygraph use', 0)) AS ours`)
    const stretches = lock?.ours === true ? (await client.query({ name: 'use-stretches', text: STRETCHES, values: [STEP] })).rows : []
    if (stretches.length > 0) {
      await client.query({ name: 'use-gather', text: GATHER, values: [JSON.stringify(stretches)] })
      await client.query({ name: 'use-gather-open', text: GATHER_OPEN, values: [JSON.stringify(stretches)] })
      await client.query({ name: 'use-looked', text: LOOKED, values: [JSON.stringify(stretches)] })
    }
    await client.query('COMMIT')
    return stretches.length > 0
  })
}
