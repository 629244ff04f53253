// Which HTTP status an answer has (GraphQL over HTTP; docs/errors.md): 200 with data, whatever failed beside or in it; the catalogue's
// where there is none. The same in both media types.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { errorCatalogue } from '../../core/errors.ts'
import { runningCity, type Answer, type Asked, type RunningCity } from '../support/running-city.ts'

let city: RunningCity
beforeAll(async () => {
  city = await runningCity()
})
afterAll(async () => city.stop())

const NOBODY = '00000000-0000-4000-8000-000000000000'
const APPROVE = 'mutation ($id: ID!) { approveApplication(id: $id, version: 1) { id } }'
const hasData = ({ text }: Answer): boolean => Object.hasOwn(JSON.parse(text), 'data')

describe.each([['application/json'], ['application/graphql-response+json']])('an answer in %s', (accept) => {
  const ask = (query: string, how: Asked = {}): Promise<Answer> => city.ask(query, { ...how, headers: { ...how.headers, accept } })

  it.each([
    ['an application that is not there', APPROVE, { id: NOBODY }, 'security-officer', 'approveApplication', 'APPLICATION_UNKNOWN'],
    ['an officer without the role', APPROVE, { id: NOBODY }, 'amr-officer', 'approveApplication', 'APPROVER_NOT_ENTITLED'],
    ['a grant that is not there', 'mutation ($id: ID!) { revokeGrant(id: $id) { id } }', { id: `G_${NOBODY}` }, 'security-officer', 'revokeGrant', 'GRANT_UNKNOWN'],
    ['what no approval could give', 'mutation ($fields: [String!]!) { draftApplication(fields: $fields) { id } }', { fields: ['Person.nothing'] }, 'nav-b', 'draftApplication', 'APPLICATION_INVALID'],
    ['a field that is no field', 'mutation { stopSharing(field: "Enterprise.nothing", reason: LEAK) { id } }', {}, 'amr-data-owner', 'stopSharing', 'BAD_USER_INPUT'],
  ])('of an act that failed has data and is 200: %s', async (_what, query, variables, caller, act, code) => {
    const answer = await ask(query, { caller, variables })
    expect([answer.status, answer.data]).toEqual([200, { [act]: null }])
    expect(answer.errors.map(({ path, extensions }) => [path, extensions.code])).toEqual([[[act], code]])
  })

  it.each([
    ['an act that is not permitted', { query: APPROVE, variables: { id: NOBODY }, caller: 'nav-b' }, 'FORBIDDEN'],
    ['a variable that does not fit', { query: APPROVE, variables: {}, caller: 'security-officer' }, 'BAD_USER_INPUT'],
    ['no GraphQL', { query: '{', caller: 'security-officer' }, 'BAD_USER_INPUT'],
    ['a purpose that is not registered', { query: '{ __typename }', caller: 'nav-b', purpose: 'NO-0001' }, 'PURPOSE_UNKNOWN'],
  ] as const)('without data has the status of the catalogue: %s', async (_what, { query, ...how }, code) => {
    const answer = await ask(query, how)
    expect([answer.errors[0]?.extensions.code, answer.status, hasData(answer)]).toEqual([code, errorCatalogue[code].status, false])
  })

  it('with data beside what was refused in it is 200', async () => {
    const answer = await ask('{ people(where: { name: { eq: "a" } }) { nodes { id } } metroLines { nodes { name } } }', { caller: 'trans-officer', purpose: 'TRANS-0001' })
    expect([answer.status, hasData(answer), answer.errors.map(({ extensions }) => extensions.code)]).toEqual([200, true, ['NOT_FILTERABLE']])
  })

  it('with a denied field, as an error or not, and a dry run are 200', async () => {
    const query = '{ enterprises(first: 1) { nodes { uscc annualReports(first: 1) { nodes { totalAssets } } } } }'
    const answers = [await ask(query), await ask(query, { headers: { 'x-denied': 'errors' } }), await ask(query, { headers: { 'x-dry-run': 'decisions' } })]
    expect(answers.map((answer) => [answer.status, hasData(answer)])).toEqual([[200, true], [200, true], [200, true]])
  })
})
