// The registered use cases of DOMAIN 6 as their callers ask them: who asks, for what, with which operation. The golden tests, the
// day after and the time zones ask the same.

import { scenarioPeople } from '../../synthetic-city/scenario.ts'
import type { ScenarioName } from '../../synthetic-city/scenario.ts'
import type { Answer, Asked, RunningCity } from './running-city.ts'

/** Callers of the use cases with purpose and case, as `city.ask` takes them. */
export const callers = {
  startBusiness: { caller: 'amr-officer', purpose: 'AMR-0001', caseNo: 'SH-2026-0001' },
  creditCheck: { caller: 'appr-clerk', purpose: 'APPR-0102' },
  district: { caller: 'huangpu-investment', purpose: 'DIST-0601' },
  bank: { caller: 'bank-a', purpose: 'BANK-0602' },
  authorizedBank: { caller: 'bank-a', purpose: 'BANK-0602', authorizationRef: 'AUTH-2026-0007' },
  anybody: {},
  enrolment: { caller: 'edu-clerk', purpose: 'EDU-0701', caseNo: 'EDU-2026-0001' },
  admission: { caller: 'trans-officer', purpose: 'TRANS-0802', caseNo: 'TR-2026-0001' },
} as const satisfies Readonly<Record<string, Asked>>

/** UC1 开办企业. */
export const startBusiness = `query ($person: ID!, $name: String!, $idNo: String!, $uscc: ID!, $identityCard: String!) {
  verifyIdentity(name: $name, idNo: $idNo)
  checkOfficerEligibility(person: $person) { result reasons }
  verifyLicense(certNo: $idNo, typeCode: $identityCard) { status validTo }
  person(id: $person) { name birthDate gender mobile creditRecords { nodes { judgmentDebtor { obligation caseNo } } } }
  enterprise(uscc: $uscc) { division domicileArea licenses { nodes { status validFrom validTo } } }
}`

/** UC2 信用核查. */
export const creditCheck = `query ($uscc: String!, $enterprise: ID!, $matter: String!) {
  creditCheck(uscc: $uscc, matterCode: $matter) { blocked commitmentAllowed recordCount reasons }
  enterprise(uscc: $enterprise) {
    legalRepName
    legalRepresentative { idNo }
    creditRating { grade score }
    creditSummary { recordCount penaltyCount latestDecidedOn }
    creditRecords { nodes { decisionNo decidedOn eventEndedOn penalty { facts } } }
  }
}`

/** UC7 Enterprise 360. */
export const enterprise360 = `query ($uscc: ID!) {
  enterprise(uscc: $uscc) {
    name registeredCapital status
    shareholders { nodes { holderName } }
    annualReports { nodes { year disclosed totalRevenue } }
    creditRecords { nodes { decisionNo kind penalty { violationType } } }
    creditRating { score grade }
    legalRepresentative { mobile }
    changes { nodes { item before after } }
    domicile domicileArea
  }
}`

/** UC8 入学, about the child. */
export const schoolChild = `query ($child: ID!, $guardian: ID!) {
  verifyGuardian(ward: $child, guardian: $guardian)
  bornBetween(person: $child, from: "2011-09-01", to: "2012-08-31")
  person(id: $child) { name birthDate hukouDivision residenceDivision hukouAddress residenceAddress mobile idNo }
}`

/** UC9 驾驶员准入. */
export const driverAdmission = `query ($person: ID!) {
  checkDriver(person: $person, category: "RIDE_HAILING") { result reasons }
  person(id: $person) {
    driver {
      classes firstIssuedOn points violationCount licenseNo medicalNote
      violations { nodes { code } }
      qualifications { nodes { category backgroundPassed backgroundDetail } }
    }
  }
}`

/** The public id by which this caller's organisation knows a person of the scenario. Throws when the caller may not resolve. */
export async function idOf(city: Pick<RunningCity, 'ask'>, name: ScenarioName, how: Asked): Promise<string> {
  const { data } = await city.ask('query ($idNo: String!) { resolvePerson(idNo: $idNo) { id } }', { ...how, variables: { idNo: scenarioPeople[name].idNo } })
  const id: unknown = data?.resolvePerson?.id
  if (typeof id !== 'string') throw new Error(`${name} is not resolved`)
  return id
}

/** Reported decisions by path; a path that is absent is CLEAR. */
export function decisionsOf(answer: Answer): Readonly<Record<string, string>> {
  return Object.fromEntries(answer.sharing.decisions.map(({ path, decision, code }) => [path, `${decision} ${code}`]))
}

/** The value at a path of response names; lists are walked through, so a path below a list gives the list of values. */
export function valueAt(data: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((value, name) => {
    const step = (of: unknown): unknown => (typeof of === 'object' && of !== null ? Reflect.get(of, name) : of)
    return Array.isArray(value) ? value.map(step) : step(value)
  }, data)
}
