// A city in which one department's grant opens every member of the combinations (K2–K4), so that only the rules on whole operations
// stand between it and the sets; and what records say that those rules lowered.

import { editedPolicies } from './edited-policies.ts'
import { auditSql } from './quota-city.ts'
import type { Answer, Asked, RunningCity } from './running-city.ts'

/** The department whose grant it is, with a case, about one person. */
export const grantee = { caller: 'trans-officer', purpose: 'TRANS-0802', caseNo: 'TR-2026-0001' } as const satisfies Asked

const opened = [
  'Person.gender', 'Person.birthDate', 'Person.age', 'Person.ageBand', 'Person.hukouDivision', 'Person.residenceDivision', 'Person.hukouAddress', 'Person.residenceAddress', 'Person.mobile',
  'Person.household', 'Household.division', 'Household.address', 'Enterprise.legalRepresentative', 'Enterprise.contactMobile', 'KeyPerson.person', 'License.holderName', 'Person.vehicles',
  'Vehicle.plateNo', 'Vehicle.vin', 'Vehicle.status', 'Driver.violations', 'TrafficViolation.occurredAt', 'TrafficViolation.place', 'TrafficViolation.location', 'TrafficViolation.plateNo', 'TrafficViolation.code',
]
/** Its organisation's questions with thresholds. */
const verified = ['Query.bornBetween', 'Query.checkResidence', 'Query.checkInsurance']

/** `edits`: of further files; `grant`: further edits of the grant. */
export function combiningPolicies(more: { readonly edits?: Parameters<typeof editedPolicies>[0]; readonly grant?: (text: string) => string } = {}): string {
  const { edits = {}, grant = (text) => text } = more
  return editedPolicies({
    ...edits,
    'grants/trans-0802.yaml': (text) => grant(text.replace('Person.driver, ', `Person.driver, ${opened.join(', ')}, `)
      .replace('[Query.verifyIdentity, ', `[Query.verifyIdentity, ${verified.join(', ')}, `).replace('[Driver.licenseNo, ', '[Person.idNo, Driver.licenseNo, ')),
  })
}

type Recorded = { readonly field: string; readonly decision: string; readonly policies: readonly string[] }

/** What the records of an answer say of fields, all departments together. */
export async function recordedFields(city: Pick<RunningCity, 'databases'>, answer: Pick<Answer, 'sharing'>): Promise<readonly Recorded[]> {
  const ids = answer.sharing.records.map(({ id }) => `'${id}'`)
  const rows = ids.length === 0 ? [] : await auditSql(city, `SELECT convert_from(leaf, 'UTF8') AS leaf FROM audit.record WHERE id IN (${ids.join()}) ORDER BY log, seq`)
  return rows.flatMap(({ leaf }): readonly Recorded[] => JSON.parse(String(leaf)).fields)
}

/** `Person.birthDate K2` for each field that a rule lowered, sorted. */
export function loweredIn(fields: readonly Recorded[]): readonly string[] {
  return [...new Set(fields.flatMap(({ field, policies }) => policies.filter((id) => id.startsWith('combination/')).map((id) => `${field} ${id.slice('combination/'.length)}`)))].sort()
}
