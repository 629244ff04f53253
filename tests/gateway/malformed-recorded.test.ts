// Issue of the log: what is refused or malformed stands in the gateway's log, once, without its text.

import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runningCity } from '../support/running-city.ts'
import type { RunningCity } from '../support/running-city.ts'

let city: RunningCity
let client: pg.Client
beforeAll(async () => {
  city = await runningCity()
  client = new pg.Client(city.databases.audit.query)
  await client.connect()
})
afterAll(async () => {
  await client.end()
  await city.stop()
})

type Kept = { readonly requestId: string; readonly code: string; readonly outcome: string; readonly caller: { readonly org: string } }

async function keptBy(send: (requestId: string) => Promise<Response>, requestId: string): Promise<readonly Kept[]> {
  const response = await send(requestId)
  expect(response.status).toBeGreaterThanOrEqual(400)
  expect(response.status).toBeLessThan(500)
  const { rows } = await client.query<{ leaf: string }>(`SELECT convert_from(leaf, 'UTF8') AS leaf FROM audit.record WHERE log = 'gateway' ORDER BY seq`)
  expect(rows.map(({ leaf }) => leaf).join('\n')).not.toContain('nonsense')
  return rows.map(({ leaf }) => JSON.parse(leaf) as Kept).filter((record) => record.requestId === requestId)
}

const graphql = (body: string, headers: Record<string, string> = {}) => async (requestId: string): Promise<Response> =>
  fetch(`${city.url}/graphql`, { method: 'POST', body, headers: { 'content-type': 'application/json', 'x-request-id': requestId, ...headers } })

const malformed: readonly (readonly [string, (requestId: string) => Promise<Response>, string])[] = [
  ['a field that does not exist', graphql('{"query":"{ nonsense }"}'), 'BAD_USER_INPUT'],
  ['what is no GraphQL', graphql('{"query":"{ nonsense"}'), 'BAD_USER_INPUT'],
  ['what is no JSON', graphql('nonsense'), 'BAD_USER_INPUT'],
  ['a body without a query', graphql('{"nonsense":1}'), 'BAD_USER_INPUT'],
  ['a variable that does not fit', graphql('{"query":"query($n: Int!) { people(first: $n) { nodes { id } } }","variables":{"n":"nonsense"}}'), 'BAD_USER_INPUT'],
  ['an operation that is not in the document', graphql('{"query":"query A { metroLines { nodes { __typename } } }","operationName":"nonsense"}'), 'BAD_USER_INPUT'],
  ['a purpose that nobody registered', graphql('{"query":"{ __typename }"}', { 'x-purpose': 'NONSENSE-1' }), 'PURPOSE_UNKNOWN'],
  ['a token that is none', graphql('{"query":"{ __typename }"}', { authorization: 'Bearer nonsense' }), 'UNAUTHENTICATED'],
  ['an alias that is reserved', graphql('{"query":"{ metroLines { nodes { __typename: name } } }"}'), 'BAD_USER_INPUT'],
]

for (const [n, [what, send, code]] of malformed.entries()) {
  it(`records ${what} once`, async () => {
    const kept = await keptBy(send, `a0000000-0000-4000-8000-00000000000${n}`)
    expect(kept).toMatchObject([{ code, outcome: 'REFUSED' }])
  })
}
