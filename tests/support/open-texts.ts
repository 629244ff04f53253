// Texts of open queries as officers propose them in tests, and the acts on them.

import { post } from './running-city.ts'
import type { Answer } from './running-city.ts'

export type Changes = { readonly id?: string; readonly version?: number; readonly owner?: string; readonly audience?: string; readonly purpose?: string; readonly operation?: string; readonly parameters?: string; readonly more?: readonly string[] }

/** Of market regulation, for the public, L1, unless changed. */
export function openText({ id = 'company-names', version = 1, owner = 'AMR', audience = 'public', purpose, operation = NAMES, parameters = 'division: "310101", limit: 2', more = [] }: Changes = {}): string {
  const header = [
    `id: ${id}`, `version: ${version}`, 'title: { zh: 企业名称, en: Names of companies }', `owner: ${owner}`, ...(purpose === undefined ? [] : [`purpose: ${purpose}`]), `audience: ${audience}`, 'formats: [json]',
    'examples:', `  - { title: { zh: 例, en: An example }, parameters: { ${parameters} } }`, ...more,
  ]
  return `${header.map((line) => `# ${line}`).join('\n')}\n${operation}\n`
}

export const NAMES = `query Names($division: String!, $first: Int = 20, $after: String) {
  enterprises(where: { division: { eq: $division } }, first: $first, after: $after) {
    nodes { uscc name }
    pageInfo { hasNextPage endCursor }
  }
}`

/** The same with a field of L2. */
export const LICENSES = `query Licenses($uscc: ID!) {
  enterprise(uscc: $uscc) { name licenses(first: 5) { nodes { status } } }
}`

const GIVEN = 'id version level state served hash problem source byOrg publishedOn'

export type OpenActs = {
  propose(text: string, token: string | undefined): Promise<Answer>
  submit(id: string, hash: string, token: string | undefined): Promise<Answer>
  publish(id: string, hash: string, token: string | undefined): Promise<Answer>
  sendBack(id: string, hash: string, token: string | undefined): Promise<Answer>
  withdraw(id: string, token: string | undefined): Promise<Answer>
  resume(id: string, token: string | undefined): Promise<Answer>
}

export function openActs(url: string): OpenActs {
  const act = (name: string, variables: Readonly<Record<string, string>>, token: string | undefined): Promise<Answer> =>
    post(url, `mutation (${Object.keys(variables).map((one) => `$${one}: ${one === 'id' ? 'ID!' : 'String!'}`).join(', ')}) { ${name}(${Object.keys(variables).map((one) => `${one}: $${one}`).join(', ')}) { ${name === 'proposeOpenQuery' ? 'problems id version level hash state' : GIVEN} } }`, { variables }, token)
  return {
    propose: (text, token) => act('proposeOpenQuery', { text }, token),
    submit: (id, hash, token) => act('submitOpenQuery', { id, hash }, token),
    publish: (id, hash, token) => act('publishOpenQuery', { id, hash }, token),
    sendBack: (id, hash, token) => act('sendBackOpenQuery', { id, hash }, token),
    withdraw: (id, token) => act('withdrawOpenQuery', { id }, token),
    resume: (id, token) => act('resumeOpenQuery', { id }, token),
  }
}

/** What an act gave, or its code. */
export function outcomeOf({ data, errors }: Answer): unknown {
  if (errors[0] !== undefined) return errors[0].extensions.code
  const [given] = Object.values(data as Readonly<Record<string, { readonly state: unknown; readonly problems?: readonly string[] } | null>>)
  return given === null || given === undefined ? null : given.problems !== undefined && given.problems.length > 0 ? given.problems : given.state
}
