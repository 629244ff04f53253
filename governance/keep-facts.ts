// Writes what was read of one log, with how far it was read, in the caller's transaction: both or neither. Doing it again adds
// nothing. Relies on the tables of migrations/governance.

import type pg from 'pg'
import type { FieldSet } from './field-sets.ts'
import type { AccessFacts } from './read-leaf.ts'

export type FollowedRecord = { readonly seq: number; readonly facts: AccessFacts; readonly set: FieldSet }
export type Unread = { readonly seq: number; readonly reason: string; readonly count: number }
export type Followed = { readonly log: string; readonly next: number; readonly records: readonly FollowedRecord[]; readonly events: number; readonly unread: readonly Unread[] }

const INSERT_RECORDS = `INSERT INTO access_record
  (ref, log, seq, record_id, at, request_id, caller_org, caller_kind, caller_sub, caller_client, purpose, case_no, authorization_ref, operation_name,
   operation_hash, entries, field_set, owners, person_categories, subject_count, row_count, policy_version, outcome, code)
  SELECT * FROM jsonb_to_recordset($1::jsonb) AS r
  (ref text, log text, seq bigint, record_id uuid, at timestamptz, request_id text, caller_org text, caller_kind text, caller_sub text, caller_client text,
   purpose text, case_no text, authorization_ref text, operation_name text, operation_hash text, entries text[], field_set text, owners text[],
   person_categories text[], subject_count integer, row_count integer, policy_version text, outcome text, code text)
  ON CONFLICT DO NOTHING`
const INSERT_FIELDS = `INSERT INTO field_set_field (field_set, field, owner, category, level, personal, decision, policies)
  SELECT * FROM jsonb_to_recordset($1::jsonb) AS r
  (field_set text, field text, owner text, category text, level smallint, personal boolean, decision text, policies text[])
  ORDER BY field_set, field ON CONFLICT DO NOTHING`
const INSERT_SUBJECTS = `INSERT INTO access_subject (token, at, record)
  SELECT * FROM unnest($1::text[]::uuid[], $2::timestamptz[], $3::text[]) ON CONFLICT DO NOTHING`

/** `knownSets`: sets that need no writing; the caller adds those of `records` once the transaction is durable. */
export async function keepFacts(client: pg.ClientBase, followed: Followed, knownSets: { has(id: string): boolean }): Promise<void> {
  const { log, records, unread } = followed
  const first = records.filter(({ facts }) => facts.continues === undefined)
  if (first.length > 0) await client.query({ name: 'keep-records', text: INSERT_RECORDS, values: [JSON.stringify(first.map((record) => row(log, record)))] })
  const sets = new Map(first.flatMap(({ set }) => (knownSets.has(set.id) ? [] : [[set.id, set]])))
  const fields = [...sets.values()].flatMap((set) => set.fields.map((field) => ({ field_set: set.id, ...field })))
  if (fields.length > 0) await client.query({ name: 'keep-fields', text: INSERT_FIELDS, values: [JSON.stringify(fields)] })
  const subjects = records.flatMap(({ facts }) => facts.subjects.map((token) => ({ token, at: facts.at, record: refOf(log, facts.continues ?? facts.id) })))
  if (subjects.length > 0) {
    const columns = [subjects.map(({ token }) => token), subjects.map(({ at }) => at), subjects.map(({ record }) => record)]
    await client.query({ name: 'keep-subjects', text: INSERT_SUBJECTS, values: columns })
  }
  for (const { seq, reason } of unread) await client.query('INSERT INTO unread_record (log, seq, reason) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [log, seq, reason])
  const missed = unread.reduce((sum, { count }) => sum + count, 0)
  await client.query('UPDATE followed_log SET next_seq = $2, others = others + $3, unread = unread + $4 WHERE log = $1', [log, followed.next, followed.events, missed])
}

/** How records are named here: nothing keeps one department from writing an id that another has used. */
function refOf(log: string, id: string): string {
  return `${log}/${id}`
}

function row(log: string, { seq, facts, set }: FollowedRecord): Readonly<Record<string, unknown>> {
  const answered = facts.outcome === 'ANSWERED'
  return {
    ref: refOf(log, facts.id), log, seq, record_id: facts.id, at: facts.at, request_id: facts.requestId,
    caller_org: facts.caller.org, caller_kind: facts.caller.kind, caller_sub: facts.caller.sub, caller_client: facts.caller.clientId,
    purpose: facts.purpose, case_no: facts.caseNo, authorization_ref: facts.authorizationRef,
    operation_name: facts.operationName, operation_hash: facts.operationHash, entries: facts.entries, field_set: set.id,
    owners: answered ? set.owners : [], person_categories: answered ? set.personCategories : [],
    subject_count: facts.subjectCount, row_count: facts.rowCount, policy_version: facts.policyVersion, outcome: facts.outcome, code: facts.code,
  }
}
