// What documentation promises is what the running city does: every example of the OpenAPI document, every tool, every script and program
// of examples/.

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openCity } from '../../examples/typescript/client.ts'
import { generated } from '../../examples/typescript/generate.ts'
import { openQueriesFolder } from '../../cli/open-queries.ts'
import { queryFiles, readQueries } from '../../open/library.ts'
import type { OpenQuery } from '../../open/open-query.ts'
import { apiSchemaOf, apiSchemaText } from '../../schema/api-schema.ts'
import { readClassification } from '../../schema/classification.ts'
import { allSubgraphSdl, committedSupergraphSdl } from '../../schema/load.ts'
import { logLeaves } from '../support/log-leaves.ts'
import { callerFor } from '../support/open-callers.ts'
import { runningCity } from '../support/running-city.ts'
import type { RunningCity } from '../support/running-city.ts'

const run = promisify(execFile)
const schema = apiSchemaOf(committedSupergraphSdl())
const { queries } = readQueries(await queryFiles(openQueriesFolder), { schema, classification: readClassification(allSubgraphSdl()) }, [])

// eslint-disable-next-line -- the document is read by path, by tests only
type Json = any

let city: RunningCity
let document: Json
beforeAll(async () => {
  city = await runningCity()
  document = await (await fetch(`${city.url}/open/v1/openapi.json`)).json()
}, 300_000)
afterAll(async () => city.stop())

const operationOf = ({ id, method }: OpenQuery): Json => document.paths[`/open/v1/${id}`][method.toLowerCase()]
const tokenFor = async (query: OpenQuery): Promise<string | undefined> => (query.audience === 'public' ? undefined : city.token(callerFor(query)))
const authorization = (token: string | undefined): Record<string, string> => (token === undefined ? {} : { authorization: `Bearer ${token}` })
const ajv = addFormats.default(new Ajv2020({ strict: false, allErrors: true }))
const fits = (schemaOf: object, value: unknown): readonly string[] => {
  const validate = ajv.compile({ ...schemaOf, components: document.components })
  return validate(value) ? [] : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${String(message)}`)
}

describe('the OpenAPI document of the running city', () => {
  it('holds every query that is in force', () => {
    expect(Object.keys(document.paths).sort()).toEqual(queries.map(({ id }) => `/open/v1/${id}`).sort())
    expect(queries.length).toBeGreaterThanOrEqual(20)
  })

  for (const query of queries) {
    it(`has examples of ${query.id} that are answered as it says, in every format`, async () => {
      const operation = operationOf(query)
      const token = await tokenFor(query)
      expect(operation['x-examples'].length).toBeGreaterThan(0)
      for (const { method, address, headers, body } of operation['x-examples']) {
        for (const [type, { schema: answerSchema }] of Object.entries(operation.responses['200'].content) as [string, Json][]) {
          const response = await fetch(`${city.url}${address}`, { method, headers: { ...headers, ...authorization(token), accept: type }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
          const text = await response.text()
          expect(response.status, text).toBe(200)
          expect(response.headers.get('content-type')?.split(';')[0]).toBe(type)
          if (type === 'application/json' || type === 'application/geo+json') expect(fits(answerSchema, JSON.parse(text)), text).toEqual([])
          if (type === 'application/x-ndjson') for (const line of text.split('\n').filter((one) => one !== '')) expect(fits(answerSchema['x-line'], JSON.parse(line)), line).toEqual([])
        }
      }
    })
  }

  it('has a schema that refuses an answer of another form', async () => {
    const query = queries.find(({ id }) => id === 'metro-stations')
    if (query === undefined) throw new Error('there are stations')
    const answer: Json = await (await fetch(`${city.url}/open/v1/metro-stations?limit=1`)).json()
    const answerSchema = operationOf(query).responses['200'].content['application/json'].schema
    expect(fits(answerSchema, answer)).toEqual([])
    expect(fits(answerSchema, { ...answer, data: [{ ...answer.data[0], name: 7 }] })).not.toEqual([])
    expect(fits(answerSchema, { ...answer, data: [{ ...answer.data[0], further: 'x' }] })).not.toEqual([])
    expect(fits(answerSchema, { ...answer, sharing: undefined })).not.toEqual([])
  })

  it('describes problems as they are', async () => {
    const asked: readonly (readonly [string, number])[] = [['/open/v1/metro-stations?limit=0', 400], ['/open/v1/metro-stations?nothing=1', 400], ['/open/v1/metro-stations?format=pdf', 406], [`/open/v1/${queries.find(({ audience, method }) => audience !== 'public' && method === 'GET')?.id ?? ''}`, 401]]
    for (const [path, status] of asked) {
      const response = await fetch(`${city.url}${path}`)
      expect(response.status, path).toBe(status)
      expect(response.headers.get('content-type')).toContain('application/problem+json')
      const described = document.components.responses[`Problem${status}`].content['application/problem+json'].schema
      expect(fits(described, await response.json()), path).toEqual([])
    }
  })
})

describe('the examples', () => {
  it('are those that the published queries give: run "npm run codegen" where this fails', async () => {
    for (const [path, text] of await generated()) expect(readFileSync(new URL(`../../examples/${path}`, import.meta.url), 'utf8'), path).toBe(text)
  }, 120_000)

  for (const query of queries) {
    it(`run in a shell: ${query.id}`, async () => {
      const token = await tokenFor(query)
      const { stdout } = await run('sh', [new URL(`../../examples/curl/${query.id}.sh`, import.meta.url).pathname], {
        env: { PATH: process.env['PATH'], CITYGRAPH_URL: city.url, ...(token === undefined ? {} : { CITYGRAPH_AUTH: `authorization: Bearer ${token}` }) },
      })
      expect(stdout.split('\n').filter((line) => line.startsWith('{"query":')), stdout).toHaveLength(query.examples.length)
    })
  }

  it('run as programs with types', async () => {
    const program = (name: string, env: Readonly<Record<string, string>>) => run(process.execPath, ['--import', 'tsx', new URL(`../../examples/typescript/${name}.ts`, import.meta.url).pathname], { env: { PATH: process.env['PATH'], CITYGRAPH_URL: city.url, ...env } })
    const [stations, rating] = await Promise.all([program('stations', {}), program('rating', { CITYGRAPH_TOKEN: await city.token('bank-a') })])
    expect(stations.stdout.trim().split('\n').length).toBeGreaterThan(1)
    expect(stations.stdout).toMatch(/\t-?\d+\.\d+, -?\d+\.\d+$/m)
    expect(rating.stdout).toContain(': grade B')
  })

  it('page through everything by the client, and get problems by their code', async () => {
    const client = openCity(city.url)
    const all: string[] = []
    for await (const { code } of client.rows('metro-stations', { limit: 9 })) {
      all.push(code)
      if (all.length === 30) break
    }
    const whole = await client.ask('metro-stations', { limit: 30 })
    expect(whole.data).toHaveLength(30)
    expect(all).toEqual(whole.data.map(({ code }) => code))
    await expect(client.ask('enterprise-360-bank', { uscc: '91310199MA1K0T2A0A' })).rejects.toMatchObject({ name: 'OpenProblem', status: 401, code: 'UNAUTHENTICATED' })
  })
})

/** The official client, as an assistant has it. */
async function assistant(token: string | undefined, headers: Readonly<Record<string, string>> = {}): Promise<Client> {
  const client = new Client({ name: 'a test', version: '1' })
  const transport = new StreamableHTTPClientTransport(new URL(`${city.url}/mcp`), { requestInit: { headers: { ...authorization(token), ...headers } } })
  // The library's own types disagree under exactOptionalPropertyTypes.
  await client.connect(transport as Parameters<Client['connect']>[0])
  return client
}

describe('the tools', () => {
  for (const query of queries) {
    it(`answer like the address of ${query.id}, by the same decisions`, async () => {
      const token = await tokenFor(query)
      for (const { parameters, caseNo, authorizationRef } of query.examples) {
        const headers = { ...(caseNo === undefined ? {} : { 'x-case-no': caseNo }), ...(authorizationRef === undefined ? {} : { 'x-authorization-ref': authorizationRef }) }
        const client = await assistant(token, headers)
        // The client checks what a tool gives against what it said that it gives.
        expect((await client.listTools()).tools.map(({ name }) => name)).toContain(query.id)
        const called: Json = await client.callTool({ name: query.id, arguments: parameters })
        const response = await fetch(`${city.url}/open/v1/${query.id}`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers, ...authorization(token) }, body: JSON.stringify(parameters) })
        const { data, query: which, sharing }: Json = await response.json()
        expect(called.isError ?? false, JSON.stringify(called)).toBe(false)
        expect(called.structuredContent.data).toEqual(data)
        expect(called.structuredContent.query).toEqual(which)
        expect(called.structuredContent.sharing.decisions).toEqual(sharing.decisions)
        expect(JSON.parse(called.content[0].text)).toEqual(called.structuredContent)
        await client.close()
      }
    })
  }

  it('leave a record of each call under the caller’s name before they answer', async () => {
    const client = await assistant(await city.token('bank-a'))
    const called: Json = await client.callTool({ name: 'enterprise-360-bank', arguments: { uscc: '91310199MA1K0T2A0A' } })
    const { requestId, records } = called.structuredContent.sharing
    expect(records.length).toBeGreaterThan(0)
    const leaves = await Promise.all([...new Set(records.map(({ log }: Json) => log))].map((log) => logLeaves(city.databases.audit.owner, String(log))))
    const found = leaves.flat().filter((leaf: Json) => JSON.stringify(leaf).includes(requestId))
    expect(found.length).toBe(records.length)
    for (const leaf of found) expect(JSON.stringify(leaf)).toMatch(/BANK-A.*BANK-0602|BANK-0602.*BANK-A/s)
  })

  it('page by the cursor that they told', async () => {
    const client = await assistant(undefined)
    const first: Json = await client.callTool({ name: 'metro-stations', arguments: { limit: 3 } })
    const second: Json = await client.callTool({ name: 'metro-stations', arguments: { limit: 3, cursor: first.structuredContent.page.next } })
    const both: Json = await client.callTool({ name: 'metro-stations', arguments: { limit: 6 } })
    expect([...first.structuredContent.data, ...second.structuredContent.data]).toEqual(both.structuredContent.data)
  })

  it('refuse a caller whose audience it is not, also by name', async () => {
    const client = await assistant(undefined)
    for (const query of queries.filter(({ audience }) => audience !== 'public')) {
      const called: Json = await client.callTool({ name: query.id, arguments: query.examples[0]?.parameters ?? {} })
      expect(called.isError, query.id).toBe(true)
      expect(called.structuredContent).toBeUndefined()
      expect(JSON.parse(called.content[0].text)).toMatchObject({ code: 'UNAUTHENTICATED' })
    }
  })

  it('give no datum where the policies give none: a partner without a grant', async () => {
    const client = await assistant(await city.token('nav-b'))
    const called: Json = await client.callTool({ name: 'enterprise-360-bank', arguments: { uscc: '91310199MA1K0T2A0A' } })
    expect(called.isError === true || called.structuredContent.data?.creditRating === null).toBe(true)
  })
})

describe('the graph’s own schema', () => {
  it('is served as clients know it, with a tag', async () => {
    const response = await fetch(`${city.url}/schema.graphql`)
    expect(await response.text()).toBe(apiSchemaText(schema))
    const etag = response.headers.get('etag') ?? ''
    const again = await fetch(`${city.url}/schema.graphql`, { headers: { 'if-none-match': etag } })
    expect(again.status).toBe(304)
    expect(await again.text()).toBe('')
  })
})
