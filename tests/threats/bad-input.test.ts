// Everything under "Bad input" of the issue, against the whole product: each gets its code of DESIGN 5.4 and its status, never a
// stack, SQL, a table, an address, a suggestion or an echo, and the process goes on. Variables and arguments: bad-variables.

import { generateKeyPairSync } from 'node:crypto'
import { base64url, SignJWT } from 'jose'
import type { JWK } from 'jose'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { DEMONSTRATION_ISSUER } from '../../gateway/demonstration-issuer.ts'
import { codeTo, E1, expectUnharmed, secret } from '../support/attacked-city.ts'
import type { Sent } from '../support/attacked-city.ts'
import { send } from '../support/gateway-city.ts'
import { runningCity } from '../support/running-city.ts'
import type { RunningCity } from '../support/running-city.ts'
import { signedToken } from '../support/signed-token.ts'

let city: RunningCity
beforeAll(async () => {
  city = await runningCity()
})
afterAll(async () => {
  await city.stop()
})
afterEach(async () => expectUnharmed(city))
const raw = (...sent: Sent): Promise<string> => codeTo(city, ...sent)

const ok = { query: '{ __typename }' }
const nest = (open: string, close: string, core: string, times: number): string => `${open.repeat(times)}${core}${close.repeat(times)}`

describe('bodies and documents', () => {
  const cases: readonly (readonly [string, unknown, string])[] = [
    ['malformed JSON', `{"query": "${secret}`, '400 BAD_USER_INPUT'],
    ['JSON with a trailing text', `{"query":"{ __typename }"} ${secret}`, '400 BAD_USER_INPUT'],
    ['JSON of thousands of levels', `${'['.repeat(50_000)}${']'.repeat(50_000)}`, '400 BAD_USER_INPUT'],
    ['an empty body', '', '400 BAD_USER_INPUT'],
    ['a NUL byte as body', '\0', '400 BAD_USER_INPUT'],
    ['null', 'null', '400 BAD_USER_INPUT'],
    ['a number', '1', '400 BAD_USER_INPUT'],
    ['a string', JSON.stringify(secret), '400 BAD_USER_INPUT'],
    ['a batch', [ok, ok], '400 BAD_USER_INPUT'],
    ['an empty batch', [], '400 BAD_USER_INPUT'],
    ['no query', {}, '400 BAD_USER_INPUT'],
    ['an empty query', { query: '' }, '400 BAD_USER_INPUT'],
    ['a query of spaces', { query: ' \n ' }, '400 BAD_USER_INPUT'],
    ['a query that is a list', { query: ['{ __typename }'] }, '400 BAD_USER_INPUT'],
    ['a query that is a number', { query: 1 }, '400 BAD_USER_INPUT'],
    ['variables that are a list', { ...ok, variables: [secret] }, '400 BAD_USER_INPUT'],
    ['variables that are a string', { ...ok, variables: secret }, '400 BAD_USER_INPUT'],
    ['an operationName that is an object', { ...ok, operationName: { a: secret } }, '400 BAD_USER_INPUT'],
    ['an operationName of nothing there', { query: 'query A { __typename }', operationName: secret }, '400 BAD_USER_INPUT'],
    ['a persisted query', { extensions: { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } } }, '400 BAD_USER_INPUT'],
    ['broken GraphQL', { query: `{ person(id: "${secret}` }, '400 BAD_USER_INPUT'],
    ['a NUL in GraphQL', { query: '{ __typename \0 }' }, '400 BAD_USER_INPUT'],
    ['a lone surrogate in GraphQL', '{"query":"{ person(id: \\"\\ud800\\") { nope } }"}', '400 BAD_USER_INPUT'],
    ['an unknown field', { query: `{ persn(idNo: "${secret}") { name } }` }, '400 BAD_USER_INPUT'],
    ['a field that is nearly right', { query: '{ people { nodes { nam idN birthDat } } }' }, '400 BAD_USER_INPUT'],
    ['an unknown argument', { query: `{ people(idNo: "${secret}") { nodes { id } } }` }, '400 BAD_USER_INPUT'],
    ['an unknown enum value', { query: '{ people(orderBy: [NAME_UP]) { nodes { id } } }' }, '400 BAD_USER_INPUT'],
    ['an unknown type', { query: '{ people { nodes { ... on Persons { id } } } }' }, '400 BAD_USER_INPUT'],
    ['a literal of the wrong type', { query: `{ people(first: "${secret}") { nodes { id } } }` }, '400 BAD_USER_INPUT'],
    ['a number where a text is wanted', { query: `{ verifyIdentity(name: 1, idNo: ${secret}) }` }, '400 BAD_USER_INPUT'],
    ['an object where a text is wanted', { query: `{ verifyIdentity(name: { a: "${secret}" }, idNo: ["${secret}"]) }` }, '400 BAD_USER_INPUT'],
    ['no selection', { query: '{ people }' }, '400 BAD_USER_INPUT'],
    ['a cycle of fragments', { query: '{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }' }, '400 BAD_USER_INPUT'],
    ['a mutation', { query: 'mutation { deletePerson(id: 1) }' }, '400 BAD_USER_INPUT'],
    ['a subscription', { query: 'subscription { people { nodes { id } } }' }, '400 BAD_USER_INPUT'],
    ['@defer', { query: '{ ... @defer { __typename } }' }, '400 BAD_USER_INPUT'],
    ['_entities', { query: 'query($r: [_Any!]!) { _entities(representations: $r) { __typename } }', variables: { r: [{ __typename: 'Person', id: secret }] } }, '400 BAD_USER_INPUT'],
    ['_service', { query: '{ _service { sdl } }' }, '400 BAD_USER_INPUT'],
    ['first: 1000000', { query: '{ enterprises(first: 1000000) { nodes { uscc } } }' }, '200 BAD_USER_INPUT'],
    ['first: -1', { query: '{ enterprises(first: -1) { nodes { uscc } } }' }, '200 BAD_USER_INPUT'],
    ['first beyond an Int', { query: '{ enterprises(first: 99999999999) { nodes { uscc } } }' }, '400 BAD_USER_INPUT'],
    ['first beyond every number', { query: `{ enterprises(first: 1${'0'.repeat(400)}) { nodes { uscc } } }` }, '400 BAD_USER_INPUT'],
    ['a float of 1e999', { query: '{ metroStations(near: { lat: 1e999, lng: 1e999 }) { nodes { code } } }' }, '400 BAD_USER_INPUT'],
    ['a deep query', { query: `{ enterprise(uscc: "${E1}") ${nest('{ shareholders { nodes { holderEnterprise ', ' } } }', '{ name }', 6)} }` }, '400 TOO_COSTLY'],
    ['a query of a thousand levels', { query: nest('{ people { nodes ', ' } }', '{ id }', 400) }, '400'],
    ['a wide query', { query: '{ enterprises(first: 100) { nodes { shareholders(first: 100) { nodes { holderEnterprise { shareholders(first: 100) { nodes { ratio } } } } } } } }' }, '400 TOO_COSTLY'],
    ['many aliases', { query: `{ ${Array.from({ length: 150 }, (_, at) => `a${at}: __typename`).join(' ')} }` }, '400 TOO_COSTLY'],
    ['many times one root field', { query: `{ ${Array.from({ length: 11 }, (_, at) => `a${at}: enterprise(uscc: "${E1}") { name }`).join(' ')} }` }, '400 TOO_COSTLY'],
    ['many directives', { query: `{ __typename ${'@include(if: true) '.repeat(60)} }` }, '400'],
    ['many tokens', { query: `{ ${'__typename '.repeat(6_000)} }` }, '400 TOO_COSTLY'],
    ['fragments that double', { query: `{ enterprise(uscc: "${E1}") { ...F0 } } ${Array.from({ length: 25 }, (_, at) => `fragment F${at} on Enterprise { ...F${at + 1} ... on Enterprise { ...F${at + 1} } }`).join(' ')} fragment F25 on Enterprise { name }` }, '400 TOO_COSTLY'],
    ['deep introspection', { query: `{ __schema { types ${nest('{ fields { type ', ' } }', '{ name }', 8)} } }` }, '400'],
    ['an oversized body', { ...ok, variables: { a: 'x'.repeat(300_000) } }, '413 BAD_USER_INPUT'],
  ]
  for (const [what, body, expected] of cases) {
    it(`answers ${expected} to ${what}`, async () => {
      const answer = await raw(body)
      if (expected === '400') expect(answer).toMatch(/^400 (TOO_COSTLY|BAD_USER_INPUT)$/)
      else expect(answer).toBe(expected)
    })
  }
})

describe('headers and methods', () => {
  const query = encodeURIComponent('{ __typename }')
  const cases: readonly (readonly [string, string, string, Record<string, string>, string, unknown?])[] = [
    ['an unknown purpose', 'POST', '/graphql', { 'x-purpose': 'NOPE-0001' }, '400 PURPOSE_UNKNOWN', ok],
    ['a purpose that looks like SQL', 'POST', '/graphql', { 'x-purpose': `'; DROP TABLE pop_person; --${secret}` }, '400 PURPOSE_UNKNOWN', ok],
    ['a purpose named __proto__', 'POST', '/graphql', { 'x-purpose': '__proto__' }, '400 PURPOSE_UNKNOWN', ok],
    ['a purpose named constructor', 'POST', '/graphql', { 'x-purpose': 'constructor' }, '400 PURPOSE_UNKNOWN', ok],
    ['a bad case number', 'POST', '/graphql', { 'x-case-no': `${secret} or 1=1` }, '400 BAD_USER_INPUT', ok],
    ['a bad authorisation', 'POST', '/graphql', { 'x-authorization-ref': `<${secret}>` }, '400 BAD_USER_INPUT', ok],
    ['a bad dry run', 'POST', '/graphql', { 'x-dry-run': secret }, '400 BAD_USER_INPUT', ok],
    ['text/plain', 'POST', '/graphql', { 'content-type': 'text/plain' }, '415 BAD_USER_INPUT', ok],
    ['no JSON by name', 'POST', '/graphql', { 'content-type': 'application/xml' }, '415 BAD_USER_INPUT', ok],
    ['a form', 'POST', '/graphql', { 'content-type': 'application/x-www-form-urlencoded' }, '415 BAD_USER_INPUT', `query=${query}`],
    ['a multipart form', 'POST', '/graphql', { 'content-type': 'multipart/form-data; boundary=x' }, '415 BAD_USER_INPUT', '--x--'],
    ['application/graphql', 'POST', '/graphql', { 'content-type': 'application/graphql' }, '415 BAD_USER_INPUT', '{ __typename }'],
    ['gzip', 'POST', '/graphql', { 'content-encoding': 'gzip' }, '415 BAD_USER_INPUT', ok],
    ['Accept: text/html', 'POST', '/graphql', { accept: 'text/html' }, '406 BAD_USER_INPUT', ok],
    ['GET without preflight', 'GET', `/graphql?query=${query}`, {}, '400 BAD_USER_INPUT'],
    ['GET with a simple content type', 'GET', `/graphql?query=${query}`, { 'content-type': 'text/plain' }, '400 BAD_USER_INPUT'],
    ['GET of a mutation', 'GET', `/graphql?query=${encodeURIComponent('mutation { x }')}`, { 'apollo-require-preflight': '1' }, '400 BAD_USER_INPUT'],
    ['GET of a verification', 'GET', `/graphql?query=${encodeURIComponent(`{ verifyIdentity(name: "a", idNo: "${secret}") }`)}`, { 'apollo-require-preflight': '1' }, '400 BAD_USER_INPUT'],
    ['GET without a query', 'GET', '/graphql', { 'apollo-require-preflight': '1' }, '400 BAD_USER_INPUT'],
    ['GET with two queries', 'GET', `/graphql?query=${query}&query=${query}`, { 'apollo-require-preflight': '1' }, '400 BAD_USER_INPUT'],
    ['GET with broken variables', 'GET', `/graphql?query=${query}&variables=${secret}x`, { 'apollo-require-preflight': '1' }, '400 BAD_USER_INPUT'],
    ['GET with broken escapes', 'GET', '/graphql?query=%E0%A4%A', { 'apollo-require-preflight': '1' }, '400 BAD_USER_INPUT'],
    ['PUT', 'PUT', '/graphql', {}, '405 BAD_USER_INPUT', ok],
    ['DELETE', 'DELETE', '/graphql', {}, '405 BAD_USER_INPUT'],
    ['another path', 'POST', `/${secret}`, {}, '404 BAD_USER_INPUT', ok],
    ['a path outside', 'GET', '/../../etc/passwd', {}, '404 BAD_USER_INPUT'],
    ['an escaped path outside', 'GET', '/%2e%2e/%2e%2e/etc/passwd', {}, '404 BAD_USER_INPUT'],
  ]
  for (const [what, method, path, headers, expected, body] of cases) {
    it(`answer ${expected} to ${what}`, async () => {
      expect(await raw(body, headers, method, path)).toBe(expected)
    })
  }

  it('answer with a new request id when the given one is no UUID', async () => {
    for (const id of [secret, 'x', '../../x', '00000000-0000-4000-8000-00000000000g']) {
      const reply = await send(`${city.url}/graphql`, 'POST', ok, { 'x-request-id': id })
      expect(reply.body.extensions.sharing.requestId).not.toBe(id)
      expect(reply.text).not.toContain(secret)
    }
  })
})

describe('tokens', () => {
  const other = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }) as JWK
  it('that are not entirely right are 401, never the public', async () => {
    const good = await signedToken(city)
    expect(await raw(ok, { authorization: `Bearer ${good}` })).toBe('200 none')
    const [header = '', payload = '', signature = ''] = good.split('.')
    const claims = JSON.parse(new TextDecoder().decode(base64url.decode(payload))) as Record<string, unknown>
    const key = city.keys.issuer
    if (key === undefined) throw new Error('issuer')
    const hmac = (secretKey: string): Promise<string> => new SignJWT(claims).setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid: 'x' }).sign(new TextEncoder().encode(secretKey.padEnd(32, '\0')))
    const tokens: readonly (readonly [string, string])[] = [
      ['another key', await signedToken(city, { key: other })],
      ['another issuer', await signedToken(city, { issuer: 'https://evil.invalid' })],
      ['another audience', await signedToken(city, { audience: 'someone-else' })],
      ['expired', await signedToken(city, { livesS: -1 })],
      ['expired now', await signedToken(city, { livesS: 0 })],
      ['no kid', await signedToken(city, { header: { kid: undefined } })],
      ['unknown kid', await signedToken(city, { header: { kid: 'nobody' } })],
      ['wrong typ', await signedToken(city, { header: { typ: 'citygraph-access+jwt' } })],
      ['HS256 with the public key', await hmac(key.x ?? '')],
      ['alg none', `${base64url.encode(JSON.stringify({ alg: 'none', typ: 'at+jwt' }))}.${payload}.`],
      ['alg None', `${base64url.encode(JSON.stringify({ alg: 'None', typ: 'at+jwt' }))}.${payload}.${signature}`],
      ['no signature', `${header}.${payload}.`],
      ['altered claims', `${header}.${base64url.encode(JSON.stringify({ ...claims, org: 'PSB' }))}.${signature}`],
      ['an unregistered organisation', await signedToken(city, { claims: { org: 'NOBODY' } })],
      ['another kind of organisation', await signedToken(city, { claims: { org: 'BANK-A' } })],
      ['kind public', await signedToken(city, { claims: { org: 'PUBLIC', kind: 'public' } })],
      ['an unknown kind', await signedToken(city, { claims: { kind: 'root' } })],
      ['a subject without pid', await signedToken(city, { claims: { org: 'CITIZEN', kind: 'subject' } })],
      ['a pid without subject', await signedToken(city, { claims: { pid: '4e2954ac-0ab5-a91c-49fd-88f3285d7156' } })],
      ['a pid that is SQL', await signedToken(city, { claims: { org: 'CITIZEN', kind: 'subject', pid: "' OR true --" } })],
      ['a division that is SQL', await signedToken(city, { claims: { division: "31' OR true --" } })],
      ['roles that are no list', await signedToken(city, { claims: { roles: 'official' } })],
      ['org named __proto__', await signedToken(city, { claims: { org: '__proto__' } })],
      ['not a token', secret],
      ['empty', ''],
      ['very long', 'a'.repeat(9_000)],
    ]
    for (const [what, token] of tokens) expect(await raw(ok, { authorization: `Bearer ${token}` }), what).toBe('401 UNAUTHENTICATED')
    for (const authorization of [`Basic ${base64url.encode(secret)}`, 'Bearer', good, `Bearer ${good} ${good}`, `Token ${good}`]) expect(await raw(ok, { authorization }), authorization.slice(0, 20)).toBe('401 UNAUTHENTICATED')
    expect(DEMONSTRATION_ISSUER).toContain('invalid')
  })
})
