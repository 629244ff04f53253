import http from 'node:http'
import net from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memoryRateLimiter } from '../../gateway/rate-limit.ts'
import { inProcessSubgraphs } from '../../gateway/in-process-link.ts'
import { send, startGateway } from '../support/gateway-city.ts'
import type { GatewayCity } from '../support/gateway-city.ts'

const hostile = '310199198503070112'
let city: GatewayCity
beforeAll(async () => {
  city = await startGateway(inProcessSubgraphs({}))
})
afterAll(async () => {
  await city.listening.stop(500)
})

/** Status and code, and nothing of the input in answer or log. */
async function refusal(body: unknown, headers: Record<string, string> = {}): Promise<string> {
  const { status, text, body: answer, headers: given } = await city.ask(body, headers)
  expect(text).not.toContain(hostile)
  expect(text).not.toMatch(/stack|node_modules|Did you mean|http:\/\//)
  expect(city.logged.join('')).not.toContain(hostile)
  expect(given['content-type']).toContain('json')
  expect(answer.extensions.sharing.requestId).toMatch(/^[0-9a-f-]{36}$/)
  expect('data' in answer).toBe(false)
  return `${status} ${answer.errors?.[0]?.extensions.code}`
}

describe('bad input', () => {
  const bodies: readonly (readonly [string, unknown, string])[] = [
    ['malformed JSON', `{"query": "${hostile}`, '400 BAD_USER_INPUT'],
    ['an empty body', '', '400 BAD_USER_INPUT'],
    ['a JSON string', JSON.stringify(hostile), '400 BAD_USER_INPUT'],
    ['a list (batching)', [{ query: '{ __typename }' }], '400 BAD_USER_INPUT'],
    ['no query', { variables: { a: hostile } }, '400 BAD_USER_INPUT'],
    ['a query that is not a string', { query: { a: hostile } }, '400 BAD_USER_INPUT'],
    ['variables that are a list', { query: '{ __typename }', variables: [hostile] }, '400 BAD_USER_INPUT'],
    ['broken GraphQL', { query: `{ person(id: "${hostile}` }, '400 BAD_USER_INPUT'],
    ['an unknown field', { query: `{ nope(x: "${hostile}") }` }, '400 BAD_USER_INPUT'],
    ['a mutation', { query: 'mutation { x }' }, '400 BAD_USER_INPUT'],
    ['an unknown operationName', { query: 'query A { __typename }', operationName: `x${hostile}` }, '400 BAD_USER_INPUT'],
    ['an empty operationName', { query: 'query A { __typename }', operationName: '' }, '400 BAD_USER_INPUT'],
    ['several operations and no operationName', { query: 'query A { __typename } query B { __typename }' }, '400 BAD_USER_INPUT'],
    ['no operation at all', { query: 'fragment F on Query { __typename }' }, '400 BAD_USER_INPUT'],
    ['a variable of the wrong type', { query: 'query($n: Int) { enterprises(first: $n) { nodes { name } } }', variables: { n: hostile } }, '400 BAD_USER_INPUT'],
    ['a missing variable', { query: 'query($id: ID!) { person(id: $id) { name } }' }, '400 BAD_USER_INPUT'],
    ['an input object with unknown keys', { query: 'query($w: PersonWhere) { people(where: $w) { nodes { id } } }', variables: { w: { [hostile]: 1 } } }, '400 BAD_USER_INPUT'],
    ['__proto__ in an input object', '{"query":"query($w: PersonWhere) { people(where: $w) { nodes { id } } }","variables":{"w":{"__proto__":{"x":1}}}}', '400 BAD_USER_INPUT'],
    ['a persisted query', { extensions: { persistedQuery: { version: 1, sha256Hash: hostile } } }, '400 BAD_USER_INPUT'],
    ['_entities', { query: 'query($r: [_Any!]!) { _entities(representations: $r) { __typename } }', variables: { r: [{ __typename: 'Person', id: hostile }] } }, '400 BAD_USER_INPUT'],
    ['_service', { query: '{ _service { sdl } }' }, '400 BAD_USER_INPUT'],
    ['an alias onto a key', { query: '{ enterprise(uscc: "1") { uscc: name } }' }, '400 BAD_USER_INPUT'],
    ['a deep query', { query: `{ enterprise(uscc: "1") ${'{ shareholders { nodes { holderEnterprise '.repeat(5)}{ name }${' } } }'.repeat(5)} }` }, '400 TOO_COSTLY'],
    ['a wide query', { query: '{ enterprises(first: 100) { nodes { shareholders(first: 100) { nodes { holderEnterprise { shareholders(first: 100) { nodes { ratio } } } } } } } }' }, '400 TOO_COSTLY'],
    ['a long document', { query: `{ ${'__typename '.repeat(5_000)} }` }, '400 TOO_COSTLY'],
    ['an oversized body', { query: '{ __typename }', variables: { a: 'x'.repeat(300_000) } }, '413 BAD_USER_INPUT'],
  ]
  for (const [what, body, expected] of bodies) {
    it(`answers ${expected} to ${what}`, async () => {
      expect(await refusal(body)).toBe(expected)
    })
  }

  const headers: readonly (readonly [string, Record<string, string>, string])[] = [
    ['a token that is none', { authorization: `Bearer ${hostile}` }, '401 UNAUTHENTICATED'],
    ['a purpose that is not registered', { 'x-purpose': `X-${hostile}` }, '400 PURPOSE_UNKNOWN'],
    ['a malformed case number', { 'x-case-no': `case ${hostile}` }, '400 BAD_USER_INPUT'],
    ['a malformed authorisation reference', { 'x-authorization-ref': `!${hostile}` }, '400 BAD_USER_INPUT'],
    ['an unknown dry run', { 'x-dry-run': hostile }, '400 BAD_USER_INPUT'],
    ['another content type', { 'content-type': 'text/plain' }, '415 BAD_USER_INPUT'],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, '415 BAD_USER_INPUT'],
    ['a compressed body', { 'content-encoding': 'gzip' }, '415 BAD_USER_INPUT'],
    ['an unreadable charset', { 'content-type': 'application/json; charset=gbk' }, '415 BAD_USER_INPUT'],
    ['a media type we do not speak', { accept: 'text/html' }, '406 BAD_USER_INPUT'],
  ]
  for (const [what, given, expected] of headers) {
    it(`answers ${expected} to ${what}`, async () => {
      expect(await refusal({ query: '{ __typename }' }, given)).toBe(expected)
    })
  }

  it('looks at the token before anything else', async () => {
    expect(await refusal('{"query', { authorization: 'Bearer a.b.c', 'x-purpose': 'NOPE-1', 'content-type': 'text/plain' })).toBe('401 UNAUTHENTICATED')
  })

  it('answers other methods with 405 and bodies without length with their size limit', async () => {
    expect((await send(`${city.url}/graphql`, 'PUT', { query: '{ __typename }' })).status).toBe(405)
    const chunked = await new Promise<number>((resolve, reject) => {
      const request = http.request(`${city.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json', 'transfer-encoding': 'chunked' } }, (response) => {
        response.resume()
        resolve(response.statusCode ?? 0)
      })
      request.on('error', reject)
      request.write('x'.repeat(200_000))
      request.write('x'.repeat(200_000))
      request.end()
    })
    expect(chunked).toBe(413)
  })

  it('gives GET its query only with a preflighted header, and never a verification', async () => {
    const url = `${city.url}/graphql?query=${encodeURIComponent('{ __typename }')}`
    expect((await send(url, 'GET', undefined)).status).toBe(400)
    expect((await send(url, 'GET', undefined, { 'apollo-require-preflight': '1' })).body.data).toEqual({ __typename: 'Query' })
    const number = `${city.url}/graphql?query=${encodeURIComponent(`{ verifyIdentity(name: "a", idNo: "${hostile}") }`)}`
    const reply = await send(number, 'GET', undefined, { 'apollo-require-preflight': '1' })
    expect([reply.status, reply.body.errors?.[0]?.extensions.code]).toEqual([400, 'BAD_USER_INPUT'])
    expect(reply.text).not.toContain(hostile)
  })

  it('speaks both media types of GraphQL over HTTP', async () => {
    const accept = 'application/graphql-response+json'
    const good = await city.ask({ query: '{ __typename }' }, { accept })
    expect([good.status, good.headers['content-type']]).toEqual([200, 'application/graphql-response+json; charset=utf-8'])
    const bad = await city.ask({ query: '{ x }' }, { accept })
    expect([bad.status, bad.headers['content-type']]).toEqual([400, 'application/graphql-response+json; charset=utf-8'])
  })

  it('ignores __proto__ keys and headers of Apollo’s', async () => {
    const reply = await city.ask('{"query":"query($a: Boolean = true) { __typename @include(if: $a) }","__proto__":{"x":1},"variables":{"__proto__":{"a":false}}}', { 'apollo-query-plan-experimental': '1', 'apollo-federation-include-trace': 'ftv1' })
    expect(reply.body.data).toEqual({ __typename: 'Query' })
    expect(Object.keys(reply.body.extensions)).toEqual(['sharing'])
  })

  it('answers introspection', async () => {
    const reply = await city.ask({ query: '{ __schema { queryType { name fields { name } } } __type(name: "Person") { name } }' })
    expect(reply.body.errors).toBeUndefined()
    expect(JSON.stringify(reply.body.data)).toContain('verifyIdentity')
    expect(JSON.stringify(reply.body.data)).not.toContain('_entities')
  })

  it('records refusals that say something about access, without values', async () => {
    const before = city.records.length
    await refusal({ query: '{ __typename }' }, { authorization: 'Bearer a.b.c' })
    await refusal({ query: '{ __typename }' }, { 'x-purpose': 'NOPE-1' })
    await city.as('nav-b', { query: 'query Attack { enterprise(uscc: "1") { uscc: name } }' })
    await city.as('nav-b', { query: `query Deep { enterprise(uscc: "${hostile}") ${'{ shareholders { nodes { holderEnterprise '.repeat(5)}{ name }${' } } }'.repeat(5)} }` })
    const made = city.records.slice(before)
    expect(made.map(({ code, caller }) => `${code} ${caller.org}`)).toEqual(['UNAUTHENTICATED UNKNOWN', 'PURPOSE_UNKNOWN PUBLIC', 'BAD_USER_INPUT NAV-B', 'TOO_COSTLY NAV-B'])
    expect(made.map(({ operationName }) => operationName)).toEqual([undefined, undefined, 'Attack', 'Deep'])
    expect(made[3]?.operationHash).toMatch(/^[0-9a-f]{64}$/)
    expect(made.every(({ outcome, log }) => outcome === 'REFUSED' && log === 'gateway')).toBe(true)
    expect(JSON.stringify(made)).not.toContain(hostile)
  })

  it('refuses all the same when a refusal cannot be recorded', async () => {
    city.breakLog(true)
    expect(await refusal({ query: '{ __typename }' }, { authorization: 'Bearer a.b.c' })).toBe('401 UNAUTHENTICATED')
    city.breakLog(false)
    expect((await send(`${city.url}/metrics`, 'GET', undefined)).text).toContain('citygraph_audit_failures_total 1')
  })

  it('lets a request that never ends go and goes on', async () => {
    const socket = net.connect(city.listening.port, '127.0.0.1')
    socket.write('POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"query')
    await new Promise((resolve) => setTimeout(resolve, 50))
    socket.destroy()
    expect((await city.ask({ query: '{ __typename }' })).status).toBe(200)
  })

  it('answers 429 beyond a caller’s rate, and counts callers apart', async () => {
    const strict = await startGateway(inProcessSubgraphs({}), {
      rates: { callers: memoryRateLimiter({ requests: 2, seconds: 60 }), addresses: memoryRateLimiter({ requests: 1, seconds: 60 }) },
    })
    const asked = async (caller: string): Promise<number> => (await strict.as(caller, { query: '{ __typename }' })).status
    expect([await asked('bank-a'), await asked('bank-a'), await asked('bank-a'), await asked('nav-b')]).toEqual([200, 200, 429, 200])
    const limited = await strict.as('bank-a', { query: '{ __typename }' })
    expect(limited.body.errors?.[0]?.extensions.code).toBe('RATE_LIMITED')
    expect(limited.headers['retry-after']).toBe('1')
    const bad = { authorization: 'Bearer a.b.c' }
    expect([(await strict.ask({}, bad)).status, (await strict.ask({}, bad)).status]).toEqual([401, 429])
    await strict.listening.stop(100)
  })
})
