// Who passes a threshold: the events of the callers for whom something new counts, in a window that slides from event to event. A
// caller whose signal was given within the window is passed over before anything is counted, so that nobody's traffic makes it slow.

import type pg from 'pg'
import type { Touched } from './signal-events.ts'

/** `at`: the first event with which the threshold was reached. `count`: most in a window, of what was looked at. */
export type Crossing = { readonly org: string; readonly sub: string; readonly kind: string; readonly subject: string; readonly at: Date; readonly count: number }

export type Looked = {
  readonly signal: string
  readonly level: number
  readonly windowS: number
  /** Looks for suspensions: alerts that led to none do not stand in the way. */
  readonly suspending: boolean
}

const WINDOW = `$3::int * interval '1 second'`
const EVENTS = `SELECT e.at FROM signal_event AS e
  WHERE e.signal = $1 AND e.caller_org = t.org AND e.caller_sub = t.sub AND e.at >= t.first - ${WINDOW} AND e.at <= t.last`
const LOOKS = `SELECT max(s.at) AS at FROM access_subject AS s JOIN access_record AS r ON r.ref = s.record
  WHERE s.token = t.subject::uuid AND s.at >= t.first - ${WINDOW} AND s.at <= t.last AND r.caller_org = t.org AND r.caller_sub = t.sub AND r.outcome = 'ANSWERED'
  GROUP BY r.request_id`

/** Without so many rows about the person nobody can have looked so often: nearly every pair ends here. */
const ENOUGH_LOOKS = `EXISTS (SELECT FROM access_subject AS s WHERE s.token = t.subject::uuid AND s.at >= t.first - ${WINDOW} AND s.at <= t.last OFFSET $2::int - 1)`

function crossing(events: string, condition = 'true'): string {
  return `SELECT t.org, t.sub, t.kind, t.subject, c.at, c.count::int
    FROM jsonb_to_recordset($4::jsonb) AS t (org text, sub text, kind text, subject text, first timestamptz, last timestamptz)
    LEFT JOIN LATERAL (
      SELECT a.at + a.window_seconds * interval '1 second' AS until FROM alert AS a
      WHERE a.signal = $1 AND a.caller_org = t.org AND a.caller_sub = t.sub AND (a.suspend OR NOT $5::boolean) ORDER BY a.at DESC LIMIT 1
    ) AS given ON true
    CROSS JOIN LATERAL (
      SELECT min(at) FILTER (WHERE n >= $2) AS at, max(n) AS count
      FROM (SELECT at, count(*) OVER (ORDER BY at RANGE BETWEEN ${WINDOW} PRECEDING AND CURRENT ROW) AS n FROM (${events}) AS event) AS sliding
      WHERE at >= t.first AND at > coalesce(given.until, '-infinity')
    ) AS c
    WHERE ${condition} AND t.last > coalesce(given.until, '-infinity') AND c.at IS NOT NULL
    ORDER BY c.at, t.org, t.sub, t.subject`
}

const overEvents = crossing(EVENTS)
const overLooks = crossing(LOOKS, ENOUGH_LOOKS)

/** Crossings over kept events, or for pairs with a `subject` over the access records themselves. */
export async function crossings(client: pg.ClientBase, touched: readonly (Touched & { readonly subject?: string })[], { signal, level, windowS, suspending }: Looked): Promise<readonly Crossing[]> {
  if (touched.length === 0) return []
  const pairs = touched.some(({ subject }) => subject !== undefined)
  const rows = touched.map((one) => ({ subject: '', ...one }))
  const values = [signal, level, windowS, JSON.stringify(rows), suspending]
  const found = await client.query<Crossing>({ name: pairs ? 'signal-looks' : 'signal-crossings', text: pairs ? overLooks : overEvents, values })
  return found.rows
}
