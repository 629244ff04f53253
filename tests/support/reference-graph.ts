// The graph a second time: which column each classified field shows and which rows each edge leads to, written from DOMAIN 4 and the
// tables of migrations/ and not from resolvers/. The same type may stand in several departments; `Person` and `Enterprise` without
// a table are known there by their key alone.

import type { Domain } from '../../core/domains.ts'
import { day, isAlive, number, text } from './raw-city.ts'
import type { Raw, RawCity } from './raw-city.ts'
import { children, enterprise, many, one, person } from './reference-edges.ts'
import type { Edge } from './reference-edges.ts'
import { ageBand, computed, days, decimals, instants, integers, places, texts, truths, yearsOn } from './reference-values.ts'
import type { Surroundings, Value } from './reference-values.ts'
import { maskCoordGrid } from './reference-masks.ts'

export type ReferenceType = {
  readonly domain: Domain
  readonly type: string
  /** Undefined for a type whose rows another department holds. */
  readonly table?: string
  /** The key field and its column; `publicId` where it is enciphered. */
  readonly key?: { readonly field: string; readonly column: string; readonly publicId?: true }
  readonly values: Readonly<Record<string, Value>>
  readonly edges: Readonly<Record<string, Edge>>
  /** The row that decides, for details of credit records; undefined where there is none or it is deleted. */
  readonly decidedBy?: (row: Raw, city: RawCity) => Raw | undefined
}

const age = computed((row, { today }) => {
  const born = day(row, 'birth_date')
  return born === null ? null : yearsOn(today, born)
})
const band = computed((row, { today }) => {
  const born = day(row, 'birth_date')
  return born === null ? null : ageBand(yearsOn(today, born))
})

/** K6: nothing is told of fewer than five vehicles. */
function ofFiveOrMore({ clear }: Value): Value {
  return { clear: (row, around) => ((number(row, 'volume') ?? 0) < 5 ? null : clear(row, around)) }
}

/** 户 of the memberships that have not ended, the lowest number first. */
function household(row: Raw, around: Surroundings): readonly Raw[] {
  const current = children('population', 'pop_household_member', 'pid', 'pid')(row, around).filter((member) => text(member, 'left_on') === null)
  const found = current.flatMap((member) => children('population', 'pop_household', 'household_no', 'household_no')(member, around))
  return found.sort((a, b) => Buffer.compare(Buffer.from(text(a, 'household_no') ?? ''), Buffer.from(text(b, 'household_no') ?? '')))
}

const population: readonly ReferenceType[] = [
  {
    domain: 'population', type: 'Person', table: 'pop_person', key: { field: 'id', column: 'pid', publicId: true },
    values: {
      idType: texts('id_type'), idNo: texts('id_no'), name: texts('full_name'), formerName: texts('former_name'), gender: texts('gender_code'), ethnicity: texts('ethnic_code'),
      birthDate: days('birth_date'), age, ageBand: band, hukouDivision: texts('hukou_division'), hukouAddress: texts('hukou_address', 'hukou_division'),
      residenceDivision: texts('residence_division'), residenceAddress: texts('residence_address', 'residence_division'), maritalStatus: texts('marital_code'),
      education: texts('education_code'), mobile: texts('mobile'), photo: texts('photo_ref'), vitalStatus: texts('vital_status'), deathDate: days('death_date'),
    },
    edges: {
      household: { kind: 'one', type: 'Household', rows: household },
      residenceRegistrations: many('population', 'ResidenceRegistration', 'pop_residence_reg', 'pid', 'pid'),
      socialInsurances: many('population', 'SocialInsurance', 'pop_social_insurance', 'pid', 'pid'),
      guardianships: many('population', 'Guardianship', 'pop_guardianship', 'ward_pid', 'pid'),
    },
  },
  {
    domain: 'population', type: 'Household', table: 'pop_household',
    values: { householdNo: texts('household_no'), householdType: texts('household_type'), division: texts('division'), address: texts('address', 'division'), memberCount: integers('member_count') },
    edges: { members: many('population', 'HouseholdMember', 'pop_household_member', 'household_no', 'household_no') },
  },
  {
    domain: 'population', type: 'HouseholdMember', table: 'pop_household_member',
    values: { relation: texts('relation_code'), joinedOn: days('joined_on'), leftOn: days('left_on') },
    edges: { person: one('population', 'Person', 'pop_person', 'pid', 'pid') },
  },
  {
    domain: 'population', type: 'ResidenceRegistration', table: 'pop_residence_reg',
    values: {
      permitNo: texts('permit_no'), division: texts('division'), address: texts('address', 'division'), reason: texts('reason_code'), firstRegisteredOn: days('first_registered_on'),
      continuousMonths: integers('continuous_months'), status: texts('status'), validTo: days('valid_to'),
    },
    edges: {},
  },
  {
    domain: 'population', type: 'SocialInsurance', table: 'pop_social_insurance',
    values: {
      scheme: texts('scheme_code'), status: texts('status_code'), firstPaidMonth: texts('first_paid_ym'), lastPaidMonth: texts('last_paid_ym'),
      cumulativeMonths: integers('cumulative_months'), baseAmount: decimals('base_amount'),
    },
    edges: { employer: enterprise('employer_uscc') },
  },
  {
    domain: 'population', type: 'Guardianship', table: 'pop_guardianship',
    values: { relation: texts('relation_code'), since: days('since'), until: days('until'), basis: texts('basis') },
    edges: { guardian: one('population', 'Person', 'pop_person', 'pid', 'guardian_pid') },
  },
  { domain: 'population', type: 'Driver', table: 'pop_person', key: { field: 'id', column: 'pid', publicId: true }, values: { licenseNo: texts('id_no') }, edges: {} },
]

const enterprises: readonly ReferenceType[] = [
  {
    domain: 'enterprises', type: 'Enterprise', table: 'ent_base', key: { field: 'uscc', column: 'uscc' },
    values: {
      regNo: texts('reg_no'), name: texts('ent_name'), type: texts('ent_type_code'), industry: texts('industry_code'), registeredCapital: decimals('reg_capital', true), currency: texts('currency_code'),
      establishedOn: days('established_on'), operatesFrom: days('op_from'), operatesTo: days('op_to'), domicile: texts('domicile', 'division'),
      domicileArea: computed((row, { city }) => city.divisions.get((text(row, 'division') ?? '').slice(0, 6))?.name ?? null),
      domicileGrid: computed((row) => maskCoordGrid(text(row, 'lat'), text(row, 'lng'))),
      division: texts('division'), businessScope: texts('business_scope'), registrationAuthority: texts('reg_authority'), status: texts('ent_status'), legalRepName: texts('legal_rep_name'),
      contactMobile: texts('contact_mobile'),
    },
    edges: {
      legalRepresentative: person('legal_rep_pid'),
      keyPersons: many('enterprises', 'KeyPerson', 'ent_key_person', 'uscc', 'uscc'),
      shareholders: many('enterprises', 'Shareholder', 'ent_shareholder', 'uscc', 'uscc'),
      changes: many('enterprises', 'EnterpriseChange', 'ent_change', 'uscc', 'uscc'),
      annualReports: many('enterprises', 'AnnualReport', 'ent_annual_report', 'uscc', 'uscc'),
    },
  },
  {
    domain: 'enterprises', type: 'KeyPerson', table: 'ent_key_person',
    values: { name: texts('person_name'), position: texts('position_code'), appointedOn: days('appointed_on') },
    edges: { person: person('pid'), enterprise: one('enterprises', 'Enterprise', 'ent_base', 'uscc', 'uscc') },
  },
  {
    domain: 'enterprises', type: 'Shareholder', table: 'ent_shareholder',
    values: {
      holderKind: texts('holder_kind'), holderName: texts('holder_name'), subscribedAmount: decimals('subscribed_amount', true), paidAmount: decimals('paid_amount', true),
      paidOn: days('paid_on'), ratio: decimals('ratio'),
    },
    edges: { holderEnterprise: one('enterprises', 'Enterprise', 'ent_base', 'uscc', 'holder_uscc'), holderPerson: person('holder_pid') },
  },
  {
    domain: 'enterprises', type: 'EnterpriseChange', table: 'ent_change',
    values: { item: texts('item_code'), changedOn: days('changed_on'), before: texts('before_text'), after: texts('after_text') },
    edges: {},
  },
  {
    domain: 'enterprises', type: 'AnnualReport', table: 'ent_annual_report',
    values: {
      year: texts('report_year'), disclosed: truths('disclosed'), postalAddress: texts('postal_address', 'division'), phone: texts('phone'), email: texts('email'),
      employeeCount: integers('employee_count'), totalAssets: decimals('total_assets'), totalRevenue: decimals('total_revenue'), netProfit: decimals('net_profit'), totalTax: decimals('total_tax'),
    },
    edges: {},
  },
  { domain: 'enterprises', type: 'Person', key: { field: 'id', column: 'pid', publicId: true }, values: {}, edges: { positions: many('enterprises', 'KeyPerson', 'ent_key_person', 'pid', 'pid') } },
]

/** The record of a detail row; there is none when it is deleted. */
const record = (row: Raw, city: RawCity): Raw | undefined => city.having('credit', 'crd_record', 'record_id', text(row, 'record_id')).find(isAlive)
const detail = (type: string, table: string, values: Readonly<Record<string, Value>>): ReferenceType => ({ domain: 'credit', type, table, values, edges: {}, decidedBy: record })
const detailEdge = (type: string, table: string): Edge => one('credit', type, table, 'record_id', 'record_id')

const credit: readonly ReferenceType[] = [
  {
    domain: 'credit', type: 'CreditRecord', table: 'crd_record', key: { field: 'id', column: 'record_id', publicId: true },
    values: {
      recordNo: texts('record_no'), kind: texts('kind'), status: texts('status'), title: texts('title'), decisionNo: texts('decision_no'), subjectKind: texts('subject_kind'),
      subjectName: texts('subject_name'), authorityName: texts('authority_name'), decidedOn: days('decided_on'), eventEndedOn: days('event_ended_on'), publishUntil: days('publish_until'),
      disputed: truths('disputed'),
    },
    edges: {
      authority: enterprise('authority_uscc'), enterprise: enterprise('subject_uscc'),
      penalty: detailEdge('AdministrativePenalty', 'crd_admin_penalty'), licensing: detailEdge('AdministrativeLicensing', 'crd_admin_licensing'),
      seriousListing: detailEdge('SeriousListing', 'crd_serious_list'), judgmentDebtor: detailEdge('JudgmentDebtor', 'crd_judgment_debtor'),
      objections: many('credit', 'CreditObjection', 'crd_objection', 'record_id', 'record_id'),
    },
  },
  detail('AdministrativePenalty', 'crd_admin_penalty', {
    violationType: texts('violation_type'), facts: texts('facts'), legalBasis: texts('legal_basis'), penaltyKinds: texts('penalty_kinds'), fineAmount: decimals('fine_amount'),
  }),
  detail('AdministrativeLicensing', 'crd_admin_licensing', { matterName: texts('matter_name'), validFrom: days('valid_from'), validTo: days('valid_to') }),
  detail('SeriousListing', 'crd_serious_list', { listCode: texts('list_code'), listedOn: days('listed_on'), reason: texts('reason') }),
  detail('JudgmentDebtor', 'crd_judgment_debtor', {
    courtName: texts('court_name'), caseNo: texts('case_no'), name: texts('debtor_name'), gender: texts('gender_code'), obligation: texts('obligation'),
    performance: texts('performance_code'), publishedOn: days('published_on'),
  }),
  {
    domain: 'credit', type: 'CreditObjection', table: 'crd_objection',
    values: { content: texts('content'), receivedOn: days('received_on'), decidedOn: days('decided_on'), result: texts('result_code') }, edges: {},
  },
  {
    domain: 'credit', type: 'CreditCommitment', table: 'crd_commitment',
    values: { type: texts('type_code'), matterCode: texts('matter_code'), signedOn: days('signed_on'), validTo: days('valid_to'), fulfilment: texts('fulfilment_code'), breachOn: days('breach_on') }, edges: {},
  },
  {
    domain: 'credit', type: 'CreditRating', table: 'crd_rating',
    values: { grade: texts('grade'), score: decimals('score'), modelVersion: texts('model_version'), ratedOn: days('rated_on') }, edges: {},
  },
  {
    domain: 'credit', type: 'Enterprise', key: { field: 'uscc', column: 'uscc' }, values: {},
    edges: {
      creditRecords: many('credit', 'CreditRecord', 'crd_record', 'subject_uscc', 'uscc'),
      creditRating: one('credit', 'CreditRating', 'crd_rating', 'subject_uscc', 'uscc'),
      commitments: many('credit', 'CreditCommitment', 'crd_commitment', 'subject_uscc', 'uscc'),
    },
  },
  { domain: 'credit', type: 'Person', key: { field: 'id', column: 'pid', publicId: true }, values: {}, edges: { creditRecords: many('credit', 'CreditRecord', 'crd_record', 'subject_pid', 'pid') } },
]

const licenses: readonly ReferenceType[] = [
  {
    domain: 'licenses', type: 'LicenseType', table: 'lic_catalog', key: { field: 'typeCode', column: 'type_code' },
    values: { name: texts('type_name'), holderKind: texts('holder_kind'), validityRule: texts('validity_rule'), trustLevel: texts('trust_level') }, edges: { issuer: enterprise('issuer_uscc') },
  },
  {
    domain: 'licenses', type: 'License', table: 'lic_instance', key: { field: 'id', column: 'cert_uid', publicId: true },
    values: {
      identifier: texts('cert_identifier'), typeCode: texts('type_code'), certNo: texts('cert_no'), holderKind: texts('holder_kind'), holderName: texts('holder_name'), issuerName: texts('issuer_name'),
      issuedOn: days('issued_on'), validFrom: days('valid_from'), validTo: days('valid_to'), status: texts('status_code'), version: integers('version'), contentHash: texts('content_hash'), file: texts('ofd_ref'),
    },
    edges: {
      type: one('licenses', 'LicenseType', 'lic_catalog', 'type_code', 'type_code'), holder: person('holder_pid'), holderEnterprise: enterprise('holder_uscc'),
      items: many('licenses', 'LicenseItem', 'lic_instance_item', 'cert_uid', 'cert_uid'), useLogs: many('licenses', 'LicenseUse', 'lic_use_log', 'cert_uid', 'cert_uid'),
    },
  },
  { domain: 'licenses', type: 'LicenseItem', table: 'lic_instance_item', values: { key: texts('item_key'), label: texts('item_label'), value: { ...texts('item_value'), kind: 'mask_kind' } }, edges: {} },
  { domain: 'licenses', type: 'LicenseUse', table: 'lic_use_log', values: { department: texts('dept'), matterCode: texts('matter_code'), usedAt: instants('used_at'), result: texts('result') }, edges: {} },
  { domain: 'licenses', type: 'Enterprise', key: { field: 'uscc', column: 'uscc' }, values: {}, edges: { licenses: many('licenses', 'License', 'lic_instance', 'holder_uscc', 'uscc') } },
  { domain: 'licenses', type: 'Person', key: { field: 'id', column: 'pid', publicId: true }, values: {}, edges: { licenses: many('licenses', 'License', 'lic_instance', 'holder_pid', 'pid') } },
]

const through = (by: string, table: string, column: string) => (row: Raw, around: Surroundings): readonly Raw[] =>
  children('transport', 'trf_line_station', by, by)(row, around).flatMap((link) => children('transport', table, column, column)(link, around))

const transport: readonly ReferenceType[] = [
  {
    domain: 'transport', type: 'MetroLine', table: 'trf_metro_line', key: { field: 'lineNo', column: 'line_no' }, values: { name: texts('line_name') },
    edges: { operator: enterprise('operator_uscc'), stations: { kind: 'many', type: 'MetroStation', rows: through('line_no', 'trf_metro_station', 'station_code') } },
  },
  {
    domain: 'transport', type: 'MetroStation', table: 'trf_metro_station', key: { field: 'code', column: 'station_code' }, values: { name: texts('station_name'), location: places },
    edges: { lines: { kind: 'many', type: 'MetroLine', rows: through('station_code', 'trf_metro_line', 'line_no') } },
  },
  {
    domain: 'transport', type: 'RoadSection', table: 'trf_road_section', key: { field: 'sectionId', column: 'section_id' },
    values: { name: texts('section_name'), division: texts('division'), deviceLocation: places }, edges: {},
  },
  {
    domain: 'transport', type: 'TrafficFlow', table: 'trf_flow_5min',
    values: { at: instants('ts'), congestionIndex: ofFiveOrMore(decimals('congestion_index')), averageSpeed: ofFiveOrMore(decimals('avg_speed')), volume: ofFiveOrMore(integers('volume')) },
    edges: { section: one('transport', 'RoadSection', 'trf_road_section', 'section_id', 'section_id') },
  },
  {
    domain: 'transport', type: 'Vehicle', table: 'trf_vehicle', key: { field: 'id', column: 'vehicle_uid', publicId: true },
    values: {
      plateNo: texts('plate_no'), plateType: texts('plate_type'), vin: texts('vin'), engineNo: texts('engine_no'), vehicleType: texts('vehicle_type'), brandModel: texts('brand_model'), useNature: texts('use_nature'),
      ownerKind: texts('owner_kind'), ownerName: texts('owner_name'), registeredOn: days('registered_on'), inspectionValidTo: days('inspection_valid_to'), insuranceValidTo: days('insurance_valid_to'), status: texts('status_code'),
    },
    edges: { owner: person('owner_pid'), ownerEnterprise: enterprise('owner_uscc'), violations: many('transport', 'TrafficViolation', 'trf_violation', 'vehicle_uid', 'vehicle_uid') },
  },
  {
    domain: 'transport', type: 'Driver', table: 'trf_driver', key: { field: 'id', column: 'pid', publicId: true },
    values: {
      fileNo: texts('file_no'), classes: texts('classes'), firstIssuedOn: days('first_issued_on'), validTo: days('valid_to'), points: integers('points'), cycleStart: days('cycle_start'),
      fullPointsCycles: integers('full_points_cycles'), status: texts('status_code'), medicalNote: texts('medical_note'),
      violationCount: computed((row, { city }) => city.having('transport', 'trf_violation', 'driver_pid', text(row, 'pid')).filter(isAlive).length),
    },
    edges: {
      violations: many('transport', 'TrafficViolation', 'trf_violation', 'driver_pid', 'pid'),
      qualifications: many('transport', 'DriverQualification', 'trf_driver_qualification', 'pid', 'pid'),
    },
  },
  {
    domain: 'transport', type: 'DriverQualification', table: 'trf_driver_qualification',
    values: {
      category: texts('category'), issuedOn: days('issued_on'), validTo: days('valid_to'), integrityGrade: texts('integrity_grade'), backgroundPassed: truths('background_passed'), backgroundDetail: texts('background_detail'),
    },
    edges: { employer: enterprise('employer_uscc') },
  },
  {
    domain: 'transport', type: 'TrafficViolation', table: 'trf_violation',
    values: {
      occurredAt: instants('occurred_at'), place: texts('place_text', 'division'), location: places, code: texts('code'), plateNo: texts('plate_no'), fine: decimals('fine'), points: integers('points'),
      handled: truths('handled'), paid: truths('paid'),
    },
    edges: {},
  },
  { domain: 'transport', type: 'Enterprise', key: { field: 'uscc', column: 'uscc' }, values: {}, edges: { vehicles: many('transport', 'Vehicle', 'trf_vehicle', 'owner_uscc', 'uscc') } },
  {
    domain: 'transport', type: 'Person', key: { field: 'id', column: 'pid', publicId: true }, values: {},
    edges: { driver: one('transport', 'Driver', 'trf_driver', 'pid', 'pid'), vehicles: many('transport', 'Vehicle', 'trf_vehicle', 'owner_pid', 'pid') },
  },
]

export const referenceGraph: readonly ReferenceType[] = [...population, ...enterprises, ...credit, ...licenses, ...transport]

/** Throws RangeError for a type that the department does not have. */
export function referenceType(domain: Domain, type: string): ReferenceType {
  const found = referenceGraph.find((one) => one.domain === domain && one.type === type)
  if (found === undefined) throw new RangeError(`${domain} has no ${type}`)
  return found
}
