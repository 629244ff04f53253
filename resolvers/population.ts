// 人口: GraphQL types over the population's tables (DOMAIN 4.1). Other departments' fields (CAB, EDU, HRSS, TPB) stand here too; who
// may see them is the policies' matter.

import { sql, type SQL } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'
import { guardianships, residenceRegistrations, socialInsurances } from '../migrations/population/tables-status.ts'
import { householdMembers, households, people, pidAliases } from '../migrations/population/tables.ts'
import { division, minor, subject, today } from './attributes.ts'
import { column, computed, entity, stub, type Entity, type RowAttributes } from './entity.ts'
import { slot } from './slots.ts'

const domain = 'population'

/** The membership through which a household was reached. */
const presentMember = alias(householdMembers, 'present_member')

/** A person by a token that may be outdated: corrected identity numbers have new ones (DOMAIN 4.7 step 8). */
const currentPerson = {
  wanted: sql`wanted.key`,
  from: sql`unnest(${slot('keys')}::uuid[]) AS wanted(key)
    LEFT JOIN ${pidAliases} ON ${pidAliases.oldPid} = wanted.key AND NOT ${pidAliases.isDeleted}
    JOIN ${people} ON ${people.pid} = coalesce(${pidAliases.newPid}, wanted.key)`,
}

/** Completed years today in Asia/Shanghai; born on 29 February counts from 1 March. */
const age: SQL = sql`extract(year FROM age(${today()}, ${people.birthDate}))::integer`

const personAttributes: RowAttributes = {
  subject: subject(people.pid),
  minor: minor(people.minorUntil),
  under18: minor(people.under18Until),
  division: division(people.residenceDivision),
}

const person = entity({
  domain,
  type: 'Person',
  table: people,
  key: { field: 'id', column: people.pid, publicId: true },
  subject: people.pid,
  lookup: currentPerson,
  attributes: personAttributes,
  person: personAttributes,
  fields: {
    age: computed(age, 'integer'),
    ageBand: computed(sql`CASE WHEN ${age} >= 90 THEN '90+' ELSE (${age} / 10 * 10)::text || '-' || (${age} / 10 * 10 + 9)::text END`, 'text'),
    hukouAddress: column(people.hukouAddress, { division: sql`${people.hukouDivision}` }),
    residenceAddress: column(people.residenceAddress, { division: sql`${people.residenceDivision}` }),
  },
  relations: {
    household: { kind: 'one', type: 'Household', by: householdMembers.pid },
    residenceRegistrations: { kind: 'many', type: 'ResidenceRegistration', by: residenceRegistrations.pid, order: [{ field: 'firstRegisteredOn', direction: 'DESC' }] },
    socialInsurances: { kind: 'many', type: 'SocialInsurance', by: socialInsurances.pid },
    guardianships: { kind: 'many', type: 'Guardianship', by: guardianships.wardPid },
  },
})

/**
 * 户, reached from one of its present members. The household number is a natural key that few may see, so it joins inside the
 * statement: persons know their household, and the household its members, by the number of a membership row.
 */
const household = entity({
  domain,
  type: 'Household',
  table: households,
  joins: {
    sql: sql`JOIN ${householdMembers} ON ${householdMembers.householdNo} = ${households.householdNo} AND ${householdMembers.leftOn} IS NULL`,
    tables: [householdMembers],
  },
  attributes: { division: division(households.division) },
  fields: { address: column(households.address, { division: sql`${households.division}` }) },
  relations: {
    members: {
      kind: 'many',
      type: 'HouseholdMember',
      key: sql`${householdMembers.memberId}`,
      by: presentMember.memberId,
      from: sql`${householdMembers} JOIN ${householdMembers} AS ${sql.identifier('present_member')} ON ${presentMember.householdNo} = ${householdMembers.householdNo}`,
    },
  },
})

const householdMember = entity({
  domain,
  type: 'HouseholdMember',
  table: householdMembers,
  subject: householdMembers.pid,
  attributes: { minor: minor(householdMembers.minorUntil), subject: subject(householdMembers.pid) },
  relations: { person: { kind: 'one', type: 'Person', by: people.pid, key: sql`${householdMembers.pid}` } },
})

const residenceRegistration = entity({
  domain,
  type: 'ResidenceRegistration',
  table: residenceRegistrations,
  subject: residenceRegistrations.pid,
  attributes: {
    minor: minor(residenceRegistrations.minorUntil),
    subject: subject(residenceRegistrations.pid),
    division: division(residenceRegistrations.division),
  },
  fields: { address: column(residenceRegistrations.address, { division: sql`${residenceRegistrations.division}` }) },
})

const socialInsurance = entity({
  domain,
  type: 'SocialInsurance',
  table: socialInsurances,
  subject: socialInsurances.pid,
  attributes: { minor: minor(socialInsurances.minorUntil), subject: subject(socialInsurances.pid), division: division(socialInsurances.division) },
  relations: { employer: { kind: 'enterprise', uscc: sql`${socialInsurances.employerUscc}` } },
})

/** 监护: the row is about the ward. */
const guardianship = entity({
  domain,
  type: 'Guardianship',
  table: guardianships,
  subject: guardianships.wardPid,
  attributes: { minor: minor(guardianships.minorUntil), subject: subject(guardianships.wardPid) },
  relations: { guardian: { kind: 'one', type: 'Person', by: people.pid, key: sql`${guardianships.guardianPid}` } },
})

/** 驾驶证: only its number, which is the identity number and stands in the person's own row. */
const driver = entity({
  domain,
  type: 'Driver',
  table: people,
  key: { field: 'id', column: people.pid, publicId: true },
  subject: people.pid,
  lookup: currentPerson,
  attributes: { minor: minor(people.minorUntil), subject: subject(people.pid), division: division(people.residenceDivision) },
  person: personAttributes,
  fields: { licenseNo: column(people.idNo) },
})

export const populationEntities: readonly Entity[] = [
  person, household, householdMember, residenceRegistration, socialInsurance, guardianship, driver, stub(domain, 'Enterprise', {}),
]

/** For questions about persons (population-verifications.ts). */
export const personEntity: Entity = person
