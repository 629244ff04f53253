// What the governance subgraph knows: facts of access records, copied from the departments' logs by the follower (governance/). No
// value, no linking token: a person is the token of the records, as a uuid. The proof of a fact is the log it was copied from.

import { sql } from 'drizzle-orm'
import { bigint, boolean, index, integer, pgTable, primaryKey, smallint, text, timestamp, uniqueIndex, uuid } from 'drizzle-orm/pg-core'

const instant = (name: string) => timestamp(name, { withTimezone: true })

/**
 * One request's record in one log; records that continue it are not here, only their subjects. `ref` is `<log>/<record id>`, since
 * nothing keeps one department from writing an id that another has used. `owners`: departments of whose data something was
 * served. `personCategories`: the kinds of personal data that were served.
 */
export const accessRecords = pgTable(
  'access_record',
  {
    ref: text('ref').primaryKey(),
    log: text('log').notNull(),
    seq: bigint('seq', { mode: 'number' }).notNull(),
    recordId: uuid('record_id').notNull(),
    at: instant('at').notNull(),
    requestId: text('request_id').notNull(),
    callerOrg: text('caller_org').notNull(),
    callerKind: text('caller_kind').notNull(),
    callerSub: text('caller_sub').notNull(),
    callerClient: text('caller_client'),
    purpose: text('purpose'),
    caseNo: text('case_no'),
    authorizationRef: text('authorization_ref'),
    operationName: text('operation_name'),
    operationHash: text('operation_hash').notNull(),
    entries: text('entries').array().notNull(),
    fieldSet: text('field_set').notNull(),
    owners: text('owners').array().notNull(),
    personCategories: text('person_categories').array().notNull(),
    subjectCount: integer('subject_count').notNull(),
    rowCount: integer('row_count').notNull(),
    policyVersion: text('policy_version').notNull(),
    outcome: text('outcome').notNull(),
    code: text('code'),
    /** Whom it is about, for risk signals: the tokens that access_subject has too. */
    subjects: uuid('subjects').array(),
  },
  (t) => [index('access_record_newest').on(t.at.desc().nullsFirst(), t.ref), index('access_record_caller').on(t.callerOrg, t.callerSub, t.at), index('access_record_purpose').on(t.callerOrg, t.callerSub, t.purpose, t.at), uniqueIndex('access_record_place').on(t.log, t.seq)],
)

/** The fields that records name, once for each set that was ever recorded. `fieldSet` is a hash over the set. */
export const fieldSetFields = pgTable(
  'field_set_field',
  {
    fieldSet: text('field_set').notNull(),
    field: text('field').notNull(),
    /** Of the classification when the set was first seen; NULL where it knew no such field. */
    owner: text('owner'),
    category: text('category'),
    level: smallint('level'),
    personal: boolean('personal'),
    decision: text('decision').notNull(),
    policies: text('policies').array().notNull(),
  },
  (t) => [primaryKey({ columns: [t.fieldSet, t.field] })],
)

/** Whom a record is about. `record` is the `ref` of the request's first record. */
export const accessSubjects = pgTable(
  'access_subject',
  { token: uuid('token').notNull(), at: instant('at').notNull(), record: text('record').notNull() },
  (t) => [uniqueIndex('access_subject_newest').on(t.token, t.at.desc().nullsFirst(), t.record)],
)

/** Organisations and purposes as the bundle in force has them, for names. Purposes that are gone keep their delay. */
export const organisations = pgTable('organisation', { code: text('code').primaryKey(), name: text('name').notNull(), nameZh: text('name_zh').notNull() })

export const purposes = pgTable('purpose', {
  code: text('code').primaryKey(),
  title: text('title').notNull(),
  titleZh: text('title_zh').notNull(),
  legalBasis: text('legal_basis').notNull(),
  /** Days that a record for this purpose stays out of the person's own history. */
  delayDays: integer('delay_days').notNull(),
})

/** How far each log has been followed: all records below `next` are here, or were passed over and counted. */
export const followedLogs = pgTable('followed_log', {
  log: text('log').primaryKey(),
  next: bigint('next_seq', { mode: 'number' }).notNull().default(0),
  /** Records that are no access records (alerts, suspensions). */
  others: bigint('others', { mode: 'number' }).notNull().default(0),
  /** Records that could not be read, and places where a record should be. */
  unread: bigint('unread', { mode: 'number' }).notNull().default(0),
})

/** The records that could not be read, with the reason in words of ours. */
export const unreadRecords = pgTable(
  'unread_record',
  { log: text('log').notNull(), seq: bigint('seq', { mode: 'number' }).notNull(), reason: text('reason').notNull(), noticedAt: instant('noticed_at').notNull().default(sql`now()`) },
  (t) => [primaryKey({ columns: [t.log, t.seq] })],
)
