// 人口: persons and the households they live in (DOMAIN 4.1). The identity number stands in `pop_person.id_no` (and inside the
// permit number of tables-status.ts) and in no other department. No foreign keys: batches of a department may arrive in any order.

import { bigint, index, pgTable, smallint, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { code, day, minorUntil, systemColumns, title } from '../columns.ts'

/** 人口基本信息. `idNo` is normalised: trimmed, half-width, upper case. */
export const people = pgTable(
  'pop_person',
  {
    pid: uuid('pid').primaryKey(),
    idType: code('id_type', 3).notNull(),
    idNo: code('id_no', 18).notNull(),
    name: title('full_name', 100).notNull(),
    formerName: title('former_name', 100),
    gender: code('gender_code', 1),
    ethnicity: code('ethnic_code', 2),
    birthDate: day('birth_date'),
    minorUntil: minorUntil(),
    /** The 18th birthday, by the same rule as `minor_until`. */
    under18Until: day('under18_until'),
    hukouDivision: code('hukou_division', 9),
    hukouAddress: title('hukou_address', 200),
    residenceDivision: code('residence_division', 9),
    residenceAddress: title('residence_address', 200),
    maritalStatus: code('marital_code', 2),
    education: code('education_code', 2),
    mobile: code('mobile', 11),
    photo: code('photo_ref', 64),
    vitalStatus: code('vital_status', 1),
    deathDate: day('death_date'),
    ...systemColumns(),
  },
  (t) => [
    uniqueIndex('pop_person_id_no').on(t.idNo),
    index('pop_person_name').on(t.name, t.pid),
    index('pop_person_birth').on(t.birthDate, t.pid),
    index('pop_person_residence').on(t.residenceDivision, t.pid),
    index('pop_person_hukou').on(t.hukouDivision, t.pid),
  ],
)

/** Corrected identity numbers (一人多号/更正): a question with the old pid is answered with the new one. */
export const pidAliases = pgTable(
  'pop_pid_alias',
  {
    oldPid: uuid('old_pid').primaryKey(),
    newPid: uuid('new_pid').notNull(),
    since: day('since').notNull(),
    ...systemColumns(),
  },
  (t) => [index('pop_pid_alias_new').on(t.newPid)],
)

/** 户. */
export const households = pgTable(
  'pop_household',
  {
    householdNo: code('household_no', 20).primaryKey(),
    householdType: code('household_type', 1),
    headPid: uuid('head_pid'),
    division: code('division', 9),
    address: title('address', 200),
    memberCount: smallint('member_count'),
    ...systemColumns(),
  },
  (t) => [index('pop_household_head').on(t.headPid), index('pop_household_division').on(t.division, t.householdNo)],
)

/** 户成员; `leftOn` is set on those who have moved out. */
export const householdMembers = pgTable(
  'pop_household_member',
  {
    memberId: bigint('member_id', { mode: 'number' }).primaryKey(),
    householdNo: code('household_no', 20).notNull(),
    pid: uuid('pid').notNull(),
    minorUntil: minorUntil(),
    relation: code('relation_code', 2),
    joinedOn: day('joined_on'),
    leftOn: day('left_on'),
    ...systemColumns(),
  },
  (t) => [index('pop_household_member_household').on(t.householdNo, t.memberId), index('pop_household_member_person').on(t.pid, t.memberId)],
)
