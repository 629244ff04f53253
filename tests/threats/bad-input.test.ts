// Everything under "Bad input" of the issue, against the whole product: each gets its code of DESIGN 5.4 and its status, never a
// stack, SQL, a table, an address, a suggestion or an echo, and the process goes on.

import { generateKeyPairSync } from 'node:crypto'
import { base64url, SignJWT } from 'jose'
import type { JWK } from 'jose'
import { buildClientSchema, getIntrospectionQuery, getNamedType, isCompositeType, isInputObjectType, isRequiredArgument } from 'graphql'
import type { GraphQLArgument, GraphQLInputType, IntrospectionQuery } from 'graphql'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { DEMONSTRATION_ISSUER } from '../../gateway/demonstration-issuer.ts'
import { send } from '../support/gateway-city.ts'
import type { Reply } from '../support/gateway-city.ts'
import { runningCity } from '../support/running-city.ts'
import type { RunningCity } from '../support/running-city.ts'
import { signedToken } from '../support/signed-token.ts'

const E1 = '91310199MA1K0T2A0A'
/** A value that must come back nowhere: an ID number that is nobody's. */
const secret = '310199188001010018'
const leaks = /\bat \S+ \(|node_modules|\.ts:\d|\.js:\d|SELECT |INSERT |pg_catalog|pop_|ent_base|crd_|lic_|trf_|relation "|column "|syntax error at|postgres|127\.0\.0\.1|localhost|https?:|Did you mean|\/work|\/tmp|ECONN|ZodError|TypeError|undefined/

let city: RunningCity
beforeAll(async () => {
  city = await runningCity()
})
afterAll(async () => {
  await city.stop()
})
afterEach(async () => {
  expect(city.log()).not.toContain(secret)
  // The process goes on.
  expect((await city.ask(`{ enterprise(uscc: "${E1}") { name } }`)).data).toEqual({ enterprise: { name: '上海示例出行科技有限公司' } })
})

function inspected(reply: Reply, what: string): Reply {
  expect(reply.text, what).not.toMatch(leaks)
  expect(reply.text, what).not.toContain(secret)
  expect(JSON.stringify(reply.headers), what).not.toContain(secret)
  expect(reply.body.extensions.sharing.requestId, what).toMatch(/^[0-9a-f-]{36}$/)
  for (const error of reply.body.errors ?? []) expect(error.extensions.code, what).not.toBe('INTERNAL')
  return reply
}

async function raw(body: unknown, headers: Record<string, string> = {}, method = 'POST', path = '/graphql'): Promise<string> {
  const reply = inspected(await send(`${city.url}${path}`, method, body, headers), JSON.stringify(body)?.slice(0, 200) ?? path)
  return `${reply.status} ${reply.body.errors?.[0]?.extensions.code ?? 'none'}`
}

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

describe('variables', () => {
  const people = 'query($w: PersonWhere, $o: [PersonOrder!], $n: Int, $a: String) { people(where: $w, orderBy: $o, first: $n, after: $a) { nodes { id } } }'
  const psb = async (): Promise<Record<string, string>> => ({ authorization: `Bearer ${await city.token('psb-officer')}`, 'x-purpose': 'PSB-0001', 'x-case-no': 'SH-2026-0001' })

  it('with keys of prototypes are refused where an input has no such key, and ignored where nobody reads them', async () => {
    const headers = await psb()
    for (const key of ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '__defineGetter__']) {
      expect(await raw(`{"query":${JSON.stringify(people)},"variables":{"w":{"${key}":{"eq":"${secret}"}}}}`, headers), key).toBe('400 BAD_USER_INPUT')
      expect(await raw(`{"query":${JSON.stringify(people)},"variables":{"w":{"gender":{"${key}":"${secret}"}}}}`, headers), key).toBe('400 BAD_USER_INPUT')
      expect(await raw(`{"query":${JSON.stringify(people)},"variables":{"${key}":{"w":{"a":"${secret}"}}}}`, headers), key).toMatch(/^200/)
      expect(await raw(`{"${key}":{"x":1},"query":"{ __typename }","extensions":{"${key}":1}}`, headers), key).toBe('200 none')
    }
    expect(({} as Record<string, unknown>)['x']).toBeUndefined()
  })

  it('named like what every object has are variables like others; names of GraphQL itself are refused', async () => {
    const one = { where: { uscc: { eq: '91310199MA1K0T2A0A' } } }
    for (const name of ['toString', 'constructor', 'hasOwnProperty', 'valueOf']) {
      const query = (type: string, argument: string): string => `query($${name}: ${type}) { enterprises(${argument}: $${name}) { nodes { uscc } } }`
      expect(await raw({ query: query('Int', 'first') }), name).toBe('200 none')
      const { body } = await send(`${city.url}/graphql`, 'POST', { query: query('EnterpriseWhere', 'where'), variables: { [name]: one.where } })
      expect(body.data, name).toEqual({ enterprises: { nodes: [{ uscc: one.where.uscc.eq }] } })
    }
    const text = `{"query":"query($__proto__: EnterpriseWhere) { enterprises(where: $__proto__) { nodes { uscc } } }","variables":{"__proto__":${JSON.stringify(one.where)}}}`
    expect(await raw(text)).toBe('400 BAD_USER_INPUT')
  })

  it('that decide @include and are null although they have a default name the variable', async () => {
    const query = 'query($x: Boolean = true) { enterprises(first: 1) { nodes { uscc name @include(if: $x) } } }'
    expect(await raw({ query, variables: { x: null } })).toBe('400 BAD_USER_INPUT')
    expect(await raw({ query })).toBe('200 none')
  })

  it('of the wrong type name the variable and never its value', async () => {
    const headers = await psb()
    for (const variables of [{ n: secret }, { n: 1.5 }, { n: 1e30 }, { n: true }, { n: [1] }, { a: { x: secret } }, { a: [secret] }, { o: [secret] }, { o: secret }, { w: secret }, { w: [secret] }, { w: { [secret]: 1 } }, { w: { name: secret } }, { w: { name: { eq: { $ne: secret } } } }, { w: { gender: { in: secret, like: '%' } } }]) {
      const reply = inspected(await send(`${city.url}/graphql`, 'POST', { query: people, variables }, headers), JSON.stringify(variables))
      expect([reply.status, reply.body.errors?.[0]?.extensions.code], JSON.stringify(variables)).toEqual([400, 'BAD_USER_INPUT'])
    }
  })

  it('with NULs, lone surrogates, long texts and bad numbers are BAD_USER_INPUT or simply not there', async () => {
    const headers = await psb()
    const amr = { authorization: `Bearer ${await city.token('amr-officer')}`, 'x-purpose': 'AMR-0001', 'x-case-no': 'SH-2026-0001' }
    const verify = 'query($n: String!, $i: String!) { verifyIdentity(name: $n, idNo: $i) }'
    const bad = ['310199198503070113', '310199198502300115', '310199198513070116', '31019920990101001X', '000000198503070112', '31019919850307011', '310199850307011', '', ' ', 'x'.repeat(10_000), '\0', `${secret}\0`, '\ud800', "' OR '1'='1"]
    for (const idNo of bad) {
      const reply = inspected(await send(`${city.url}/graphql`, 'POST', { query: verify, variables: { n: '张伟', i: idNo } }, amr), idNo.slice(0, 30))
      expect([reply.body.errors?.[0]?.extensions, reply.body.data], idNo.slice(0, 30)).toEqual([{ code: 'BAD_USER_INPUT', argument: 'idNo' }, { verifyIdentity: null }])
      if (idNo.length > 10 && idNo.length < 30) expect(reply.text + city.log()).not.toContain(idNo)
      const resolved = inspected(await send(`${city.url}/graphql`, 'POST', { query: 'query($i: String!) { resolvePerson(idNo: $i) { id } }', variables: { i: idNo } }, amr), idNo.slice(0, 30))
      expect([resolved.body.errors?.[0]?.extensions.code, resolved.body.data]).toEqual(['BAD_USER_INPUT', { resolvePerson: null }])
    }
    for (const name of ['a\0b', '\ud83d', 'x'.repeat(201)]) {
      expect(await raw({ query: verify, variables: { n: name, i: '310199198503070112' } }, amr)).toBe('200 BAD_USER_INPUT')
      expect(await raw({ query: people, variables: { w: { gender: { eq: name } } } }, headers)).toMatch(/^200 (BAD_USER_INPUT|NOT_FILTERABLE)$/)
      expect(await raw({ query: 'query($i: ID!) { enterprise(uscc: $i) { name } }', variables: { i: name } })).toMatch(/^200 (BAD_USER_INPUT|none)$/)
      expect(await raw({ query: 'query($i: String!) { enterprises(where: { name: { startsWith: $i } }) { nodes { uscc } } }', variables: { i: name } })).toBe('200 BAD_USER_INPUT')
    }
    // Check digits of licences and of market entities.
    expect(await raw({ query: '{ verifyLicense(identifier: "1.2.156.3005.2.113101990024700A8N001.113101990024700A8N.2026000000000001.001.T") { status } }' }, amr)).toBe('200 BAD_USER_INPUT')
    expect(await raw({ query: '{ verifyLicense { status } }' }, amr)).toBe('200 BAD_USER_INPUT')
    expect(await raw({ query: '{ enterprise(uscc: "91310199MA1K0T2A0B") { name } }' })).toMatch(/^200 (none|BAD_USER_INPUT)$/)
  })
})

/** How many of the hostile texts each argument gets, in turn; tests/long gives each all. */
const HOSTILE_TEXTS = Number(process.env['HOSTILE_TEXTS'] ?? 6)

describe('every argument of every field', () => {
  const hostile = ["' OR '1'='1", "'; DROP TABLE pop_person; --", '") } } #', '$1', '\\', '%', '_', '\u0000', '{"eq":1}', '${jndi:ldap://x}', '<script>', '__proto__', 'constructor', '../../etc/passwd', '\u202e', `${secret}`, '9'.repeat(400), "E'\\x27'", '张伟\u3000', 'NaN', 'Infinity', '-0', '1e400', '0x1f', 'null', 'true']

  it('takes hostile text as text or refuses it: no failure, no echo, no SQL', async () => {
    const schema = buildClientSchema((await city.ask(getIntrospectionQuery())).data as IntrospectionQuery)
    const callers = await Promise.all([['psb-officer', 'PSB-0001'], ['amr-officer', 'AMR-0001'], ['trans-officer', 'TRANS-0802'], ['edu-clerk', 'EDU-0701'], ['bdc-officer', 'BDC-0001'], ['credit-officer', 'CREDIT-0001'], ['tpb-officer', 'TPB-0001']].map(async ([caller = '', purpose = '']) => ({ authorization: `Bearer ${await city.token(caller)}`, 'x-purpose': purpose, 'x-case-no': 'SH-2026-0001' })))
    const good: Readonly<Record<string, unknown>> = { name: '张伟', idNo: '310199198503070112', division: '310101', scheme: 'PEN', minMonths: 1, from: '2026-01-01', to: '2026-01-02', section: 'x', category: 'TAXI', matterCode: 'M1', typeCode: '113101990024700A8N001' }
    const isText = (type: GraphQLInputType): boolean => ['String', 'ID', 'Date', 'DateTime'].includes(getNamedType(type).name)
    let asked = 0
    for (const field of Object.values(schema.getQueryType()?.getFields() ?? {})) {
      const attackable = field.args.flatMap((argument): readonly { argument: GraphQLArgument; value: (text: string) => unknown }[] => {
        const type = getNamedType(argument.type)
        if (isText(argument.type)) return [{ argument, value: (text) => text }]
        if (!isInputObjectType(type)) return []
        return Object.values(type.getFields()).flatMap((compared) => {
          const operators = getNamedType(compared.type)
          if (!isInputObjectType(operators)) return []
          return Object.values(operators.getFields()).filter((operator) => isText(operator.type)).map((operator) => ({ argument, value: (text: string) => ({ [compared.name]: { [operator.name]: String(operator.type).startsWith('[') ? [text] : text } }) }))
        })
      })
      for (const { argument, value } of attackable) {
        const others = field.args.filter((one) => one !== argument && isRequiredArgument(one))
        const variables = (text: string): Record<string, unknown> => ({ v: value(text), ...Object.fromEntries(others.map((one) => [one.name, good[one.name] ?? '1AAAAAAAAAAAAAAAAAAAAAA'])) })
        const declared = [`$v: ${String(argument.type)}`, ...others.map((one) => `$${one.name}: ${String(one.type)}`)].join(', ')
        const selection = isCompositeType(getNamedType(field.type)) ? '{ __typename }' : ''
        const query = `query(${declared}) { ${field.name}(${argument.name}: $v${others.map((one) => `, ${one.name}: $${one.name}`).join('')}) ${selection} }`
        const texts = Array.from({ length: HOSTILE_TEXTS }, (_, at) => hostile[(asked * HOSTILE_TEXTS + at) % hostile.length] ?? '')
        await Promise.all(texts.map(async (text, at) => {
          const reply = inspected(await send(`${city.url}/graphql`, 'POST', { query, variables: variables(text) }, callers[(asked + at) % callers.length]), `${field.name}.${argument.name} ${text.slice(0, 30)}`)
          const codes = (reply.body.errors ?? []).map(({ extensions }) => extensions.code)
          expect(codes.every((code) => code === 'BAD_USER_INPUT' || code === 'NOT_FILTERABLE'), `${query} ${JSON.stringify(variables(text)).slice(0, 100)} ${codes.join()}`).toBe(true)
          if (text.length > 8) expect(reply.text).not.toContain(JSON.stringify(text).slice(1, -1))
        }))
        asked += 1
      }
    }
    expect(asked).toBeGreaterThan(60)
    // Whatever was tried, the tables are there.
    expect((await city.ask('{ people(first: 1) { nodes { id } } }', { caller: 'psb-officer', purpose: 'PSB-0001' })).data.people.nodes).toHaveLength(1)
    expect(city.log()).not.toMatch(/"level":(50|60|"error"|"fatal")/)
  }, 180_000)
})
