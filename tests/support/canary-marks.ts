// Markers in a running city's databases: every L3 and L4 column holds, on every row, a value that stands nowhere else and says where
// it is from: column and group of rows. Written by the owner role, past everything under test. `sightings` finds markers in any text.

import { getTableColumns, getTableName } from 'drizzle-orm'
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core'
import pg from 'pg'
import type { Domain } from '../../core/domains.ts'
import * as credit from '../../migrations/credit/tables.ts'
import * as standing from '../../migrations/credit/tables-standing.ts'
import * as filings from '../../migrations/enterprises/tables-filings.ts'
import * as enterprises from '../../migrations/enterprises/tables.ts'
import * as licenses from '../../migrations/licenses/tables.ts'
import * as status from '../../migrations/population/tables-status.ts'
import * as population from '../../migrations/population/tables.ts'
import * as network from '../../migrations/transport/tables-network.ts'
import * as transport from '../../migrations/transport/tables.ts'
import type { Classification } from '../../schema/classification.ts'
import { residentId } from '../../synthetic-city/numbers.ts'
import type { RunningCity } from './running-city.ts'

/** Rows by who may see them: what is published by law, the watched citizen's own, district 310101, everybody else. */
export const groups = { other: 0, district: 1, own: 2, published: 3 } as const

/** `whole`: the marker itself; otherwise what a mask lets through of it. */
export type Sighting = { readonly coordinate: string; readonly group: number; readonly whole: boolean }

export type Marks = {
  /** Every coordinate that was marked. */
  readonly coordinates: readonly string[]
  /** Classified L3 and L4 leaf fields that hold no marker, for the test to name. */
  readonly unmarked: readonly string[]
  /** Identity numbers of the marked city, right in every digit. */
  readonly idNos: readonly string[]
  sightings(text: string): readonly Sighting[]
}

type Place = { readonly domain: Domain; readonly table: PgTable; readonly type: string; readonly own?: string; readonly division?: string; readonly published?: string; readonly also?: Readonly<Record<string, string>> }

const record = (column: string): string => `(SELECT r.${column} FROM crd_record r WHERE r.record_id = t.record_id)`
const detail = { own: record('subject_pid'), division: record('division') }

const places: readonly Place[] = [
  { domain: 'population', table: population.people, type: 'Person', own: 'pid', division: 'residence_division' },
  { domain: 'population', table: population.households, type: 'Household', division: 'division' },
  { domain: 'population', table: population.householdMembers, type: 'HouseholdMember', own: 'pid' },
  { domain: 'population', table: status.residenceRegistrations, type: 'ResidenceRegistration', own: 'pid', division: 'division', also: { houseNo: 'ResidenceRegistration.(houseNo)' } },
  { domain: 'population', table: status.socialInsurances, type: 'SocialInsurance', own: 'pid', division: 'division', also: { employerUscc: 'SocialInsurance.employer' } },
  { domain: 'population', table: status.guardianships, type: 'Guardianship', own: 'ward_pid' },
  { domain: 'enterprises', table: enterprises.enterprises, type: 'Enterprise', division: 'division', published: 'NOT domicile_is_home' },
  { domain: 'enterprises', table: filings.enterpriseChanges, type: 'EnterpriseChange', division: 'division' },
  { domain: 'enterprises', table: filings.annualReports, type: 'AnnualReport', division: 'division', published: 'disclosed' },
  { domain: 'credit', table: credit.administrativePenalties, type: 'AdministrativePenalty', ...detail },
  { domain: 'credit', table: credit.seriousListings, type: 'SeriousListing', ...detail },
  { domain: 'credit', table: credit.judgmentDebtors, type: 'JudgmentDebtor', ...detail, also: { age: 'JudgmentDebtor.(age)' } },
  { domain: 'credit', table: standing.creditObjections, type: 'CreditObjection', own: 'subject_pid', division: 'division' },
  { domain: 'credit', table: standing.creditRatings, type: 'CreditRating', division: 'division' },
  { domain: 'licenses', table: licenses.licenses, type: 'License', own: 'holder_pid', division: 'division', published: "holder_kind = '2'" },
  { domain: 'licenses', table: licenses.licenseItems, type: 'LicenseItem', own: 'holder_pid', division: 'division' },
  { domain: 'licenses', table: licenses.licenseUses, type: 'LicenseUse', own: 'holder_pid', division: 'division', also: { operator: 'LicenseUse.(operator)', caseNo: 'LicenseUse.(caseNo)' } },
  { domain: 'licenses', table: licenses.licenseUseGrants, type: 'LicenseUseGrant', also: { department: 'LicenseUseGrant.(department)', caseNo: 'LicenseUseGrant.(caseNo)' } },
  { domain: 'transport', table: transport.vehicles, type: 'Vehicle', own: 'owner_pid', division: 'division', published: "owner_kind = '2'" },
  { domain: 'transport', table: transport.drivers, type: 'Driver', own: 'pid', division: 'division' },
  { domain: 'transport', table: transport.trafficViolations, type: 'TrafficViolation', own: 'driver_pid', division: 'division', also: { deviceNo: 'TrafficViolation.(deviceNo)' } },
  { domain: 'transport', table: transport.driverQualifications, type: 'DriverQualification', own: 'pid', division: 'division' },
  { domain: 'transport', table: network.roadSections, type: 'RoadSection', division: 'division' },
]

const WORD = 'CANARY'
/** A coordinate as masks leave it, and not the seconds of an instant in a log line. */
const MASKED_NORTH = /(?<![\d.])(?<!T\d\d:\d\d:)35\.\d{3}(?!\d)/g
/** One character of the private use area says column and group. */
const sign = (at: number, group: number): string => String.fromCharCode(0xe000 + at * 4 + group)

type Made = { readonly value: (group: number) => string; readonly find: readonly { readonly pattern: RegExp; readonly whole: boolean; readonly group: (match: RegExpExecArray) => number }[] }

/** Marks the databases. `citizen`: the linking token whose rows are `own`. */
export async function markCity(city: RunningCity, classification: Classification, citizen: string): Promise<Marks> {
  const finders: { coordinate: string; pattern: RegExp; whole: boolean; group: (match: RegExpExecArray) => number }[] = []
  const marked = new Set<string>()
  const idNos: string[] = []
  let at = 0
  for (const { domain, table, type, own, division, published, also = {} } of places) {
    const client = new pg.Client(city.databases[domain].owner)
    await client.connect()
    try {
      const group = `CASE ${published === undefined ? '' : `WHEN ${published} THEN 3 `}${own === undefined ? '' : `WHEN ${own} = '${citizen}'::uuid THEN 2 `}${division === undefined ? '' : `WHEN starts_with(${division}::text, '310101') THEN 1 `}ELSE 0 END`
      const sets: string[] = []
      for (const [property, column] of Object.entries(getTableColumns(table))) {
        const field = classification.field(type, property)
        const coordinate = also[property] ?? (field !== undefined && field.level >= 3 ? `${type}.${property}` : undefined)
        if (coordinate === undefined) continue
        const made = markerOf(column, coordinate, at, field?.mask ?? 'REDACT')
        if (made === undefined) continue
        // Who has left a household: NULL stays, or nobody lives anywhere.
        sets.push(`${column.name} = CASE ${coordinate === 'HouseholdMember.leftOn' ? 'WHEN left_on IS NULL THEN NULL ELSE CASE ' : ''}${group === 'CASE ELSE 0 END' ? '0' : group} ${[0, 1, 2, 3].map((one) => `WHEN ${one} THEN ${made.value(one)}`).join(' ')} END${coordinate === 'HouseholdMember.leftOn' ? ' END' : ''}${coordinate === 'License.identifier' ? ' || cert_uid' : ''}`)
        for (const find of made.find) finders.push({ coordinate, ...find })
        marked.add(coordinate)
        at += 1
      }
      for (const coordinate of placeOf(type)) {
        const [north, east] = coordinate === 'Enterprise.(place)' ? [33, 123] : [35, 125]
        sets.push(...['lat', 'lng'].map((axis) => `${axis} = CASE ${group === 'CASE ELSE 0 END' ? '0' : group} ${[0, 1, 2, 3].map((one) => `WHEN ${one} THEN ${axis === 'lat' ? north : east}.${coordinateDigits(at, one)}`).join(' ')} END`))
        const whole = new RegExp(`(?:${north}|${east})\\.${String(at).padStart(3, '0')}([0-3])57`, 'g')
        finders.push({ coordinate, pattern: whole, whole: true, group: (match) => Number(match[1]) })
        if (coordinate !== 'Enterprise.(place)') finders.push({ coordinate, pattern: MASKED_NORTH, whole: false, group: () => 0 })
        marked.add(coordinate)
        at += 1
      }
      if (sets.length > 0) await client.query(`UPDATE ${getTableName(table)} AS t SET ${sets.join(', ')}`)
      if (type === 'Person') idNos.push(...(await markIdNumbers(client, group)))
      if (type === 'Household') await client.query(`UPDATE pop_household SET household_no = 'QX${WORD}' || left(md5(household_no), 11)`)
      if (type === 'HouseholdMember') await client.query(`UPDATE pop_household_member SET household_no = 'QX${WORD}' || left(md5(household_no), 11)`)
      // Only rows about persons: of an organisation the name is public.
      if (type === 'AdministrativePenalty') await client.query(`UPDATE crd_record SET subject_name = '${sign(1_500, 0)}${WORD}', title = '${sign(1_501, 0)}${WORD}', decision_no = '${sign(1_502, 0)}${WORD}' WHERE subject_kind = '1' AND subject_pid <> '${citizen}'`)
    } finally {
      await client.end()
    }
  }
  for (const [index, coordinate] of ['CreditRecord.(subjectName of a person)', 'CreditRecord.(title of a person)', 'CreditRecord.(decisionNo of a person)'].entries()) {
    finders.push({ coordinate, pattern: new RegExp(sign(1_500 + index, 0), 'g'), whole: true, group: () => 0 })
    marked.add(coordinate)
  }
  finders.push(
    { coordinate: 'Person.idNo', pattern: /31019918710[1-4]\d{2}\d{3}[\dX]/g, whole: true, group: (match) => Number(match[0][11]) - 1 },
    { coordinate: 'Person.idNo', pattern: /"31\*{14}[\d*][\dX]/g, whole: false, group: () => 0 },
    { coordinate: 'Household.householdNo', pattern: /QXCANARY/g, whole: true, group: () => 0 },
    { coordinate: 'Household.householdNo', pattern: /QX\*/g, whole: false, group: () => 0 },
    { coordinate: 'any date', pattern: /≤19\d\d/g, whole: false, group: () => 0 },
    { coordinate: 'any text', pattern: /CANARY/g, whole: false, group: () => 0 },
  )
  marked.add('Person.idNo').add('Household.householdNo')
  const leaves = classification.fields().filter(({ level, returns, entry, type, domain }) => domain !== 'governance' && level >= 3 && entry === undefined && classification.type(returns.named) === undefined && type !== 'Query')
  return {
    coordinates: [...marked],
    unmarked: leaves.map(({ type, field }) => `${type}.${field}`).filter((name) => !marked.has(name)),
    idNos,
    sightings: (text) => finders.flatMap(({ coordinate, pattern, whole, group }) => [...text.matchAll(pattern)].map((match) => ({ coordinate, group: group(match as RegExpExecArray), whole }))),
  }
}

const placeOf = (type: string): readonly string[] => (type === 'Enterprise' ? ['Enterprise.(place)'] : type === 'TrafficViolation' ? ['TrafficViolation.location'] : type === 'RoadSection' ? ['RoadSection.deviceLocation'] : [])
const coordinateDigits = (at: number, group: number): string => `${String(at).padStart(3, '0')}${group}57`

/** A marker that fits the column's type; undefined where none can (booleans) or where it is made elsewhere (identity numbers). */
function markerOf(column: PgColumn, coordinate: string, at: number, mask: string): Made | undefined {
  const type = column.getSQLType()
  const length = Number(/\((\d+)/.exec(type)?.[1] ?? 1_000)
  const digits = (group: number): string => String(at * 4 + group).padStart(4, '0')
  const any = (pattern: string): RegExp => new RegExp(pattern, 'g')
  const groupOf = (match: RegExpExecArray): number => Number(match[1]) - at * 4
  const numbers = [0, 1, 2, 3].map(digits).join('|')
  if (coordinate === 'Person.idNo' || coordinate === 'Household.householdNo' || type === 'boolean') return undefined
  if (type === 'date') {
    const year = 1_700 + (at % 100)
    return {
      value: (group) => `DATE '${year}-01-${at >= 100 ? '1' : '0'}${group + 1}'`,
      find: [
        { pattern: any(`${year}-01-${at >= 100 ? '1' : '0'}([1-4])`), whole: true, group: (match) => Number(match[1]) - 1 },
        { pattern: any(`"${year}\\\\?"`), whole: false, group: () => 0 },
      ],
    }
  }
  if (type.startsWith('timestamp')) {
    return {
      value: (group) => `TIMESTAMPTZ '1961-01-0${group + 1} 03:47:53.${digits(group)}+00'`,
      find: [{ pattern: any(`1961-01-0([1-4])T\\d\\d:47:53`), whole: true, group: (match) => Number(match[1]) - 1 }, { pattern: /1961-01-0\dT\d\d\+/g, whole: false, group: () => 0 }],
    }
  }
  if (type === 'smallint' || type === 'integer' || type === 'bigint') {
    return { value: (group) => `2${digits(group)}`, find: [{ pattern: any(`(?<![\\dA-Za-z.-])2(${numbers})(?![\\dA-Za-z.])`), whole: true, group: groupOf }] }
  }
  if (type.startsWith('numeric')) {
    const [, precision = '0'] = /\((\d+)/.exec(type) ?? []
    // Eight digits where there is room, four where not; numeric writes no leading zero.
    const whole = (group: number): string => (Number(precision) >= 10 ? `731${digits(group)}` : String(1_000 + at * 4 + group))
    return { value: (group) => `${whole(group)}.37`, find: [0, 1, 2, 3].map((group) => ({ pattern: any(`(?<![\\dA-Za-z.])${whole(group)}\\.37(?!\\d)`), whole: true, group: () => group })) }
  }
  if (mask === 'TEXT_SCRUB') {
    // What is masked in a text is what the scrubber knows: an identity number.
    const number = (group: number): string => residentId(`1872-0${group + 1}-01`, at)
    return {
      value: (group) => `'${sign(at, group)}身份证${number(group)}'`,
      find: [0, 1, 2, 3].flatMap((group) => [{ pattern: any(number(group)), whole: true, group: () => group }, { pattern: any(sign(at, group)), whole: false, group: () => group }]),
    }
  }
  if (mask === 'MOBILE') return { value: (group) => `'154${digits(group)}7319'`, find: [{ pattern: any(`154(${numbers})7319`), whole: true, group: groupOf }, { pattern: /154\*{4}7319/g, whole: false, group: () => 0 }] }
  if (mask === 'PLATE') return { value: (group) => `'沪Z${digits(group)}Q'`, find: [{ pattern: any(`沪Z(${numbers})Q`), whole: true, group: groupOf }, { pattern: /沪Z\d\*/g, whole: false, group: () => 0 }] }
  if (mask === 'VIN') return { value: (group) => `'QZZ${WORD}0000${digits(group)}'`, find: [{ pattern: any(`QZZ${WORD}0000(${numbers})`), whole: true, group: groupOf }, { pattern: /QZZ\*/g, whole: false, group: () => 0 }] }
  if (mask === 'FILE_NO') return { value: (group) => `'7319${digits(group)}5353'`, find: [{ pattern: any(`7319(${numbers})5353`), whole: true, group: groupOf }, { pattern: /7319\*{6}53/g, whole: false, group: () => 0 }] }
  const rest = WORD.slice(0, Math.max(0, length - 1))
  return {
    value: (group) => `'${sign(at, group)}${rest}'`,
    find: [0, 1, 2, 3].flatMap((group) => [{ pattern: any(`${sign(at, group)}${rest}`), whole: true, group: () => group }, ...(rest === '' ? [] : [{ pattern: any(`${sign(at, group)}(?!${rest})`), whole: false, group: () => group }])]),
  }
}

/** A number of its own for each person (it is unique): born in 1871, the day says the group. */
async function markIdNumbers(client: pg.Client, group: string): Promise<readonly string[]> {
  const { rows } = await client.query<{ pid: string; its: number }>(`SELECT pid, ${group} AS its FROM pop_person ORDER BY pid`)
  const numbers = rows.map(({ its }, index) => residentId(`1871-0${its + 1}-${String(1 + Math.floor(index / 900)).padStart(2, '0')}`, 1 + (index % 900)))
  await client.query('UPDATE pop_person AS p SET id_no = new.id_no FROM unnest($1::uuid[], $2::text[]) AS new(pid, id_no) WHERE p.pid = new.pid', [rows.map(({ pid }) => pid), numbers])
  return numbers
}
