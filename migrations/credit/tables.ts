// 信用: one row for each credit record with what all kinds share, and a row of details for each kind under the same `record_id`
// (DOMAIN 4.3). Subjects are a USCC or a linking token; `minor_until` is `-infinity` for organisations.

import { sql } from 'drizzle-orm'
import { boolean, index, numeric, pgTable, smallint, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { code, day, minorUntil, systemColumns, title } from '../columns.ts'

/** Who a row is about: `subjectKind` 1 natural person, 2 organisation; `division` is the subject's district. */
export function subjectColumns() {
  return {
    subjectKind: code('subject_kind', 1).notNull(),
    subjectUscc: code('subject_uscc', 18),
    subjectPid: uuid('subject_pid'),
    minorUntil: minorUntil(),
    subjectName: title('subject_name', 200),
    division: code('division', 6),
  }
}

/** 信用记录. In force: not repaired, revoked or lifted, and its event ended at most five years ago. */
export const creditRecords = pgTable(
  'crd_record',
  {
    recordId: uuid('record_id').primaryKey(),
    recordNo: code('record_no', 40).notNull(),
    /** ADMIN_LICENSING, ADMIN_PENALTY, SERIOUS_LIST, JUDGMENT_DEBTOR. */
    kind: code('kind', 16).notNull(),
    /** 公示中, 已修复, 已撤销. */
    status: code('status', 10).notNull(),
    title: title('title', 200),
    decisionNo: code('decision_no', 80),
    ...subjectColumns(),
    /** The matter (事项) the record is associated with (上海市社会信用条例 17). */
    matterCode: code('matter_code', 31),
    authorityUscc: code('authority_uscc', 18),
    authorityName: title('authority_name', 100),
    decidedOn: day('decided_on').notNull(),
    eventEndedOn: day('event_ended_on'),
    publishUntil: day('publish_until'),
    repairedOn: day('repaired_on'),
    /** Removed from the list or exited: the same day as `removed_on` or `exited_on` of the details. */
    liftedOn: day('lifted_on'),
    disputed: boolean('disputed').notNull().default(false),
    ...systemColumns(),
  },
  (t) => [
    uniqueIndex('crd_record_no').on(t.recordNo),
    index('crd_record_organisation').on(t.subjectUscc, t.decidedOn.desc().nullsFirst(), t.recordId),
    index('crd_record_person').on(t.subjectPid, t.decidedOn.desc().nullsFirst(), t.recordId),
    index('crd_record_decided').on(t.decidedOn.desc().nullsFirst(), t.recordId),
    index('crd_record_division').on(t.division, t.decidedOn.desc().nullsFirst(), t.recordId),
  ],
)

/** 行政处罚. `fineAmount` is CNY. */
export const administrativePenalties = pgTable('crd_admin_penalty', {
  recordId: uuid('record_id').primaryKey(),
  violationType: title('violation_type', 100),
  facts: text('facts'),
  ownNames: text('own_names').array().notNull().default([]),
  factsScrubbed: text('facts_scrubbed').generatedAlwaysAs(sql`mask.text_scrub(facts, own_names)`),
  legalBasis: text('legal_basis'),
  penaltyKinds: code('penalty_kinds', 20),
  fineAmount: numeric('fine_amount', { precision: 14, scale: 2 }),
  ...systemColumns(),
})

/** 行政许可. */
export const administrativeLicensings = pgTable('crd_admin_licensing', {
  recordId: uuid('record_id').primaryKey(),
  matterName: title('matter_name', 200),
  validFrom: day('valid_from'),
  validTo: day('valid_to'),
  ...systemColumns(),
})

/** 严重失信主体名单. */
export const seriousListings = pgTable('crd_serious_list', {
  recordId: uuid('record_id').primaryKey(),
  listCode: code('list_code', 10),
  listedOn: day('listed_on'),
  reason: text('reason'),
  ownNames: text('own_names').array().notNull().default([]),
  reasonScrubbed: text('reason_scrubbed').generatedAlwaysAs(sql`mask.text_scrub(reason, own_names)`),
  removedOn: day('removed_on'),
  ...systemColumns(),
})

/** 失信被执行人. */
export const judgmentDebtors = pgTable('crd_judgment_debtor', {
  recordId: uuid('record_id').primaryKey(),
  courtName: title('court_name', 100),
  caseNo: code('case_no', 60),
  name: title('debtor_name', 200),
  gender: code('gender_code', 1),
  age: smallint('age'),
  obligation: text('obligation'),
  ownNames: text('own_names').array().notNull().default([]),
  obligationScrubbed: text('obligation_scrubbed').generatedAlwaysAs(sql`mask.text_scrub(obligation, own_names)`),
  /** 1 全部未履行, 2 部分未履行, 3 全部已履行. */
  performance: code('performance_code', 1),
  publishedOn: day('published_on'),
  exitedOn: day('exited_on'),
  ...systemColumns(),
})
