// 信用: GraphQL types over the credit records (DOMAIN 4.3). A record and its details decide by the same row attributes; whether a
// record is still in force is calendar arithmetic and therefore done here.

import { sql, type SQL } from 'drizzle-orm'
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core'
import { creditCommitments, creditObjections, creditRatings } from '../migrations/credit/tables-standing.ts'
import { administrativeLicensings, administrativePenalties, creditRecords, judgmentDebtors, seriousListings } from '../migrations/credit/tables.ts'
import { division, minor, organisation, subject, today } from './attributes.ts'
import { entity, stub, type Entity, type RowAttributes } from './entity.ts'

const domain = 'credit'

/**
 * Not repaired, revoked, removed or exited, and the event ended at most five years ago, the fifth anniversary included
 * (上海市社会信用条例 35, 37, 38).
 */
export const inForce: SQL = sql`(${creditRecords.status} NOT IN ('已修复', '已撤销')
  AND (${creditRecords.repairedOn} IS NULL OR ${creditRecords.repairedOn} > ${today()})
  AND (${creditRecords.liftedOn} IS NULL OR ${creditRecords.liftedOn} > ${today()})
  AND (${creditRecords.eventEndedOn} IS NULL OR ${creditRecords.eventEndedOn} + interval '5 years' >= ${today()}))`

const recordAttributes: RowAttributes = {
  organisation: organisation(creditRecords.subjectKind),
  inForce,
  minor: minor(creditRecords.minorUntil),
  subject: subject(creditRecords.subjectPid),
  division: division(creditRecords.division),
}

const newestFirst = [{ field: 'decidedOn', direction: 'DESC' }] as const

const creditRecord = entity({
  domain,
  type: 'CreditRecord',
  table: creditRecords,
  key: { field: 'id', column: creditRecords.recordId, publicId: true },
  subject: creditRecords.subjectPid,
  attributes: recordAttributes,
  relations: {
    authority: { kind: 'enterprise', uscc: sql`${creditRecords.authorityUscc}` },
    enterprise: { kind: 'enterprise', uscc: sql`${creditRecords.subjectUscc}` },
    penalty: { kind: 'one', type: 'AdministrativePenalty', by: administrativePenalties.recordId },
    licensing: { kind: 'one', type: 'AdministrativeLicensing', by: administrativeLicensings.recordId },
    seriousListing: { kind: 'one', type: 'SeriousListing', by: seriousListings.recordId },
    judgmentDebtor: { kind: 'one', type: 'JudgmentDebtor', by: judgmentDebtors.recordId },
    objections: { kind: 'many', type: 'CreditObjection', by: creditObjections.recordId },
  },
})

/** The details of one kind of record, decided by the record's own row. */
function details(type: string, table: PgTable, recordId: PgColumn): Entity {
  return entity({
    domain,
    type,
    table,
    joins: { sql: sql`JOIN ${creditRecords} ON ${creditRecords.recordId} = ${recordId}`, tables: [creditRecords] },
    subject: creditRecords.subjectPid,
    attributes: recordAttributes,
  })
}

/** 失信被执行人; also what checkOfficerEligibility asks about. */
export const judgmentDebtor: Entity = details('JudgmentDebtor', judgmentDebtors, judgmentDebtors.recordId)

const creditObjection = entity({
  domain,
  type: 'CreditObjection',
  table: creditObjections,
  subject: creditObjections.subjectPid,
  attributes: {
    organisation: organisation(creditObjections.subjectKind),
    minor: minor(creditObjections.minorUntil),
    subject: subject(creditObjections.subjectPid),
    division: division(creditObjections.division),
  },
})

const creditCommitment = entity({
  domain,
  type: 'CreditCommitment',
  table: creditCommitments,
  subject: creditCommitments.subjectPid,
  attributes: {
    organisation: organisation(creditCommitments.subjectKind),
    minor: minor(creditCommitments.minorUntil),
    subject: subject(creditCommitments.subjectPid),
    division: division(creditCommitments.division),
  },
})

const creditRating = entity({
  domain,
  type: 'CreditRating',
  table: creditRatings,
  attributes: { division: division(creditRatings.division) },
})

/** For creditSummary and the checks. */
export const creditRecordEntity: Entity = creditRecord
export const creditCommitmentEntity: Entity = creditCommitment

/** `creditSummary` is an aggregate and has its own resolver (credit-summary.ts). */
export const creditEnterprise: Entity = stub(domain, 'Enterprise', {
  creditRecords: { kind: 'many', type: 'CreditRecord', by: creditRecords.subjectUscc, order: newestFirst },
  creditRating: { kind: 'one', type: 'CreditRating', by: creditRatings.subjectUscc },
  commitments: { kind: 'many', type: 'CreditCommitment', by: creditCommitments.subjectUscc },
})

export const creditEntities: readonly Entity[] = [
  creditRecord,
  details('AdministrativePenalty', administrativePenalties, administrativePenalties.recordId),
  details('AdministrativeLicensing', administrativeLicensings, administrativeLicensings.recordId),
  details('SeriousListing', seriousListings, seriousListings.recordId),
  judgmentDebtor,
  creditObjection,
  creditCommitment,
  creditRating,
  creditEnterprise,
  stub(domain, 'Person', { creditRecords: { kind: 'many', type: 'CreditRecord', by: creditRecords.subjectPid, order: newestFirst } }),
]
