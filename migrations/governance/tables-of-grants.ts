// Applications and grants as the governance subgraph shows them, copied from the register in the audit database and, for grants that
// are files, from the bundle in force. What stands here grants nothing to anybody.

import { boolean, date, index, integer, pgTable, primaryKey, text, timestamp, uuid } from 'drizzle-orm/pg-core'

const instant = (name: string) => timestamp(name, { withTimezone: true })
/** Whom a row is shown to: the organisation that asks, and the owners of the fields it asks for. */
const seenBy = () => ({ applicant: text('applicant').notNull(), owners: text('owners').array().notNull() })

export const applications = pgTable(
  'application',
  {
    id: uuid('id').primaryKey(),
    ...seenBy(),
    kind: text('kind').notNull(),
    version: integer('version').notNull(),
    status: text('status').notNull(),
    org: text('org').notNull(),
    bySub: text('by_sub').notNull(),
    purpose: text('purpose').notNull(),
    scenario: text('scenario').notNull(),
    legalBasis: text('legal_basis').notNull(),
    division: text('division'),
    days: integer('days').notNull(),
    /** Its quota, where data of people are asked for. */
    perDay: integer('per_day'),
    route: text('route').array().notNull(),
    agreementRef: text('agreement_ref'),
    piaRef: text('pia_ref'),
    at: instant('at').notNull(),
    decidedAt: instant('decided_at'),
    changedAt: instant('changed_at').notNull(),
    /** Of the next approval that is missing. */
    due: instant('due'),
  },
  (t) => [index('application_newest').on(t.at.desc().nullsFirst(), t.id)],
)

/** A field of the newest version. */
export const applicationFields = pgTable(
  'application_field',
  {
    application: uuid('application').notNull(),
    ...seenBy(),
    field: text('field').notNull(),
    mode: text('mode').notNull(),
    owner: text('owner').notNull(),
    level: text('level').notNull(),
    removed: boolean('removed').notNull().default(false),
  },
  (t) => [primaryKey({ columns: [t.application, t.field] })],
)

/** An approval that a version needs, and who gave it. */
export const applicationApprovals = pgTable(
  'application_approval',
  {
    ref: text('ref').primaryKey(),
    application: uuid('application').notNull(),
    ...seenBy(),
    version: integer('version').notNull(),
    role: text('role').notNull(),
    org: text('org').notNull(),
    due: instant('due').notNull(),
    approvedOrg: text('approved_org'),
    approvedSub: text('approved_sub'),
    approvedAt: instant('approved_at'),
    /** Of the version that stands. */
    counts: boolean('counts').notNull(),
  },
  (t) => [index('application_approval_of').on(t.application)],
)

/** `kind`: FILE, APPROVED, EMERGENCY. `contract`: in plain words. `leftOut`: does not fit the classification, so it grants nothing. */
export const grants = pgTable(
  'granted',
  {
    id: text('id').primaryKey(),
    ...seenBy(),
    kind: text('kind').notNull(),
    org: text('org').notNull(),
    purpose: text('purpose').notNull(),
    scenario: text('scenario').notNull(),
    legalBasis: text('legal_basis').notNull(),
    application: uuid('application'),
    validFrom: date('valid_from').notNull(),
    validTo: date('valid_to').notNull(),
    startsAt: instant('starts_at').notNull(),
    endsAt: instant('ends_at').notNull(),
    contract: text('contract').notNull(),
    contractZh: text('contract_zh').notNull(),
    perDay: integer('per_day'),
    reviewDue: date('review_due'),
    reviewOutcome: text('review_outcome'),
    reviewNote: text('review_note'),
    reviewedAt: instant('reviewed_at'),
    reviewedByOrg: text('reviewed_by_org'),
    reviewedBySub: text('reviewed_by_sub'),
    revokedAt: instant('revoked_at'),
    revokedByOrg: text('revoked_by_org'),
    revokedBySub: text('revoked_by_sub'),
    revoked: boolean('revoked').notNull(),
    leftOut: boolean('left_out').notNull(),
  },
  (t) => [index('granted_newest').on(t.startsAt.desc().nullsFirst(), t.id)],
)
