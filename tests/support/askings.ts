// Questions that between them use every root field, every kind of answer and every way to be refused, and the callers who ask them.
// Two ways to run a city that answer all of these alike are the same city.

import { scenarioOrganisations, scenarioPeople } from '../../synthetic-city/scenario.ts'
import type { Asked } from './running-city.ts'

const { zhangWei, liNa, ouyangJingyi, wangZihan } = scenarioPeople
const { e1 } = scenarioOrganisations

export const askingCallers: Readonly<Record<string, Asked>> = {
  'market regulation': { caller: 'amr-officer', purpose: 'AMR-0001', caseNo: 'SH-2026-0001' },
  police: { caller: 'psb-officer', purpose: 'PSB-0001', caseNo: 'PSB-2026-0001' },
  education: { caller: 'edu-clerk', purpose: 'EDU-0701', caseNo: 'EDU-2026-0001' },
  transport: { caller: 'trans-officer', purpose: 'TRANS-0802', caseNo: 'TR-2026-0001' },
  'an authorised bank': { caller: 'bank-a', purpose: 'BANK-0602', authorizationRef: 'AUTH-2026-0007' },
  'a citizen': { caller: 'zhang-wei' },
  anybody: {},
  'an auditor': { caller: 'auditor' },
}

/** By name; `$person`, `$ward`, `$guardian` are public ids of the asking caller's organisation (or a wrong one where it has none). */
export const askings: Readonly<Record<string, { readonly query: string; readonly variables?: Readonly<Record<string, unknown>>; readonly headers?: Readonly<Record<string, string>> }>> = {
  'an enterprise over five domains': {
    query: `{ enterprise(uscc: "${e1.uscc}") { name legalRepName legalRepresentative { id name idNo birthDate mobile } shareholders { nodes { holderName ratio } }
      creditRecords { nodes { recordNo decidedOn } } creditSummary { recordCount } creditRating { grade score } licenses { nodes { status certNo } }
      vehicles { nodes { plateNo status } } nearestMetroStation { name } annualReports { nodes { year totalRevenue } } } }`,
  },
  'a person': {
    query: `query ($person: ID!) { person(id: $person) { id name gender birthDate idNo mobile hukouDivision residenceAddress
      creditRecords { nodes { title } } positions { nodes { position enterprise { name } } } licenses { nodes { status } } driver { points } } }`,
  },
  'people in order': { query: '{ people(first: 4) { nodes { id name birthDate residenceDivision } pageInfo { hasNextPage } } }' },
  'a number': { query: 'query ($idNo: String!) { resolvePerson(idNo: $idNo) { id name } }', variables: { idNo: zhangWei.idNo } },
  'a wrong number': { query: 'query ($idNo: String!) { resolvePerson(idNo: $idNo) { id } }', variables: { idNo: '310199198503070113' } },
  verifications: {
    query: `query ($person: ID!, $guardian: ID!, $ward: ID!, $name: String!, $idNo: String!) { verifyIdentity(name: $name, idNo: $idNo)
      verifyGuardian(ward: $ward, guardian: $guardian) checkResidence(person: $guardian, division: "310101", minMonths: 24)
      bornBetween(person: $ward, from: "2015-09-01", to: "2016-08-31") checkInsurance(person: $guardian, scheme: "PEN", minMonths: 6)
      checkOfficerEligibility(person: $person) { result reasons } checkDriver(person: $person, category: "TAXI") { result reasons } }`,
    variables: { name: liNa.name, idNo: liNa.idNo },
  },
  'a credit check': { query: `{ creditCheck(uscc: "${e1.uscc}", matterCode: "ROAD") { blocked commitmentAllowed recordCount reasons } }` },
  'enterprises of a district': {
    query: `{ enterprises(where: { division: { startsWith: "310101" } }, orderBy: [REGISTERED_CAPITAL_DESC], first: 5) {
      nodes { uscc name registeredCapital domicile keyPersons { nodes { name position } } changes { nodes { item before } } } pageInfo { hasNextPage } } }`,
  },
  'credit records': { query: '{ creditRecords(first: 6) { nodes { id kind title decidedOn penalty { facts violationType } } pageInfo { hasNextPage } } }' },
  licences: { query: '{ licenses(first: 5) { nodes { id status certNo type { name } } } licenseTypes(first: 3) { nodes { typeCode name } } }' },
  'a licence that is not': { query: '{ license(id: "no-such-licence") { id } verifyLicense(identifier: "no") { status } }' },
  transit: {
    query: `{ metroLines(first: 2) { nodes { lineNo name stations(first: 3) { nodes { code name location } } } }
      metroStations(near: { lat: 31.23, lng: 121.47 }, first: 3) { nodes { code name } } roadSections(first: 2) { nodes { sectionId name } }
      trafficFlow(section: "SH-0001", from: "2026-02-28T00:00:00+08:00", to: "2026-02-28T01:00:00+08:00", first: 3) { nodes { at congestionIndex } } }`,
  },
  vehicles: { query: '{ vehicles(first: 4) { nodes { id plateNo status } } }' },
  myself: { query: '{ me { id name idNo birthDate mobile vehicles { nodes { plateNo } } enterprisesRepresented: positions { nodes { position } } } }' },
  'with aliases and fragments': {
    query: `query ($short: Boolean!) { one: enterprise(uscc: "${e1.uscc}") { ...e } two: enterprise(uscc: "nobody") { ...e } }
      fragment e on Enterprise { title: name contactMobile @skip(if: $short) creditRating { grade } }`,
    variables: { short: false },
  },
  'a dry run': { query: `{ enterprise(uscc: "${e1.uscc}") { name domicile creditRating { score } } people(first: 1) { nodes { name } } }`, headers: { 'x-dry-run': 'decisions' } },
  'denials as errors': { query: `{ enterprise(uscc: "${e1.uscc}") { name contactMobile creditRating { score } } }`, headers: { 'x-denied': 'errors' } },
  'too many at once': { query: '{ people(first: 101) { nodes { id } } }' },
  'a false cursor': { query: '{ enterprises(after: "bm90LWEtY3Vyc29y") { nodes { name } } }' },
  'a filter on what is hidden': { query: '{ people(where: { name: { eq: "张伟" } }) { nodes { id } } }' },
  'a field that is not': { query: '{ enterprise(uscc: "1") { secret } }' },
  'no GraphQL': { query: '{ enterprise(uscc: ' },
  'an unknown purpose': { query: '{ __typename }', headers: { 'x-purpose': 'NO-0001' } },
  'an alias onto a key': { query: `{ enterprise(uscc: "${e1.uscc}") { uscc: name } }` },
}

/** Whose public ids the variables stand for. */
export const askedPeople = { person: zhangWei.idNo, guardian: ouyangJingyi.idNo, ward: wangZihan.idNo } as const
