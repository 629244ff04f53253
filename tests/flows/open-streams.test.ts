// What changes while an answer is under way: a stop, a suspension, a token that ends, a query that ends or is withdrawn take effect at the
// next page; what fails is seen to have failed; who does not read holds no database connection.

import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OpenQueries } from '../../open/library.ts'
import { inProcessSubgraphs } from '../../gateway/in-process-link.ts'
import { openLibrary, queryFiles, rememberingReader } from '../../open/library.ts'
import { inProcessLink } from '../../subgraphs/in-process.ts'
import { citySubgraph } from '../support/city-subgraph.ts'
import type { CitySubgraph } from '../support/city-subgraph.ts'
import { startGateway } from '../support/gateway-city.ts'
import { logLeaves } from '../support/log-leaves.ts'
import type { Leaf } from '../support/log-leaves.ts'
import { open, openQueriesForTests, openSlowly, sections } from '../support/open-city.ts'
import { asOwner } from '../support/raw-city.ts'
import { post, runningCity, TEST_DAY } from '../support/running-city.ts'
import type { RunningCity } from '../support/running-city.ts'
import { signedToken } from '../support/signed-token.ts'

const ROWS = 60_000
let city: RunningCity
let at = new Date(TEST_DAY).getTime()
const folder = openQueriesForTests([{ id: 'few-sections', header: { formats: ['ndjson'], quota: { requestsPerMinute: 10 } }, operation: sections }])
const leaves = (log: string): Promise<readonly Leaf[]> => logLeaves(city.databases.audit.owner, log)
const lines = (text: string): readonly { readonly sectionId: string; readonly name: string | null }[] => text.split('\n').slice(0, -1).map((line) => JSON.parse(line))
const rested = async (): Promise<void> => {
  // Until the server has written as much as fits into the sockets and waits.
  for (let before = -1, now = 0; before !== now; ) {
    before = now
    await pause(700)
    now = (await leaves('transport')).length
  }
}

beforeAll(async () => {
  city = await runningCity({ own: true, openQueries: folder, clock: { now: () => new Date(at) } })
  await asOwner(city.databases.transport, (client) => client.query(`INSERT INTO trf_road_section (section_id, section_name, division) SELECT 'T' || lpad(n::text, 9, '0'), repeat('路', 90) || n, '310101' FROM generate_series(1, $1::int) AS n`, [ROWS]))
}, 300_000)
afterAll(async () => city.stop())

const STOP = 'mutation ($field: String!) { stopSharing(field: $field, reason: WRONG_DATA) { id } }'
const RESUME = 'mutation ($id: ID!) { resumeSharing(id: $id) { active } }'

describe('a stream', () => {
  it('whose reader pauses holds no connection that works or is in a transaction, and goes on where it was', async () => {
    const stream = await openSlowly(city.url, 'sections?all=true&format=ndjson')
    expect(stream.status).toBe(200)
    await rested()
    const busy = await asOwner(city.databases.transport, (client: pg.Client) => client.query<{ state: string }>(`SELECT state, query FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'`))
    expect(busy.rows).toEqual([])
    expect(lines(stream.text().slice(0, stream.text().lastIndexOf('\n') + 1)).length).toBeLessThan(ROWS / 2)
    stream.goOn()
    expect(await stream.ended).toBe('WHOLE')
    const read = lines(stream.text())
    expect(read.filter(({ sectionId }) => sectionId.startsWith('T'))).toHaveLength(ROWS)
    expect(new Set(read.map(({ sectionId }) => sectionId)).size).toBe(read.length)
  })

  it('ends its reading when the reader goes away', async () => {
    const stream = await openSlowly(city.url, 'sections?all=true&format=csv&limit=10')
    const before = (await leaves('transport')).length
    stream.leave()
    await rested()
    // Pages that were under way, and what fitted into the sockets; 6,000 would be all.
    expect((await leaves('transport')).length - before).toBeLessThan(3_000)
    expect(city.log()).not.toContain('request failed')
  })

  it('holds nothing of a field that its owner stops, from the next page on', async () => {
    const owner = await signedToken(city, { subject: 'trans-data-owner', claims: { org: 'TRANS', roles: ['data-owner'] } })
    const second = await signedToken(city, { subject: 'trans-second-owner', claims: { org: 'TRANS', roles: ['data-owner'] } })
    const stream = await openSlowly(city.url, 'sections?all=true&format=ndjson')
    await rested()
    const stopped = await post(city.url, STOP, { variables: { field: 'RoadSection.name' } }, owner)
    expect(stopped.errors).toEqual([])
    await pause(900)
    stream.goOn()
    expect(await stream.ended).toBe('WHOLE')
    const names = lines(stream.text()).map(({ name }) => name)
    expect(names.at(0)).toBeTypeOf('string')
    expect(names.at(-1)).toBeNull()
    expect(names.indexOf(null)).toBeLessThan(ROWS / 2)
    expect(names.slice(names.indexOf(null)).every((name) => name === null)).toBe(true)
    expect((await open(city.url, 'sections?limit=1&format=csv')).headers['x-decisions']).toContain('roadSections.nodes.name;DENIED;POLICY')
    await post(city.url, RESUME, { variables: { id: stopped.data.stopSharing.id } }, second)
    await pause(900)
  })

  it('of an entry that is stopped is cut, and asked anew is 403 with the coarse reason, no empty list', async () => {
    const owner = await signedToken(city, { subject: 'trans-data-owner', claims: { org: 'TRANS', roles: ['data-owner'] } })
    const second = await signedToken(city, { subject: 'trans-second-owner', claims: { org: 'TRANS', roles: ['data-owner'] } })
    // A kept answer ends with the stop too.
    expect((await open(city.url, 'kept-stations?limit=2')).status).toBe(200)
    const stream = await openSlowly(city.url, 'sections?all=true&format=ndjson')
    await rested()
    const ids: string[] = []
    for (const field of ['Query.roadSections', 'Query.metroStations']) {
      const stopped = await post(city.url, STOP, { variables: { field } }, owner)
      expect(stopped.errors).toEqual([])
      ids.push(stopped.data.stopSharing.id)
    }
    await pause(900)
    stream.goOn()
    expect(await stream.ended).toBe('CUT')
    for (const path of ['sections?limit=2', 'sections?limit=2&format=csv', 'kept-stations?limit=2', 'sections?all=true']) {
      const refused = await open(city.url, path)
      expect(refused.json, path).toMatchObject({ status: 403, code: 'FORBIDDEN', reason: 'POLICY' })
    }
    for (const id of ids) await post(city.url, RESUME, { variables: { id } }, second)
    await pause(900)
    expect((await open(city.url, 'kept-stations?limit=2')).status).toBe(200)
  })

  it('of a caller who is suspended is cut within a second, and recorded', async () => {
    const headers = { authorization: `Bearer ${await city.token('bank-a')}`, 'x-request-id': 'aaaaaaaa-0000-4000-8000-00000000000a' }
    const stream = await openSlowly(city.url, 'sections?all=true&format=ndjson', headers)
    await rested()
    const done = await city.ask('mutation { suspendCaller(org: "BANK-A", sub: "bank-a", reason: MISUSE) { id } }', { caller: 'security-officer' })
    expect(done.errors).toEqual([])
    await pause(900)
    stream.goOn()
    expect(await stream.ended).toBe('CUT')
    // Whatever was cut off, no line that parses is half of one.
    const text = stream.text()
    const rest = text.slice(text.lastIndexOf('\n') + 1)
    if (rest !== '') expect(() => JSON.parse(rest)).toThrow()
    expect(lines(text.slice(0, text.length - rest.length)).length).toBeLessThan(ROWS)
    const refusal = (await leaves('gateway')).find(({ requestId, outcome }) => requestId === headers['x-request-id'] && outcome === 'REFUSED')
    expect(refusal?.code).toBe('FORBIDDEN')
    await city.ask('mutation ($id: ID!) { restoreCaller(id: $id) { id } }', { caller: 'second-officer', variables: { id: done.data.suspendCaller.id } })
  })

  it('of a query that is withdrawn or becomes another one is cut at the next page', async () => {
    const subgraph: CitySubgraph = citySubgraph(city, 'transport')
    const { core } = city.city
    const files = await queryFiles(folder)
    let library: OpenQueries | undefined
    let withdrawn: 'no' | 'gone' | 'new version' = 'no'
    const gateway = await startGateway((name, url) => inProcessSubgraphs(Object.fromEntries(['population', 'enterprises', 'credit', 'licenses', 'transport', 'governance'].map((domain) => [domain, { ...inProcessLink(subgraph.subgraph), ready: async () => true }])))(name, url), {
      engine: core.engine, clock: core.clock,
      openQueries: (schema) => {
        const { engine, classification } = core
        const made = openLibrary({ files, register: { standings: () => new Map(), fresh: () => true }, graph: { schema, classification }, judging: { bundle: engine.bundle, plan: engine.plan, classification }, read: rememberingReader(), onProblems: () => undefined })
        library = { all: made.all, version: made.version, get: (id) => {
          const found = made.get(id)
          if (withdrawn === 'gone' && id === 'sections') return undefined
          return found === undefined || withdrawn === 'no' ? found : { ...found, version: 2, hash: 'f'.repeat(64) }
        } }
        return library
      },
    })
    try {
      for (const what of ['gone', 'new version'] as const) {
        withdrawn = 'no'
        const stream = await openSlowly(gateway.url, 'sections?all=true&format=ndjson')
        await rested()
        withdrawn = what
        stream.goOn()
        expect(await stream.ended, what).toBe('CUT')
        const asked = await open(gateway.url, 'sections?limit=1')
        expect(asked.status).toBe(what === 'gone' ? 404 : 200)
      }
      withdrawn = 'gone'
      const [unknown, gone] = [await open(gateway.url, 'no-such-query'), await open(gateway.url, 'sections')]
      const told = ({ json, headers }: typeof gone): unknown => ({ ...json, requestId: '', headers: Object.keys(headers) })
      expect(told(gone)).toEqual(told(unknown))
    } finally {
      await gateway.listening.stop()
      await subgraph.close()
    }
  })

  it('waits for the next minute where its caller has no more requests in this one', async () => {
    const known = { authorization: `Bearer ${await city.token('bank-a')}` }
    const stream = await openSlowly(city.url, 'few-sections?all=true&format=ndjson', known)
    await rested()
    const statuses: number[] = []
    while (statuses.at(-1) !== 429 && statuses.length < 12) statuses.push((await open(city.url, 'few-sections?limit=1', { headers: known })).status)
    expect([statuses[0], statuses.at(-1)]).toEqual([200, 429])
    stream.goOn()
    expect(await Promise.race([stream.ended, pause(2_500, 'WAITS')])).toBe('WAITS')
    at += 60_000
    expect(await stream.ended).toBe('WHOLE')
    expect(lines(stream.text()).length).toBeGreaterThanOrEqual(ROWS)
  })

  it('of a caller whose token ends, and of a query that ends, is cut', async () => {
    const known = { authorization: `Bearer ${await city.token('bank-a')}` }
    const streams = [await openSlowly(city.url, 'sections?all=true&format=ndjson', known), await openSlowly(city.url, 'ending-sections?all=true&format=ndjson')]
    await rested()
    const before = at
    at += 40 * 86_400_000
    for (const stream of streams) {
      stream.goOn()
      expect(await stream.ended).toBe('CUT')
    }
    expect((await open(city.url, 'ending-sections?limit=1')).status).toBe(410)
    at = before
  })
})
