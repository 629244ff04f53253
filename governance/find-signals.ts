// One step of looking for risk signals: what the follower has added since the last one is counted, and whoever passes a threshold gets
// an alert, once for each caller, signal and window. All in one transaction with how far was looked, by one process at a time.

import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { withClient, type DepartmentPool } from '../migrations/pool.ts'
import type { RiskRules, SignalName } from '../policy-engine/risk.ts'
import { crossings, type Crossing } from './crossings.ts'
import { keepEvents, newPairs, signalCodes, type Stretch, type Touched } from './signal-events.ts'

export type FindParts = {
  /** Governance's database, as its follower. */
  readonly facts: DepartmentPool
  /** Entries that verify a statement or resolve a number: `Query.…`. */
  readonly verifications: readonly string[]
}

/** Records of each log in one step. */
const STEP = 1_000
/** The tables grow from nothing faster than statistics follow, and each statement here is meant to go through its index. */
const BY_INDEX = 'SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off'
const STRETCHES = `SELECT f.log, coalesce(w.next_seq, 0)::float8 AS first, least(f.next_seq, coalesce(w.next_seq, 0) + $1)::float8 AS "end"
  FROM followed_log AS f LEFT JOIN watched_log AS w ON w.log = f.log WHERE f.next_seq > coalesce(w.next_seq, 0) ORDER BY f.log`
const WATCHED = `INSERT INTO watched_log (log, next_seq) SELECT log, "end" FROM jsonb_to_recordset($1::jsonb) AS s (log text, "end" bigint) ORDER BY log
  ON CONFLICT (log) DO UPDATE SET next_seq = excluded.next_seq`
const ALERT = `INSERT INTO alert (id, signal, at, caller_org, caller_kind, caller_sub, subject, count, threshold, window_seconds, noticed_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, now())`
const SUSPEND = `UPDATE alert SET suspend = true, count = greatest(count, $4) WHERE id = (
    SELECT id FROM alert WHERE signal = $1 AND caller_org = $2 AND caller_sub = $3 ORDER BY at DESC LIMIT 1) AND NOT suspend`
/** What is older than any window that risk.yaml may name. */
const FORGET = `DELETE FROM signal_event WHERE at < (SELECT max(at) FROM access_record) - interval '8 days'`

/** True when there is more to look at. Throws what the database throws; then nothing of the step has happened. */
export async function findSignals({ facts, verifications }: FindParts, rules: RiskRules): Promise<boolean> {
  return withClient(facts, async (client) => {
    await client.query('BEGIN')
    await client.query(BY_INDEX)
    const { rows: [lock] } = await client.query<{ ours: boolean }>(`SELECT pg_try_advisory_xact_lock(hashtextextended('citygraph risk signals', 0)) AS ours`)
    const stretches = lock?.ours === true ? (await client.query<Stretch>(STRETCHES, [STEP])).rows : []
    if (stretches.length > 0) {
      for (const signal of ['bulk', 'offHours', 'purposeDrift', 'denyProbing', 'verificationEnumeration'] as const) {
        await judge(client, signal, await keepEvents(client, signal, stretches, rules, verifications), rules)
      }
      await judge(client, 'stalking', await newPairs(client, stretches, rules), rules)
      await client.query({ name: 'watched', text: WATCHED, values: [JSON.stringify(stretches)] })
    }
    await client.query('COMMIT')
    return stretches.some(({ first, end }) => end - first >= STEP)
  })
}

/** Events that no window reaches any more. To be called now and then. */
export async function forgetEvents({ facts }: Pick<FindParts, 'facts'>): Promise<void> {
  await withClient(facts, (client) => client.query(FORGET))
}

async function judge(client: pg.ClientBase, signal: SignalName, touched: readonly (Touched & { readonly subject?: string })[], rules: RiskRules): Promise<void> {
  const { threshold, windowS, suspendAt } = rules[signal]
  const looked = { signal: signalCodes[signal], windowS }
  for (const { org, sub, kind, subject, at, count } of once(await crossings(client, touched, { ...looked, level: threshold, suspending: false }))) {
    await client.query({ name: 'alert', text: ALERT, values: [randomUUID(), looked.signal, at, org, kind, sub, subject, count, threshold, windowS] })
  }
  if (suspendAt === undefined) return
  for (const { org, sub, count } of once(await crossings(client, touched, { ...looked, level: suspendAt, suspending: true }))) {
    await client.query({ name: 'alert-suspends', text: SUSPEND, values: [looked.signal, org, sub, count] })
  }
}

/** The first for each caller: an official who follows several people is one signal. */
function once(found: readonly Crossing[]): readonly Crossing[] {
  return [...new Map([...found].reverse().map((crossing) => [`${crossing.org}\n${crossing.sub}`, crossing])).values()].reverse()
}
