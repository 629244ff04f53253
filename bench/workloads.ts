// The questions that are measured, and who asks them. W1 to W4 are PERFORMANCE.md's; bench-city.ts sees to the rows they are about.

import { fiveDomainCaller, fiveDomainQuery } from './five-domain-query.ts'

export type WorkloadName = 'W1' | 'W2' | 'W3' | 'W4'

/** Who asks and why: headers of a request to us. Others ask nobody. */
export type Asker = { readonly caller: string; readonly purpose: string; readonly caseNo?: string }

export type Workload = {
  readonly name: WorkloadName
  /** A few words for tables. */
  readonly about: string
  readonly query: string
  readonly variables: Readonly<Record<string, unknown>>
  readonly asker: Asker
}

const w1Fields = `nodes { uscc name type industry registeredCapital establishedOn
  legalRepresentative { name gender birthDate hukouDivision }
  creditRecords(first: 3) { nodes { recordNo decidedOn } } }`

const w1: Workload = {
  name: 'W1',
  about: '20 enterprises, their legal representatives and latest 3 credit records',
  query: `query W1($first: Int!) { enterprises(first: $first) { ${w1Fields} } }`,
  variables: { first: 20 },
  asker: { caller: 'bank-a', purpose: 'BANK-0602' },
}

const w2: Workload = {
  name: 'W2',
  about: 'one enterprise across five domains',
  query: fiveDomainQuery,
  variables: {},
  asker: fiveDomainCaller,
}

const w3: Workload = {
  name: 'W3',
  about: 'one person by id, 10 fields',
  query: 'query W3($id: ID!) { person(id: $id) { idType name gender ethnicity birthDate age hukouDivision hukouAddress residenceDivision vitalStatus } }',
  // Ids are pseudonyms: each variant is given its own.
  variables: { id: '' },
  asker: { caller: 'psb-officer', purpose: 'PSB-0001' },
}

const w4: Workload = {
  name: 'W4',
  about: '100 people, 20 fields each',
  query: `query W4($first: Int!) { people(first: $first) { nodes { id idType idNo name formerName gender ethnicity birthDate age ageBand
  hukouDivision hukouAddress residenceDivision residenceAddress maritalStatus education mobile photo vitalStatus deathDate } } }`,
  variables: { first: 100 },
  asker: { caller: 'amr-officer', purpose: 'AMR-0002' },
}

export const workloads: Readonly<Record<WorkloadName, Workload>> = { W1: w1, W2: w2, W3: w3, W4: w4 }

/** W5 is no GraphQL: a cached open query, measured by open.ts. */
export const measuredApart = 'W5 a cached open query: `npm run bench -- open`'

/** Replaced by the load generator in each request. */
export const VARYING = '00000000'

const allCapital = `9${VARYING}0000`

/** W1 with an argument that is another one in each request, as a variable. */
export const w1WithVariables: Workload = {
  ...w1,
  query: `query W1($first: Int!, $below: String!, $latest: Int!) { enterprises(first: $first, where: { registeredCapital: { lt: $below } }) { ${w1Fields.replace('first: 3', 'first: $latest')} } }`,
  variables: { first: 20, below: allCapital, latest: 3 },
}

/** The same, written into the text: no two texts are the same. */
export const w1WithLiterals: Workload = {
  ...w1,
  query: `query W1 { enterprises(first: 20, where: { registeredCapital: { lt: "${allCapital}" } }) { ${w1Fields} } }`,
  variables: {},
}

/** The body of a request, as everybody writes it. */
export function bodyOf({ query, variables }: Pick<Workload, 'query' | 'variables'>): string {
  return JSON.stringify({ query, variables })
}
