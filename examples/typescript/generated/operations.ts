// Made by `npm run codegen` from open-queries/; not edited by hand.

/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
export type CreditRecordKind =
  | 'ADMIN_LICENSING'
  | 'ADMIN_PENALTY'
  | 'SERIOUS_LIST'
  | 'JUDGMENT_DEBTOR';

export type DriverCheckOutcome =
  | 'PASS'
  | 'FAIL';

export type Eligibility =
  | 'ELIGIBLE'
  | 'NOT_ELIGIBLE';

/** Answer of a verification (核验结果). */
export type MatchResult =
  | 'MATCH'
  | 'MISMATCH'
  | 'NOT_FOUND';

export type CreditCheckQueryVariables = Exact<{
  uscc: string;
  enterprise: string;
  matter: string;
}>;


export type CreditCheckQuery = { readonly creditCheck: { readonly blocked: boolean | null, readonly commitmentAllowed: boolean | null, readonly recordCount: number | null, readonly reasons: ReadonlyArray<string> | null } | null, readonly enterprise: { readonly name: string | null, readonly legalRepName: string | null, readonly creditRating: { readonly grade: string | null, readonly ratedOn: string | null } | null, readonly creditSummary: { readonly recordCount: number | null, readonly penaltyCount: number | null, readonly latestDecidedOn: string | null } | null, readonly creditRecords: { readonly nodes: ReadonlyArray<{ readonly decisionNo: string | null, readonly decidedOn: string | null, readonly eventEndedOn: string | null, readonly penalty: { readonly violationType: string | null, readonly facts: string | null } | null }> } | null } | null };

export type CreditRecordsQueryVariables = Exact<{
  kinds: ReadonlyArray<CreditRecordKind> | CreditRecordKind;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type CreditRecordsQuery = { readonly creditRecords: { readonly nodes: ReadonlyArray<{ readonly recordNo: string | null, readonly kind: CreditRecordKind | null, readonly decisionNo: string | null, readonly decidedOn: string | null, readonly subjectName: string | null, readonly authorityName: string | null, readonly publishUntil: string | null, readonly disputed: boolean | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } | null };

export type CreditRegisterQueryVariables = Exact<{
  kind: CreditRecordKind;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type CreditRegisterQuery = { readonly creditRecords: { readonly nodes: ReadonlyArray<{ readonly recordNo: string | null, readonly status: string | null, readonly decisionNo: string | null, readonly decidedOn: string | null, readonly eventEndedOn: string | null, readonly subjectKind: string | null, readonly subjectName: string | null, readonly disputed: boolean | null, readonly penalty: { readonly violationType: string | null, readonly facts: string | null, readonly fineAmount: string | null } | null, readonly enterprise: { readonly uscc: string, readonly name: string | null } | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } | null };

export type CreditSummaryQueryVariables = Exact<{
  uscc: string;
}>;


export type CreditSummaryQuery = { readonly enterprise: { readonly uscc: string, readonly name: string | null, readonly creditSummary: { readonly recordCount: number | null, readonly penaltyCount: number | null, readonly latestDecidedOn: string | null } | null } | null };

export type DistrictEnterprisesQueryVariables = Exact<{
  division: string;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type DistrictEnterprisesQuery = { readonly enterprises: { readonly nodes: ReadonlyArray<{ readonly uscc: string, readonly name: string | null, readonly industry: string | null, readonly domicile: string | null, readonly legalRepName: string | null, readonly creditRating: { readonly grade: string | null, readonly score: string | null } | null, readonly creditSummary: { readonly recordCount: number | null, readonly penaltyCount: number | null } | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } | null };

export type DriverAdmissionQueryVariables = Exact<{
  idNo: string;
  person?: string;
  category?: string;
  check?: boolean;
}>;


export type DriverAdmissionQuery = { readonly checkDriver?: { readonly result: DriverCheckOutcome | null, readonly reasons: ReadonlyArray<string> | null } | null, readonly resolvePerson: { readonly id: string, readonly name: string | null, readonly driver: { readonly classes: string | null, readonly firstIssuedOn: string | null, readonly validTo: string | null, readonly points: number | null, readonly violationCount: number | null, readonly licenseNo: string | null, readonly qualifications: { readonly nodes: ReadonlyArray<{ readonly category: string | null, readonly validTo: string | null, readonly backgroundPassed: boolean | null }> } | null } | null } | null };

export type Enterprise360BankQueryVariables = Exact<{
  uscc: string;
}>;


export type Enterprise360BankQuery = { readonly enterprise: { readonly uscc: string, readonly name: string | null, readonly registeredCapital: string | null, readonly status: string | null, readonly domicile: string | null, readonly domicileArea: string | null, readonly shareholders: { readonly nodes: ReadonlyArray<{ readonly holderName: string | null, readonly ratio: string | null }> } | null, readonly annualReports: { readonly nodes: ReadonlyArray<{ readonly year: string | null, readonly disclosed: boolean | null, readonly totalRevenue: string | null, readonly totalAssets: string | null, readonly netProfit: string | null, readonly totalTax: string | null }> } | null, readonly creditRecords: { readonly nodes: ReadonlyArray<{ readonly decisionNo: string | null, readonly kind: CreditRecordKind | null, readonly penalty: { readonly violationType: string | null } | null }> } | null, readonly creditRating: { readonly grade: string | null, readonly modelVersion: string | null, readonly ratedOn: string | null } | null } | null };

export type Enterprise360DistrictQueryVariables = Exact<{
  uscc: string;
}>;


export type Enterprise360DistrictQuery = { readonly enterprise: { readonly uscc: string, readonly name: string | null, readonly registeredCapital: string | null, readonly status: string | null, readonly domicile: string | null, readonly domicileArea: string | null, readonly legalRepName: string | null, readonly shareholders: { readonly nodes: ReadonlyArray<{ readonly holderName: string | null, readonly ratio: string | null }> } | null, readonly annualReports: { readonly nodes: ReadonlyArray<{ readonly year: string | null, readonly disclosed: boolean | null, readonly totalRevenue: string | null, readonly employeeCount: number | null, readonly totalAssets: string | null }> } | null, readonly creditRecords: { readonly nodes: ReadonlyArray<{ readonly decisionNo: string | null, readonly kind: CreditRecordKind | null, readonly penalty: { readonly violationType: string | null } | null }> } | null, readonly creditRating: { readonly grade: string | null, readonly score: string | null, readonly ratedOn: string | null } | null, readonly changes: { readonly nodes: ReadonlyArray<{ readonly item: string | null, readonly changedOn: string | null, readonly before: string | null, readonly after: string | null }> } | null, readonly nearestMetroStation: { readonly name: string | null } | null } | null };

export type EnterpriseCommitmentsQueryVariables = Exact<{
  uscc: string;
}>;


export type EnterpriseCommitmentsQuery = { readonly enterprise: { readonly uscc: string, readonly name: string | null, readonly commitments: { readonly nodes: ReadonlyArray<{ readonly type: string | null, readonly matterCode: string | null, readonly signedOn: string | null, readonly validTo: string | null, readonly fulfilment: string | null, readonly breachOn: string | null }> } | null } | null };

export type EnterpriseCreditRecordsQueryVariables = Exact<{
  uscc: string;
}>;


export type EnterpriseCreditRecordsQuery = { readonly enterprise: { readonly uscc: string, readonly name: string | null, readonly creditRecords: { readonly nodes: ReadonlyArray<{ readonly recordNo: string | null, readonly kind: CreditRecordKind | null, readonly decisionNo: string | null, readonly decidedOn: string | null, readonly authorityName: string | null, readonly publishUntil: string | null, readonly disputed: boolean | null, readonly penalty: { readonly violationType: string | null, readonly legalBasis: string | null, readonly penaltyKinds: string | null, readonly fineAmount: string | null } | null, readonly licensing: { readonly matterName: string | null, readonly validFrom: string | null, readonly validTo: string | null } | null, readonly seriousListing: { readonly listCode: string | null, readonly listedOn: string | null } | null }> } | null } | null };

export type EnterpriseLicensesQueryVariables = Exact<{
  uscc: string;
}>;


export type EnterpriseLicensesQuery = { readonly enterprise: { readonly uscc: string, readonly name: string | null, readonly licenses: { readonly nodes: ReadonlyArray<{ readonly status: string | null, readonly issuerName: string | null, readonly issuedOn: string | null, readonly validFrom: string | null, readonly validTo: string | null, readonly type: { readonly typeCode: string, readonly name: string | null } | null }> } | null } | null };

export type EnterpriseProfileQueryVariables = Exact<{
  uscc: string;
}>;


export type EnterpriseProfileQuery = { readonly enterprise: { readonly uscc: string, readonly name: string | null, readonly status: string | null, readonly registeredCapital: string | null, readonly domicileArea: string | null, readonly domicileGrid: { readonly lat: number; readonly lng: number } | null, readonly shareholders: { readonly nodes: ReadonlyArray<{ readonly holderKind: string | null, readonly holderName: string | null, readonly subscribedAmount: string | null, readonly holderEnterprise: { readonly uscc: string, readonly name: string | null } | null }> } | null, readonly creditSummary: { readonly recordCount: number | null, readonly penaltyCount: number | null, readonly latestDecidedOn: string | null } | null, readonly creditRecords: { readonly nodes: ReadonlyArray<{ readonly decisionNo: string | null, readonly kind: CreditRecordKind | null, readonly decidedOn: string | null, readonly penalty: { readonly violationType: string | null } | null }> } | null, readonly nearestMetroStation: { readonly code: string, readonly name: string | null, readonly lines: { readonly nodes: ReadonlyArray<{ readonly lineNo: string, readonly name: string | null }> } | null } | null } | null };

export type EnterpriseRatingQueryVariables = Exact<{
  uscc: string;
}>;


export type EnterpriseRatingQuery = { readonly enterprise: { readonly uscc: string, readonly name: string | null, readonly creditRating: { readonly grade: string | null, readonly modelVersion: string | null, readonly ratedOn: string | null } | null, readonly creditSummary: { readonly recordCount: number | null, readonly penaltyCount: number | null } | null } | null };

export type EnterpriseVehiclesQueryVariables = Exact<{
  uscc: string;
}>;


export type EnterpriseVehiclesQuery = { readonly enterprise: { readonly uscc: string, readonly name: string | null, readonly vehicles: { readonly nodes: ReadonlyArray<{ readonly plateNo: string | null, readonly plateType: string | null, readonly vehicleType: string | null, readonly useNature: string | null, readonly registeredOn: string | null, readonly inspectionValidTo: string | null, readonly insuranceValidTo: string | null, readonly status: string | null }> } | null } | null };

export type EnterpriseQueryVariables = Exact<{
  uscc: string;
}>;


export type EnterpriseQuery = { readonly enterprise: { readonly uscc: string, readonly name: string | null, readonly type: string | null, readonly industry: string | null, readonly registeredCapital: string | null, readonly currency: string | null, readonly establishedOn: string | null, readonly operatesFrom: string | null, readonly operatesTo: string | null, readonly domicileArea: string | null, readonly domicileGrid: { readonly lat: number; readonly lng: number } | null, readonly division: string | null, readonly businessScope: string | null, readonly registrationAuthority: string | null, readonly status: string | null, readonly legalRepName: string | null } | null };

export type EnterprisesByDivisionQueryVariables = Exact<{
  division: string;
  industry?: string | null | undefined;
  status?: ReadonlyArray<string> | string | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type EnterprisesByDivisionQuery = { readonly enterprises: { readonly nodes: ReadonlyArray<{ readonly uscc: string, readonly name: string | null, readonly industry: string | null, readonly registeredCapital: string | null, readonly establishedOn: string | null, readonly domicileArea: string | null, readonly domicileGrid: { readonly lat: number; readonly lng: number } | null, readonly status: string | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } | null };

export type EnterprisesByNameQueryVariables = Exact<{
  name: string;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type EnterprisesByNameQuery = { readonly enterprises: { readonly nodes: ReadonlyArray<{ readonly uscc: string, readonly name: string | null, readonly industry: string | null, readonly division: string | null, readonly status: string | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } | null };

export type EnterprisesNearMetroQueryVariables = Exact<{
  division: string;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type EnterprisesNearMetroQuery = { readonly enterprises: { readonly nodes: ReadonlyArray<{ readonly uscc: string, readonly name: string | null, readonly domicileGrid: { readonly lat: number; readonly lng: number } | null, readonly nearestMetroStation: { readonly code: string, readonly name: string | null } | null, readonly creditSummary: { readonly recordCount: number | null, readonly penaltyCount: number | null } | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } | null };

export type IdentityCheckQueryVariables = Exact<{
  name: string;
  idNo: string;
}>;


export type IdentityCheckQuery = { readonly verifyIdentity: MatchResult | null };

export type LicenseCheckQueryVariables = Exact<{
  certNo: string;
  typeCode: string;
}>;


export type LicenseCheckQuery = { readonly verifyLicense: { readonly status: string | null, readonly validTo: string | null } | null };

export type LicenseTypesQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type LicenseTypesQuery = { readonly licenseTypes: { readonly nodes: ReadonlyArray<{ readonly typeCode: string, readonly name: string | null, readonly holderKind: string | null, readonly validityRule: string | null, readonly trustLevel: string | null, readonly issuer: { readonly uscc: string, readonly name: string | null } | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } | null };

export type LicensesByTypeQueryVariables = Exact<{
  typeCode: string;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type LicensesByTypeQuery = { readonly licenses: { readonly nodes: ReadonlyArray<{ readonly status: string | null, readonly issuerName: string | null, readonly issuedOn: string | null, readonly validFrom: string | null, readonly validTo: string | null, readonly type: { readonly name: string | null } | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } | null };

export type MetroLinesQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type MetroLinesQuery = { readonly metroLines: { readonly nodes: ReadonlyArray<{ readonly lineNo: string, readonly name: string | null, readonly operator: { readonly uscc: string, readonly name: string | null } | null, readonly stations: { readonly nodes: ReadonlyArray<{ readonly code: string, readonly name: string | null }> } | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } | null };

export type MetroStationQueryVariables = Exact<{
  name: string;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type MetroStationQuery = { readonly metroStations: { readonly nodes: ReadonlyArray<{ readonly code: string, readonly name: string | null, readonly location: { readonly lat: number; readonly lng: number } | null, readonly lines: { readonly nodes: ReadonlyArray<{ readonly lineNo: string, readonly name: string | null }> } | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } | null };

export type MetroStationsNearbyQueryVariables = Exact<{
  lat: number;
  lng: number;
  radiusM?: number | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type MetroStationsNearbyQuery = { readonly metroStations: { readonly nodes: ReadonlyArray<{ readonly code: string, readonly name: string | null, readonly location: { readonly lat: number; readonly lng: number } | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } | null };

export type MetroStationsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type MetroStationsQuery = { readonly metroStations: { readonly nodes: ReadonlyArray<{ readonly code: string, readonly name: string | null, readonly location: { readonly lat: number; readonly lng: number } | null, readonly lines: { readonly nodes: ReadonlyArray<{ readonly lineNo: string, readonly name: string | null }> } | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } | null };

export type PenaltiesQueryVariables = Exact<{
  from: string;
  to: string;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type PenaltiesQuery = { readonly creditRecords: { readonly nodes: ReadonlyArray<{ readonly recordNo: string | null, readonly decisionNo: string | null, readonly decidedOn: string | null, readonly subjectName: string | null, readonly authorityName: string | null, readonly disputed: boolean | null, readonly enterprise: { readonly uscc: string, readonly name: string | null } | null, readonly penalty: { readonly violationType: string | null, readonly penaltyKinds: string | null, readonly fineAmount: string | null, readonly legalBasis: string | null } | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } | null };

export type PersonLookupQueryVariables = Exact<{
  idNo: string;
}>;


export type PersonLookupQuery = { readonly resolvePerson: { readonly id: string, readonly name: string | null, readonly gender: string | null, readonly birthDate: string | null } | null };

export type ResidentsOfADivisionQueryVariables = Exact<{
  division: string;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type ResidentsOfADivisionQuery = { readonly people: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly name: string | null, readonly gender: string | null, readonly hukouDivision: string | null, readonly vitalStatus: string | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } | null };

export type RoadSectionsQueryVariables = Exact<{
  division?: string | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type RoadSectionsQuery = { readonly roadSections: { readonly nodes: ReadonlyArray<{ readonly sectionId: string, readonly name: string | null, readonly division: string | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } | null };

export type SchoolEnrolmentQueryVariables = Exact<{
  idNo: string;
  child?: string;
  guardian?: string;
  division?: string;
  months?: number;
  bornFrom?: string;
  bornTo?: string;
  verify?: boolean;
}>;


export type SchoolEnrolmentQuery = { readonly verifyGuardian?: MatchResult | null, readonly bornBetween?: boolean | null, readonly checkResidence?: boolean | null, readonly resolvePerson: { readonly id: string, readonly name: string | null, readonly birthDate: string | null, readonly hukouDivision: string | null, readonly residenceDivision: string | null } | null };

export type ShareholdersQueryVariables = Exact<{
  uscc: string;
}>;


export type ShareholdersQuery = { readonly enterprise: { readonly uscc: string, readonly name: string | null, readonly shareholders: { readonly nodes: ReadonlyArray<{ readonly holderKind: string | null, readonly holderName: string | null, readonly subscribedAmount: string | null, readonly paidAmount: string | null, readonly paidOn: string | null, readonly ratio: string | null, readonly holderEnterprise: { readonly uscc: string, readonly name: string | null } | null }> } | null } | null };

export type StartBusinessQueryVariables = Exact<{
  name: string;
  idNo: string;
  uscc: string;
  identityCard?: string;
  person?: string;
  eligibility?: boolean;
}>;


export type StartBusinessQuery = { readonly verifyIdentity: MatchResult | null, readonly verifyLicense: { readonly status: string | null, readonly validTo: string | null } | null, readonly checkOfficerEligibility?: { readonly result: Eligibility | null, readonly reasons: ReadonlyArray<string> | null } | null, readonly person?: { readonly name: string | null, readonly birthDate: string | null, readonly gender: string | null } | null, readonly enterprise: { readonly name: string | null, readonly division: string | null, readonly domicileArea: string | null, readonly licenses: { readonly nodes: ReadonlyArray<{ readonly status: string | null, readonly validFrom: string | null, readonly validTo: string | null }> } | null } | null };

export type TrafficFlowQueryVariables = Exact<{
  section: string;
  from: string;
  to: string;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type TrafficFlowQuery = { readonly trafficFlow: { readonly nodes: ReadonlyArray<{ readonly at: string | null, readonly congestionIndex: string | null, readonly averageSpeed: string | null, readonly section: { readonly sectionId: string, readonly name: string | null } | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } | null };

export type TrafficVolumeQueryVariables = Exact<{
  section: string;
  from: string;
  to: string;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type TrafficVolumeQuery = { readonly trafficFlow: { readonly nodes: ReadonlyArray<{ readonly at: string | null, readonly volume: number | null, readonly averageSpeed: string | null, readonly congestionIndex: string | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } | null };
