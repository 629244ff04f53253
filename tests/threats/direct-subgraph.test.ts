// A department's subgraph answers nobody but its gateway (DESIGN 5.5): no seal, a forged seal, another gateway's seal, a caller's
// token: 403, recorded, nothing read. With a good seal, guessed ids and another organisation's ids hit nobody.

import { generateKeyPairSync, randomBytes } from 'node:crypto'
import http from 'node:http'
import { base64url, calculateJwkThumbprint, CompactSign, exportSPKI, importJWK } from 'jose'
import type { JWK } from 'jose'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { publicCaller } from '../../gateway/authenticate.ts'
import type { Caller } from '../../policy-engine/decision.ts'
import { createPublicIds } from '../../resolvers/ids.ts'
import { createOpener, createSealer, sealInProcess } from '../../subgraphs/access-context.ts'
import type { AccessContext } from '../../subgraphs/access-context.ts'
import { inProcessLink } from '../../subgraphs/in-process.ts'
import { serveSubgraph } from '../../subgraphs/serve-http.ts'
import type { SubgraphServer } from '../../subgraphs/serve-http.ts'
import { linkingToken } from '../../synthetic-city/linking-token.ts'
import { scenarioIds, scenarioPeople } from '../../synthetic-city/scenario.ts'
import { askedFields } from '../support/asked-fields.ts'
import { accessOf, citySubgraph } from '../support/city-subgraph.ts'
import type { CitySubgraph } from '../support/city-subgraph.ts'
import { LINK_KEY } from '../support/loaded-city.ts'
import { runningCity } from '../support/running-city.ts'
import type { RunningCity } from '../support/running-city.ts'
import { signedToken } from '../support/signed-token.ts'

const E1 = '91310199MA1K0T2A0A'
const newKey = (): JWK => generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }) as JWK
const publicPart = ({ d: _secret, ...rest }: JWK): JWK => rest
const psb: Caller = { ...publicCaller, kind: 'department', org: 'PSB', sub: 'officer', zone: 'intranet', assurance: 2 }

let city: RunningCity
let population: CitySubgraph
let server: SubgraphServer
let records: pg.Client
const ours = newKey()
let kid = ''

beforeAll(async () => {
  city = await runningCity()
  population = citySubgraph(city, 'population')
  kid = await calculateJwkThumbprint(publicPart(ours))
  server = await serveSubgraph({
    subgraph: population.subgraph,
    opener: createOpener({ publicKeys: [publicPart(ours)], clock: city.city.core.clock }),
    ready: async () => true,
    logger: city.city.core.logger,
    port: 0,
    host: '127.0.0.1',
  })
  records = new pg.Client(city.databases.audit.owner)
  await records.connect()
})
afterAll(async () => {
  await records.end()
  await server.stop()
  await population.close()
  await city.stop()
})

type Reply = { readonly status: number; readonly text: string; readonly headers: http.IncomingHttpHeaders }

function ask(query: string, headers: http.OutgoingHttpHeaders, variables: unknown = {}, method = 'POST', path = '/graphql'): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const request = http.request({ host: '127.0.0.1', port: server.port, path, method, headers: { 'content-type': 'application/json', ...headers } }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8'), headers: response.headers }))
    })
    request.on('error', reject)
    request.end(method === 'GET' ? undefined : JSON.stringify({ query, variables }))
  })
}

async function refusals(): Promise<number> {
  const { rows } = await records.query<{ n: string }>(`SELECT count(*) AS n FROM audit.record WHERE log = 'population' AND convert_from(leaf, 'UTF8')::jsonb ->> 'outcome' = 'REFUSED' AND convert_from(leaf, 'UTF8')::jsonb ->> 'code' = 'FORBIDDEN'`)
  return Number(rows[0]?.n)
}

const everyone = '{ people(first: 5) { nodes { id name idNo } } }'

async function expectRefused(headers: http.OutgoingHttpHeaders, query = everyone): Promise<void> {
  const [before, read] = [await refusals(), population.statements()]
  const reply = await ask(query, headers)
  const body: unknown = JSON.parse(reply.text)
  expect(reply.status, JSON.stringify(headers)).toBe(403)
  expect(body).toMatchObject({ errors: [{ message: 'This is not served to you.', extensions: { code: 'FORBIDDEN' } }], extensions: { sharing: { record: { log: 'population' }, decisions: [] } } })
  expect(body).not.toHaveProperty('data')
  expect(await refusals()).toBe(before + 1)
  expect(population.statements()).toBe(read)
}

const context = (changes: Partial<AccessContext> = {}, query = everyone): AccessContext => ({
  ...accessOf(city, psb, { purpose: 'PSB-0001', caseNo: 'SH-2026-0001' }, askedFields(population.subgraph.schema, query)), ...changes,
})

async function signed(payload: unknown, header: Record<string, unknown> = {}, key: JWK = ours): Promise<string> {
  return new CompactSign(new TextEncoder().encode(JSON.stringify(payload))).setProtectedHeader({ alg: 'EdDSA', typ: 'citygraph-access+jwt', kid, ...header }).sign(key)
}

const sealed = (seal: unknown): http.OutgoingHttpHeaders => ({ 'x-citygraph-seal': String(seal) })

describe('a subgraph of its own', () => {
  it('answers a seal of its gateway', async () => {
    const seal = await createSealer({ privateKey: ours, keyId: kid, clock: city.city.core.clock }).seal(context())
    const reply = await ask('{ people(first: 2) { nodes { id name } } }', sealed(seal))
    expect(reply.status).toBe(200)
    expect(reply.text).toContain('"nodes":[{"id":"1')
  })

  it('refuses requests without a seal, whatever else they carry', async () => {
    await expectRefused({})
    await expectRefused({}, '{ _service { sdl } }')
    await expectRefused({}, '{ __schema { types { name } } }')
    await expectRefused({}, 'query($r: [_Any!]!) { _entities(representations: $r) { __typename } }')
    await expectRefused({}, 'not graphql')
    await expectRefused({ authorization: `Bearer ${await signedToken(city, { claims: { org: 'PSB' } })}`, 'x-purpose': 'PSB-0001' })
    await expectRefused({ 'x-citygraph-router': 'x'.repeat(40), authorization: `Bearer ${await signedToken(city)}` })
    await expectRefused({ 'x-citygraph-access': JSON.stringify(context()), 'x-caller': 'PSB' })
  })

  it('refuses what is no seal at all', async () => {
    for (const text of ['x', '...', 'null', '{}', '[object Object]', 'a.b.c', `${base64url.encode('{}')}..`, 'A'.repeat(40_000), await signedToken(city)]) await expectRefused(sealed(text))
  })

  it('refuses seals of other keys, also under our key’s name', async () => {
    const theirs = newKey()
    await expectRefused(sealed(await signed(context(), {}, theirs)))
    await expectRefused(sealed(await signed(context(), { kid: await calculateJwkThumbprint(publicPart(theirs)) }, theirs)))
    await expectRefused(sealed(await signed(context(), { jwk: publicPart(theirs) }, theirs)))
    await expectRefused(sealed(await createSealer({ privateKey: theirs, keyId: kid, clock: city.city.core.clock }).seal(context())))
    if (city.keys.seal === undefined || city.keys.issuer === undefined) throw new Error('keys')
    // Another gateway's seal, and a signature of the city's own token issuer.
    await expectRefused(sealed(await signed(context(), {}, city.keys.seal)))
    await expectRefused(sealed(await signed(context(), {}, city.keys.issuer)))
  })

  it('refuses a good seal whose payload, header or signature was altered', async () => {
    const seal = await signed(context({ caller: { ...publicCaller } }))
    const [header = '', payload = '', signature = ''] = seal.split('.')
    const forged = base64url.encode(JSON.stringify(context()))
    await expectRefused(sealed(`${header}.${forged}.${signature}`))
    await expectRefused(sealed(`${header}.${payload}.`))
    await expectRefused(sealed(`${header}.${payload}`))
    await expectRefused(sealed(`${header}.${payload}.${signature}.${signature}`))
    await expectRefused(sealed(`${base64url.encode(JSON.stringify({ alg: 'EdDSA', typ: 'citygraph-access+jwt', kid, x: 1 }))}.${payload}.${signature}`))
    const bytes = base64url.decode(signature)
    for (const at of [0, 31, 32, 63]) {
      const altered = Uint8Array.from(bytes, (byte, index) => (index === at ? byte ^ 1 : byte))
      await expectRefused(sealed(`${header}.${payload}.${base64url.encode(altered)}`))
    }
  })

  it('refuses alg none, HS256 with our public key, and seals of another kind', async () => {
    const payload = base64url.encode(JSON.stringify(context()))
    for (const alg of ['none', 'None', 'NONE', '']) await expectRefused(sealed(`${base64url.encode(JSON.stringify({ alg, typ: 'citygraph-access+jwt', kid }))}.${payload}.`))
    const imported = await importJWK(publicPart(ours), 'EdDSA', { extractable: true })
    if (imported instanceof Uint8Array) throw new Error('a public key')
    const secrets = [base64url.decode(ours.x ?? ''), new TextEncoder().encode(ours.x), new TextEncoder().encode(await exportSPKI(imported)), new TextEncoder().encode(JSON.stringify(publicPart(ours)))]
    for (const secret of secrets) {
      const token = await new CompactSign(new TextEncoder().encode(JSON.stringify(context()))).setProtectedHeader({ alg: 'HS256', typ: 'citygraph-access+jwt', kid }).sign(secret.length < 32 ? Buffer.concat([secret, Buffer.alloc(32)]) : secret)
      await expectRefused(sealed(token))
    }
    await expectRefused(sealed(await signed(context(), { typ: 'at+jwt' })))
    await expectRefused(sealed(await signed(context(), { typ: undefined })))
    await expectRefused(sealed(await signed(context(), { kid: undefined })))
  })

  it('refuses seals out of their time or longer than a minute', async () => {
    const now = Math.floor(city.city.core.clock.now().getTime() / 1000)
    for (const [issuedAt, expiresAt] of [[now - 61, now - 1], [now - 60, now], [now + 60, now + 120], [now, now + 3_600], [now, now - 1], [now - 30, now + 31], [0, now + 60], [now, 1e12]] as const) {
      await expectRefused(sealed(await signed(context({ issuedAt, expiresAt }))))
    }
  })

  it('refuses seals whose content is not exactly an access context', async () => {
    const good = context()
    for (const payload of [null, [], 'PSB', {}, { ...good, admin: true }, { ...good, caller: { ...good.caller, kind: 'root' } }, { ...good, caller: { ...good.caller, extra: 1 } }, { ...good, bundleSequence: '1' }, { ...good, operation: undefined }, { caller: good.caller }]) {
      await expectRefused(sealed(await signed(payload)))
    }
  })

  it('refuses a bundle that it never had', async () => {
    const seal = await signed(context({ bundleSequence: 99 }))
    const reply = await ask(everyone, sealed(seal))
    expect([reply.status, (JSON.parse(reply.text) as { errors: { extensions: { code: string } }[] }).errors[0]?.extensions.code]).toEqual([403, 'FORBIDDEN'])
  })

  it('refuses two seals, even equal ones, and a seal in the wrong place', async () => {
    const seal = await signed(context())
    await expectRefused({ 'x-citygraph-seal': [seal, seal] })
    await expectRefused({ authorization: `Bearer ${seal}` })
    await expectRefused({ 'x-seal': seal, cookie: `x-citygraph-seal=${seal}` })
    const reply = await ask(everyone, {}, {}, 'GET', `/graphql?x-citygraph-seal=${seal}&query=${encodeURIComponent(everyone)}`)
    expect(reply.status).toBe(403)
  })

  it('refuses in process whatever was not sealed in process', async () => {
    const link = inProcessLink(population.subgraph)
    for (const seal of [undefined, null, {}, Object.freeze({}), context(), JSON.stringify(context()), await signed(context()), Symbol('seal'), () => context()]) {
      const before = await refusals()
      const answer = await link.process({ request: { query: everyone }, seal })
      expect([answer.status, answer.data, answer.errors?.[0]?.extensions.code]).toEqual([403, undefined, 'FORBIDDEN'])
      expect(await refusals()).toBe(before + 1)
    }
  })
})

describe('a good seal', () => {
  const asked = `query Asked($no: Boolean = false) { people(first: 1) { nodes { id name mobile @include(if: $no) } } }`
  const sealedFor = (fields: readonly string[]): AccessContext => ({ ...context(), operation: { ...context().operation, fields } })

  it('refuses a field that the sealed operation did not ask for', async () => {
    const seal = sealed(await signed(sealedFor(['Query.people', 'Person.id', 'Person.name'])))
    for (const query of [
      everyone, '{ people(first: 1) { nodes { id n: idNo } } }', '{ people(first: 1) { nodes { ...F } } } fragment F on Person { mobile }',
      '{ people(first: 1) { nodes { id residenceRegistrations { nodes { division } } } } }', '{ resolvePerson(idNo: "310199198503070112") { id } }',
      '{ _entities(representations: []) { ... on Person { id idNo } } }', '{ _entities(representations: []) { ... on Driver { id } } }',
      '{ _entities(representations: []) { ...F } } fragment F on Driver { id }',
      asked.replace('= false', '= true'), '{ people(first: 1) { nodes { id mobile @skip(if: false) } } }',
    ]) {
      expect(askedFields(population.subgraph.schema, query), query).not.toEqual([])
      await expectRefused(seal, query)
    }
    for (const facts of [[], ['Query.people'], ['Person.idNo', 'Person.name', 'Person.id'], ['Query.person', 'Person.idNo', 'Person.name']]) await expectRefused(sealed(await signed(sealedFor(facts))))
  })

  it('refuses it in process as well', async () => {
    const before = await refusals()
    const answer = await inProcessLink(population.subgraph).process({ request: { query: everyone }, seal: sealInProcess(sealedFor(['Query.people', 'Person.name'])) })
    expect([answer.status, answer.data, answer.errors?.[0]?.extensions.code]).toEqual([403, undefined, 'FORBIDDEN'])
    expect(await refusals()).toBe(before + 1)
  })

  it('lets keys and fields that variables leave out pass', async () => {
    const seal = sealed(await signed(sealedFor(['Query.people', 'Person.name'])))
    const reply = await ask(asked, seal)
    expect(reply.status, reply.text).toBe(200)
    expect(reply.text).not.toContain('mobile')
    expect((await ask(asked, seal, { no: true })).status).toBe(403)
  })
})

describe('_entities with a good seal', () => {
  const query = 'query($r: [_Any!]!) { _entities(representations: $r) { ... on Person { id name idNo } } }'
  const pid = linkingToken(scenarioPeople.zhangWei.idNo, LINK_KEY)

  async function entities(r: readonly unknown[], access = context()): Promise<unknown> {
    const reply = await ask(query, sealed(await signed(access)), { r })
    expect(reply.status, reply.text).toBe(200)
    return (JSON.parse(reply.text) as { data: { _entities: unknown } }).data._entities
  }

  it('gives the row for the sealed organisation’s own id', async () => {
    const ids = createPublicIds(city.keys.ids)
    expect(await entities([{ __typename: 'Person', id: ids.encipher('PSB', 'Person', pid) }])).toEqual([{ id: ids.encipher('PSB', 'Person', pid), name: '张伟', idNo: scenarioPeople.zhangWei.idNo }])
  })

  it('gives nobody for guessed ids, raw pids, other organisations’ and other types’ ids', async () => {
    const ids = createPublicIds(city.keys.ids)
    const others = createPublicIds([new TextEncoder().encode('another pair key')])
    const guesses = [
      pid, pid.replaceAll('-', ''), pid.toUpperCase(), `1${Buffer.from(pid.replaceAll('-', ''), 'hex').toString('base64url')}`,
      ids.encipher('AMR', 'Person', pid), ids.encipher('PUBLIC', 'Person', pid), ids.encipher('PSB', 'Driver', pid), ids.encipher('PSB', 'License', pid), ids.encipher('PSB', 'License', scenarioIds.zhangWeiIdentity),
      others.encipher('PSB', 'Person', pid), ...Array.from({ length: 20 }, () => `1${randomBytes(16).toString('base64url')}`),
      '', '1', '2'.repeat(23), scenarioPeople.zhangWei.idNo, "' OR true --", '%', '*', '\0',
    ]
    expect(await entities(guesses.map((id) => ({ __typename: 'Person', id })))).toEqual(guesses.map(() => null))
    const shapes = [{ __typename: 'Person' }, { __typename: 'Person', id: null }, { __typename: 'Person', id: 1 }, { __typename: 'Person', id: [pid] }, { __typename: 'Person', id: { eq: pid } }, { __typename: 'Person', pid }, { __typename: 'Person', subject: pid, keys: [pid] }]
    expect(await entities(shapes)).toEqual(shapes.map(() => null))
  })

  it('gives nothing of a reference to callers for whom the type does not exist, and records the question', async () => {
    const ids = createPublicIds(city.keys.ids)
    for (const caller of [publicCaller, { ...publicCaller, kind: 'operator', org: 'OPS' } as const, { ...publicCaller, kind: 'partner', org: 'NAV-B' } as const]) {
      const { purpose: _purpose, caseNo: _caseNo, ...plain } = context({ caller })
      const before = Number((await records.query<{ n: string }>(`SELECT count(*) AS n FROM audit.record WHERE log = 'population'`)).rows[0]?.n)
      expect(await entities([{ __typename: 'Person', id: ids.encipher(caller.org, 'Person', pid) }], plain)).toEqual([null])
      expect(Number((await records.query<{ n: string }>(`SELECT count(*) AS n FROM audit.record WHERE log = 'population'`)).rows[0]?.n)).toBe(before + 1)
    }
  })

  it('takes no type, field or value from the representation', async () => {
    for (const r of [[{ __typename: 'Query' }], [{ __typename: '__proto__' }], [{ __typename: 'constructor' }], [{}], [null], ['Person'], [[]], [{ __typename: 'pop_person' }]]) {
      const reply = await ask(query, sealed(await signed(context())), { r })
      expect(reply.text).not.toMatch(/stack|node_modules|SELECT|pop_person|Did you mean/)
      const { data } = JSON.parse(reply.text) as { data?: { _entities?: unknown[] } | null }
      expect(data?._entities?.every((one) => one === null) ?? true, JSON.stringify(r)).toBe(true)
    }
    const enterprise = await ask('query($r: [_Any!]!) { _entities(representations: $r) { ... on Driver { id licenseNo } } }', sealed(await signed(context())), { r: [{ __typename: 'Driver', id: 'x', licenseNo: 'forged', uscc: E1 }] })
    expect(enterprise.text).not.toContain('forged')
  })
})
