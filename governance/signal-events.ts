// What counts towards each risk signal (docs/signals.md), picked from the access records that are new. One statement a signal; only
// records between two places of each log are looked at, through their index.

import type pg from 'pg'
import type { RiskRules, SignalName } from '../policy-engine/risk.ts'

/** How signals are named in the graph, in records and in tables. */
export const signalCodes: Readonly<Record<SignalName, string>> = {
  bulk: 'BULK', offHours: 'OFF_HOURS', purposeDrift: 'PURPOSE_DRIFT', denyProbing: 'DENY_PROBING', stalking: 'STALKING', verificationEnumeration: 'VERIFICATION_ENUMERATION',
}

/** New records of a log: from `first` up to, not including, `end`. */
export type Stretch = { readonly log: string; readonly first: number; readonly end: number }

/** Signals whose events are kept; `stalking` is counted over the access records themselves. */
export type CountedSignal = Exclude<SignalName, 'stalking'>

/** Callers for whom something new counts, with the instants of the first and last of it. */
export type Touched = { readonly org: string; readonly sub: string; readonly kind: string; readonly first: Date; readonly last: Date }

/**
 * The new records. OFFSET 0: each stretch is fetched through the index before anything else is asked of its records; a planner that
 * may choose reads all records there ever were instead, as soon as a condition seems to leave few of them.
 */
const NEW = `jsonb_to_recordset($1::jsonb) AS stretch (log text, first bigint, "end" bigint)
  CROSS JOIN LATERAL (SELECT * FROM access_record AS n WHERE n.log = stretch.log AND n.seq >= stretch.first AND n.seq < stretch."end" OFFSET 0) AS r`

/** `what` gives item and instant of each event; the newest instant of an item stands. */
function keep(from: string, item: string, condition: string): string {
  return `WITH event AS (
    SELECT r.caller_org, r.caller_sub, max(r.caller_kind) AS kind, ${item} AS item, max(r.at) AS at
    FROM ${from} WHERE r.caller_kind = ANY($2) AND ${condition} GROUP BY r.caller_org, r.caller_sub, ${item}
  ), kept AS (
    INSERT INTO signal_event AS e (signal, caller_org, caller_sub, item, at)
    SELECT $3, caller_org, caller_sub, item::text, at FROM event ORDER BY 2, 3, item
    ON CONFLICT (signal, caller_org, caller_sub, item) DO UPDATE SET at = excluded.at WHERE excluded.at > e.at
    RETURNING caller_org, caller_sub, at
  )
  SELECT org, sub, max(kind) AS kind, min(at) AS first, max(at) AS last
  FROM (SELECT caller_org AS org, caller_sub AS sub, NULL AS kind, at FROM kept UNION ALL SELECT caller_org, caller_sub, kind, NULL FROM event) AS touched
  GROUP BY org, sub HAVING count(at) > 0 ORDER BY org, sub`
}

const requests = 'r.request_id'
/** Looking back costs two searches: once for a request, not for each department that recorded it. */
const ANSWERED_REQUESTS = `(SELECT r.caller_org, r.caller_sub, r.caller_kind, r.request_id, r.purpose, max(r.at) AS at
    FROM ${NEW} WHERE r.outcome = 'ANSWERED' AND r.purpose IS NOT NULL GROUP BY 1, 2, 3, 4, 5 OFFSET 0) AS r`
const statements: Readonly<Record<CountedSignal, string>> = {
  bulk: keep(`${NEW} CROSS JOIN LATERAL unnest(r.subjects) AS s (token)`, 's.token', `r.outcome = 'ANSWERED'`),
  // Asking what one would get is no probing: dry runs stand in the gateway's log, answered.
  denyProbing: keep(NEW, requests, `(
    (r.outcome = 'REFUSED' AND r.code IN ('FORBIDDEN', 'NOT_FILTERABLE', 'PURPOSE_UNKNOWN')) OR (r.outcome = 'FAILED' AND r.code IN ('FORBIDDEN', 'NOT_FILTERABLE'))
    OR (r.outcome = 'ANSWERED' AND r.log <> 'gateway' AND EXISTS (SELECT FROM field_set_field AS f WHERE f.field_set = r.field_set AND f.decision = 'DENIED')))`),
  verificationEnumeration: keep(NEW, requests, `r.outcome IN ('ANSWERED', 'FAILED') AND r.log <> 'gateway' AND r.entries && $4::text[]`),
  offHours: keep(NEW, requests, `r.outcome = 'ANSWERED' AND r.subject_count > 0 AND NOT (
    extract(isodow FROM r.at AT TIME ZONE 'Asia/Shanghai') = ANY($4::int[])
    AND (extract(hour FROM r.at AT TIME ZONE 'Asia/Shanghai') * 60 + extract(minute FROM r.at AT TIME ZONE 'Asia/Shanghai')) >= $5::int
    AND (extract(hour FROM r.at AT TIME ZONE 'Asia/Shanghai') * 60 + extract(minute FROM r.at AT TIME ZONE 'Asia/Shanghai')) < $6::int)`),
  purposeDrift: keep(ANSWERED_REQUESTS, requests, `NOT EXISTS (SELECT FROM access_record AS p WHERE p.caller_org = r.caller_org AND p.caller_sub = r.caller_sub AND p.purpose = r.purpose
      AND p.at < r.at - $4::int * interval '1 second' AND p.at >= r.at - $4::int * interval '1 second' - $5::int * interval '24 hours')
    AND EXISTS (SELECT FROM access_record AS p WHERE p.caller_org = r.caller_org AND p.caller_sub = r.caller_sub
      AND p.at < r.at - $4::int * interval '1 second' AND p.at >= r.at - $4::int * interval '1 second' - $5::int * interval '24 hours')`),
}

/** Keeps what counts towards `signal`. `verifications`: entries that verify or resolve. */
export async function keepEvents(client: pg.ClientBase, signal: CountedSignal, stretches: readonly Stretch[], rules: RiskRules, verifications: readonly string[]): Promise<readonly Touched[]> {
  const further: Readonly<Record<CountedSignal, readonly unknown[]>> = {
    bulk: [],
    denyProbing: [],
    verificationEnumeration: [verifications],
    offHours: [rules.offHours.days, rules.offHours.from, rules.offHours.to],
    purposeDrift: [rules.purposeDrift.windowS, rules.purposeDrift.baselineDays],
  }
  const values = [JSON.stringify(stretches), rules[signal].kinds, signalCodes[signal], ...further[signal]]
  const { rows } = await client.query<Touched>({ name: `signal-events-${signal}`, text: statements[signal], values })
  return rows
}

const ABOUT_ONE = `SELECT r.caller_org AS org, r.caller_sub AS sub, max(r.caller_kind) AS kind, s.token AS subject, min(r.at) AS first, max(r.at) AS last
  FROM ${NEW} CROSS JOIN LATERAL unnest(r.subjects) AS s (token)
  WHERE r.caller_kind = ANY($2) AND r.outcome = 'ANSWERED' GROUP BY r.caller_org, r.caller_sub, s.token ORDER BY 1, 2, 4`

/** Pairs of a caller and a subject with something new between them. */
export async function newPairs(client: pg.ClientBase, stretches: readonly Stretch[], rules: RiskRules): Promise<readonly (Touched & { readonly subject: string })[]> {
  const { rows } = await client.query<Touched & { readonly subject: string }>({ name: 'signal-pairs', text: ABOUT_ONE, values: [JSON.stringify(stretches), rules.stalking.kinds] })
  return rows
}
