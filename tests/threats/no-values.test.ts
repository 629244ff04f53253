// A caller puts numbers of people wherever something of his may be kept or come back: headers, names, aliases, variables, literals,
// addresses, tokens. None is in any record, log line, metric, error or header afterwards, in no spelling, whether the gateway or a
// foreign router stands in front. Where the place is his to fill (case number), he is refused by the header's name.

import { createHash } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AccessRecord } from '../../audit/access-record.ts'
import { createAuthenticate } from '../../gateway/authenticate.ts'
import { createOpener } from '../../subgraphs/access-context.ts'
import { createRouterMode } from '../../subgraphs/router-mode.ts'
import { serveSubgraph } from '../../subgraphs/serve-http.ts'
import type { SubgraphServer } from '../../subgraphs/serve-http.ts'
import { demonstrationIssuer } from '../../cli/issuer.ts'
import { citySubgraph } from '../support/city-subgraph.ts'
import type { CitySubgraph } from '../support/city-subgraph.ts'
import { send } from '../support/gateway-city.ts'
import type { Reply } from '../support/gateway-city.ts'
import { naturalKeys } from '../support/natural-key-grep.ts'
import { runningCity } from '../support/running-city.ts'
import type { RunningCity } from '../support/running-city.ts'
import { signedToken } from '../support/signed-token.ts'

const SECRET = 'router-secret-router-secret-router-secret'
/** One of each kind that has letters and digits only, and so may stand in a name or a header. */
const plain = { idNo: '310199198503070112', withX: '31019920000229031X', legacy: '310199850307011', mobile: '15400001234', card: '6216261000000000018', passport: 'E12345678' }
const others = { plate: '沪A·12345', mail: 'zhang.wei@example.com', grouped: '310199-19850307-0112' }
const values: readonly string[] = [...Object.values(plain), ...Object.values(others)]
const numbers: readonly string[] = Object.values(plain)

let city: RunningCity
let population: CitySubgraph
let server: SubgraphServer

beforeAll(async () => {
  city = await runningCity()
  population = citySubgraph(city, 'population')
  const { clock, engine, logger } = city.city.core
  const issuer = await demonstrationIssuer(city.keys, clock)
  server = await serveSubgraph({
    subgraph: population.subgraph,
    opener: createOpener({ publicKeys: [...city.keys.sealPublic], clock }),
    router: createRouterMode({ secret: SECRET, verifyToken: createAuthenticate({ issuers: [issuer.trusted], clock }), engine, clock }),
    ready: async () => true,
    logger,
    port: 0,
    host: '127.0.0.1',
  })
})
afterAll(async () => {
  await server.stop()
  await population.close()
  await city.stop()
})

/** As it is, small, without separators, and as programs write it. */
function spellings(value: string): readonly string[] {
  const bytes = Buffer.from(value)
  return [value, value.toLowerCase(), value.replace(/[^0-9A-Za-z]/g, ''), encodeURIComponent(value), bytes.toString('base64').replace(/=+$/, ''), bytes.toString('base64url'), bytes.toString('hex')].filter((text) => /[0-9]{5}|@|[a-f0-9]{16}|[A-Za-z]{8}/.test(text))
}
const heldIn = (text: string): readonly string[] => values.filter((value) => spellings(value).some((spelt) => text.includes(spelt)))

async function official(changes: Parameters<typeof signedToken>[1] = {}): Promise<Record<string, string>> {
  return { authorization: `Bearer ${await signedToken(city, { ...changes, claims: { org: 'PSB', ...changes.claims } })}`, 'x-purpose': 'PSB-0001', 'x-case-no': 'SH-2026-0001' }
}

type Way = { readonly what: string; readonly to: string; readonly headers: () => Promise<Record<string, string>>; readonly fetchName: (name: string) => string }
const ways: readonly Way[] = [
  { what: 'our gateway', to: '/', headers: official, fetchName: (name) => name },
  { what: 'a foreign router', to: 'router', headers: async () => ({ ...(await official()), 'x-citygraph-router': SECRET }), fetchName: (name) => `${name}__population__0` },
]
const ask = (way: Way, body: unknown, headers: Record<string, string>): Promise<Reply> =>
  send(way.to === 'router' ? `http://127.0.0.1:${server.port}/graphql` : `${city.url}/graphql`, 'POST', body, headers)

function expectNothing(reply: Reply, where: string): Reply {
  expect(reply.status, where).not.toBe(500)
  expect(heldIn(reply.text), where).toEqual([])
  expect(heldIn(JSON.stringify(reply.headers)), where).toEqual([])
  return reply
}

async function records(): Promise<readonly AccessRecord[]> {
  const client = new pg.Client(city.databases.audit.owner)
  await client.connect()
  const { rows } = await client.query<{ leaf: string }>(`SELECT convert_from(leaf, 'UTF8') AS leaf FROM audit.record ORDER BY at, log, seq`)
  await client.end()
  return rows.map(({ leaf }) => JSON.parse(leaf))
}

const people = '{ people(first: 2) { nodes { id } } }'

for (const way of ways) {
  describe(`through ${way.what}`, () => {
    for (const header of ['x-case-no', 'x-authorization-ref']) {
      it(`refuses a natural key in ${header} by the header's name`, async () => {
        for (const value of [...numbers, others.grouped, `SH-${plain.idNo}`, `A${plain.mobile}-1`]) {
          const reply = expectNothing(await ask(way, { query: people }, { ...(await way.headers()), [header]: value }), `${header}: ${value}`)
          expect(reply.status).toBe(400)
          expect(reply.body.errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: header })
        }
      })

      it(`takes a case number of other digits in ${header}`, async () => {
        for (const value of ['20260301-000123', 'SH-2026-000123', '310101-20260301-0007']) {
          expect((await ask(way, { query: people }, { ...(await way.headers()), [header]: value })).status, value).toBe(200)
        }
      })
    }

    it('refuses other headers that hold one, or lets them pass without keeping them', async () => {
      for (const value of values.filter((text) => /^[\x20-\x7e]+$/.test(text))) {
        for (const header of ['x-purpose', 'x-dry-run', 'x-denied', 'x-request-id', 'user-agent', 'cookie', 'referer', 'traceparent', 'x-forwarded-for', 'apollographql-client-name']) {
          expectNothing(await ask(way, { query: people }, { ...(await way.headers()), [header]: value }), `${header}: ${value}`)
        }
      }
      expectNothing(await ask(way, { query: people }, { ...(await way.headers()), 'x-request-id': '31019919-8503-0701-1200-000000000000' }), 'a request id')
    })

    it('answers an operation that is named by one, and records its hash', async () => {
      for (const value of numbers) {
        const name = way.fetchName(`Q_${value}`)
        const reply = expectNothing(await ask(way, { query: `query ${name} ${people}`, operationName: name }, await way.headers()), name)
        expect(reply.status, reply.text).toBe(200)
        const named = `sha256:${createHash('sha256').update(name).digest('hex').slice(0, 16)}`
        expect((await records()).filter(({ operationName }) => operationName === named).length, value).toBeGreaterThan(0)
      }
    })

    it('names nothing of a document by one', async () => {
      const headers = await way.headers()
      for (const value of numbers) {
        const name = `n_${value}`
        const documents: readonly (readonly [query: string, variables?: Record<string, unknown>])[] = [
          [`{ ${name}: people(first: 1) { nodes { id } } }`], [`{ people(first: 1) { nodes { ${name}: name } } }`], [`{ people(first: 1) { ${name}: nodes { ${name}: id } } }`],
          [`{ ...${name} } fragment ${name} on Query ${people}`], [`query($${name}: Int) { people(first: $${name}) { nodes { id } } }`, { [name]: 'x' }],
          [`query($${name}: Int!) { people(first: $${name}) { nodes { id } } }`], [`{ ${name} }`], [`{ people(${name}: 1) { nodes { id } } }`], [`{ people(first: 1) { nodes { ${name} } } }`],
          [`{ people(first: 1) { nodes { ... on ${name} { id } } } }`], [`{ people(first: 1) @${name} { nodes { id } } }`], [`query($v: ${name}) { people { nodes { id } } }`],
          [`{ people(where: { ${name}: { eq: "x" } }) { nodes { id } } }`], [`{ people(orderBy: [${name}]) { nodes { id } } }`], [`subscription ${name} { x }`], [`mutation ${name} { ${name} }`],
        ]
        for (const [query, variables] of documents) expectNothing(await ask(way, { query, variables }, headers), query)
      }
    })

    it('quotes no literal, no variable and nothing of a body that is no request', async () => {
      const headers = await way.headers()
      for (const value of values) {
        const text = JSON.stringify(value)
        const bodies: readonly unknown[] = [
          ...['idNo', 'mobile', 'name'].map((field) => ({ query: `{ people(where: { ${field}: { eq: ${text} } }) { nodes { id } } }` })),
          { query: `{ people(first: ${text}) { nodes { id } } }` }, { query: `{ person(id: ${text}) { id } }` }, { query: `{ people(after: ${text}) { nodes { id } } }` },
          { query: `{ resolvePerson(idNo: ${text}) { id } }` }, { query: 'query($n: String!) { resolvePerson(idNo: $n) { id } }', variables: { n: value } },
          { query: 'query($n: String!, $i: String!) { verifyIdentity(name: $n, idNo: $i) }', variables: { n: value, i: value } },
          { query: 'query($n: Int) { people(first: $n) { nodes { id } } }', variables: { n: value } },
          { query: 'query($w: PersonFilter) { people(where: $w) { nodes { id } } }', variables: { w: { [value]: { eq: value } } } },
          { query: people, operationName: value }, { query: people, variables: { [value]: value } }, { query: people, [value]: value }, { query: value }, { query: `{ ${value} }` }, { query: `{ people(first: 1 ${value}` },
          { query: people, extensions: { persistedQuery: { version: 1, sha256Hash: value } } }, value, `{"query": "${value}`, `[${value}]`,
        ]
        for (const body of bodies) expectNothing(await ask(way, body, headers), `${value}: ${JSON.stringify(body)}`)
      }
    })

    it('records a caller whose token names him by one under a hash, the same each time', async () => {
      const before = (await records()).length
      for (const value of values) {
        const bearer = await official({ subject: value, claims: { client_id: `app ${value}` } })
        for (let times = 0; times < 2; times += 1) expectNothing(await ask(way, { query: people }, { ...(await way.headers()), ...bearer }), value)
      }
      const callers = (await records()).slice(before).map(({ caller }) => `${caller.sub} ${caller.clientId}`)
      const hashed = /^sha256:[0-9a-f]{16} sha256:[0-9a-f]{16}$/
      expect(callers.filter((caller) => hashed.test(caller))).toEqual(callers)
      expect(new Set(callers).size).toBe(values.length)
    })

    it('believes no token of an organisation, role or key that is named by one, and says nothing of it', async () => {
      for (const value of values) {
        for (const changes of [{ claims: { org: value } }, { claims: { kind: value } }, { header: { kid: value } }, { issuer: value }, { audience: value }]) {
          const reply = expectNothing(await ask(way, { query: people }, { ...(await way.headers()), ...(await official(changes)) }), JSON.stringify(changes))
          expect(reply.status, JSON.stringify(changes)).toBe(401)
        }
        expectNothing(await ask(way, { query: people }, { ...(await way.headers()), ...(await official({ claims: { roles: [value] } })) }), 'a role')
        expectNothing(await ask(way, { query: people }, { ...(await way.headers()), authorization: `Bearer ${encodeURIComponent(value)}` }), 'a bearer')
      }
    })
  })
}

describe('in addresses', () => {
  it('comes back nowhere', async () => {
    const headers = await official()
    for (const value of values) {
      const text = encodeURIComponent(value)
      for (const path of [`/${text}`, `/graphql/${text}`, `/graphql?query=${encodeURIComponent(`{ resolvePerson(idNo: "${value}") { id } }`)}`, `/graphql?query=%7B__typename%7D&variables=${text}`, `/graphql?query=%7B__typename%7D&operationName=${text}`, `/health/${text}`, `/audit/${text}/checkpoint`]) {
        expectNothing(await send(`${city.url}${path}`, 'GET', undefined, { ...headers, 'apollo-require-preflight': '1' }), path)
        if (path.startsWith('/graphql?') || path.startsWith(`/${text}`)) expectNothing(await send(`http://127.0.0.1:${server.port}${path}`, 'GET', undefined, { ...headers, 'x-citygraph-router': SECRET }), path)
      }
    }
  })
})

describe('afterwards', () => {
  it('no record, log line or metric holds any of them', async () => {
    const kept = await records()
    expect(kept.length).toBeGreaterThan(500)
    const leaves = kept.map((record) => JSON.stringify(record)).join('\n')
    const metrics = (await send(`${city.url}/metrics`, 'GET', undefined)).text
    expect(metrics).toContain('citygraph_requests_total')
    for (const [where, text] of [['records', leaves], ['log of the gateway', city.log()], ['log of the subgraph', population.log()], ['metrics', metrics]] as const) {
      expect(heldIn(text), where).toEqual([])
      expect(naturalKeys(text), where).toEqual([])
    }
  })
})
