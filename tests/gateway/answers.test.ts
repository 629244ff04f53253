import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { httpLink } from '../../gateway/http-link.ts'
import { allSubgraphSdl } from '../../schema/load.ts'
import { startGateway } from '../support/gateway-city.ts'
import type { GatewayCity } from '../support/gateway-city.ts'
import { startPlainSubgraph, typeOfToken } from '../support/plain-subgraph.ts'
import type { PlainSubgraph } from '../support/plain-subgraph.ts'

const sdls = allSubgraphSdl()
const record = { log: 'credit', id: '019ca71f-b900-75ad-9401-2131950d496f' }
let enterprises: PlainSubgraph
let credit: PlainSubgraph
let creditPort: number
let city: GatewayCity

const creditParts = {
  sdl: sdls.credit,
  resolvers: {
    Enterprise: { __resolveReference: (key: unknown) => key, creditSummary: () => ({ recordCount: 2 }), creditRating: () => ({ grade: 'A' }) },
    Query: { creditRecords: () => { throw new Error('SELECT secret FROM crd_record') } },
  },
  decorate: (answer: object) => ({ ...answer, extensions: { sharing: { record } } }),
}

beforeAll(async () => {
  enterprises = await startPlainSubgraph({
    sdl: sdls.enterprises,
    resolvers: { Query: { enterprise: (_root: unknown, { uscc }: { uscc: string }) => ({ uscc, name: '上海示例出行科技有限公司' }) } },
  })
  credit = await startPlainSubgraph(creditParts)
  creditPort = Number(new URL(credit.url).port)
  city = await startGateway(httpLink({ urls: { enterprises: enterprises.url, credit: credit.url }, timeoutMs: 1_000 }))
})
afterAll(async () => {
  await city.listening.stop(1_000)
  await Promise.all([enterprises.stop(), credit.stop()])
})

const query = '{ enterprise(uscc: "91310199MA1K0T2A0A") { uscc name contactMobile creditSummary { recordCount } } }'

describe('answers of a running gateway', () => {
  it('joins two subgraphs, names the policy version, the decisions and the records', async () => {
    const { status, body } = await city.as('bank-a', { query }, { 'x-request-id': '5d3c1a52-0000-4000-8000-000000000001' })
    expect(status).toBe(200)
    expect(body.errors).toBeUndefined()
    expect(body.data).toEqual({ enterprise: { uscc: '91310199MA1K0T2A0A', name: '上海示例出行科技有限公司', contactMobile: null, creditSummary: { recordCount: 2 } } })
    const { sharing } = body.extensions
    expect(sharing.requestId).toBe('5d3c1a52-0000-4000-8000-000000000001')
    expect(sharing.policyVersion).toBe(city.engine.head().hash)
    expect(sharing.records).toEqual([record])
    expect(sharing.decisions).toEqual([{ path: 'enterprise.contactMobile', decision: 'DENIED', code: expect.stringMatching(/^(POLICY|APPLY|PURPOSE)$/) }])
  })

  it('sends subgraphs the seal and the request id and none of the client’s headers', async () => {
    const before = enterprises.seen.length
    const { body } = await city.as('bank-a', { query }, { 'x-case-no': 'CASE-2026-0001', cookie: 'a=b' })
    const [seen] = enterprises.seen.slice(before)
    expect(typeOfToken(seen?.['x-citygraph-seal'])).toBe('citygraph-access+jwt')
    expect(seen?.['x-request-id']).toBe(body.extensions.sharing.requestId)
    expect(seen?.authorization).toBeUndefined()
    expect(seen?.cookie).toBeUndefined()
  })

  it('adds denied paths to errors only when asked to', async () => {
    const { status, body } = await city.as('bank-a', { query }, { 'x-denied': 'errors' })
    expect(status).toBe(200)
    expect(body.errors).toEqual([{ message: 'This is not served to you.', path: ['enterprise', 'contactMobile'], extensions: { code: 'FORBIDDEN' } }])
  })

  it('answers a dry run with the same decisions, no data and no fetch, and records it', async () => {
    const wet = await city.as('bank-a', { query })
    const [fetches, records] = [enterprises.seen.length, city.records.length]
    const dry = await city.as('bank-a', { query }, { 'x-dry-run': 'decisions' })
    expect(dry.status).toBe(200)
    expect(dry.body.data).toBeNull()
    expect(dry.body.extensions.sharing.decisions).toEqual(wet.body.extensions.sharing.decisions)
    expect(enterprises.seen.length).toBe(fetches)
    const [made] = city.records.slice(records)
    expect(made).toMatchObject({ log: 'gateway', outcome: 'ANSWERED', caller: { org: 'BANK-A' } })
    expect(made?.fields.find(({ field }) => field === 'Enterprise.contactMobile')?.decision).toBe('DENIED')
    expect(dry.body.extensions.sharing.records).toEqual([{ log: 'gateway', id: made?.id }])
  })

  it('does not answer a dry run that it cannot record', async () => {
    city.breakLog(true)
    const dry = await city.as('bank-a', { query }, { 'x-dry-run': 'decisions' })
    city.breakLog(false)
    expect(dry.status).toBe(503)
    expect(dry.body.errors?.[0]?.extensions.code).toBe('AUDIT_UNAVAILABLE')
    expect('data' in dry.body).toBe(false)
  })

  it('names a domain that is away once, serves the rest, and heals by itself', async () => {
    await credit.stop()
    const both = '{ enterprise(uscc: "1") { name creditSummary { recordCount } } creditRecords { nodes { title } } }'
    const away = await city.ask({ query: both })
    expect(away.status).toBe(200)
    expect(away.body.data).toEqual({ enterprise: { name: '上海示例出行科技有限公司', creditSummary: null }, creditRecords: null })
    expect(away.body.errors).toEqual([{ message: 'This domain cannot be reached at the moment.', extensions: { code: 'SUBGRAPH_UNAVAILABLE', domain: 'credit' } }])
    expect(away.text).not.toMatch(/127\.0\.0\.1|ECONN|http:/)
    credit = await startPlainSubgraph({ ...creditParts, port: creditPort })
    const back = await city.ask({ query })
    expect(back.body.errors).toBeUndefined()
    expect(back.body.data).toMatchObject({ enterprise: { creditSummary: { recordCount: 2 } } })
  })

  it('says nothing of what a subgraph’s resolver threw', async () => {
    const { status, text, body } = await city.ask({ query: '{ creditRecords { nodes { title } } }' })
    expect(status).toBe(200)
    expect(body.errors).toEqual([{ message: 'Something went wrong on our side.', path: ['creditRecords'], extensions: { code: 'INTERNAL' } }])
    expect(text).not.toContain('SELECT')
    expect(city.logged.join('')).not.toContain('SELECT')
  })
})

describe('subgraphs that misbehave', () => {
  const cases: readonly (readonly [string, (response: import('node:http').ServerResponse) => boolean, string, number])[] = [
    ['never answers', () => true, 'SUBGRAPH_UNAVAILABLE', 200],
    ['cuts the connection', (response) => { response.destroy(); return true }, 'SUBGRAPH_UNAVAILABLE', 200],
    ['says something that is not JSON', (response) => { response.end('<html>http://10.0.0.9 secret</html>'); return true }, 'SUBGRAPH_UNAVAILABLE', 200],
    ['says a JSON list', (response) => { response.end('[1]'); return true }, 'SUBGRAPH_UNAVAILABLE', 200],
    ['fails with 502', (response) => { response.writeHead(502); response.end('{"errors":[{"message":"secret"}]}'); return true }, 'SUBGRAPH_UNAVAILABLE', 200],
    ['refuses the gateway', (response) => { response.writeHead(403); response.end('{"errors":[{"message":"secret","extensions":{"code":"FORBIDDEN"}}]}'); return true }, 'INTERNAL', 200],
    ['cannot record', (response) => { response.writeHead(503); response.end('{"data":{"metroLines":null},"errors":[{"message":"secret","extensions":{"code":"AUDIT_UNAVAILABLE"}}]}'); return true }, 'AUDIT_UNAVAILABLE', 503],
    ['cannot record and says 200', (response) => { response.end('{"data":{"metroLines":{"nodes":[]}},"errors":[{"message":"secret","extensions":{"code":"AUDIT_UNAVAILABLE"}}]}'); return true }, 'AUDIT_UNAVAILABLE', 503],
    ['answers with the wrong shape', (response) => { response.end('{"data":{"metroLines":{"nodes":"secret"}}}'); return true }, 'INTERNAL', 500],
  ]
  let how: (typeof cases)[number][1] = () => false
  let transport: PlainSubgraph
  let one: GatewayCity
  beforeAll(async () => {
    transport = await startPlainSubgraph({ sdl: sdls.transport, resolvers: {}, misbehave: (response) => how(response) })
    one = await startGateway(httpLink({ urls: { transport: transport.url, enterprises: enterprises.url }, timeoutMs: 500 }))
  })
  afterAll(async () => {
    await one.listening.stop(100)
    await transport.stop()
  })

  for (const [what, misbehave, code, status] of cases) {
    it(`answers ${code} when one ${what}`, async () => {
      how = misbehave
      const reply = await one.ask({ query: '{ metroLines { nodes { name } } enterprise(uscc: "1") { name } }' })
      expect(reply.status).toBe(status)
      expect(reply.body.errors).toHaveLength(1)
      expect(reply.body.errors?.[0]?.extensions.code).toBe(code)
      if (status === 200) expect(reply.body.data).toEqual({ metroLines: null, enterprise: { name: '上海示例出行科技有限公司' } })
      else expect('data' in reply.body).toBe(false)
      expect(`${reply.text}${one.logged.join('')}`).not.toMatch(/secret|10\.0\.0\.9/)
    })
  }
})

describe('a supergraph that is not ours', () => {
  it('is served without decisions, its reserved aliases refused, its data whole', async () => {
    const { composeServices } = await import('@apollo/composition')
    const { parse } = await import('graphql')
    const sdl = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key"])
      type Query { book(isbn: ID!): Book } type Book @key(fields: "isbn") { isbn: ID! title: String! secret: String }`
    const library = await startPlainSubgraph({ sdl, resolvers: { Query: { book: (_root: unknown, { isbn }: { isbn: string }) => ({ isbn, title: 'Graphs', secret: 's' }) } } })
    const { supergraphSdl } = composeServices([{ name: 'library', url: library.url, typeDefs: parse(sdl) }])
    const foreign = await startGateway(httpLink(), { foreign: supergraphSdl ?? '' })
    const good = await foreign.ask({ query: '{ book(isbn: "1") { isbn title } }' })
    expect(good.body.data).toEqual({ book: { isbn: '1', title: 'Graphs' } })
    expect(good.body.extensions.sharing.decisions).toEqual([])
    expect((await foreign.ask({ query: '{ book(isbn: "1") { isbn: secret } }' })).status).toBe(400)
    await foreign.listening.stop(100)
    await library.stop()
  })
})
