// Reports that a datum is wrong, and the notices to whoever read it (docs/corrections.md). No value: a person is the token of access
// records, and `sealed` a pseudonym that only the process of governance opens, for the owner of the field alone.

import { sql } from 'drizzle-orm'
import { date, index, integer, jsonb, pgTable, text, timestamp, uniqueIndex, uuid } from 'drizzle-orm/pg-core'

const instant = (name: string) => timestamp(name, { withTimezone: true })

/**
 * `readAt`: when the reporter was last given it. `outcome` NULL: open. `organisation`: of a report about one: its code, sealed like a
 * person (governance holds no number of anybody); `token` is made of it, and `sealed` is empty.
 */
export const corrections = pgTable(
  'correction',
  {
    id: uuid('id').primaryKey(),
    field: text('field').notNull(),
    owner: text('owner').notNull(),
    token: uuid('token').notNull(),
    sealed: text('sealed').notNull(),
    kind: text('kind').notNull(),
    reporterOrg: text('reporter_org').notNull(),
    reporterSub: text('reporter_sub').notNull(),
    readAt: instant('read_at').notNull(),
    at: instant('at').notNull(),
    answerBy: date('answer_by').notNull(),
    outcome: text('outcome'),
    answeredByOrg: text('answered_by_org'),
    answeredBySub: text('answered_by_sub'),
    answeredAt: instant('answered_at'),
    organisation: text('organisation'),
  },
  (t) => [
    index('correction_newest').on(t.at.desc().nullsFirst(), t.id),
    // One open report of a datum for each organisation: repeating it adds nothing.
    uniqueIndex('correction_open').on(t.field, t.token, t.reporterOrg).where(sql`outcome IS NULL`),
  ],
)

/** To one organisation that was given a datum which was corrected since. `requests`: of its own reads, the newest hundred of each official, `[{id, sub}]`; `requestIds`: of notices from before. */
export const correctionNotices = pgTable(
  'correction_notice',
  {
    id: uuid('id').primaryKey(),
    correction: uuid('correction').notNull().references(() => corrections.id),
    org: text('org').notNull(),
    field: text('field').notNull(),
    at: instant('at').notNull(),
    reads: integer('reads').notNull(),
    firstReadAt: instant('first_read_at').notNull(),
    lastReadAt: instant('last_read_at').notNull(),
    requestIds: text('request_ids').array().notNull(),
    acknowledgedBySub: text('acknowledged_by_sub'),
    acknowledgedAt: instant('acknowledged_at'),
    organisation: text('organisation'),
    requests: jsonb('requests'),
  },
  (t) => [index('correction_notice_newest').on(t.org, t.at.desc().nullsFirst(), t.id), uniqueIndex('correction_notice_once').on(t.correction, t.org)],
)
