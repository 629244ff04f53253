// Threat: somebody uses a key that is not theirs or is over, has one made that is better than they are, ends or renews another
// organisation's, finds a key in an address, a log or a database, or turns a token into something else.

import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { decodeJwt, SignJWT, UnsecuredJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openIssuers } from '../../cli/city-parts.ts'
import { openAccess } from '../../cli/key-office.ts'
import { frozenClock } from '../../core/clock.ts'
import { readConfig } from '../../core/config.ts'
import { admission } from '../../gateway/open/admission.ts'
import { deriveTokenKey, openTokens } from '../../gateway/open/open-tokens.ts'
import { memoryRateLimiter } from '../../gateway/rate-limit.ts'
import { hashOf, newKeyId, newKeyText } from '../../open/api-key.ts'
import { queryFiles, readQueries } from '../../open/library.ts'
import { apiSchemaOf } from '../../schema/api-schema.ts'
import { committedSupergraphSdl } from '../../schema/load.ts'
import { logLeaves } from '../support/log-leaves.ts'
import { open } from '../support/open-city.ts'
import { act, actAs, askToken, basicOf, bearer, exchange, MAKE, makeKey, openQueriesWithQuotas, REVOKE, ROTATE } from '../support/open-keys.ts'
import { giveBack, hinderAppends, takeAway } from '../support/outage.ts'
import { asCityDatabases, post, runningCity, TEST_DAY, type Answer, type RunningCity } from '../support/running-city.ts'
import { signedToken } from '../support/signed-token.ts'

let city: RunningCity
beforeAll(async () => {
  city = await runningCity({ openQueries: openQueriesWithQuotas() })
}, 300_000)
afterAll(async () => city.stop())

const codes = ({ errors }: Answer): readonly string[] => errors.map(({ extensions }) => extensions.code)
const keyed = async (text: string, path = 'enterprises?limit=1') => open(city.url, path, { headers: bearer(text) })
const form = { grant_type: 'client_credentials' }
const sql = async <R extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<readonly R[]> => {
  const client = new pg.Client(city.databases.audit.owner)
  await client.connect()
  try {
    return (await client.query<R>(text, values)).rows
  } finally {
    await client.end()
  }
}

describe('a key that is wrong', () => {
  it('unknown, expired, revoked or another secret of a known id is refused by one text', async () => {
    const [revoked, other] = [await makeKey(city, 'bank-a'), await makeKey(city, 'bank-a')]
    await act(city, 'bank-a', REVOKE, { id: revoked.id })
    const expired = newKeyText(newKeyId())
    await sql(`INSERT INTO audit.api_key (id, org, name, client, zone, at, by_sub, expires_at, change) VALUES ($1, 'BANK-A', 'n', 'c', 'mainland', $2::timestamptz - interval '2 days', 's', $2, (SELECT max(change) + 1 FROM audit.api_key))`, [expired.slice(4, 20), TEST_DAY])
    await sql('INSERT INTO audit.api_key_secret (key, version, hash) VALUES ($1, 1, $2)', [expired.slice(4, 20), Buffer.from(hashOf(expired), 'hex')])
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

    const [{ hash } = { hash: Buffer.alloc(0) }] = await sql<{ hash: Buffer }>('SELECT hash FROM audit.api_key_secret WHERE key = $1 ORDER BY version DESC', [key.id])
    expect(hash.toString('hex')).toBe(hashOf(rotated.secret))
    for (const text of [hash.toString('hex'), hash.toString('base64'), `cgk_${key.id}_${hash.toString('hex').slice(0, 49)}`]) {
      expect((await keyed(text)).status).toBe(401)
      expect((await askToken(city.url, form, basicOf(key.id, text))).status).toBe(401)
    }
  })

  it('is not made where nobody would see it: without selecting it, in a dry run, beside another act', async () => {
    const before = await sql('SELECT id FROM audit.api_key')
    const blind = await city.ask('mutation { makeKey(name: "x") { id } }', { caller: 'bank-a' })
    expect(codes(blind)).toEqual(['BAD_USER_INPUT'])
    await city.ask('mutation { makeKey(name: "x") { secret } }', { caller: 'bank-a', headers: { 'x-dry-run': 'decisions' } })
    await city.ask('mutation { a: makeKey(name: "x") { secret } b: makeKey(name: "y") { secret } }', { caller: 'bank-a' })
    expect(await sql('SELECT id FROM audit.api_key')).toEqual(before)
  })

  it('of a list is null for everybody, whatever it is called', async () => {
    for (const caller of ['bank-a', 'security-officer', 'auditor']) {
      const { data } = await city.ask('{ apiKeys(first: 50) { nodes { x: secret } } }', { caller })
      expect(data.apiKeys.nodes.every(({ x }: { x: unknown }) => x === null), caller).toBe(true)
    }
  })
})

describe('who may not', () => {
  it.each(['zhang-wei', 'auditor', undefined])('%s makes, rotates or revokes a key', async (caller) => {
    const { id } = await makeKey(city, 'bank-a')
    for (const [text, variables] of [[MAKE, { name: 'n', days: 1 }], [ROTATE, { id, days: 1 }], [REVOKE, { id }]] as const) {
      expect(codes(await city.ask(text, { ...(caller === undefined ? {} : { caller }), variables }))).toEqual(['FORBIDDEN'])
    }
  })

  it('revoke any key: partners, owners, officers of another department or from abroad', async () => {
    const key = await makeKey(city, 'bank-a')
    const any = 'mutation ($id: ID!) { revokeAnyKey(id: $id) { id } }'
    const foreign = { kind: 'department', roles: ['policy-officer'], assurance: 3 }
    for (const claims of [{ ...foreign, org: 'PSB' }, { ...foreign, org: 'BDC', zone: 'abroad' }, { ...foreign, org: 'BDC', assurance: 1 }, { ...foreign, org: 'BDC', roles: ['official'] }, { ...foreign, org: 'NAV-B', kind: 'partner' }]) {
      expect(codes(await actAs(city, await signedToken(city, { claims }), any, { id: key.id })), JSON.stringify(claims)).toEqual(['FORBIDDEN'])
    }
    expect((await keyed(key.secret)).status).toBe(200)
  })

  it('another organisation rotates, revokes or sees a key, nor learns that there is one', async () => {
    const key = await makeKey(city, 'bank-a')
    for (const caller of ['nav-b', 'amr-officer', 'security-officer']) {
      for (const text of [ROTATE, REVOKE]) {
        const [foreign, none] = await Promise.all([key.id, newKeyId()].map((id) => city.ask(text, { caller, variables: { id, days: 1 } })))
        expect(foreign?.errors.map(({ message, extensions }) => [message, extensions])).toEqual(none?.errors.map(({ message, extensions }) => [message, extensions]))
        expect(foreign?.errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'id' })
      }
    }
    for (const caller of ['nav-b', 'amr-officer']) {
      const { data } = await city.ask('query ($id: ID!) { apiKeys(where: { id: { eq: $id } }) { nodes { id } } }', { caller, variables: { id: key.id } })
      expect(data.apiKeys.nodes).toEqual([])
    }
    expect((await keyed(key.secret)).status).toBe(200)
    // The database itself refuses both, whoever asks it.
    const register = new pg.Client(city.databases.audit.writer('governance'))
    await register.connect()
    const done = async (text: string): Promise<unknown> => (await register.query(text, [key.id])).rows[0]?.outcome
    expect(await done(`SELECT audit.revoke_key($1, false, 'NAV-B', 'x', now()) AS outcome`)).toBe('UNKNOWN')
    expect(await done(`SELECT audit.rotate_key($1, sha256('x'), 'NAV-B', 'x', 'intranet', now() + interval '1 day', now(), now()) AS outcome`)).toBe('UNKNOWN')
    await register.end()
    await expect(sql(`UPDATE audit.api_key SET org = 'NAV-B', change = change + 1000 WHERE id = $1`, [key.id])).rejects.toMatchObject({ code: '42501' })
    await expect(sql('DELETE FROM audit.api_key')).rejects.toMatchObject({ code: '42501' })
  })

  it('brings a revoked key back, not even in the database', async () => {
    const key = await makeKey(city, 'bank-a')
    await act(city, 'bank-a', REVOKE, { id: key.id })
    await expect(sql('UPDATE audit.api_key SET revoked_at = NULL, revoked_by_org = NULL, revoked_by_sub = NULL, change = change + 1000 WHERE id = $1', [key.id])).rejects.toMatchObject({ code: '42501' })
    await expect(sql(`UPDATE audit.api_key_secret SET hash = sha256('x') WHERE key = $1`, [key.id])).rejects.toMatchObject({ code: '42501' })
  })

  it('somebody who is suspended makes or rotates a key', async () => {
    const { id } = await makeKey(city, 'nav-b')
    const done = await city.ask('mutation { suspendCaller(org: "NAV-B", sub: "nav-b", reason: MISUSE) { id } }', { caller: 'security-officer' })
    for (const [text, variables] of [[MAKE, { name: 'n', days: 1 }], [ROTATE, { id, days: 1 }]] as const) expect(codes(await city.ask(text, { caller: 'nav-b', variables }))).toEqual(['FORBIDDEN'])
    await city.ask('mutation ($id: ID!) { restoreCaller(id: $id) { active } }', { caller: 'second-officer', variables: { id: done.data.suspendCaller.id } })
    await pause(900)
  })
})

describe('a key better than who made it', () => {
  const partner = (zone: string): Promise<string> => signedToken(city, { subject: `from-${zone}`, claims: { org: 'BANK-A', kind: 'partner', roles: ['application', 'data-owner', 'policy-officer'], assurance: 3, zone, division: '310101' } })

  it('is not made: no better zone, no role, no division, no stronger authentication than a program has', async () => {
    for (const [from, zone] of [['abroad', 'MAINLAND'], ['abroad', 'INTRANET'], ['mainland', 'INTRANET']] as const) {
      expect(codes(await actAs(city, await partner(from), MAKE, { name: 'n', zone, days: 1 })), `${from} ${zone}`).toEqual(['FORBIDDEN'])
    }
    expect(codes(await actAs(city, await partner('abroad'), MAKE, { name: 'n', days: 1 }))).toEqual(['FORBIDDEN'])
    const made = await actAs(city, await partner('mainland'), MAKE, { name: 'n', days: 1 })
    expect((await keyed(made.data.makeKey.secret)).status).toBe(200)
    const [record] = (await logLeaves(city.databases.audit.owner, 'enterprises')).filter(({ caller }) => caller?.sub === `key:${made.data.makeKey.id}`)
    expect(record?.caller).toEqual({ org: 'BANK-A', kind: 'partner', sub: `key:${made.data.makeKey.id}`, clientId: `BANK-A/${made.data.makeKey.id}` })
  })

  it('is not had by renewing one from a worse network', async () => {
    const key = await makeKey(city, 'amr-officer', { zone: 'INTRANET' })
    for (const zone of ['abroad', 'mainland']) {
      const token = await signedToken(city, { claims: { org: 'AMR', zone } })
      const answer = await actAs(city, token, ROTATE, { id: key.id, days: 1 })
      expect(codes(answer), zone).toEqual(['FORBIDDEN'])
      expect(answer.text).not.toContain('cgk_')
    }
    expect((await act(city, 'amr-officer', ROTATE, { id: key.id })).secret).toContain('cgk_')
  })

  it.each([
    ['days', { days: 366 }], ['days', { days: 0 }], ['days', { days: -1 }], ['name', { name: '' }], ['name', { name: ' x' }], ['name', { name: 'x'.repeat(101) }], ['name', { name: '310199198503070112' }], ['name', { name: 'a\u202eb' }],
    ['name', { name: newKeyText(newKeyId()) }], ['client', { client: 'two words' }], ['client', { client: '13800138000' }], ['client', { client: newKeyText(newKeyId()) }], ['queries', { queries: [] }], ['queries', { queries: ['a b'] }], ['queries', { queries: ['../x'] }],
    ['queries', { queries: Array.from({ length: 101 }, (_, n) => `q${n}`) }],
  ])('or of a form that is none is not made: %s %j', async (argument, wish) => {
    const { errors, data } = await city.ask(MAKE, { caller: 'bank-a', variables: { name: 'n', days: 1, ...wish } })
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument })
    expect(data.makeKey).toBeNull()
    expect(errors[0]?.message).not.toMatch(/cgk_|3101|1380013/)
  })

  it('or renewed for longer is not had either', async () => {
    const { id } = await makeKey(city, 'bank-a')
    for (const [argument, wish] of [['oldUntil', { oldUntil: '2026-04-01T10:00:00+08:00' }], ['oldUntil', { oldUntil: '2026-03-05' }], ['days', { days: 400 }], ['id', { id: 'x' }], ['id', { id: randomUUID() }]] as const) {
      const { errors } = await city.ask(ROTATE, { caller: 'bank-a', variables: { id, days: 1, ...wish } })
      expect(errors[0]?.extensions, JSON.stringify(wish)).toMatchObject({ code: 'BAD_USER_INPUT' })
      if (errors[0]?.message.includes('DateTime') !== true) expect(errors[0]?.extensions.argument).toBe(argument)
    }
  })

  it('nor more than a hundred of one organisation', async () => {
    await sql(`INSERT INTO audit.api_key (id, org, name, client, zone, at, by_sub, expires_at, change)
      SELECT translate(lpad(n::text, 16, '0'), '0123456789', 'abcdefghij'), 'EDU', 'n', 'c', 'mainland', $1, 's', $1::timestamptz + interval '1 day', (SELECT max(change) FROM audit.api_key) + n FROM generate_series(1, 100) AS n`, [TEST_DAY])
    expect(codes(await city.ask(MAKE, { caller: 'edu-clerk', variables: { name: 'n', days: 1 } }))).toEqual(['RATE_LIMITED'])
  })

  it('nor a new one, and with it a new quota, for each that is revoked', async () => {
    await sql(`INSERT INTO audit.api_key (id, org, name, client, zone, at, by_sub, expires_at, change, revoked_at, revoked_by_org, revoked_by_sub)
      SELECT translate(lpad(n::text, 16, 'z'), '0123456789', 'abcdefghij'), 'TRANS', 'n', 'c', 'mainland', $1, 's', $1::timestamptz + interval '1 day', (SELECT max(change) FROM audit.api_key) + n, $1, 'TRANS', 's' FROM generate_series(1, 100) AS n`, [TEST_DAY])
    expect(codes(await city.ask(MAKE, { caller: 'trans-officer', variables: { name: 'n', days: 1 } }))).toEqual(['RATE_LIMITED'])
  })

  it('nor keeps an officer waiting who ends one, by acts without number', async () => {
    const { id } = await makeKey(city, 'nav-b')
    const flood = Array.from({ length: 200 }, () => city.ask(REVOKE, { caller: 'bank-a', variables: { id: newKeyId() } }))
    const began = performance.now()
    const ended = await city.ask('mutation ($id: ID!) { revokeAnyKey(id: $id) { state } }', { caller: 'security-officer', variables: { id } })
    expect(ended.data.revokeAnyKey).toEqual({ state: 'REVOKED' })
    const took = performance.now() - began
    const told = (await Promise.all(flood)).map((answer) => codes(answer)[0])
    expect(new Set(told)).toEqual(new Set(['BAD_USER_INPUT', 'RATE_LIMITED']))
    expect(took).toBeLessThan(5_000)
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

describe('a token', () => {
  it('that says another algorithm, key, audience or issuer is none', async () => {
    const key = await makeKey(city, 'bank-a')
    const { json } = await askToken(city.url, form, basicOf(key.id, key.secret))
    const claims = decodeJwt(json.access_token)
    const seal = city.keys.seal ?? expect.fail()
    const derived = deriveTokenKey(seal)
    const { kid = '', x = '' } = await openTokens({ key: derived, clock: frozenClock(TEST_DAY) }).jwk()
    const header = { alg: 'EdDSA', typ: 'at+jwt', kid }
    const forged = {
      'without a signature': new UnsecuredJWT(claims).encode(),
      'signed with the public key as a password': await new SignJWT(claims).setProtectedHeader({ ...header, alg: 'HS256' }).sign(Buffer.from(x, 'base64url')),
      'sealed as for subgraphs': await new SignJWT(claims).setProtectedHeader(header).sign(seal),
      'by the demonstration issuer': await new SignJWT(claims).setProtectedHeader(header).sign(city.keys.issuer ?? expect.fail()),
      'for another audience': await new SignJWT({ ...claims, aud: 'citygraph' }).setProtectedHeader(header).sign(derived),
      'of another issuer': await new SignJWT({ ...claims, iss: 'https://issuer.demonstration.invalid' }).setProtectedHeader(header).sign(derived),
      'of another type': await new SignJWT(claims).setProtectedHeader({ ...header, typ: 'JWT' }).sign(derived),
      'for another key': await new SignJWT({ ...claims, sub: 'key:aaaaaaaaaaaaaaaa', client_id: 'aaaaaaaaaaaaaaaa' }).setProtectedHeader(header).sign(derived),
      'for a secret that is not yet': await new SignJWT({ ...claims, version: 2 }).setProtectedHeader(header).sign(derived),
    }
    for (const [what, token] of Object.entries(forged)) expect((await keyed(token)).status, what).toBe(401)
    // Those claims rightly signed are good: it was the change that was refused.
    expect((await keyed(await new SignJWT(claims).setProtectedHeader(header).sign(derived))).status).toBe(200)
    // A token of an organisation, signed by the key for these, is none at /graphql.
    const official = await new SignJWT({ sub: 'x', org: 'BDC', kind: 'department', roles: ['policy-officer'], assurance: 3, zone: 'intranet', aud: 'citygraph', iss: 'https://issuer.demonstration.invalid', exp: claims.exp ?? 0 }).setProtectedHeader(header).sign(derived)
    expect((await post(city.url, '{ __typename }', {}, official)).status).toBe(401)
  })

  it('is not given for what is malformed, and says what is wrong by the codes of the RFC alone', async () => {
    const { id, secret } = await makeKey(city, 'bank-a')
    const asked = (body: string, headers: Record<string, string> = {}, method = 'POST') => exchange(city.url, '/oauth/token', { method, headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers }, ...(method === 'POST' ? { body } : {}) })
    const good = `grant_type=client_credentials&client_id=${id}&client_secret=${secret}`
    const cases: [string, Promise<{ status: number; json: any; text: string }>, number, string][] = [
      ['GET', asked('', {}, 'GET'), 405, 'invalid_request'], ['no grant type', asked(`client_id=${id}&client_secret=${secret}`), 400, 'invalid_request'],
      ['a password grant', asked(good.replace('client_credentials', 'password')), 400, 'unsupported_grant_type'], ['twice', asked(`${good}&scope=a&scope=b`), 400, 'invalid_request'],
      ['JSON', asked(JSON.stringify({ grant_type: 'client_credentials' }), { 'content-type': 'application/json' }), 415, 'invalid_request'], ['compressed', asked(good, { 'content-encoding': 'gzip' }), 415, 'invalid_request'],
      ['large', asked(`${good}&x=${'y'.repeat(9_000)}`), 413, 'invalid_request'], ['authenticated twice', asked(good, basicOf(id, secret)), 400, 'invalid_request'],
      ['another client', asked(`grant_type=client_credentials&client_id=${newKeyId()}`, basicOf(id, secret)), 400, 'invalid_request'],
      ['id of another', asked(good.replace(id, newKeyId())), 401, 'invalid_client'], ['no client', asked('grant_type=client_credentials'), 401, 'invalid_client'],
      ['Basic of nothing', asked('grant_type=client_credentials', { authorization: 'Basic ' }), 401, 'invalid_client'], ['Basic of noise', asked('grant_type=client_credentials', { authorization: 'Basic JSVl' }), 401, 'invalid_client'],
    ]
    for (const [what, asking, status, error] of cases) {
      const answer = await asking
      expect([answer.status, answer.json.error], what).toEqual([status, error])
      expect(answer.text, what).not.toContain(secret.slice(24, 60))
      expect(Object.keys(answer.json).sort()).toEqual(['error', 'error_description'])
    }
  })

  it('is given sixty times a minute, not more', async () => {
    const { id, secret } = await makeKey(city, 'bank-a')
    const statuses = await Promise.all(Array.from({ length: 70 }, async () => (await askToken(city.url, form, basicOf(id, secret))).status))
    expect(statuses.filter((status) => status === 200)).toHaveLength(60)
    expect(statuses.filter((status) => status === 429)).toHaveLength(10)
  })

  it('is described under no name that a client made up', async () => {
    const answer = await exchange(city.url, '/.well-known/oauth-authorization-server', { headers: { host: 'evil.example/x?y="' } })
    expect([400, 404]).toContain(answer.status)
    expect(answer.text).not.toContain('evil')
  })
})

describe('when the database of logs is away', () => {
  it('a key is not made that is not recorded', async () => {
    const before = await sql('SELECT id FROM audit.api_key ORDER BY id')
    const free = await hinderAppends(city.databases.audit, 'full')
    try {
      const answer = await city.ask(MAKE, { caller: 'bank-a', variables: { name: 'n', days: 1 } })
      expect(answer.text).not.toContain('cgk_')
      expect(codes(answer)).toEqual(['AUDIT_UNAVAILABLE'])
    } finally {
      await free()
    }
    expect(await sql('SELECT id FROM audit.api_key ORDER BY id')).toEqual(before)
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
