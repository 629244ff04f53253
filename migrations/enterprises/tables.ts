// 法人: the register of market entities and who stands behind them (DOMAIN 4.2). Persons are linking tokens; child rows carry the
// enterprise's division so that row scopes need no join. Amounts of capital are 万元, those of reports CNY.

import { bigint, boolean, index, numeric, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { code, day, minorUntil, place, systemColumns, title } from '../columns.ts'

/** 市场主体基本信息. */
export const enterprises = pgTable(
  'ent_base',
  {
    uscc: code('uscc', 18).primaryKey(),
    regNo: code('reg_no', 15),
    name: title('ent_name', 200).notNull(),
    type: code('ent_type_code', 4),
    industry: code('industry_code', 5),
    /** 万元; the API gives CNY. */
    registeredCapital: numeric('reg_capital', { precision: 18, scale: 4 }).notNull(),
    currency: code('currency_code', 3),
    establishedOn: day('established_on').notNull(),
    operatesFrom: day('op_from'),
    operatesTo: day('op_to'),
    domicile: title('domicile', 200),
    /** True where the domicile of an individual business is somebody's home (row rule of DOMAIN 4.2). */
    domicileIsHome: boolean('domicile_is_home').notNull(),
    ...place(),
    division: code('division', 6),
    businessScope: text('business_scope'),
    registrationAuthority: title('reg_authority', 100),
    /** 1 存续, 2 吊销, 3 注销, 4 迁出. */
    status: code('ent_status', 1),
    legalRepName: title('legal_rep_name', 100),
    legalRepPid: uuid('legal_rep_pid'),
    legalRepMinorUntil: day('legal_rep_minor_until'),
    contactMobile: code('contact_mobile', 11),
    ...systemColumns(),
  },
  (t) => [
    index('ent_base_name').on(t.name, t.uscc),
    index('ent_base_industry').on(t.industry, t.uscc),
    index('ent_base_capital').on(t.registeredCapital, t.uscc),
    index('ent_base_established').on(t.establishedOn, t.uscc),
    index('ent_base_division').on(t.division, t.uscc),
    index('ent_base_legal_rep').on(t.legalRepPid),
  ],
)

/** 董监高. */
export const keyPersons = pgTable(
  'ent_key_person',
  {
    keyPersonId: bigint('key_person_id', { mode: 'number' }).primaryKey(),
    uscc: code('uscc', 18).notNull(),
    division: code('division', 6),
    pid: uuid('pid'),
    minorUntil: minorUntil(),
    name: title('person_name', 100),
    position: code('position_code', 3),
    appointedOn: day('appointed_on'),
    ...systemColumns(),
  },
  (t) => [index('ent_key_person_enterprise').on(t.uscc, t.keyPersonId), index('ent_key_person_person').on(t.pid, t.keyPersonId)],
)

/** 股东出资. `minorUntil` is `-infinity` where the holder is an organisation. */
export const shareholders = pgTable(
  'ent_shareholder',
  {
    shareholderId: bigint('shareholder_id', { mode: 'number' }).primaryKey(),
    uscc: code('uscc', 18).notNull(),
    division: code('division', 6),
    holderKind: code('holder_kind', 1).notNull(),
    holderUscc: code('holder_uscc', 18),
    holderPid: uuid('holder_pid'),
    minorUntil: minorUntil(),
    holderName: title('holder_name', 200),
    /** 万元. */
    subscribedAmount: numeric('subscribed_amount', { precision: 18, scale: 4 }),
    /** 万元. */
    paidAmount: numeric('paid_amount', { precision: 18, scale: 4 }),
    paidOn: day('paid_on'),
    /** Share of the capital, 0–1. */
    ratio: numeric('ratio', { precision: 9, scale: 6 }),
    ...systemColumns(),
  },
  (t) => [
    index('ent_shareholder_enterprise').on(t.uscc, t.shareholderId),
    index('ent_shareholder_person').on(t.holderPid),
    index('ent_shareholder_organisation').on(t.holderUscc),
  ],
)
