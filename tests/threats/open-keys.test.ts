// Threat: somebody uses a key that is not theirs or is over, finds one in an address, a log or a database, or has rows when it ends.

import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openIssuers } from '../../cli/city-parts.ts'
import { openAccess } from '../../cli/key-office.ts'
import { readConfig } from '../../core/config.ts'
import { admission } from '../../gateway/open/admission.ts'
import { memoryRateLimiter } from '../../gateway/rate-limit.ts'
import { hashOf, newKeyId, newKeyText } from '../../open/api-key.ts'
import { queryFiles, readQueries } from '../../open/library.ts'
import { apiSchemaOf } from '../../schema/api-schema.ts'
import { committedSupergraphSdl } from '../../schema/load.ts'
import { open } from '../support/open-city.ts'
import { act, askToken, basicOf, bearer, exchange, MAKE, makeKey, openQueriesWithQuotas, REVOKE, ROTATE } from '../support/open-keys.ts'
import { giveBack, hinderAppends, takeAway } from '../support/outage.ts'
import { auditSql } from '../support/quota-city.ts'
import { asOwner } from '../support/raw-city.ts'
import { asCityDatabases, post, runningCity, TEST_DAY, type Answer, type RunningCity } from '../support/running-city.ts'

let city: RunningCity
beforeAll(async () => {
  city = await runningCity({ own: true, openQueries: openQueriesWithQuotas() })
}, 300_000)
afterAll(async () => city.stop())

const codes = ({ errors }: Answer): readonly string[] => errors.map(({ extensions }) => extensions.code)
const keyed = async (text: string, path = 'enterprises?limit=1') => open(city.url, path, { headers: bearer(text) })
const form = { grant_type: 'client_credentials' }

describe('a key that is wrong', () => {
  it('unknown, expired, revoked or another secret of a known id is refused by one text', async () => {
    const [revoked, other] = [await makeKey(city, 'bank-a'), await makeKey(city, 'bank-a')]
    await act(city, 'bank-a', REVOKE, { id: revoked.id })
    const expired = newKeyText(newKeyId())
    await auditSql(city, `INSERT INTO audit.api_key (id, org, name, client, zone, at, by_sub, expires_at, change) VALUES ($1, 'BANK-A', 'n', 'c', 'mainland', $2::timestamptz - interval '2 days', 's', $2, (SELECT max(change) + 1 FROM audit.api_key))`, [expired.slice(4, 20), TEST_DAY])
    await auditSql(city, 'INSERT INTO audit.api_key_secret (key, version, hash) VALUES ($1, 1, $2)', [expired.slice(4, 20), Buffer.from(hashOf(expired), 'hex')])
    await pause(900)
    const answers = await Promise.all([newKeyText(newKeyId()), newKeyText(other.id), revoked.secret, expired].map((text) => keyed(text)))
    const told = answers.map(({ status, json: { requestId: _own, ...problem }, headers }) => ({ status, problem, authenticate: headers['www-authenticate'] }))
    expect(told[0]).toMatchObject({ status: 401, problem: { code: 'UNAUTHENTICATED' }, authenticate: 'Bearer realm="citygraph", error="invalid_token"' })
    for (const one of told) expect(one).toEqual(told[0])
    const tokens = await Promise.all([newKeyText(newKeyId()), newKeyText(other.id), revoked.secret, expired].map((text) => askToken(city.url, form, basicOf(text.slice(4, 20), text))))
    for (const { status, json } of tokens) expect([status, json]).toEqual([401, tokens[0]?.json])
  })

  it('of no form, sent twice, beside a token, or as another kind of credential is refused', async () => {
    const { secret } = await makeKey(city, 'bank-a')
    const token = await city.token('bank-a')
    const refused: [string, Record<string, string | string[]>, number][] = [
      ['cut', bearer(secret.slice(0, -1)), 401], ['in another case', bearer(secret.toUpperCase()), 401], ['empty', { 'x-api-key': '' }, 401], ['anything', { 'x-api-key': 'letmein' }, 401],
      ['sent twice', { 'x-api-key': [secret, secret] }, 401], ['beside a token', { ...bearer(token), 'x-api-key': secret }, 400], ['beside itself', { ...bearer(secret), 'x-api-key': secret }, 400],
      ['as Basic', basicOf(secret.slice(4, 20), secret), 401], ['without a scheme', { authorization: secret }, 401], ['as its hash', bearer(hashOf(secret)), 401], ['as a key of its hash', { 'x-api-key': hashOf(secret) }, 401],
    ]
    for (const [what, headers, status] of refused) {
      for (const path of ['enterprises?limit=1', 'stations?limit=1']) {
        const answer = await open(city.url, path, { headers })
        expect(answer.status, `${what} ${path}`).toBe(status)
        expect(answer.text).not.toContain(secret.slice(24, 60))
      }
    }
  })

  it('is counted by address like a wrong token', async () => {
    const other = await runningCity({ databases: city.databases, keys: city.keys, openQueries: openQueriesWithQuotas() })
    try {
      const outcomes: number[] = []
      for (let n = 0; n < 20; n += 1) outcomes.push(...await Promise.all(Array.from({ length: 32 }, async () => (await open(other.url, 'enterprises', { headers: { 'x-api-key': 'cgk_wrong' } })).status)))
      expect(outcomes.filter((status) => status === 401)).toHaveLength(600)
      expect(outcomes.filter((status) => status === 429)).toHaveLength(40)
      expect((await askToken(other.url, form, basicOf('abcdefghijklmnop', 'x'))).status).toBe(429)
    } finally {
      await other.stop()
    }
  })
})

describe('a key where it does not belong', () => {
  it('in an address is refused without being repeated, whatever it is called and wherever it leads', async () => {
    const { secret } = await makeKey(city, 'bank-a')
    for (const path of [`/open/v1/enterprises?api_key=${secret}`, `/open/v1/enterprises?${secret}`, `/open/v1/enterprises?cursor=${secret}`, `/open/v1/enterprises?k=${secret.replace('_', '%5F')}`, `/graphql?query={__typename}&key=${secret}`, `/oauth/token?client_secret=${secret}`, `/open/v1/${secret}`, `/open/?q=${secret}`, `/audit/gateway/checkpoint?${secret}`, `/catalog.jsonld?${secret}`]) {
      for (const headers of [{}, bearer(secret)]) {
        const answer = await exchange(city.url, path, { headers: { ...headers, 'apollo-require-preflight': 'x' } })
        expect(answer.status, path).toBe(400)
        expect(answer.text).toMatch(/never in an address/)
        expect(answer.text + JSON.stringify(answer.headers)).not.toContain(secret.slice(24, 60))
      }
    }
    expect((await exchange(city.url, `/open/v1/enterprises?${secret}`, { method: 'OPTIONS' })).status).toBe(400)
  })

  it('at /graphql and /audit is no token, in neither header, nor is a token that was given for one', async () => {
    const { id, secret } = await makeKey(city, 'bank-a')
    const { json } = await askToken(city.url, form, basicOf(id, secret))
    for (const headers of [bearer(secret), { 'x-api-key': secret }, bearer(json.access_token), { ...bearer(await city.token('bank-a')), 'x-api-key': secret }]) {
      const graphql = await exchange(city.url, '/graphql', { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify({ query: '{ metroStations(first: 1) { nodes { code } } }' }) })
      expect(graphql.status).toBe(401)
      expect(graphql.json.errors[0].extensions.code).toBe('UNAUTHENTICATED')
      expect((await exchange(city.url, '/audit/gateway/proof?size=1', { headers })).status).toBe(401)
    }
    const { log } = await import('../support/http-city.ts').then(({ httpCity }) => httpCity(city)).then(async (http) => {
      expect((await post(http.url, '{ __typename }', {}, json.access_token)).status).toBe(401)
      expect((await post(http.url, '{ __typename }', {}, secret)).status).toBe(401)
      await http.stop()
      return http
    })
    expect(log()).not.toContain(secret.slice(24, 60))
  })
})

describe('a secret', () => {
  it('stands in no log, record, metric, table or error, and the hash that stands in one opens nothing', async () => {
    const key = await makeKey(city, 'bank-a', { name: 'searched for' })
    const rotated = await act(city, 'bank-a', ROTATE, { id: key.id })
    const { json } = await askToken(city.url, form, basicOf(key.id, rotated.secret))
    for (const credential of [key.secret, rotated.secret, json.access_token]) expect((await keyed(credential)).status).toBe(200)
    const seen = [city.log(), (await exchange(city.url, '/metrics')).text]
    const tables: number[] = []
    for (const database of [city.databases.audit, city.databases.governance, city.databases.enterprises]) {
      const client = new pg.Client({ connectionString: database.superuserUrl })
      await client.connect()
      const { rows } = await client.query<{ name: string }>(`SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`)
      tables.push(rows.length)
      for (const { name } of rows) seen.push((await client.query<{ all: string | null }>(`SELECT string_agg(t::text, ' ') AS all FROM ${name} AS t`)).rows[0]?.all ?? '')
      for (const { leaf } of (await client.query<{ leaf: Buffer }>(`SELECT leaf FROM audit.record`).catch(() => ({ rows: [] }))).rows) seen.push(leaf.toString('utf8'))
      await client.end()
    }
    expect(Math.min(...tables)).toBeGreaterThan(3)
    const all = seen.join('\n')
    expect(all).toContain(key.id)
    for (const text of [key.secret, rotated.secret]) for (const part of [text.slice(21, 45), text.slice(40, 64), Buffer.from(text).toString('base64').slice(30, 60), Buffer.from(text).toString('hex').slice(60, 100)]) expect(all).not.toContain(part)
    expect(all).not.toContain(json.access_token.split('.')[2])

    const [kept] = await auditSql<{ hash: string }>(city, "SELECT encode(hash, 'hex') AS hash FROM audit.api_key_secret WHERE key = $1 ORDER BY version DESC", [key.id])
    const hash = Buffer.from(kept?.hash ?? '', 'hex')
    expect(hash.toString('hex')).toBe(hashOf(rotated.secret))
    for (const text of [hash.toString('hex'), hash.toString('base64'), `cgk_${key.id}_${hash.toString('hex').slice(0, 49)}`]) {
      expect((await keyed(text)).status).toBe(401)
      expect((await askToken(city.url, form, basicOf(key.id, text))).status).toBe(401)
    }
  })

  it('is not made where nobody would see it: without selecting it, in a dry run, beside another act', async () => {
    const before = await auditSql(city, 'SELECT id FROM audit.api_key')
    const blind = await city.ask('mutation { makeKey(name: "x") { id } }', { caller: 'bank-a' })
    expect(codes(blind)).toEqual(['BAD_USER_INPUT'])
    await city.ask('mutation { makeKey(name: "x") { secret } }', { caller: 'bank-a', headers: { 'x-dry-run': 'decisions' } })
    await city.ask('mutation { a: makeKey(name: "x") { secret } b: makeKey(name: "y") { secret } }', { caller: 'bank-a' })
    expect(await auditSql(city, 'SELECT id FROM audit.api_key')).toEqual(before)
  })

  it('is shown though the list of keys is away: another time there is none', async () => {
    const rename = (from: string, to: string): Promise<unknown> => asOwner(city.databases.governance, (client) => client.query(`ALTER TABLE ${from} RENAME TO ${to}`))
    await rename('api_key', 'api_key_away')
    try {
      const { data } = await city.ask(MAKE, { caller: 'bank-a', variables: { name: 'n', days: 1 } })
      expect((await keyed(data.makeKey.secret)).status).toBe(200)
    } finally {
      await rename('api_key_away', 'api_key')
    }
  })

  it('of a list is null for everybody, whatever it is called', async () => {
    for (const caller of ['bank-a', 'security-officer', 'auditor']) {
      const { data } = await city.ask('{ apiKeys(first: 50) { nodes { x: secret } } }', { caller })
      expect(data.apiKeys.nodes.every(({ x }: { x: unknown }) => x === null), caller).toBe(true)
    }
  })
})

describe('a revocation that races with use', () => {
  it('stops every request that begins a second later', async () => {
    const key = await makeKey(city, 'bank-a')
    const { json } = await askToken(city.url, form, basicOf(key.id, key.secret))
    const seen: { at: number; status: number }[] = []
    let revokedAt = Number.POSITIVE_INFINITY
    const worker = async (text: string): Promise<void> => {
      while (performance.now() < revokedAt + 2_000) {
        const at = performance.now()
        seen.push({ at, status: (await keyed(text, 'many-rows?limit=1')).status })
        await pause(40)
      }
    }
    const workers = [key.secret, json.access_token, key.secret, json.access_token].map(worker)
    await pause(800)
    await act(city, 'bank-a', REVOKE, { id: key.id })
    revokedAt = performance.now()
    await Promise.all(workers)
    const after = seen.filter(({ at }) => at > revokedAt + 1_000)
    expect(seen.some(({ at, status }) => at < revokedAt && status === 200)).toBe(true)
    expect(after.length).toBeGreaterThan(10)
    expect(new Set(after.map(({ status }) => status))).toEqual(new Set([401]))
    expect(new Set(seen.map(({ status }) => status))).toEqual(new Set([200, 401]))
  })
})

describe('a request under way when its key is revoked', () => {
  it('gets no more rows', async () => {
    const { core } = city.city
    const databases = asCityDatabases(city.databases, '')
    const access = openAccess(core, databases.records.gateway, city.keys, undefined)
    const rate = memoryRateLimiter({ requests: 1_000, seconds: 60 })
    const admit = admission({ ...(await openIssuers(readConfig({}), core, city.keys, true)), rates: { callers: rate, addresses: rate }, logger: core.logger, openAccess: access.it })
    const { queries } = readQueries(await queryFiles(openQueriesWithQuotas()), { schema: apiSchemaOf(committedSupergraphSdl()), classification: core.classification }, core.engine.bundle().combinations.sets)
    const query = queries.find(({ id }) => id === 'many-rows') ?? expect.fail()
    const server = http.createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const arrived = new Promise<http.IncomingMessage>((resolve) => server.once('request', resolve))
    try {
      const key = await makeKey(city, 'bank-a')
      const { port } = server.address() as AddressInfo
      const client = http.get({ port, host: '127.0.0.1', headers: bearer(key.secret), agent: false }).on('error', () => undefined)
      const admitted = await admit(await arrived, query, randomUUID())
      expect(admitted.caller).toMatchObject({ org: 'BANK-A', sub: `key:${key.id}` })
      await admitted.rows(150)
      await act(city, 'bank-a', REVOKE, { id: key.id })
      await pause(900)
      await expect(admitted.rows(1)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
      client.destroy()
    } finally {
      server.close()
      server.closeAllConnections()
      await access.close()
    }
  })
})

describe('when the database of logs is away', () => {
  it('a key is not made that is not recorded', async () => {
    const before = await auditSql(city, 'SELECT id FROM audit.api_key ORDER BY id')
    const free = await hinderAppends(city.databases.audit, 'full')
    try {
      const answer = await city.ask(MAKE, { caller: 'bank-a', variables: { name: 'n', days: 1 } })
      expect(answer.text).not.toContain('cgk_')
      expect(codes(answer)).toEqual(['AUDIT_UNAVAILABLE'])
    } finally {
      await free()
    }
    expect(await auditSql(city, 'SELECT id FROM audit.api_key ORDER BY id')).toEqual(before)
  })

  it('no key, token or query for holders of one is served', async () => {
    const key = await makeKey(city, 'bank-a')
    const { json } = await askToken(city.url, form, basicOf(key.id, key.secret))
    const official = await city.token('amr-officer')
    await takeAway(city.databases.audit)
    try {
      for (const text of [key.secret, json.access_token, official, newKeyText(newKeyId())]) expect((await keyed(text)).status, text.slice(0, 4)).toBe(503)
      await pause(5_500)
      for (const text of [key.secret, json.access_token, official]) expect((await keyed(text)).status).toBe(503)
      expect((await askToken(city.url, form, basicOf(key.id, key.secret))).status).toBe(503)
    } finally {
      await giveBack(city.databases.audit)
    }
    await pause(1_500)
    expect((await keyed(key.secret)).status).toBe(200)
  })
})
