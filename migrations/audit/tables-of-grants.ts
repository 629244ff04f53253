// The register of applications and of the grants that came of them (DOMAIN 2.5), beside the log of governance (adr/0016). Reached by
// functions alone (sql/*_grant_functions.sql), which keep what no process may get wrong: versions, two people, who was first.

import { sql } from 'drizzle-orm'
import { bigint, check, date, index, integer, primaryKey, text, timestamp, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { audit } from './tables.ts'

const instant = (name: string) => timestamp(name, { withTimezone: true })

/**
 * `content`: canonical JSON of what is asked for. An edit makes a new `version`, and approvals of earlier ones count no more.
 * `hands`: who wrote any version; none of them approves.
 */
export const applications = audit.table(
  'application',
  {
    id: uuid('id').primaryKey(),
    kind: text('kind').notNull(),
    version: integer('version').notNull().default(1),
    status: text('status').notNull(),
    org: text('org').notNull(),
    hands: text('hands').array().notNull(),
    content: text('content').notNull(),
    at: instant('at').notNull(),
    decidedAt: instant('decided_at'),
    changedAt: instant('changed_at').notNull(),
  },
  (table) => [
    check('application_kind', sql`${table.kind} IN ('GRANT', 'EMERGENCY')`),
    check('application_status', sql`${table.status} IN ('DRAFT', 'PENDING', 'APPROVED', 'REJECTED', 'WITHDRAWN')`),
    index('application_changed').on(table.changedAt),
  ],
)

/** What one version needs: an approval in a role for an organisation, until `due`. Filled once. One person fills at most one. */
export const demands = audit.table(
  'application_demand',
  {
    application: uuid('application').notNull().references(() => applications.id),
    version: integer('version').notNull(),
    role: text('role').notNull(),
    org: text('org').notNull(),
    due: instant('due').notNull(),
    approvedOrg: text('approved_org'),
    approvedSub: text('approved_sub'),
    approvedAt: instant('approved_at'),
  },
  (table) => [
    primaryKey({ columns: [table.application, table.version, table.role, table.org] }),
    uniqueIndex('application_two_people').on(table.application, table.version, table.approvedSub),
    check('application_approved', sql`num_nulls(${table.approvedOrg}, ${table.approvedSub}, ${table.approvedAt}) IN (0, 3)`),
  ],
)

/**
 * A grant in force, or that was. `content`: the grant as a file of policies/grants would hold it. `made`, `ended`, `retired`:
 * numbers of the changes that brought it, took it back and, a month after its end, put it away, so that every process goes through the
 * same states in the same order. `review…`: of an emergency, what a third person found, once.
 */
export const approvedGrants = audit.table(
  'approved_grant',
  {
    id: text('id').primaryKey(),
    application: uuid('application').notNull().unique().references(() => applications.id),
    kind: text('kind').notNull(),
    content: text('content').notNull(),
    endsAt: instant('ends_at').notNull(),
    made: bigint('made', { mode: 'number' }).notNull(),
    madeAt: instant('made_at').notNull(),
    ended: bigint('ended', { mode: 'number' }),
    endedAt: instant('ended_at'),
    endedByOrg: text('ended_by_org'),
    endedBySub: text('ended_by_sub'),
    reviewDue: date('review_due'),
    retired: bigint('retired', { mode: 'number' }),
    reviewOutcome: text('review_outcome'),
    reviewNote: text('review_note'),
    reviewedAt: instant('reviewed_at'),
    reviewedByOrg: text('reviewed_by_org'),
    reviewedBySub: text('reviewed_by_sub'),
  },
  (table) => [
    check('approved_grant_ended', sql`num_nulls(${table.ended}, ${table.endedAt}, ${table.endedByOrg}, ${table.endedBySub}) IN (0, 4)`),
    check('approved_grant_reviewed', sql`num_nulls(${table.reviewOutcome}, ${table.reviewNote}, ${table.reviewedAt}, ${table.reviewedByOrg}, ${table.reviewedBySub}) IN (0, 5)
      AND (${table.reviewOutcome} IS NULL OR (${table.reviewOutcome} IN ('JUSTIFIED', 'UNJUSTIFIED') AND ${table.kind} = 'EMERGENCY'))`),
  ],
)
