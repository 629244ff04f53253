// Whatever is sent to an open query: it is answered or refused with a problem of the catalogue, never with 500, and what was sent stands in
// no answer, header, record, metric or log line.

import http from 'node:http'
import net from 'node:net'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { open, openQueriesForTests } from '../support/open-city.ts'
import type { Answered, How } from '../support/open-city.ts'
import { runningCity } from '../support/running-city.ts'
import type { RunningCity } from '../support/running-city.ts'

let city: RunningCity
const seen: string[] = []
const MARK = 'zqx-mark-7'
const NUMBERS = ['310199198503070112', '15400001234', '6216261000000000018', '沪A12345', 'zhang.wei@example.com']

beforeAll(async () => {
  city = await runningCity({ openQueries: openQueriesForTests() })
}, 300_000)
afterAll(async () => city.stop())

async function ask(path: string, how: How = {}): Promise<Answered> {
  const answer = await open(city.url, path, how)
  expect(answer.status, path.slice(0, 200)).not.toBe(500)
  if (answer.status >= 400 && how.method !== 'HEAD') {
    expect(answer.headers['content-type'], path.slice(0, 200)).toBe('application/problem+json')
    expect(answer.json).toMatchObject({ type: `/open/problems#${answer.json.code}`, status: answer.status, title: expect.any(String), requestId: expect.any(String) })
    expect(answer.headers['cache-control']).toBe('no-store')
  }
  seen.push(`${JSON.stringify(answer.headers)}\n${answer.status >= 400 ? answer.text : ''}`)
  return answer
}

describe('parameters', () => {
  it.each([
    ['unknown', `stations?${MARK}=1`, {}], ['of another name', 'stations?first=3', { argument: 'first' }], ['given twice', 'stations?limit=3&limit=4', { argument: 'limit' }],
    ['format twice', 'stations?format=csv&format=json', { argument: 'format' }], ['no number', `stations?limit=${MARK}`, { argument: 'limit' }], ['a list', 'stations?limit[]=3', {}],
    ['zero', 'stations?limit=0', { argument: 'limit' }], ['negative', 'stations?limit=-1', { argument: 'limit' }], ['a huge page', 'stations?limit=101', { argument: 'limit' }],
    ['enormous', 'stations?limit=99999999999999999999', { argument: 'limit' }], ['exponent', 'stations?limit=1e2', { argument: 'limit' }], ['fraction', 'stations?limit=1.5', { argument: 'limit' }], ['hexadecimal', 'stations?limit=0x10', { argument: 'limit' }],
    ['empty', 'stations?limit=', { argument: 'limit' }], ['missing', 'enterprise', { argument: 'uscc' }], ['of a prototype', 'stations?__proto__=1', { argument: '__proto__' }], ['a constructor', 'stations?constructor=1', { argument: 'constructor' }],
    ['all, no truth', `stations?all=${MARK}`, { argument: 'all' }], ['all of one object', 'enterprise?uscc=91310199MA1K0T2A0A&all=true', { argument: 'all' }], ['bom of json', 'stations?bom=true', { argument: 'bom' }],
    ['a cursor that is none', `stations?cursor=${MARK}`, { argument: 'cursor' }], ['an empty cursor', 'stations?cursor=', { argument: 'cursor' }],
    ['a text too long', `stations-of-name?name=${'x'.repeat(5_000)}`, { argument: 'name' }], ['a NUL', `stations-of-name?name=${MARK}%00`, {}],
  ])('that are wrong (%s) are refused by name', async (_what, path, told) => {
    const answer = await ask(path)
    expect(answer.json, path.slice(0, 100)).toMatchObject({ status: 400, code: 'BAD_USER_INPUT', ...told })
    expect(answer.text).not.toContain(MARK)
  })

  it('in other encodings are texts like any other', async () => {
    for (const text of ['%ED%A0%80', '%', '%zz', '%F0%28%8C%28', '%25%32%30', encodeURIComponent("'; DROP TABLE trf_metro_station; --"), '%E2%80%AE']) {
      const { status, json } = await ask(`stations-of-name?name=${text}`)
      expect([status, json.data]).toEqual([200, []])
    }
  })

  it('by POST are one JSON object of known names', async () => {
    const post = (body: unknown, headers = {}): Promise<Answered> => ask('stations-of-name', { method: 'POST', body, headers })
    for (const body of ['[]', 'null', '"x"', '1', '', '{', '{"name":1}', '{"name":["a"]}', '{"name":{"eq":"a"}}', '{"limit":"3"}', '{"__proto__":{"name":"x"}}', '{"constructor":1}', '{"format":"csv"}', `{"${MARK}":1}`, '{"name":"\\u0000"}']) {
      const answer = await post(body)
      expect(answer.json, body).toMatchObject({ status: 400, code: 'BAD_USER_INPUT' })
      expect(answer.text).not.toContain(MARK)
    }
    expect((await post('{"name":"\\ud800"}')).status).toBeLessThan(500)
    expect((await post({ name: 'x' }, { 'content-type': 'text/plain' })).status).toBe(415)
    expect((await post({ name: 'x' }, { 'content-encoding': 'gzip' })).status).toBe(415)
    expect((await post({ name: 'x'.repeat(2_000_000) })).status).toBe(413)
    expect((await ask(`stations-of-name?name=x`, { method: 'POST', body: {} })).json).toMatchObject({ argument: 'name' })
  })
})

describe('cursors', () => {
  it('of another list, other conditions, another organisation, or changed by one character are refused', async () => {
    const bank = { authorization: `Bearer ${await city.token('bank-a')}` }
    const { json } = await ask('stations?limit=1')
    const cursor: string = json.page.next
    expect((await ask(`stations?limit=1&cursor=${cursor}`)).status).toBe(200)
    const changed = `${cursor.slice(0, 20)}${cursor[20] === 'A' ? 'B' : 'A'}${cursor.slice(21)}`
    for (const [path, how] of [[`sections?cursor=${cursor}`, {}], [`stations-of-name?name=x&cursor=${cursor}`, {}], [`stations?cursor=${cursor}`, { headers: bank }], [`stations?cursor=${changed}`, {}], [`stations?cursor=${cursor.slice(0, -4)}`, {}], [`stations?all=true&cursor=${changed}`, {}], [`stations?cursor=${cursor}%20`, {}]] as const) {
      const answer = await ask(path, how)
      expect(answer.json, path).toMatchObject({ status: 400, code: 'BAD_USER_INPUT', argument: 'cursor' })
      expect(answer.text).not.toContain(changed.slice(0, 30))
    }
  })
})

describe('requests', () => {
  it('by a method that is none of the query’s are refused with those that are', async () => {
    for (const method of ['PUT', 'DELETE', 'PATCH', 'PROPFIND']) {
      const answer = await ask('stations', { method })
      expect(answer.json, method).toMatchObject({ status: 405, code: 'METHOD_NOT_ALLOWED' })
      expect(answer.headers.allow).toBe('GET, HEAD, POST, OPTIONS')
    }
    expect((await ask('identity', { headers: { authorization: `Bearer ${await city.token('amr-officer')}` } })).headers.allow).toBe('POST, OPTIONS')
  })

  it('of names that are no query’s are not found', async () => {
    for (const id of ['', '/', 'Stations', 'stations/', 'stations/x', '..%2fstations', '__proto__', 'constructor', 'toString', 'stations.json', 'stat%69ons', MARK, 'x'.repeat(3_000), ...NUMBERS.map(encodeURIComponent)]) {
      const answer = await ask(id)
      expect(answer.json, id.slice(0, 50)).toMatchObject({ status: 404, code: 'NOT_FOUND' })
      expect(answer.text).not.toContain(MARK)
    }
  })

  it('of unknown or refused formats, with absurd Accept headers, are 406 or served', async () => {
    for (const format of ['yaml', '__proto__', '', 'JSON', MARK]) expect((await ask(`stations?format=${format}`)).json, format).toMatchObject({ status: 406, code: 'NOT_ACCEPTABLE' })
    for (const accept of [';', ',,,', '*/*;q=', 'a'.repeat(8_000), 'text/csv;q=1.0001', `${'text/html;q=0.1,'.repeat(500)}image/*`, '\u00ff\u00fe', 'application/json;q=-1']) {
      const answer = await ask('stations?limit=1', { headers: { accept } })
      expect(answer.json.status, accept.slice(0, 50)).toBe(406)
    }
    expect((await ask('stations?limit=1', { headers: { accept: `${'a/b;q=0.1,'.repeat(1_000)}*/*` } })).status).toBe(200)
  })

  it('for ranges get the whole', async () => {
    const { status, headers, json } = await ask('stations?limit=2', { headers: { range: 'bytes=0-10', 'if-range': '"x"' } })
    expect([status, json.data.length, headers['accept-ranges'], headers['content-range']]).toEqual([200, 2, 'none', undefined])
  })

  it('by HEAD get the head of GET, and are recorded', async () => {
    const get = await ask('stations?limit=2&format=csv')
    const head = await ask('stations?limit=2&format=csv', { method: 'HEAD' })
    expect([head.status, head.text]).toEqual([200, ''])
    for (const name of ['etag', 'content-type', 'content-length', 'x-open-query']) expect(head.headers[name], name).toBe(get.headers[name])
    expect(head.headers['x-records']).toMatch(/^transport\//)
    expect((await ask('enterprises', { method: 'HEAD' })).status).toBe(401)
    expect(await ask('stations?all=true', { method: 'HEAD' })).toMatchObject({ status: 200, text: '' })
  })

  it('with an address that is too long are refused before anything', async () => {
    expect((await open(city.url, `stations?name=${'x'.repeat(20_000)}`)).status).toBe(431)
  })

  it('for a dry run, for another way to be told, for an unknown purpose are refused by the header', async () => {
    expect((await ask('stations', { headers: { 'x-dry-run': 'decisions' } })).json).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'x-dry-run' })
    expect((await ask('stations', { headers: { 'x-denied': 'errors' } })).json).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'x-denied' })
    expect((await ask('stations', { headers: { 'x-purpose': 'NONE-1' } })).json).toMatchObject({ code: 'PURPOSE_UNKNOWN' })
    expect((await ask('stations', { headers: { 'x-case-no': NUMBERS[0] } })).json).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'x-case-no' })
    expect((await ask('stations', { headers: { authorization: `Bearer ${MARK}` } })).json).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' })
  })

  it('of all pages in a protocol whose answers cannot show that they were cut off are refused', async () => {
    const answer = await new Promise<string>((resolve) => {
      const socket = net.connect(Number(new URL(city.url).port), '127.0.0.1', () => socket.write('GET /open/v1/stations?all=true HTTP/1.0\r\n\r\n'))
      let text = ''
      socket.on('data', (chunk) => (text += chunk.toString()))
      socket.on('close', () => resolve(text))
    })
    expect(answer).toMatch(/^HTTP\/1\.[01] 400/)
  })
})

describe('numbers of persons', () => {
  it('in an address are refused and stand nowhere afterwards', async () => {
    for (const number of NUMBERS) {
      for (const path of [`stations-of-name?name=${encodeURIComponent(number)}`, `stations?${encodeURIComponent(number)}=1`, `stations?cursor=${encodeURIComponent(number)}`, `kept-stations?limit=${encodeURIComponent(number)}`, `identity?idNo=${encodeURIComponent(number)}`]) {
        const answer = await ask(path)
        expect(answer.status, path).toBeGreaterThanOrEqual(400)
      }
      const byPost = await ask('stations-of-name', { method: 'POST', body: { name: number } })
      expect([byPost.status, byPost.json.data]).toEqual([200, []])
    }
    const client = new pg.Client(city.databases.audit.owner)
    await client.connect()
    const { rows } = await client.query<{ leaf: string }>(`SELECT convert_from(leaf, 'UTF8') AS leaf FROM audit.record`)
    await client.end()
    const metrics = await new Promise<string>((resolve) => http.get(`${city.url}/metrics`, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => (text += chunk.toString())).on('end', () => resolve(text))
    }))
    const everything = [...rows.map(({ leaf }) => leaf), city.log(), metrics, ...seen].join('\n')
    for (const number of [...NUMBERS, MARK]) {
      expect(everything).not.toContain(number)
      expect(everything).not.toContain(encodeURIComponent(number))
    }
    expect(rows.length).toBeGreaterThan(50)
  })
})
