// Open queries as partners and the public have them: one list in five formats, page after page and all at once, with tags, kept answers
// and problems; decided and recorded as at /graphql.

import { gunzipSync, brotliDecompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readQueries } from '../../open/library.ts'
import type { OpenQuery } from '../../open/open-query.ts'
import { placeOf } from '../../open/place.ts'
import { apiSchemaOf } from '../../schema/api-schema.ts'
import { committedSupergraphSdl } from '../../schema/load.ts'
import { queryFiles } from '../../open/library.ts'
import { logLeaves } from '../support/log-leaves.ts'
import type { Leaf } from '../support/log-leaves.ts'
import { open, openQueriesForTests } from '../support/open-city.ts'
import type { Answered, How } from '../support/open-city.ts'
import { comparable, readCsv, readGeojson, readNdjson, readXml } from '../support/open-readers.ts'
import { runningCity, TEST_DAY } from '../support/running-city.ts'
import type { RunningCity } from '../support/running-city.ts'

const E1 = '91310199MA1K0T2A0A'
let city: RunningCity
let queries: ReadonlyMap<string, OpenQuery>
let at = new Date(TEST_DAY).getTime()
const ask = (path: string, how: How = {}): Promise<Answered> => open(city.url, path, how)
const as = async (caller: string): Promise<Record<string, string>> => ({ authorization: `Bearer ${await city.token(caller)}` })
const leaves = (log: string): Promise<readonly Leaf[]> => logLeaves(city.databases.audit.owner, log)
const query = (id: string): OpenQuery => {
  const found = queries.get(id)
  if (found === undefined) throw new RangeError(id)
  return found
}

beforeAll(async () => {
  const folder = openQueriesForTests()
  city = await runningCity({ openQueries: folder, clock: { now: () => new Date(at) } })
  const { engine, classification } = city.city.core
  const read = readQueries(await queryFiles(folder), { schema: apiSchemaOf(committedSupergraphSdl()), classification }, engine.bundle().combinations.sets)
  expect(read.problems).toEqual([])
  queries = new Map(read.queries.map((one) => [one.id, one]))
}, 300_000)
afterAll(async () => city.stop())

describe('a list', () => {
  it('holds the same rows in every format, and those of the same operation at /graphql', async () => {
    const { columns } = query('stations').rows
    const json = await ask('stations?limit=7')
    expect(json.status).toBe(200)
    const rows = json.json.data
    expect(rows).toHaveLength(7)
    const graph = await city.ask(query('stations').text, { variables: { first: 7 } })
    expect(rows).toEqual(graph.data.metroStations.nodes)
    const text = async (format: string): Promise<string> => (await ask(`stations?limit=7&format=${format}`)).text
    expect(readNdjson(await text('ndjson'))).toEqual(rows)
    expect(readXml(await text('xml'), columns)).toEqual(rows)
    expect(readGeojson(await text('geojson'), placeOf(columns) ?? [])).toEqual(rows)
    expect(readCsv(await text('csv'), columns)).toEqual(comparable(rows, columns))
  })

  it('comes in the format that the Accept header likes best, or with 406', async () => {
    const type = async (accept: string, path = 'stations?limit=1'): Promise<unknown> => {
      const { status, headers } = await ask(path, { headers: { accept } })
      return status === 200 ? headers['content-type'] : status
    }
    expect(await type('text/csv, application/json;q=0.9')).toBe('text/csv; charset=utf-8; header=present')
    expect(await type('application/geo+json')).toBe('application/geo+json; charset=utf-8')
    expect(await type('image/png')).toBe(406)
    expect(await type('text/csv', 'json-alone?limit=1')).toBe(406)
    const named = await ask('json-alone?format=csv')
    expect(named.json).toMatchObject({ status: 406, code: 'NOT_ACCEPTABLE', detail: 'It has json.' })
  })

  it('has pages by cursor and Link, with the same parameters, up to the last', async () => {
    const whole: unknown[] = []
    let path = 'stations?limit=40&format=json'
    for (let pages = 1; ; pages += 1) {
      const { status, json, headers } = await ask(path)
      expect(status).toBe(200)
      whole.push(...json.data)
      const next = /^<\/open\/v1\/([^>]+)>; rel="next"$/.exec(headers.link?.toString() ?? '')?.[1]
      if (json.page.next === null) {
        expect(next).toBeUndefined()
        expect(pages).toBeGreaterThan(1)
        break
      }
      expect(next).toBe(`stations?limit=40&format=json&cursor=${json.page.next}`)
      expect(headers['x-next-cursor']).toBe(json.page.next)
      path = next ?? ''
    }
    const all = await ask('stations?all=true&limit=40&format=ndjson')
    expect(readNdjson(all.text)).toEqual(whole)
    for (const format of ['csv', 'xml', 'geojson', 'json']) {
      const { text, json } = await ask(`stations?all=true&limit=40&format=${format}`)
      const { columns } = query('stations').rows
      if (format === 'csv') expect(readCsv(text, columns)).toEqual(comparable(whole as never, columns))
      if (format === 'xml') expect(readXml(text, columns)).toEqual(whole)
      if (format === 'geojson') expect(readGeojson(text, ['location'])).toEqual(whole)
      if (format === 'json') expect(json).toMatchObject({ data: whole, page: { next: null }, sharing: { decisions: [] } })
      if (format === 'json') expect(json.sharing.records.length).toBeGreaterThan(1)
    }
  })

  it('is asked by POST as by GET, with its next cursor in a header of its own', async () => {
    const get = await ask('stations?limit=3')
    const post = await ask('stations', { method: 'POST', body: { limit: 3 } })
    expect(post.json.data).toEqual(get.json.data)
    expect(post.headers.link).toBeUndefined()
    const csv = await ask('stations?format=csv', { method: 'POST', body: { limit: 3, cursor: post.headers['x-next-cursor'] } })
    expect(readCsv(csv.text, query('stations').rows.columns)).toHaveLength(3)
    expect((await ask('stations?limit=3', { method: 'POST', body: {} })).json).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'limit' })
  })

  it('is compressed where that is wanted and worth it', async () => {
    const plain = await ask('stations?limit=50&format=csv')
    const gzip = await ask('stations?limit=50&format=csv', { headers: { 'accept-encoding': 'gzip' } })
    const br = await ask('stations?limit=50&format=csv', { headers: { 'accept-encoding': 'gzip;q=0.5, br' } })
    expect([gzip.headers['content-encoding'], br.headers['content-encoding']]).toEqual(['gzip', 'br'])
    expect(gunzipSync(gzip.bytes).equals(plain.bytes)).toBe(true)
    expect(brotliDecompressSync(br.bytes).equals(plain.bytes)).toBe(true)
    expect(gzip.bytes.length).toBeLessThan(plain.bytes.length / 2)
    const small = await ask('stations?limit=1&format=csv', { headers: { 'accept-encoding': 'gzip' } })
    expect(small.headers['content-encoding']).toBeUndefined()
    const streamed = await ask('stations?all=true&format=csv', { headers: { 'accept-encoding': 'br' } })
    expect(brotliDecompressSync(streamed.bytes).toString()).toBe((await ask('stations?all=true&format=csv')).text)
    expect(new Set([plain, gzip, br].map(({ headers }) => headers.etag)).size).toBe(3)
  })
})

describe('an answer', () => {
  it('names query, request, policies and records in JSON as /graphql does, and in header fields', async () => {
    const answer = await ask(`ratings?uscc=${E1}`, { headers: { ...(await as('bank-a')), 'x-authorization-ref': 'AUTH-2026-0007', 'x-request-id': 'aaaaaaaa-0000-4000-8000-000000000001' } })
    const graph = await city.ask(query('ratings').text, { caller: 'bank-a', purpose: 'BANK-0602', authorizationRef: 'AUTH-2026-0007', variables: { uscc: E1 } })
    expect(answer.json.data).toEqual(graph.data.enterprise)
    expect(answer.json.sharing.decisions).toEqual(graph.sharing.decisions)
    expect(answer.json.sharing.decisions).toContainEqual({ path: 'enterprise.annualReports.nodes.totalAssets', decision: 'MIXED', code: 'APPLY' })
    expect(answer.json.query).toEqual({ id: 'ratings', version: 1 })
    const csv = await ask(`ratings?uscc=${E1}&format=csv`, { headers: { ...(await as('bank-a')), 'x-authorization-ref': 'AUTH-2026-0007', 'x-request-id': 'aaaaaaaa-0000-4000-8000-000000000002' } })
    expect(csv.headers).toMatchObject({ 'x-open-query': 'ratings;v=1', 'x-request-id': 'aaaaaaaa-0000-4000-8000-000000000002', 'x-policy-version': answer.json.sharing.policyVersion })
    expect(csv.headers['x-decisions']).toContain('enterprise.annualReports.nodes.totalAssets;MIXED;APPLY')
    const named = String(csv.headers['x-records']).split(', ').map((record) => record.split('/')[1])
    const recorded = [...(await leaves('enterprises')), ...(await leaves('credit'))].filter(({ requestId }) => requestId === 'aaaaaaaa-0000-4000-8000-000000000002')
    expect(recorded.map(({ id }) => id).sort()).toEqual([...named].sort())
    expect(recorded.length).toBeGreaterThan(0)
  })

  it('of a query that takes numbers comes by POST alone, and repeats none', async () => {
    const headers = { ...(await as('amr-officer')), 'x-case-no': 'SH-2026-0001' }
    const answer = await ask('identity', { method: 'POST', headers, body: { name: '张伟', idNo: '310199198503070112' } })
    expect(answer.json).toMatchObject({ data: { verifyIdentity: 'MATCH' }, sharing: { decisions: [{ path: 'verifyIdentity', decision: 'VERIFY' }] } })
    const refused = await ask('identity?name=x&idNo=310199198503070112', { headers })
    expect(refused.json).toMatchObject({ status: 405, code: 'METHOD_NOT_ALLOWED' })
    expect(refused.headers.allow).toBe('POST, OPTIONS')
    expect(refused.text).not.toContain('310199')
  })

  it('is refused for another purpose, without a key, of an unknown query', async () => {
    const bank = await as('bank-a')
    expect((await ask(`ratings?uscc=${E1}`, { headers: { ...bank, 'x-purpose': 'AMR-0001' } })).json).toMatchObject({ status: 400, argument: 'x-purpose' })
    expect((await ask(`ratings?uscc=${E1}`, { headers: { ...bank, 'x-purpose': 'BANK-0602' } })).status).toBe(200)
    expect((await ask('enterprises')).json).toMatchObject({ status: 401, code: 'UNAUTHENTICATED', type: '/open/problems#UNAUTHENTICATED' })
    expect((await ask('nothing')).json).toMatchObject({ status: 404, code: 'NOT_FOUND' })
    const page = await fetch(`${city.url}/open/problems`)
    expect(await page.text()).toContain('id="NOT_FOUND"')
    const codes = (await leaves('gateway')).filter(({ outcome }) => outcome === 'REFUSED').map(({ code }) => code)
    expect(codes).toEqual(expect.arrayContaining(['UNAUTHENTICATED', 'NOT_FOUND', 'BAD_USER_INPUT']))
  })

  it('says that its query will end, and that it has', async () => {
    const ending = await ask('ending?limit=1')
    expect(ending.headers).toMatchObject({ deprecation: '@1769875200', sunset: 'Tue, 31 Mar 2026 16:00:00 GMT' })
    expect(ending.headers.link).toContain('</open/v1/stations>; rel="successor-version"')
    const ended = await ask('ended')
    expect(ended.json).toMatchObject({ status: 410, code: 'GONE' })
    expect(ended.text).not.toContain('1018')
  })

  it('may be read by any web page where it is public, and by none where it is not', async () => {
    const origin = { origin: 'https://page.example' }
    expect((await ask('stations?limit=1', { headers: origin })).headers['access-control-allow-origin']).toBe('*')
    const preflight = await ask('stations', { method: 'OPTIONS', headers: { ...origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' } })
    expect(preflight).toMatchObject({ status: 204, headers: { 'access-control-allow-origin': '*', allow: 'GET, HEAD, POST, OPTIONS' } })
    expect(preflight.headers['access-control-allow-credentials']).toBeUndefined()
    expect(preflight.headers['access-control-allow-headers']).not.toContain('authorization')
    for (const closed of [await ask('enterprises', { method: 'OPTIONS', headers: origin }), await ask('enterprises', { headers: { ...origin, ...(await as('bank-a')) } }), await ask('stations?limit=1', { headers: { ...origin, ...(await as('bank-a')) } })]) {
      expect(closed.headers['access-control-allow-origin']).toBeUndefined()
    }
  })
})

describe('a tag', () => {
  it('gives 304 to who has the very answer, which is a reading like any other', async () => {
    const first = await ask('stations?limit=2&format=csv')
    expect(first.headers.etag).toMatch(/^"[\w-]{43}"$/)
    const before = (await leaves('transport')).length
    const again = await ask('stations?limit=2&format=csv', { headers: { 'if-none-match': `"other", ${String(first.headers.etag)}` } })
    expect(again).toMatchObject({ status: 304, text: '' })
    expect(again.headers).toMatchObject({ etag: first.headers.etag, 'x-records': expect.stringMatching(/^transport\//) })
    expect(await leaves('transport')).toHaveLength(before + 1)
    // JSON names its request: the tag is of what was given, and a weak one.
    const json = await ask('stations?limit=2')
    expect(json.headers.etag).toMatch(/^W\//)
    expect((await ask('stations?limit=2', { headers: { 'if-none-match': String(json.headers.etag) } })).status).toBe(304)
    for (const other of ['stations?limit=3&format=csv', 'stations?limit=2&format=xml', 'stations-of-name?limit=2&format=csv&name=x']) expect((await ask(other, { headers: { 'if-none-match': String(first.headers.etag) } })).status, other).toBe(200)
  })

  it('gives nothing to who is not admitted', async () => {
    const first = await ask('enterprises?limit=2', { headers: await as('bank-a') })
    expect(first.headers['cache-control']).toBe('private, no-store')
    const stranger = await ask('enterprises?limit=2', { headers: { 'if-none-match': String(first.headers.etag) } })
    expect(stranger.status).toBe(401)
    expect((await ask('enterprises?limit=2', { headers: { 'if-none-match': '*' } })).status).toBe(401)
    expect((await ask('ended', { headers: { 'if-none-match': '*' } })).status).toBe(410)
  })
})

describe('a kept answer', () => {
  const newRecords = async (what: () => Promise<unknown>): Promise<Record<string, number>> => {
    const logs = ['transport', 'enterprises', 'gateway']
    const before = await Promise.all(logs.map(async (log) => (await leaves(log)).length))
    await what()
    const after = await Promise.all(logs.map(async (log) => (await leaves(log)).length))
    return Object.fromEntries(logs.map((log, index) => [log, (after[index] ?? 0) - (before[index] ?? 0)]))
  }

  it('is given without reading again, and recorded before it leaves', async () => {
    const made = await ask('kept-stations?limit=4')
    expect(made.headers['cache-control']).toBe('public, max-age=300')
    expect(made.headers.vary).toBe('accept, accept-encoding, authorization, x-api-key')
    let kept: Answered | undefined
    expect(await newRecords(async () => void (kept = await ask('kept-stations?limit=4')))).toMatchObject({ transport: 0, gateway: 1 })
    expect(kept?.json.data).toEqual(made.json.data)
    const [record] = kept?.json.sharing.records ?? []
    const leaf = (await leaves('gateway')).find(({ id }) => id === record.id)
    expect(leaf).toMatchObject({ requestId: kept?.json.sharing.requestId, outcome: 'ANSWERED', entries: ['Query.metroStations'], caller: { org: 'PUBLIC' }, rowCount: 4 })
    expect(leaf?.fields).toContainEqual(expect.objectContaining({ field: 'MetroStation.name', decision: 'CLEAR' }))
  })

  it('is another one for other parameters, formats and callers', async () => {
    expect(await newRecords(() => ask('kept-stations?limit=5'))).toMatchObject({ transport: 1 })
    expect(await newRecords(() => ask('kept-stations?limit=5&format=csv'))).toMatchObject({ transport: 1 })
    const partner = { headers: await as('bank-a') }
    expect(await newRecords(async () => expect((await ask('kept-stations?limit=5', partner)).headers['cache-control']).toBe('private, no-store'))).toMatchObject({ transport: 1, gateway: 0 })
    expect(await newRecords(() => ask('kept-stations?limit=5', partner))).toMatchObject({ transport: 1, gateway: 0 })
    expect(await newRecords(() => ask('kept-stations?limit=5', { headers: { 'x-case-no': 'SH-2026-0009' } }))).toMatchObject({ transport: 1, gateway: 0 })
  })

  it('lives no longer than its plan, and not at all where it is about persons', async () => {
    await ask('kept-stations?limit=6')
    expect(await newRecords(() => ask('kept-stations?limit=6'))).toMatchObject({ transport: 0, gateway: 1 })
    at += 31_000
    expect(await newRecords(() => ask('kept-stations?limit=6'))).toMatchObject({ transport: 1, gateway: 0 })
    // A legal representative's name is a person's: whoever read it stands in the records of those asked about.
    await ask(`enterprise?uscc=${E1}`)
    expect(await newRecords(() => ask(`enterprise?uscc=${E1}`))).toMatchObject({ enterprises: 1, gateway: 0 })
  })
})
