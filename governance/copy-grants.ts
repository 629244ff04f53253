// The register's applications and grants, and the grants that are files, copied to where they are read. What is in force is said by
// the bundle alone; a copy that is late shows late and changes nothing.

import type pg from 'pg'
import { withClient, type DepartmentPool } from '../migrations/pool.ts'
import { inspectApplication, readApplication } from '../policy-engine/application.ts'
import type { Bundle } from '../policy-engine/bundle.ts'
import { APPROVED, endsAt, fieldAt, grantOfText, startsAt } from '../policy-engine/grants.ts'
import type { Grant } from '../policy-engine/grants.ts'
import type { Classification } from '../schema/classification.ts'
import { contractOf } from './contract.ts'

type Rules = { readonly bundle: Bundle; readonly classification: Classification }
type Application = { id: string; kind: string; version: number; status: string; org: string; hands: readonly string[]; content: string; at: string; decided_at: string | null; changed_at: string }
type Demand = { application: string; version: number; role: string; org: string; due: string; approved_org: string | null; approved_sub: string | null; approved_at: string | null }
type Held = { id: string; application: string; kind: string; content: string; made_at: string; ended_at: string | null; ended_by_org: string | null; ended_by_sub: string | null; review_due: string | null; review_outcome: string | null; review_note: string | null; reviewed_at: string | null; reviewed_by_org: string | null; reviewed_by_sub: string | null }

/** Copies stand in a row, so that what was read earlier never overwrites what was read later. */
const LOCK = `SELECT pg_advisory_xact_lock(hashtextextended('copy of grants', 0))`
/** What changed since the newest that is known; clocks of officers' processes differ by less than a day. */
const NEWEST = `SELECT coalesce(max(changed_at), '-infinity')::timestamptz - interval '1 day' AS since FROM application`
const APPLICATIONS = `SELECT to_jsonb(a) AS row FROM audit.application AS a WHERE a.changed_at >= $1 ORDER BY a.id`
const DEMANDS = `SELECT to_jsonb(d) AS row FROM audit.application_demand AS d JOIN audit.application AS a ON a.id = d.application WHERE a.changed_at >= $1 ORDER BY d.application, d.version, d.role, d.org`
const GRANTS = `SELECT to_jsonb(g) AS row FROM audit.approved_grant AS g WHERE greatest(g.made_at, g.ended_at, g.reviewed_at) >= $1 ORDER BY g.id`

/** `source`: the audit database, as who may read it. Repeating it changes nothing. */
export function grantCopier(source: DepartmentPool, facts: DepartmentPool, rules: () => Rules): () => Promise<void> {
  let copied: string | undefined
  return async () => {
    const { bundle, classification } = rules()
    // What files say changes with the bundle alone.
    await copyGrants(source, facts, { bundle, classification, withFiles: bundle.hash !== copied })
    copied = bundle.hash
  }
}

async function copyGrants(source: DepartmentPool, facts: DepartmentPool, rules: Rules & { readonly withFiles: boolean }): Promise<void> {
  await withClient(facts, async (client) => {
    await client.query('BEGIN')
    try {
      await client.query(LOCK)
      const { rows: [known] } = await client.query<{ since: Date }>(NEWEST)
      const read = async <T>(text: string): Promise<readonly T[]> => (await withClient(source, (reader) => reader.query<{ row: T }>(text, [known?.since ?? new Date(0)]))).rows.map(({ row }) => row)
      const [applications, demands, held] = [await read<Application>(APPLICATIONS), await read<Demand>(DEMANDS), await read<Held>(GRANTS)]
      await writeApplications(client, applications, demands, rules)
      await upsert(client, 'granted', ['id'], held.flatMap((one) => registered(one, rules)))
      await alertOf(client, held)
      if (rules.withFiles) await writeFiles(client, files(rules))
      await client.query('COMMIT')
    } catch (error) {
      await client.query('ROLLBACK').catch(() => undefined)
      throw error
    }
  })
}

/** An alert of whoever asked for what a review found unjustified; by the application's id, so that it is given once. What follows is as with any alert (risk-watch.ts). */
const ALERT = `INSERT INTO alert (id, signal, at, caller_org, caller_kind, caller_sub, subject, count, threshold, window_seconds, noticed_at)
  SELECT a.id, 'UNJUSTIFIED_EMERGENCY', r.at, a.org, 'department', a.by_sub, '', 1, 1, 0, now() FROM jsonb_to_recordset($1::jsonb) AS r (id uuid, at timestamptz) JOIN application AS a ON a.id = r.id
  ON CONFLICT (id) DO NOTHING`

async function alertOf(client: pg.ClientBase, held: readonly Held[]): Promise<void> {
  const found = held.filter(({ review_outcome: outcome }) => outcome === 'UNJUSTIFIED').map(({ application: id, reviewed_at: at }) => ({ id, at }))
  if (found.length > 0) await client.query(ALERT, [JSON.stringify(found)])
}

async function writeApplications(client: pg.ClientBase, applications: readonly Application[], demands: readonly Demand[], rules: Rules): Promise<void> {
  if (applications.length === 0) return
  const read = applications.map((one) => {
    const it = readApplication(JSON.parse(one.content))
    const fields = it.fields.map(({ field, mode }) => ({ field, mode, owner: fieldAt(field, rules.classification)?.owner ?? '', level: `L${fieldAt(field, rules.classification)?.level ?? 4}` }))
    // A draft is nobody's business yet, nor is what was taken back before anybody decided anything.
    const decided = demands.some(({ application, approved_at }) => application === one.id && approved_at !== null)
    const isOwn = one.status === 'DRAFT' || (one.status === 'WITHDRAWN' && one.version === 1 && !decided)
    const owners = isOwn ? [] : [...new Set(fields.map(({ owner }) => owner))].sort()
    const open = demands.filter(({ application, version, approved_at }) => application === one.id && version === one.version && approved_at === null)
    return { one, it, fields, seen: { applicant: one.org, owners }, due: open.map(({ due }) => due).sort()[0] ?? null, route: routesOf(one, rules) }
  })
  const byId = new Map(read.map((found) => [found.one.id, found]))
  await upsert(client, 'application', ['id'], read.map(({ one, it, seen, due, route }) => ({
    id: one.id, ...seen, kind: one.kind, version: one.version, status: one.status, org: one.org, by_sub: one.hands[0] ?? '', purpose: it.purpose, scenario: it.scenario, legal_basis: it.legalBasis,
    division: it.division ?? null, days: it.days, route, per_day: it.perDay ?? null, agreement_ref: it.agreementRef ?? null, pia_ref: it.piaRef ?? null, at: one.at, decided_at: one.decided_at, changed_at: one.changed_at, due,
  })))
  await client.query('UPDATE application_field SET removed = true WHERE application = ANY($1::uuid[])', [read.map(({ one }) => one.id)])
  await upsert(client, 'application_field', ['application', 'field'], read.flatMap(({ one, fields, seen }) => fields.map((field) => ({ application: one.id, ...seen, ...field, removed: false }))))
  await upsert(client, 'application_approval', ['ref'], demands.flatMap((demand) => {
    const of = byId.get(demand.application)
    return of === undefined ? [] : [{ ref: `${demand.application}/${demand.version}/${demand.role}/${demand.org}`, ...demand, ...of.seen, counts: demand.version === of.one.version }]
  }))
}

/** The rows of approvals.yaml that it falls under by the rules of now; none where it fits them no more. */
function routesOf({ content, org, at }: Application, rules: Rules): readonly string[] {
  try {
    return inspectApplication(readApplication(JSON.parse(content)), org, { ...rules, at: new Date(at), without: ['agreementRef', 'piaRef'] }).routes
  } catch {
    return []
  }
}

type GrantRow = Readonly<Record<string, unknown>> & { readonly id: string }

function registered(held: Held, rules: Rules): readonly GrantRow[] {
  const grant = grantOfText({ name: `${APPROVED}${held.id}.yaml`, text: held.content })
  if (grant === undefined) return []
  const leftOut = held.ended_at === null && rules.bundle.leftOut.some(({ file }) => file === grant.file)
  return [rowOf(grant, rules, {
    kind: held.kind === 'EMERGENCY' ? 'EMERGENCY' : 'APPROVED', application: held.application, starts_at: laterOf(held.made_at, startsAt(grant)), review_due: held.review_due,
    review_outcome: held.review_outcome, review_note: held.review_note, reviewed_at: held.reviewed_at, reviewed_by_org: held.reviewed_by_org, reviewed_by_sub: held.reviewed_by_sub,
    revoked_at: held.ended_at, revoked_by_org: held.ended_by_org, revoked_by_sub: held.ended_by_sub, revoked: held.ended_at !== null, left_out: leftOut,
  })]
}

/** One that was brought in from a file may begin on a later day than it came. */
function laterOf(madeAt: string, startsAt: number): string {
  return new Date(Math.max(Date.parse(madeAt), startsAt)).toISOString()
}

/** Grants of files as the bundle in force has them; one whose file is gone stays as it was last, revoked. */
function files(rules: Rules): readonly GrantRow[] {
  return [...rules.bundle.grants.values()].filter(({ file }) => !file.startsWith(APPROVED)).map((grant) => rowOf(grant, rules, {
    kind: 'FILE', application: null, starts_at: new Date(startsAt(grant)).toISOString(), review_due: null,
    revoked_at: null, revoked_by_org: null, revoked_by_sub: null, revoked: grant.status === 'REVOKED', left_out: false,
  }))
}

function rowOf(grant: Grant, { bundle, classification }: Rules, rest: Readonly<Record<string, unknown>>): GrantRow {
  const { en, zh } = contractOf(grant, bundle)
  const owners = grant.fields.flatMap(({ fields }) => fields.flatMap((field) => fieldAt(field, classification)?.owner ?? []))
  return {
    id: grant.id, applicant: grant.org, owners: [...new Set(owners)].sort(), org: grant.org, purpose: grant.purpose, scenario: grant.scenario, legal_basis: grant.legalBasis,
    valid_from: grant.validFrom, valid_to: grant.validTo, ends_at: new Date(endsAt(grant)).toISOString(), contract: en, contract_zh: zh, per_day: grant.perDay ?? null, ...rest,
  }
}

async function writeFiles(client: pg.ClientBase, grants: readonly GrantRow[]): Promise<void> {
  await upsert(client, 'granted', ['id'], grants)
  const named = grants.map(({ id }) => id)
  await client.query(`UPDATE granted SET revoked = true WHERE kind = 'FILE' AND NOT revoked AND NOT id = ANY($1)`, [named])
}

/** Adds rows or brings them up to date. Names of tables and columns are ours. */
async function upsert(client: pg.ClientBase, table: string, keys: readonly string[], rows: readonly Readonly<Record<string, unknown>>[]): Promise<void> {
  const [first] = rows
  if (first === undefined) return
  const columns = Object.keys(first)
  const changing = columns.filter((column) => !keys.includes(column))
  await client.query(
    `INSERT INTO ${table} (${columns.join(', ')}) SELECT ${columns.join(', ')} FROM jsonb_populate_recordset(NULL::${table}, $1::jsonb)
     ON CONFLICT (${keys.join(', ')}) DO UPDATE SET ${changing.map((column) => `${column} = excluded.${column}`).join(', ')}
     WHERE (${changing.map((column) => `${table}.${column}`).join(', ')}) IS DISTINCT FROM (${changing.map((column) => `excluded.${column}`).join(', ')})`,
    [JSON.stringify(rows)],
  )
}
