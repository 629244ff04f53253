// Row attributes of the policy model from raw rows, in TypeScript from PLAN, DESIGN 5.6 and DOMAIN 2.7 and not from the SQL that
// serves: the oracle's half of the differential tests. Rows are as raw-city.ts reads them: days as text, -infinity as it is written.

import type { Domain } from '../../core/domains.ts'
import { day, number, text, truth } from './raw-city.ts'
import type { Raw } from './raw-city.ts'

/** An attribute that the row lacks is missing. Divisions are codes. */
export type Attributes = Readonly<Record<string, string | number | boolean>>

/** Under an age until `until`: on that day no more; an unknown day counts as under (fail closed). */
export function isUnder(until: string | null, today: string): boolean {
  if (until === null || until === 'infinity') return true
  return until !== '-infinity' && until > today
}

/** Five years after a day; the last day of February stands for 29 February. */
function fiveYearsAfter(of: string): string {
  const year = Number(of.slice(0, 4)) + 5
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  return `${year}${of.slice(4) === '-02-29' && !leap ? '-02-28' : of.slice(4)}`
}

/** 上海市社会信用条例 35, 37, 38: not repaired, revoked, removed or exited, and ended at most five years ago (that day included). */
export function isInForce(record: Raw, today: string): boolean {
  if (['已修复', '已撤销'].includes(text(record, 'status') ?? '')) return false
  const [repaired, lifted, ended] = [day(record, 'repaired_on'), day(record, 'lifted_on'), day(record, 'event_ended_on')]
  if ((repaired !== null && repaired <= today) || (lifted !== null && lifted <= today)) return false
  return ended === null || fiveYearsAfter(ended) >= today
}

/** Attributes of a row of `type` in a department. For details of credit records `row` is the record's own row. */
export function rowAttributes(domain: Domain, type: string, row: Raw, today: string): Attributes {
  const division = (column = 'division') => optional('division', text(row, column))
  const subject = (column: string) => optional('subject', text(row, column))
  const minor = () => ({ minor: isUnder(day(row, 'minor_until'), today) })
  const organisation = (column: string) => ({ organisation: text(row, column) === '2' })
  switch (type) {
    case 'Person': return { ...minor(), under18: isUnder(day(row, 'under18_until'), today), ...subject('pid'), ...division('residence_division') }
    case 'Driver': return { ...minor(), ...subject('pid'), ...division(domain === 'population' ? 'residence_division' : 'division') }
    case 'EnterpriseChange': return { ...division(), individual: String(row['uscc']).startsWith('92') }
    case 'Household':
    case 'CreditRating':
    case 'RoadSection':
    case 'TrafficFlow': return division()
    case 'HouseholdMember': return { ...minor(), ...subject('pid') }
    case 'Guardianship': return { ...minor(), ...subject('ward_pid') }
    case 'ResidenceRegistration':
    case 'SocialInsurance':
    case 'KeyPerson':
    case 'DriverQualification': return { ...minor(), ...subject('pid'), ...division() }
    case 'Enterprise': return { ...division(), home: truth(row, 'domicile_is_home') === true }
    case 'Shareholder': return { ...minor(), ...subject('holder_pid'), ...division() }
    case 'AnnualReport': return { ...division(), disclosed: truth(row, 'disclosed') === true, individual: String(row['uscc']).startsWith('92') }
    case 'CreditRecord':
    case 'AdministrativePenalty':
    case 'AdministrativeLicensing':
    case 'SeriousListing':
    case 'JudgmentDebtor': return { ...organisation('subject_kind'), inForce: isInForce(row, today), ...minor(), ...subject('subject_pid'), ...division() }
    case 'CreditObjection':
    case 'CreditCommitment': return { ...organisation('subject_kind'), ...minor(), ...subject('subject_pid'), ...division() }
    case 'LicenseType': return organisation('holder_kind')
    case 'License':
    case 'LicenseUse': return { ...organisation('holder_kind'), ...minor(), ...subject('holder_pid'), ...division() }
    case 'LicenseItem': return { itemLevel: Math.max(number(row, 'item_level') ?? 4, 3), ...organisation('holder_kind'), ...minor(), ...subject('holder_pid'), ...division() }
    case 'MetroLine':
    case 'MetroStation': return { inService: truth(row, 'in_service') === true }
    case 'Vehicle': return { ...organisation('owner_kind'), ...minor(), ...subject('owner_pid'), ...division() }
    case 'TrafficViolation': return { ...minor(), ...subject('driver_pid'), ...division() }
    default: throw new RangeError(`no row attributes are known of ${domain} ${type}`)
  }
}

/**
 * What a department knows of a Person or an Enterprise that another department holds, from a row of its own about it (PLAN, row
 * attributes): a person's subject is the linking token, the minor rule the row's own, the division not known; an enterprise's
 * division is the row's, whether its domicile is a home not known (`undefined`: must not matter).
 */
export function stubAttributes(type: 'Person' | 'Enterprise', key: string, child: Attributes): Readonly<Record<string, string | number | boolean | undefined>> {
  if (type === 'Enterprise') return { ...optional('division', typeof child['division'] === 'string' ? child['division'] : null), home: undefined }
  const minor = child['minor'] ?? true
  return { subject: key, minor, under18: minor }
}

function optional(name: string, value: string | null): Attributes {
  return value === null ? {} : { [name]: value }
}
