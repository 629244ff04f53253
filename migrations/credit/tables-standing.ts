// 信用: how subjects stand beside single records: objections, commitments, ratings (DOMAIN 4.3).

import { sql } from 'drizzle-orm'
import { bigint, index, numeric, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { code, day, systemColumns } from '../columns.ts'
import { subjectColumns } from './tables.ts'

/** 异议 against a record; the subject columns are the applicant's. A pending one makes the record `disputed`. */
export const creditObjections = pgTable(
  'crd_objection',
  {
    objectionId: bigint('objection_id', { mode: 'number' }).primaryKey(),
    recordId: uuid('record_id').notNull(),
    ...subjectColumns(),
    content: text('content'),
    ownNames: text('own_names').array().notNull().default([]),
    contentScrubbed: text('content_scrubbed').generatedAlwaysAs(sql`mask.text_scrub(content, own_names)`),
    receivedOn: day('received_on'),
    decidedOn: day('decided_on'),
    /** 1 upheld, 2 rejected, 3 withdrawn. */
    result: code('result_code', 1),
    ...systemColumns(),
  },
  (t) => [index('crd_objection_record').on(t.recordId, t.objectionId)],
)

/** 信用承诺. */
export const creditCommitments = pgTable(
  'crd_commitment',
  {
    commitmentId: bigint('commitment_id', { mode: 'number' }).primaryKey(),
    ...subjectColumns(),
    /** 01 审批替代, 02 证明替代, 03 主动, 04 修复. */
    type: code('type_code', 2),
    matterCode: code('matter_code', 31),
    signedOn: day('signed_on'),
    validTo: day('valid_to'),
    /** 1 fulfilled, 2 under way, 3 broken. */
    fulfilment: code('fulfilment_code', 1),
    breachOn: day('breach_on'),
    ...systemColumns(),
  },
  (t) => [index('crd_commitment_organisation').on(t.subjectUscc, t.commitmentId), index('crd_commitment_person').on(t.subjectPid, t.commitmentId)],
)

/** 公共信用综合评价, the newest one of each organisation. `score` 0–100. */
export const creditRatings = pgTable('crd_rating', {
  subjectUscc: code('subject_uscc', 18).primaryKey(),
  division: code('division', 6),
  score: numeric('score', { precision: 6, scale: 2 }),
  grade: code('grade', 1),
  modelVersion: code('model_version', 20),
  ratedOn: day('rated_on'),
  ...systemColumns(),
})
