// 法人: what enterprises file over time: changes and annual reports (DOMAIN 4.2). Free text has a scrubbed copy made by the
// database (`mask.text_scrub`, installed by migrations/shared), because scrubbing at each read would be too slow.

import { sql } from 'drizzle-orm'
import { bigint, boolean, index, integer, numeric, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core'
import { code, day, systemColumns, title } from '../columns.ts'

/** 变更. `ownNames`: names that stand in the texts and must be masked there. */
export const enterpriseChanges = pgTable(
  'ent_change',
  {
    changeId: bigint('change_id', { mode: 'number' }).primaryKey(),
    uscc: code('uscc', 18).notNull(),
    division: code('division', 6),
    item: code('item_code', 4),
    before: text('before_text'),
    after: text('after_text'),
    ownNames: text('own_names').array().notNull().default([]),
    beforeScrubbed: text('before_text_scrubbed').generatedAlwaysAs(sql`mask.text_scrub(before_text, own_names)`),
    afterScrubbed: text('after_text_scrubbed').generatedAlwaysAs(sql`mask.text_scrub(after_text, own_names)`),
    changedOn: day('changed_on').notNull(),
    ...systemColumns(),
  },
  (t) => [index('ent_change_enterprise').on(t.uscc, t.changedOn.desc().nullsFirst(), t.changeId)],
)

/** 年报. Amounts are CNY; the financial ones are public only where `disclosed` (企业信息公示暂行条例 9). */
export const annualReports = pgTable(
  'ent_annual_report',
  {
    reportId: bigint('report_id', { mode: 'number' }).primaryKey(),
    uscc: code('uscc', 18).notNull(),
    division: code('division', 6),
    year: code('report_year', 4).notNull(),
    disclosed: boolean('disclosed').notNull(),
    postalAddress: title('postal_address', 200),
    phone: code('phone', 20),
    email: code('email', 100),
    employeeCount: integer('employee_count'),
    totalAssets: numeric('total_assets', { precision: 18, scale: 2 }),
    totalRevenue: numeric('total_revenue', { precision: 18, scale: 2 }),
    netProfit: numeric('net_profit', { precision: 18, scale: 2 }),
    totalTax: numeric('total_tax', { precision: 18, scale: 2 }),
    ...systemColumns(),
  },
  (t) => [uniqueIndex('ent_annual_report_year').on(t.uscc, t.year.desc().nullsFirst())],
)
