// 法人: GraphQL types over the register of market entities (DOMAIN 4.2). Capital stands in 万元 and is given in CNY; the place of a
// domicile leaves the database only as its 0.01° cell.

import { sql, type SQL } from 'drizzle-orm'
import type { AnyPgColumn } from 'drizzle-orm/pg-core'
import { annualReports, enterpriseChanges } from '../migrations/enterprises/tables-filings.ts'
import { enterprises, keyPersons, shareholders } from '../migrations/enterprises/tables.ts'
import { division, minor, subject } from './attributes.ts'
import { column, computed, entity, stub, tenThousands, type Entity } from './entity.ts'

const domain = 'enterprises'

/** 个体工商户 (GB 32100: 92…): its address may be somebody's home. */
const individual = (uscc: AnyPgColumn): SQL => sql`starts_with(${uscc}, '92')`

const enterprise = entity({
  domain,
  type: 'Enterprise',
  table: enterprises,
  key: { field: 'uscc', column: enterprises.uscc },
  attributes: { division: division(enterprises.division), home: sql`${enterprises.domicileIsHome}` },
  fields: {
    registeredCapital: tenThousands(enterprises.registeredCapital),
    domicile: column(enterprises.domicile, { division: sql`${enterprises.division}` }),
    domicileArea: computed(sql`(SELECT name FROM reference.division WHERE code = left(${enterprises.division}, 6))`, 'text'),
    domicileGrid: computed(sql`mask.coord_grid(${enterprises.lat}, ${enterprises.lng})`, 'place', {
      place: { lat: sql`${enterprises.lat}`, lng: sql`${enterprises.lng}` },
    }),
  },
  relations: {
    legalRepresentative: { kind: 'person', pid: sql`${enterprises.legalRepPid}` },
    keyPersons: { kind: 'many', type: 'KeyPerson', by: keyPersons.uscc },
    shareholders: { kind: 'many', type: 'Shareholder', by: shareholders.uscc },
    changes: { kind: 'many', type: 'EnterpriseChange', by: enterpriseChanges.uscc, order: [{ field: 'changedOn', direction: 'DESC' }] },
    annualReports: { kind: 'many', type: 'AnnualReport', by: annualReports.uscc, order: [{ field: 'year', direction: 'DESC' }] },
  },
})

const keyPerson = entity({
  domain,
  type: 'KeyPerson',
  table: keyPersons,
  subject: keyPersons.pid,
  attributes: { minor: minor(keyPersons.minorUntil), subject: subject(keyPersons.pid), division: division(keyPersons.division) },
  relations: {
    person: { kind: 'person', pid: sql`${keyPersons.pid}` },
    enterprise: { kind: 'one', type: 'Enterprise', by: enterprises.uscc, key: sql`${keyPersons.uscc}` },
  },
})

const shareholder = entity({
  domain,
  type: 'Shareholder',
  table: shareholders,
  subject: shareholders.holderPid,
  attributes: { minor: minor(shareholders.minorUntil), subject: subject(shareholders.holderPid), division: division(shareholders.division) },
  fields: { subscribedAmount: tenThousands(shareholders.subscribedAmount), paidAmount: tenThousands(shareholders.paidAmount) },
  relations: {
    holderEnterprise: { kind: 'one', type: 'Enterprise', by: enterprises.uscc, key: sql`${shareholders.holderUscc}` },
    holderPerson: { kind: 'person', pid: sql`${shareholders.holderPid}` },
  },
})

const enterpriseChange = entity({
  domain,
  type: 'EnterpriseChange',
  table: enterpriseChanges,
  attributes: { individual: individual(enterpriseChanges.uscc), division: division(enterpriseChanges.division) },
})

const annualReport = entity({
  domain,
  type: 'AnnualReport',
  table: annualReports,
  attributes: { disclosed: sql`${annualReports.disclosed}`, individual: individual(annualReports.uscc), division: division(annualReports.division) },
  fields: { postalAddress: column(annualReports.postalAddress, { division: sql`${annualReports.division}` }) },
})

export const enterprisesEntities: readonly Entity[] = [
  enterprise,
  keyPerson,
  shareholder,
  enterpriseChange,
  annualReport,
  stub(domain, 'Person', { positions: { kind: 'many', type: 'KeyPerson', by: keyPersons.pid } }),
]
