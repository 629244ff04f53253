// 人口: what is registered about a person over time: residence, insurance, guardianship (DOMAIN 4.1).

import { bigint, index, integer, numeric, pgTable, uuid } from 'drizzle-orm/pg-core'
import { code, day, minorUntil, systemColumns, title } from '../columns.ts'

/** 居住登记/居住证. `permitNo` carries the identity number. */
export const residenceRegistrations = pgTable(
  'pop_residence_reg',
  {
    regId: bigint('reg_id', { mode: 'number' }).primaryKey(),
    pid: uuid('pid').notNull(),
    minorUntil: minorUntil(),
    permitNo: code('permit_no', 18),
    division: code('division', 9),
    address: title('address', 200),
    houseNo: code('house_no_code', 30),
    reason: code('reason_code', 2),
    firstRegisteredOn: day('first_registered_on').notNull(),
    continuousMonths: integer('continuous_months').notNull(),
    /** 1 in force, 2 ended. */
    status: code('status', 1),
    validTo: day('valid_to'),
    ...systemColumns(),
  },
  (t) => [index('pop_residence_reg_person').on(t.pid, t.firstRegisteredOn.desc().nullsFirst(), t.regId)],
)

/** 监护, about the ward; `minorUntil` is the ward's. */
export const guardianships = pgTable(
  'pop_guardianship',
  {
    guardianshipId: bigint('guardianship_id', { mode: 'number' }).primaryKey(),
    wardPid: uuid('ward_pid').notNull(),
    guardianPid: uuid('guardian_pid').notNull(),
    minorUntil: minorUntil(),
    relation: code('relation_code', 2),
    since: day('since'),
    until: day('until'),
    basis: title('basis', 100),
    ...systemColumns(),
  },
  (t) => [index('pop_guardianship_ward').on(t.wardPid, t.guardianshipId), index('pop_guardianship_guardian').on(t.guardianPid, t.guardianshipId)],
)

/** 参保 (HRSS). `division` is the district of the insurance office; `baseAmount` is CNY a month. */
export const socialInsurances = pgTable(
  'pop_social_insurance',
  {
    insuranceId: bigint('insurance_id', { mode: 'number' }).primaryKey(),
    pid: uuid('pid').notNull(),
    minorUntil: minorUntil(),
    division: code('division', 6),
    scheme: code('scheme_code', 3).notNull(),
    employerUscc: code('employer_uscc', 18),
    /** 1 paying, 2 suspended, 3 ended. */
    status: code('status_code', 1),
    firstPaidMonth: code('first_paid_ym', 6),
    lastPaidMonth: code('last_paid_ym', 6),
    cumulativeMonths: integer('cumulative_months').notNull(),
    baseAmount: numeric('base_amount', { precision: 12, scale: 2 }),
    ...systemColumns(),
  },
  (t) => [index('pop_social_insurance_person').on(t.pid, t.insuranceId), index('pop_social_insurance_employer').on(t.employerUscc)],
)
