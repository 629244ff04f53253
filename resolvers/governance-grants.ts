// 治理: applications and grants as governance's database shows them, and the acts on them. An act gives back the row that it made or
// changed, read like any other row, so that its answer is decided cell by cell.

import { sql } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import { applicationApprovals, applicationFields, applications, grants } from '../migrations/governance/tables-of-grants.ts'
import { CitygraphError } from '../core/errors.ts'
import type { Caller } from '../policy-engine/decision.ts'
import type { DomainBinding } from './binding.ts'
import { entityOf } from './binding.ts'
import { computed, entity, type Entity } from './entity.ts'
import { loadByKey } from './load-by-key.ts'
import type { ReadContext } from './read-context.ts'
import type { Arguments, Resolver } from './resolver-map.ts'
import { manyRows } from './roots.ts'
import type { Row } from './row.ts'
import { selectionOf } from './selection.ts'
import { slot } from './slots.ts'

const domain = 'governance'

const seenBy = ({ applicant, owners }: { readonly applicant: PgColumn; readonly owners: PgColumn }) => ({ applicant: sql`${applicant}`, owners: sql`${owners}` })

const application = entity({
  domain,
  type: 'Application',
  table: applications,
  alive: sql`true`,
  attributes: { ...seenBy(applications), draft: sql`(cardinality(${applications.owners}) = 0)` },
  fields: { overdue: computed(sql`(${applications.status} = 'PENDING' AND coalesce(${applications.due} < ${slot('now')}::timestamptz, false))`, 'truth') },
  relations: {
    fields: { kind: 'many', type: 'ApplicationField', by: applicationFields.application, key: sql`${applications.id}`, order: [{ field: 'field', direction: 'ASC' }] },
    approvals: { kind: 'many', type: 'ApplicationApproval', by: applicationApprovals.application, key: sql`${applications.id}`, order: [{ field: 'version', direction: 'DESC' }] },
  },
})

const applicationField = entity({ domain, type: 'ApplicationField', table: applicationFields, alive: sql`NOT ${applicationFields.removed}`, tieBreaker: applicationFields.field, attributes: seenBy(applicationFields) })

const applicationApproval = entity({ domain, type: 'ApplicationApproval', table: applicationApprovals, alive: sql`true`, attributes: seenBy(applicationApprovals) })

/** Told by the instant of the request, so that a grant ends in the list when it ends in the engine. */
const state = sql`CASE WHEN ${grants.revoked} THEN 'REVOKED' WHEN ${grants.endsAt} <= ${slot('now')}::timestamptz THEN 'ENDED' WHEN ${grants.leftOut} THEN 'LEFT_OUT'
  WHEN ${grants.startsAt} > ${slot('now')}::timestamptz THEN 'UPCOMING' ELSE 'ACTIVE' END`

/** Nobody said anything up to the end of the day. */
const reviewOverdue = sql`(${grants.reviewedAt} IS NULL AND coalesce(${grants.reviewDue} < (${slot('now')}::timestamptz AT TIME ZONE 'Asia/Shanghai')::date, false))`

const grant = entity({ domain, type: 'Grant', table: grants, alive: sql`true`, attributes: seenBy(grants), fields: { state: computed(state, 'text'), reviewOverdue: computed(reviewOverdue, 'truth') } })

export const grantEntities: readonly Entity[] = [application, applicationField, applicationApproval, grant]

/** Resolvers of their root fields, by name. */
export function grantRoots(binding: DomainBinding): Readonly<Record<string, Resolver>> {
  return {
    applications: manyRows(binding, 'applications', { type: 'Application', order: [{ field: 'at', direction: 'DESC' }] }),
    grants: manyRows(binding, 'grants', { type: 'Grant', order: [{ field: 'startsAt', direction: 'DESC' }] }),
  }
}

type Numbered = { readonly id: string; readonly version: number }

/** Who does what callers ask of the register; governance/grant-office.ts is one. Each gives the id of what it changed. */
export type GrantOffice = {
  draft(paths: unknown, purpose: string | undefined, by: Caller): Promise<string>
  apply(input: unknown, by: Caller): Promise<string>
  edit(of: Numbered, input: unknown, by: Caller): Promise<string>
  approve(of: Numbered, by: Caller): Promise<string>
  reject(of: Numbered, by: Caller): Promise<string>
  withdraw(id: string, by: Caller): Promise<string>
  revoke(grant: string, by: Caller): Promise<string>
  breakGlass(input: unknown, by: Caller): Promise<string>
  confirm(id: string, by: Caller): Promise<string>
  review(of: { readonly grant: string; readonly outcome: 'JUSTIFIED' | 'UNJUSTIFIED'; readonly note: unknown }, by: Caller): Promise<string>
}

type Act = (office: GrantOffice, args: Arguments, by: Caller) => Promise<string>

/** Resolvers of Mutation, by name. The gate has decided the act already; it is asked again here. */
export function grantActs(binding: DomainBinding, office: GrantOffice | undefined): Readonly<Record<string, Resolver>> {
  const given = async (context: ReadContext, info: Parameters<Resolver>[3], type: 'Application' | 'Grant', id: string): Promise<Row> => {
    const value = type === 'Application' ? sql`${applications.id}` : sql`${grants.id}`
    const row = await loadByKey(context, binding, { entity: entityOf(binding, type), selection: selectionOf(info, type), keys: [id], column: { name: 'id', value, kind: type === 'Application' ? 'uuid' : 'text' } })
    if (row === null) throw new CitygraphError('SUBGRAPH_UNAVAILABLE', { domain, hint: 'It is done; what was done cannot be shown at the moment.' })
    return row
  }
  const act = (name: string, type: 'Application' | 'Grant', does: Act): Resolver => async (_parent, args, context, info) => {
    if (context.plan.field('Mutation', name).decision !== 'CLEAR') throw new CitygraphError('FORBIDDEN')
    if (office === undefined) throw new CitygraphError('SUBGRAPH_UNAVAILABLE', { domain })
    return given(context, info, type, await does(office, args, context.caller))
  }
  return {
    draftApplication: act('draftApplication', 'Application', (it, { fields, purpose }, by) => it.draft(fields, typeof purpose === 'string' ? purpose : undefined, by)),
    applyForGrant: act('applyForGrant', 'Application', (it, { input }, by) => it.apply(input, by)),
    editApplication: act('editApplication', 'Application', (it, args, by) => it.edit(numbered(args), args['input'], by)),
    approveApplication: act('approveApplication', 'Application', (it, args, by) => it.approve(numbered(args), by)),
    rejectApplication: act('rejectApplication', 'Application', (it, args, by) => it.reject(numbered(args), by)),
    withdrawApplication: act('withdrawApplication', 'Application', (it, args, by) => it.withdraw(idOf(args), by)),
    revokeGrant: act('revokeGrant', 'Grant', (it, { id }, by) => it.revoke(grantId(id), by)),
    breakGlass: act('breakGlass', 'Application', (it, { input }, by) => it.breakGlass(input, by)),
    reviewEmergency: act('reviewEmergency', 'Grant', (it, { id, outcome, note }, by) => it.review({ grant: grantId(id), outcome: outcomeOf(outcome), note }, by)),
    confirmBreakGlass: act('confirmBreakGlass', 'Application', (it, args, by) => it.confirm(idOf(args), by)),
  }
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

function idOf({ id }: Arguments): string {
  if (typeof id !== 'string' || !UUID.test(id)) throw new CitygraphError('APPLICATION_UNKNOWN')
  return id.toLowerCase()
}

function numbered(args: Arguments): Numbered {
  const { version } = args
  if (typeof version !== 'number') throw new CitygraphError('BAD_USER_INPUT', { argument: 'version' })
  return { id: idOf(args), version }
}

function outcomeOf(outcome: unknown): 'JUSTIFIED' | 'UNJUSTIFIED' {
  if (outcome === 'JUSTIFIED' || outcome === 'UNJUSTIFIED') return outcome
  throw new CitygraphError('BAD_USER_INPUT', { argument: 'outcome' })
}

/** `G_` and an application's id; grants of files have others and are ended in their files. */
function grantId(id: unknown): string {
  if (typeof id !== 'string' || !id.startsWith('G_') || !UUID.test(id.slice(2))) throw new CitygraphError('GRANT_UNKNOWN')
  return `G_${id.slice(2).toLowerCase()}`
}
