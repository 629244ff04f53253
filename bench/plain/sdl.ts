// A small federated schema over the same tables, with W1 to W4 in it, as one would write it without policies.

import type { Domain } from '../../core/domains.ts'

const link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@external", "@requires"])\n'

export const plainSdl: Readonly<Record<Domain, string>> = {
  population: `${link}
type Query { person(id: ID!): Person people(first: Int = 20): PersonConnection }
type PersonConnection { nodes: [Person!]! }
type Person @key(fields: "id") {
  id: ID! idType: String idNo: String name: String formerName: String gender: String ethnicity: String birthDate: String age: Int ageBand: String
  hukouDivision: String hukouAddress: String residenceDivision: String residenceAddress: String maritalStatus: String education: String
  mobile: String photo: String vitalStatus: String deathDate: String
}`,
  enterprises: `${link}
type Query { enterprise(uscc: String!): Enterprise enterprises(first: Int = 20): EnterpriseConnection }
type EnterpriseConnection { nodes: [Enterprise!]! }
type Enterprise @key(fields: "uscc") {
  uscc: ID! name: String type: String industry: String registeredCapital: String establishedOn: String legalRepName: String place: String
  legalRepresentative: Person shareholders: ShareholderConnection
}
type ShareholderConnection { nodes: [Shareholder!]! }
type Shareholder { holderName: String ratio: String }
type Person @key(fields: "id", resolvable: false) { id: ID! }`,
  credit: `${link}
type Enterprise @key(fields: "uscc") { uscc: ID! creditRecords(first: Int = 20): CreditRecordConnection creditSummary: CreditSummary creditRating: CreditRating }
type CreditRecordConnection { nodes: [CreditRecord!]! }
type CreditRecord { recordNo: String decidedOn: String }
type CreditSummary { recordCount: Int penaltyCount: Int }
type CreditRating { grade: String score: String }`,
  licenses: `${link}
type Enterprise @key(fields: "uscc") { uscc: ID! licenses: LicenseConnection }
type LicenseConnection { nodes: [License!]! }
type License { status: String certNo: String }`,
  transport: `${link}
type Enterprise @key(fields: "uscc") {
  uscc: ID! place: String @external
  vehicles: VehicleConnection nearestMetroStation: MetroStation @requires(fields: "place")
}
type VehicleConnection { nodes: [Vehicle!]! }
type Vehicle { plateNo: String status: String }
type MetroStation { name: String }`,
}

/** Names that every subgraph must have, in the order in which they are started. */
export const plainNames = Object.keys(plainSdl) as readonly Domain[]
