// The same subgraph over HTTP: the same answers as in process, nothing without a seal, and a foreign router's own way in.

import { exportJWK, generateKeyPair } from 'jose'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CitygraphError } from '../../core/errors.ts'
import { createOpener, createSealer, sealInProcess, type AccessContext, type Opener, type Sealer } from '../../subgraphs/access-context.ts'
import { inProcessLink } from '../../subgraphs/in-process.ts'
import { createRouterMode } from '../../subgraphs/router-mode.ts'
import { serveSubgraph, type SubgraphServer } from '../../subgraphs/serve-http.ts'
import { createLogger } from '../../core/logger.ts'
import { askedFields } from '../support/asked-fields.ts'
import { accessOf, clock, creditOfficer, publicCaller, tinyCredit, type TinyCredit } from '../support/tiny-credit.ts'

const ROUTER_SECRET = 'router-secret-router-secret-router-secret'
const LIST = '{ creditRecords(first: 1) { nodes { id title } } }'

let city: TinyCredit
let server: SubgraphServer
let sealer: Sealer
let opener: Opener
let ready = true
beforeAll(async () => {
  city = await tinyCredit()
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true })
  sealer = createSealer({ privateKey, keyId: 'k1', clock })
  opener = createOpener({ publicKeys: [{ ...(await exportJWK(publicKey)), kid: 'k1' }], clock })
  const verifyToken = async (authorization: string | undefined) => {
    if (authorization === undefined) return publicCaller
    if (authorization === 'Bearer officer') return creditOfficer
    throw new CitygraphError('UNAUTHENTICATED')
  }
  server = await serveSubgraph({
    subgraph: city.subgraph,
    opener,
    router: createRouterMode({ secret: ROUTER_SECRET, verifyToken, engine: city.engine, clock }),
    ready: async () => ready,
    logger: createLogger('silent'),
    port: 0,
    host: '127.0.0.1',
  })
})
afterAll(async () => {
  await server?.stop()
  await city?.close()
})

type Reply = { status: number; body: Record<string, unknown> }
async function post(body: unknown, headers: Record<string, string> = {}, path = '/'): Promise<Reply> {
  const response = await fetch(`http://127.0.0.1:${server.port}${path}`, {
    method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  return { status: response.status, body: JSON.parse(await response.text()) as Record<string, unknown> }
}
const access = (caller = publicCaller, query = LIST): AccessContext => accessOf(caller, city.engine.head().sequence, undefined, askedFields(city.subgraph.schema, query))
const sealed = async (caller = publicCaller, query = LIST): Promise<Record<string, string>> => ({ 'x-citygraph-seal': await sealer.seal(access(caller, query)) })
const last = async () => (await city.records()).at(-1)

describe('a subgraph over HTTP', () => {
  it.each([
    ['a list', { query: LIST }],
    ['partial data', { query: '{ creditRecords { nodes { id title } } }' }],
    ['entities', { query: 'query($r: [_Any!]!) { _entities(representations: $r) { ... on Person { id } } }', variables: { r: [{ __typename: 'Person', id: 'a' }] } }],
    ['a denied entry', { query: '{ creditCheck(matterCode: "M") { blocked } }' }],
    ['an invalid operation', { query: '{ nothing }' }],
    ['an unknown operation name', { query: `query A ${LIST}`, operationName: 'B' }],
  ])('answers %s as in process', async (_, request) => {
    const over = await post(request, await sealed(publicCaller, request.query))
    const { status, ...body } = await inProcessLink(city.subgraph).process({ request, seal: sealInProcess(access(publicCaller, request.query)) })
    const withoutIds = (it: unknown): unknown => JSON.parse(JSON.stringify(it).replaceAll(/"id":"[0-9a-f-]{36}"/g, '"id":"…"'))
    expect(over.status).toBe(status)
    expect(withoutIds(over.body)).toEqual(withoutIds(body))
  })

  it('validates what says that the planner of its process made it', async () => {
    const query = '{ creditRecords(first: "x") { nodes { id } } }'
    for (const headers of [{}, { accept: 'application/json' }]) {
      const { status, body } = await post({ query, planned: true, extensions: { planned: true } }, { ...(await sealed(publicCaller)), ...headers })
      expect([status, body['data'] ?? undefined]).toEqual([400, undefined])
    }
  })

  it('answers gateways, whose requests are plain, in the words of Apollo’s protocol', async () => {
    const requests = [
      { query: LIST }, { query: '{ creditRecords { nodes { id title } } }', variables: null }, { query: '{ nothing }' }, { query: '{ broken' },
      { query: `query A ${LIST}`, operationName: 'B' }, { query: LIST, variables: [] }, { query: LIST, variables: '{}' }, { query: '' }, { query: LIST, extensions: {} },
    ]
    const withoutIds = (it: unknown): string => JSON.stringify(it).replaceAll(/"id":"[0-9a-f-]{36}"/g, '"id":"…"')
    for (const request of requests) {
      const seal = await sealed()
      const plain = await post(request, { ...seal, accept: 'application/json' })
      const record = await last()
      const negotiated = await post(request, { ...seal, accept: 'application/json, */*;q=0.1' })
      expect(withoutIds(plain), JSON.stringify(request)).toBe(withoutIds(negotiated))
      const kept = ({ outcome, code, caller, operationHash }: NonNullable<typeof record>): object => ({ outcome, code, caller, operationHash })
      expect(record && kept(record)).toEqual(kept(await last() as NonNullable<typeof record>))
    }
  })

  it('refuses and records what has no seal, a false seal, or a seal it was not signed for', async () => {
    const good = (await sealed())['x-citygraph-seal'] ?? ''
    const [head = '', payload = '', signature = ''] = good.split('.')
    const forged = `${head}.${Buffer.from(Buffer.from(payload, 'base64url').toString().replace('PUBLIC', 'CREDIT')).toString('base64url')}.${signature}`
    for (const headers of [{}, { 'x-citygraph-seal': 'x' }, { 'x-citygraph-seal': forged }, { 'x-citygraph-router': 'guess' }, { authorization: 'Bearer officer' }]) {
      for (const query of [LIST, '{ _service { sdl } }']) {
        const reply = await post({ query }, headers as Record<string, string>)
        expect(reply).toMatchObject({ status: 403, body: { errors: [{ extensions: { code: 'FORBIDDEN' } }] } })
        expect(reply.body).not.toHaveProperty('data')
        expect(await last()).toMatchObject({ outcome: 'REFUSED', code: 'FORBIDDEN', caller: { org: 'UNKNOWN' } })
      }
    }
  })

  it('keeps the request id it is given, if it is a UUID', async () => {
    const id = '5d3c1a52-0000-4000-8000-0000000000aa'
    await post({ query: LIST }, { ...(await sealed()), 'x-request-id': id })
    expect((await last())?.requestId).toBe(id)
    await post({ query: LIST }, { ...(await sealed()), 'x-request-id': 'not-a-uuid' })
    expect((await last())?.requestId).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('refuses bodies that are malformed, too large, or lists', async () => {
    for (const [body, code, status] of [['{', 'BAD_USER_INPUT', 400], ['[{"query":"{ __typename }"}]', 'BAD_USER_INPUT', 400], ['{"query":1}', 'BAD_USER_INPUT', 400], ['{}', 'BAD_USER_INPUT', 400],
      [JSON.stringify({ query: 'x'.repeat(1024 * 1024) }), 'TOO_COSTLY', 400]] as const) {
      const reply = await post(body, await sealed())
      expect(reply, String(body).slice(0, 20)).toMatchObject({ status, body: { errors: [{ extensions: { code } }] } })
      expect(await last()).toMatchObject({ outcome: 'REFUSED', code })
    }
  })

  it('lets a configured router in with the callers own token, by the stricter rule', async () => {
    const router = { 'x-citygraph-router': ROUTER_SECRET }
    expect(await post({ query: LIST }, router)).toMatchObject({ status: 200, body: { data: { creditRecords: { nodes: [{ id: 'R1' }] } } } })
    expect(await last()).toMatchObject({ caller: { kind: 'public' }, operationHash: expect.stringMatching(/^[0-9a-f]{64}$/) })
    const check = { query: '{ creditCheck(matterCode: "M") { blocked } }' }
    expect((await post(check, { ...router, authorization: 'Bearer officer', 'x-purpose': 'CREDIT-0001' })).body['data']).toEqual({ creditCheck: { blocked: false } })
    expect((await post(check, { ...router, authorization: 'Bearer officer' })).body['data']).toEqual({ creditCheck: null })
    expect(await post(check, { ...router, authorization: 'Bearer stranger' })).toMatchObject({ status: 401, body: { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] } })
    expect(await post(check, { ...router, 'x-purpose': 'NO-SUCH' })).toMatchObject({ status: 400, body: { errors: [{ extensions: { code: 'PURPOSE_UNKNOWN' } }] } })
    expect(await post(check, { ...router, 'x-case-no': 'a b' })).toMatchObject({ status: 400, body: { errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] } })
    expect(await post({ query: '{ _service { sdl } }' }, router)).toMatchObject({ status: 403 })
  })

  it('tells its health without a seal and serves nothing else', async () => {
    const status = async (path: string) => (await fetch(`http://127.0.0.1:${server.port}${path}`)).status
    expect(await status('/health/live')).toBe(200)
    expect(await status('/health/ready')).toBe(200)
    ready = false
    expect(await status('/health/ready')).toBe(503)
    ready = true
    expect(await status('/metrics')).toBe(404)
    expect(await status('/?query={__typename}')).toBe(403)
  })

  it('ends what it has begun before it stops, and begins nothing new', async () => {
    const other = await serveSubgraph({ subgraph: city.subgraph, opener, ready: async () => true, logger: createLogger('silent'), port: 0, host: '127.0.0.1' })
    const ask = async () => fetch(`http://127.0.0.1:${other.port}/`, { method: 'POST', headers: { 'content-type': 'application/json', ...(await sealed()) }, body: JSON.stringify({ query: LIST }) })
    const owner = new pg.Client(city.auditOwner)
    await owner.connect()
    await owner.query('BEGIN')
    await owner.query(`SELECT FROM audit.log WHERE name = 'credit' FOR UPDATE`)
    const under = ask()
    await new Promise((resolve) => setTimeout(resolve, 300))
    const stopped = other.stop()
    await new Promise((resolve) => setTimeout(resolve, 100))
    await expect(ask()).rejects.toThrow()
    await owner.query('ROLLBACK')
    await owner.end()
    expect((await under).status).toBe(200)
    await stopped
  })
})
