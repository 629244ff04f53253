// What the population database holds about a block (and, with the same functions, about the scenario).

import { guardianships, residenceRegistrations, socialInsurances } from '../migrations/population/tables-status.ts'
import { householdMembers, households, people } from '../migrations/population/tables.ts'
import { BLOCK_SIZE, ENTERPRISES_PER_BLOCK, type Block } from './city.ts'
import { addMonths, addYears, CITY_DAY, dayNumber, dayOf } from './days.ts'
import { usccOfEnterprise } from './enterprises.ts'
import type { Household } from './households.ts'
import type { Person } from './people.ts'
import type { Random } from './random.ts'
import type { Put } from './rows.ts'

/** All rows of a block; `size` is the whole city's, from which employers are drawn. */
export function populationRows(block: Block, size: number, put: Put): void {
  const random = block.stream('population')
  const [memberId, registrationId, guardianshipId, insuranceId] = [block.rowIds(), block.rowIds(), block.rowIds(), block.rowIds()]
  for (const person of block.people) {
    put(people, personRow(person))
    if (person.residence !== person.hukou && person.age >= 16) registrationRow(random, person, registrationId(), put)
    if (person.age >= 22 && person.age < 60 && random.chance(0.78)) insuranceRows(random, person, employer(random, block, size), insuranceId, put)
  }
  for (const household of block.households) householdRows(household, { memberId, guardianshipId }, put)
}

/** The row of a person in pop_person. */
export function personRow(person: Person): typeof people.$inferInsert {
  const { pid, idNo, name, formerName, birth, minorUntil, under18Until, ethnicity, education, mobile, hukou, residence } = person
  return {
    pid,
    idType: '111',
    idNo,
    name,
    formerName,
    gender: person.male ? '1' : '2',
    ethnicity,
    birthDate: birth,
    minorUntil,
    under18Until,
    hukouDivision: hukou.division,
    hukouAddress: hukou.address,
    residenceDivision: residence.division,
    residenceAddress: residence.address,
    maritalStatus: person.marital,
    education,
    mobile,
    photo: person.age < 16 ? null : `photo/${pid.slice(0, 8)}`,
    vitalStatus: person.vital,
    deathDate: person.death,
  }
}

export type HouseholdRowIds = { readonly memberId: () => number; readonly guardianshipId: () => number }

/** The rows of a household, its members and its wards. */
export function householdRows({ householdNo, type, members, wards }: Household, { memberId, guardianshipId }: HouseholdRowIds, put: Put): void {
  const [{ person: head }] = members
  put(households, {
    householdNo,
    householdType: type,
    headPid: head.pid,
    division: head.residence.division,
    address: head.residence.address,
    memberCount: members.filter(({ person }) => person.death === null).length,
  })
  const founded = addYears(head.birth, Math.min(20, head.age))
  for (const { person, relation } of members) {
    const joinedOn = person.birth > founded ? person.birth : founded
    put(householdMembers, { memberId: memberId(), householdNo, pid: person.pid, minorUntil: person.minorUntil, relation, joinedOn, leftOn: person.death })
  }
  for (const { ward, guardians } of wards) {
    for (const { person, relation } of guardians) {
      put(guardianships, {
        guardianshipId: guardianshipId(),
        wardPid: ward.pid,
        guardianPid: person.pid,
        minorUntil: ward.minorUntil,
        relation,
        since: ward.birth,
        until: addYears(ward.birth, 18),
        basis: '民法典第二十七条',
      })
    }
  }
}

function registrationRow(random: Random, person: Person, regId: number, put: Put): void {
  const months = random.int(1, 120)
  const firstRegisteredOn = dayOf(dayNumber(CITY_DAY) - Math.round(months * 30.44))
  put(residenceRegistrations, {
    regId,
    pid: person.pid,
    minorUntil: person.minorUntil,
    permitNo: person.idNo,
    division: person.residence.division,
    address: person.residence.address,
    houseNo: `${person.residence.division}${String(random.int(0, 999_999)).padStart(6, '0')}`,
    reason: random.pick(['01', '01', '02', '03', '04']),
    firstRegisteredOn,
    continuousMonths: months,
    status: '1',
    validTo: dayOf(dayNumber(CITY_DAY) + random.int(1, 365)),
  })
}

function insuranceRows(random: Random, person: Person, employerUscc: string | null, insuranceId: () => number, put: Put): void {
  const months = random.int(1, (person.age - 21) * 12)
  const paused = random.chance(0.1) ? random.int(1, 12) : 0
  const baseAmount = `${random.int(7384, 36_921)}.00`
  for (const scheme of ['PEN', 'MED']) {
    put(socialInsurances, {
      insuranceId: insuranceId(),
      pid: person.pid,
      minorUntil: person.minorUntil,
      division: person.residence.division.slice(0, 6),
      scheme,
      employerUscc,
      status: paused > 0 ? '2' : '1',
      firstPaidMonth: addMonths(CITY_DAY, -months - paused),
      lastPaidMonth: addMonths(CITY_DAY, -1 - paused),
      cumulativeMonths: months,
      baseAmount,
    })
  }
}

/** The code of any enterprise of the city's full blocks; of this block's in a city that has none; NULL where there is none. */
function employer(random: Random, { enterprises }: Block, size: number): string | null {
  const inFullBlocks = Math.floor((size - BLOCK_SIZE / 10) / BLOCK_SIZE) * ENTERPRISES_PER_BLOCK
  if (inFullBlocks >= 1) return usccOfEnterprise(random.int(0, inFullBlocks - 1))
  return enterprises.length === 0 ? null : random.pick(enterprises).uscc
}
