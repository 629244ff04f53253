// Row attributes of the policy model computed in TypeScript from raw rows: the independent side of tests that compare what SQL
// served with what Cedar says. Written from DOMAIN 2.7 and DESIGN 5.6, not from resolvers/.

import type { PgTable } from 'drizzle-orm/pg-core'
import type { Domain } from '../../core/domains.ts'
import { creditRecords } from '../../migrations/credit/tables.ts'
import { annualReports } from '../../migrations/enterprises/tables-filings.ts'
import { enterprises, keyPersons, shareholders } from '../../migrations/enterprises/tables.ts'
import { licenseItems, licenses } from '../../migrations/licenses/tables.ts'
import { residenceRegistrations, socialInsurances } from '../../migrations/population/tables-status.ts'
import { people } from '../../migrations/population/tables.ts'
import { driverQualifications, drivers, trafficViolations, vehicles } from '../../migrations/transport/tables.ts'

export type RawRow = Readonly<Record<string, unknown>>
export type Attributes = Readonly<Record<string, string | number | boolean>>
export type RawType = { readonly domain: Domain; readonly type: string; readonly table: PgTable; readonly key: string; readonly attributes: (row: RawRow, today: string) => Attributes }

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

/** A day not yet reached; unknown counts as not reached, for minors. */
function before(today: string, day: unknown): boolean {
  if (day === '-infinity') return false
  return typeof day !== 'string' || day === 'infinity' || day > today
}

function optional(name: string, value: string | undefined): Attributes {
  return value === undefined ? {} : { [name]: value }
}

/** Of most rows about a person or organisation; the names of the columns differ by department. */
function about({ pid, kind, division = 'division' }: { pid: string; kind?: string; division?: string }) {
  return (row: RawRow, today: string): Attributes => ({
    minor: before(today, row['minorUntil']),
    ...optional('subject', text(row[pid])),
    ...optional('division', text(row[division])),
    ...(kind === undefined ? {} : { organisation: row[kind] === '2' }),
  })
}

/** Five years to the day; 29 February falls on 28 February. */
function fiveYearsLater(day: string): string {
  const [year = '', month = '', date = ''] = day.split('-')
  const later = Number(year) + 5
  const leap = later % 4 === 0 && (later % 100 !== 0 || later % 400 === 0)
  return `${later}-${month}-${month === '02' && date === '29' && !leap ? '28' : date}`
}

function inForce(row: RawRow, today: string): boolean {
  const past = (day: unknown): boolean => typeof day === 'string' && day <= today
  const ended = row['eventEndedOn']
  return row['status'] !== '已撤销' && !past(row['repairedOn']) && !past(row['liftedOn']) && (typeof ended !== 'string' || fiveYearsLater(ended) >= today)
}

export const rawTypes: readonly RawType[] = [
  {
    domain: 'population', type: 'Person', table: people, key: 'pid',
    attributes: (row, today) => ({ subject: String(row['pid']), minor: before(today, row['minorUntil']), under18: before(today, row['under18Until']), ...optional('division', text(row['residenceDivision'])) }),
  },
  { domain: 'population', type: 'ResidenceRegistration', table: residenceRegistrations, key: 'regId', attributes: about({ pid: 'pid' }) },
  { domain: 'population', type: 'SocialInsurance', table: socialInsurances, key: 'insuranceId', attributes: about({ pid: 'pid' }) },
  { domain: 'enterprises', type: 'Enterprise', table: enterprises, key: 'uscc', attributes: (row) => ({ home: row['domicileIsHome'] === true, ...optional('division', text(row['division'])) }) },
  { domain: 'enterprises', type: 'KeyPerson', table: keyPersons, key: 'keyPersonId', attributes: about({ pid: 'pid' }) },
  { domain: 'enterprises', type: 'Shareholder', table: shareholders, key: 'shareholderId', attributes: about({ pid: 'holderPid' }) },
  { domain: 'enterprises', type: 'AnnualReport', table: annualReports, key: 'reportId', attributes: (row) => ({ disclosed: row['disclosed'] === true, individual: String(row['uscc']).startsWith('92'), ...optional('division', text(row['division'])) }) },
  { domain: 'credit', type: 'CreditRecord', table: creditRecords, key: 'recordId', attributes: (row, today) => ({ ...about({ pid: 'subjectPid', kind: 'subjectKind' })(row, today), inForce: inForce(row, today) }) },
  { domain: 'licenses', type: 'License', table: licenses, key: 'certUid', attributes: about({ pid: 'holderPid', kind: 'holderKind' }) },
  {
    domain: 'licenses', type: 'LicenseItem', table: licenseItems, key: 'itemId',
    attributes: (row, today) => ({ ...about({ pid: 'holderPid', kind: 'holderKind' })(row, today), itemLevel: Math.max(3, Number(row['itemLevel'])) }),
  },
  { domain: 'transport', type: 'Vehicle', table: vehicles, key: 'vehicleUid', attributes: about({ pid: 'ownerPid', kind: 'ownerKind' }) },
  { domain: 'transport', type: 'Driver', table: drivers, key: 'pid', attributes: about({ pid: 'pid' }) },
  { domain: 'transport', type: 'TrafficViolation', table: trafficViolations, key: 'violationId', attributes: about({ pid: 'driverPid' }) },
  { domain: 'transport', type: 'DriverQualification', table: driverQualifications, key: 'qualificationId', attributes: about({ pid: 'pid' }) },
]
