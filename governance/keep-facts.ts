// Writes what was read of one log, with how far it was read, in the caller's transaction: both or neither. Doing it again adds
// nothing. Relies on the tables of migrations/governance.

import type pg from 'pg'
import type { FieldSet } from './field-sets.ts'
import type { AccessFacts, HoldingsFacts } from './read-leaf.ts'

/** `like`: one object for records that differ in what is their own alone (read-leaf.ts). */
export type FollowedRecord = { readonly seq: number; readonly facts: AccessFacts; readonly like: AccessFacts; readonly set: FieldSet }
export type Unread = { readonly seq: number; readonly reason: string; readonly count: number }
export type Followed = { readonly log: string; readonly next: number; readonly records: readonly FollowedRecord[]; readonly events: number; readonly unread: readonly Unread[]; readonly holdings: readonly HoldingsFacts[] }

/** Most of a record comes again in the next one: it is sent once for all records of a step that share it, as `kind`. */
const RECORDS = `WITH kept AS (
    INSERT INTO access_record
    (ref, log, seq, record_id, at, request_id, caller_org, caller_kind, caller_sub, caller_client, purpose, case_no, authorization_ref, operation_name,
     operation_hash, entries, field_set, owners, person_categories, subject_count, row_count, policy_version, outcome, code, subjects)
    SELECT $1 || '/' || r.id, $1, r.seq, r.id, r.at, r.request, k.caller_org, k.caller_kind, k.caller_sub, k.caller_client, k.purpose, k.case_no, k.authorization_ref, k.operation_name,
     k.operation_hash, k.entries, k.field_set, k.owners, k.person_categories, r.subject_count, r.row_count, k.policy_version, k.outcome, k.code, r.subjects::uuid[]
    FROM unnest($2::bigint[], $3::uuid[], $4::timestamptz[], $5::text[], $6::integer[], $7::integer[], $8::text[], $9::integer[]) AS r (seq, id, at, request, subject_count, row_count, subjects, kind)
    JOIN jsonb_to_recordset($10::jsonb) AS k
    (kind integer, caller_org text, caller_kind text, caller_sub text, caller_client text, purpose text, case_no text, authorization_ref text, operation_name text,
     operation_hash text, entries text[], field_set text, owners text[], person_categories text[], policy_version text, outcome text, code text) USING (kind)
    ON CONFLICT DO NOTHING RETURNING ref, at, subjects
  )
  INSERT INTO access_subject (token, at, record) SELECT s.token, kept.at, kept.ref FROM kept CROSS JOIN LATERAL unnest(kept.subjects) AS s (token)`
const CAREFULLY = ' ON CONFLICT DO NOTHING'
/** Subjects of a record that continues another one. */
const FURTHER = `WITH kept AS (
    INSERT INTO access_subject (token, at, record) SELECT s.token, $2, $1 FROM unnest($3::uuid[]) AS s (token) ON CONFLICT DO NOTHING
  )
  UPDATE access_record SET subjects = coalesce(subjects, ARRAY[]::uuid[]) || $3::uuid[] WHERE ref = $1`
const INSERT_FIELDS = `INSERT INTO field_set_field (field_set, field, owner, category, level, personal, decision, policies)
  SELECT * FROM jsonb_to_recordset($1::jsonb) AS r
  (field_set text, field text, owner text, category text, level smallint, personal boolean, decision text, policies text[])
  ORDER BY field_set, field ON CONFLICT DO NOTHING`
/** A department speaks for its own log alone; the newest word stands. */
const KEEP_HOLDINGS = `INSERT INTO holding AS h (log, type, rows_at_least, newest_on, reported_at)
  SELECT $1, type, rows_at_least, newest_on, $2 FROM jsonb_to_recordset($3::jsonb) AS r (type text, rows_at_least integer, newest_on date) ORDER BY type
  ON CONFLICT (log, type) DO UPDATE SET rows_at_least = excluded.rows_at_least, newest_on = excluded.newest_on, reported_at = excluded.reported_at
  WHERE excluded.reported_at >= h.reported_at`
/** `knownSets`: sets that need no writing; the caller adds those of `records` once the transaction is durable. `careful`: takes what is there already. */
export async function keepFacts(client: pg.ClientBase, followed: Followed, { knownSets, careful }: { readonly knownSets: { has(id: string): boolean }; readonly careful: boolean }): Promise<void> {
  const { log, records, unread } = followed
  const first = records.filter(({ facts }) => facts.continues === undefined)
  if (first.length > 0) await client.query({ name: careful ? 'keep-record' : 'keep-records', text: careful ? RECORDS + CAREFULLY : RECORDS, values: columns(log, first) })
  const sets = new Map(first.flatMap(({ set }) => (knownSets.has(set.id) ? [] : [[set.id, set]])))
  const fields = [...sets.values()].flatMap((set) => set.fields.map((field) => ({ field_set: set.id, ...field })))
  if (fields.length > 0) await client.query({ name: 'keep-fields', text: INSERT_FIELDS, values: [JSON.stringify(fields)] })
  for (const { facts } of records) {
    if (facts.continues !== undefined) await client.query({ name: 'keep-subjects', text: FURTHER, values: [refOf(log, facts.continues), facts.at, arrayOf([...new Set(facts.subjects)])] })
  }
  for (const { at, holdings } of followed.holdings) {
    const rows = [...new Map(holdings.map(({ type, rowsAtLeast, newestOn }) => [type, { type, rows_at_least: rowsAtLeast, newest_on: newestOn }])).values()]
    await client.query({ name: 'keep-holdings', text: KEEP_HOLDINGS, values: [log, at, JSON.stringify(rows)] })
  }
  for (const { seq, reason } of unread) await client.query('INSERT INTO unread_record (log, seq, reason) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [log, seq, reason])
  const missed = unread.reduce((sum, { count }) => sum + count, 0)
  await client.query('UPDATE followed_log SET next_seq = $2, others = others + $3, unread = unread + $4 WHERE log = $1', [log, followed.next, followed.events, missed])
}

/** How records are named here: nothing keeps one department from writing an id that another has used. */
function refOf(log: string, id: string): string {
  return `${log}/${id}`
}

function columns(log: string, records: readonly FollowedRecord[]): unknown[] {
  const kinds = new Map<string, number>()
  const kindOf = records.map((record) => {
    const written = writtenKind(record)
    const known = kinds.get(written) ?? kinds.size
    kinds.set(written, known)
    return known
  })
  return [
    log, arrayOf(records.map(({ seq }) => seq)), arrayOf(records.map(({ facts }) => facts.id)), records.map(({ facts }) => facts.at), records.map(({ facts }) => facts.requestId),
    arrayOf(records.map(({ facts }) => facts.subjectCount)), arrayOf(records.map(({ facts }) => facts.rowCount)),
    arrayOf(records.map(({ facts }) => `"${arrayOf(facts.subjects.length < 2 ? facts.subjects : [...new Set(facts.subjects)])}"`)), arrayOf(kindOf),
    JSON.stringify([...kinds].map(([written, number]) => ({ ...JSON.parse(written), kind: number }))),
  ]
}

/** An array as PostgreSQL writes it, of numbers, ids and tokens: nothing in them needs quoting. */
function arrayOf(values: readonly (string | number)[]): string {
  return `{${values.join(',')}}`
}

const written = new WeakMap<AccessFacts, { readonly set: FieldSet; readonly text: string }>()

function writtenKind(record: FollowedRecord): string {
  const known = written.get(record.like)
  if (known !== undefined && known.set === record.set) return known.text
  const text = JSON.stringify(kind(record))
  written.set(record.like, { set: record.set, text })
  return text
}

function kind({ facts, set }: FollowedRecord): Readonly<Record<string, unknown>> {
  const answered = facts.outcome === 'ANSWERED'
  return {
    caller_org: facts.caller.org, caller_kind: facts.caller.kind, caller_sub: facts.caller.sub, caller_client: facts.caller.clientId,
    purpose: facts.purpose, case_no: facts.caseNo, authorization_ref: facts.authorizationRef,
    operation_name: facts.operationName, operation_hash: facts.operationHash, entries: facts.entries, field_set: set.id,
    owners: answered ? set.owners : [], person_categories: answered ? set.personCategories : [],
    policy_version: facts.policyVersion, outcome: facts.outcome, code: facts.code,
  }
}
