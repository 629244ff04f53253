// Made by `npm run codegen` from open-queries/; not edited by hand.

import type {
  CreditCheckQuery,
  CreditRecordsQuery,
  CreditRegisterQuery,
  CreditSummaryQuery,
  DistrictEnterprisesQuery,
  DriverAdmissionQuery,
  Enterprise360BankQuery,
  Enterprise360DistrictQuery,
  EnterpriseCommitmentsQuery,
  EnterpriseCreditRecordsQuery,
  EnterpriseLicensesQuery,
  EnterpriseProfileQuery,
  EnterpriseQuery,
  EnterpriseRatingQuery,
  EnterpriseVehiclesQuery,
  EnterprisesByDivisionQuery,
  EnterprisesByNameQuery,
  EnterprisesNearMetroQuery,
  IdentityCheckQuery,
  LicenseCheckQuery,
  LicenseTypesQuery,
  LicensesByTypeQuery,
  MetroLinesQuery,
  MetroStationQuery,
  MetroStationsNearbyQuery,
  MetroStationsQuery,
  PenaltiesQuery,
  PersonLookupQuery,
  ResidentsOfADivisionQuery,
  RoadSectionsQuery,
  SchoolEnrolmentQuery,
  ShareholdersQuery,
  StartBusinessQuery,
  TrafficFlowQuery,
  TrafficVolumeQuery,
} from './operations.ts'

/** By id: what is given, and what one row holds. */
export type OpenQueries = {
  /** Credit check before a permit */
  readonly 'credit-check': { readonly parameters: { readonly uscc: string; readonly enterprise: string; readonly matter: string }; readonly row: CreditCheckQuery; readonly many: false }
  /** Published credit records */
  readonly 'credit-records': { readonly parameters: { readonly kinds: readonly ('ADMIN_LICENSING' | 'ADMIN_PENALTY' | 'SERIOUS_LIST' | 'JUDGMENT_DEBTOR')[]; readonly limit?: number; readonly cursor?: string }; readonly row: NonNullable<NonNullable<CreditRecordsQuery['creditRecords']>['nodes']>[number]; readonly many: true }
  /** Credit register */
  readonly 'credit-register': { readonly parameters: { readonly kind: 'ADMIN_LICENSING' | 'ADMIN_PENALTY' | 'SERIOUS_LIST' | 'JUDGMENT_DEBTOR'; readonly limit?: number; readonly cursor?: string }; readonly row: NonNullable<NonNullable<CreditRegisterQuery['creditRecords']>['nodes']>[number]; readonly many: true }
  /** Credit summary of an enterprise */
  readonly 'credit-summary': { readonly parameters: { readonly uscc: string }; readonly row: NonNullable<CreditSummaryQuery['enterprise']>; readonly many: false }
  /** Enterprises of a district */
  readonly 'district-enterprises': { readonly parameters: { readonly division: string; readonly limit?: number; readonly cursor?: string }; readonly row: NonNullable<NonNullable<DistrictEnterprisesQuery['enterprises']>['nodes']>[number]; readonly many: true }
  /** Admission of drivers */
  readonly 'driver-admission': { readonly parameters: { readonly idNo: string; readonly person?: string; readonly category?: string; readonly check?: boolean }; readonly row: DriverAdmissionQuery; readonly many: false }
  /** Enterprise 360 for a bank */
  readonly 'enterprise-360-bank': { readonly parameters: { readonly uscc: string }; readonly row: NonNullable<Enterprise360BankQuery['enterprise']>; readonly many: false }
  /** Enterprise 360 for a district */
  readonly 'enterprise-360-district': { readonly parameters: { readonly uscc: string }; readonly row: NonNullable<Enterprise360DistrictQuery['enterprise']>; readonly many: false }
  /** Commitments of an enterprise */
  readonly 'enterprise-commitments': { readonly parameters: { readonly uscc: string }; readonly row: NonNullable<EnterpriseCommitmentsQuery['enterprise']>; readonly many: false }
  /** Credit records of an enterprise */
  readonly 'enterprise-credit-records': { readonly parameters: { readonly uscc: string }; readonly row: NonNullable<EnterpriseCreditRecordsQuery['enterprise']>; readonly many: false }
  /** Licences of an enterprise */
  readonly 'enterprise-licenses': { readonly parameters: { readonly uscc: string }; readonly row: NonNullable<EnterpriseLicensesQuery['enterprise']>; readonly many: false }
  /** Enterprise 360 for the public */
  readonly 'enterprise-profile': { readonly parameters: { readonly uscc: string }; readonly row: NonNullable<EnterpriseProfileQuery['enterprise']>; readonly many: false }
  /** Public credit grade of an enterprise */
  readonly 'enterprise-rating': { readonly parameters: { readonly uscc: string }; readonly row: NonNullable<EnterpriseRatingQuery['enterprise']>; readonly many: false }
  /** Vehicles of an enterprise */
  readonly 'enterprise-vehicles': { readonly parameters: { readonly uscc: string }; readonly row: NonNullable<EnterpriseVehiclesQuery['enterprise']>; readonly many: false }
  /** Registration of a market entity */
  readonly 'enterprise': { readonly parameters: { readonly uscc: string }; readonly row: NonNullable<EnterpriseQuery['enterprise']>; readonly many: false }
  /** Market entities of a division */
  readonly 'enterprises-by-division': { readonly parameters: { readonly division: string; readonly industry?: string; readonly status?: readonly (string)[]; readonly limit?: number; readonly cursor?: string }; readonly row: NonNullable<NonNullable<EnterprisesByDivisionQuery['enterprises']>['nodes']>[number]; readonly many: true }
  /** Market entities by name */
  readonly 'enterprises-by-name': { readonly parameters: { readonly name: string; readonly limit?: number; readonly cursor?: string }; readonly row: NonNullable<NonNullable<EnterprisesByNameQuery['enterprises']>['nodes']>[number]; readonly many: true }
  /** Market entities and the metro */
  readonly 'enterprises-near-metro': { readonly parameters: { readonly division: string; readonly limit?: number; readonly cursor?: string }; readonly row: NonNullable<NonNullable<EnterprisesNearMetroQuery['enterprises']>['nodes']>[number]; readonly many: true }
  /** Identity check */
  readonly 'identity-check': { readonly parameters: { readonly name: string; readonly idNo: string }; readonly row: IdentityCheckQuery; readonly many: false }
  /** Licence check */
  readonly 'license-check': { readonly parameters: { readonly certNo: string; readonly typeCode: string }; readonly row: NonNullable<LicenseCheckQuery['verifyLicense']>; readonly many: false }
  /** Types of electronic licences */
  readonly 'license-types': { readonly parameters: { readonly limit?: number; readonly cursor?: string }; readonly row: NonNullable<NonNullable<LicenseTypesQuery['licenseTypes']>['nodes']>[number]; readonly many: true }
  /** Licences of one type */
  readonly 'licenses-by-type': { readonly parameters: { readonly typeCode: string; readonly limit?: number; readonly cursor?: string }; readonly row: NonNullable<NonNullable<LicensesByTypeQuery['licenses']>['nodes']>[number]; readonly many: true }
  /** Metro lines */
  readonly 'metro-lines': { readonly parameters: { readonly limit?: number; readonly cursor?: string }; readonly row: NonNullable<NonNullable<MetroLinesQuery['metroLines']>['nodes']>[number]; readonly many: true }
  /** Metro stations by name */
  readonly 'metro-station': { readonly parameters: { readonly name: string; readonly limit?: number; readonly cursor?: string }; readonly row: NonNullable<NonNullable<MetroStationQuery['metroStations']>['nodes']>[number]; readonly many: true }
  /** Metro stations nearby */
  readonly 'metro-stations-nearby': { readonly parameters: { readonly lat: number; readonly lng: number; readonly radiusM?: number; readonly limit?: number; readonly cursor?: string }; readonly row: NonNullable<NonNullable<MetroStationsNearbyQuery['metroStations']>['nodes']>[number]; readonly many: true }
  /** Metro stations */
  readonly 'metro-stations': { readonly parameters: { readonly limit?: number; readonly cursor?: string }; readonly row: NonNullable<NonNullable<MetroStationsQuery['metroStations']>['nodes']>[number]; readonly many: true }
  /** Published administrative penalties */
  readonly 'penalties': { readonly parameters: { readonly from: string; readonly to: string; readonly limit?: number; readonly cursor?: string }; readonly row: NonNullable<NonNullable<PenaltiesQuery['creditRecords']>['nodes']>[number]; readonly many: true }
  /** The id of a person */
  readonly 'person-lookup': { readonly parameters: { readonly idNo: string }; readonly row: NonNullable<PersonLookupQuery['resolvePerson']>; readonly many: false }
  /** Residents of a division */
  readonly 'residents-of-a-division': { readonly parameters: { readonly division: string; readonly limit?: number; readonly cursor?: string }; readonly row: NonNullable<NonNullable<ResidentsOfADivisionQuery['people']>['nodes']>[number]; readonly many: true }
  /** Road sections */
  readonly 'road-sections': { readonly parameters: { readonly division?: string; readonly limit?: number; readonly cursor?: string }; readonly row: NonNullable<NonNullable<RoadSectionsQuery['roadSections']>['nodes']>[number]; readonly many: true }
  /** Checks before school enrolment */
  readonly 'school-enrolment': { readonly parameters: { readonly idNo: string; readonly child?: string; readonly guardian?: string; readonly division?: string; readonly months?: number; readonly bornFrom?: string; readonly bornTo?: string; readonly verify?: boolean }; readonly row: SchoolEnrolmentQuery; readonly many: false }
  /** Shareholders of an enterprise */
  readonly 'shareholders': { readonly parameters: { readonly uscc: string }; readonly row: NonNullable<ShareholdersQuery['enterprise']>; readonly many: false }
  /** Checks before a business starts */
  readonly 'start-business': { readonly parameters: { readonly name: string; readonly idNo: string; readonly uscc: string; readonly identityCard?: string; readonly person?: string; readonly eligibility?: boolean }; readonly row: StartBusinessQuery; readonly many: false }
  /** Traffic of a road section */
  readonly 'traffic-flow': { readonly parameters: { readonly section: string; readonly from: string; readonly to: string; readonly limit?: number; readonly cursor?: string }; readonly row: NonNullable<NonNullable<TrafficFlowQuery['trafficFlow']>['nodes']>[number]; readonly many: true }
  /** Traffic volume of a road section */
  readonly 'traffic-volume': { readonly parameters: { readonly section: string; readonly from: string; readonly to: string; readonly limit?: number; readonly cursor?: string }; readonly row: NonNullable<NonNullable<TrafficVolumeQuery['trafficFlow']>['nodes']>[number]; readonly many: true }
}

export const methods = {
  'credit-check': 'POST',
  'credit-records': 'GET',
  'credit-register': 'GET',
  'credit-summary': 'GET',
  'district-enterprises': 'GET',
  'driver-admission': 'POST',
  'enterprise-360-bank': 'GET',
  'enterprise-360-district': 'GET',
  'enterprise-commitments': 'GET',
  'enterprise-credit-records': 'GET',
  'enterprise-licenses': 'GET',
  'enterprise-profile': 'GET',
  'enterprise-rating': 'GET',
  'enterprise-vehicles': 'GET',
  'enterprise': 'GET',
  'enterprises-by-division': 'GET',
  'enterprises-by-name': 'GET',
  'enterprises-near-metro': 'GET',
  'identity-check': 'POST',
  'license-check': 'POST',
  'license-types': 'GET',
  'licenses-by-type': 'GET',
  'metro-lines': 'GET',
  'metro-station': 'GET',
  'metro-stations-nearby': 'GET',
  'metro-stations': 'GET',
  'penalties': 'GET',
  'person-lookup': 'POST',
  'residents-of-a-division': 'GET',
  'road-sections': 'GET',
  'school-enrolment': 'POST',
  'shareholders': 'GET',
  'start-business': 'POST',
  'traffic-flow': 'GET',
  'traffic-volume': 'GET',
} as const satisfies Readonly<Record<keyof OpenQueries, string>>
