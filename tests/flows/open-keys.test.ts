// Keys of organisations: made and shown once, used at open queries, rotated with an overlap, ended by time and by hand in every gateway,
// exchanged for tokens, and limited across gateways and restarts.

import { setTimeout as pause } from 'node:timers/promises'
import { createLocalJWKSet, jwtVerify } from 'jose'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { logLeaves } from '../support/log-leaves.ts'
import { act, askToken, basicOf, bearer, exchange, makeKey, openQueriesWithQuotas, REVOKE, ROTATE } from '../support/open-keys.ts'
import { open } from '../support/open-city.ts'
import type { Answered } from '../support/open-city.ts'
import { runningCity, TEST_DAY, type RunningCity } from '../support/running-city.ts'

const DAY_MS = 86_400_000
let now = Date.parse(TEST_DAY)
const clock = { now: () => new Date(now) }
let city: RunningCity
/** A second gateway on the same databases. */
let copy: RunningCity
beforeAll(async () => {
  const openQueries = openQueriesWithQuotas()
  city = await runningCity({ openQueries, clock })
  copy = await runningCity({ openQueries, clock, databases: city.databases, keys: city.keys })
}, 300_000)
afterAll(async () => {
  await copy.stop()
  await city.stop()
})
afterEach(() => {
  now = Date.parse(TEST_DAY)
})

const later = (days: number): string => new Date(Date.parse(TEST_DAY) + days * DAY_MS).toISOString()
/** As the graph writes instants. */
const shown = (days: number): string => new Date(Date.parse(TEST_DAY) + days * DAY_MS + 8 * 3_600_000).toISOString().replace('.000Z', '+08:00')
const asked = (text: string, path = 'enterprises?limit=2', at: RunningCity = city): Promise<Answered> => open(at.url, path, { headers: bearer(text) })
const status = async (text: string, path?: string, at?: RunningCity): Promise<number> => (await asked(text, path, at)).status

describe('a key', () => {
  it('is made by a partner for its programs, shown once, and opens what its organisation may see', async () => {
    const key = await makeKey(city, 'bank-a', { name: 'Credit desk', client: 'credit-desk' })
    expect(key).toMatchObject({ org: 'BANK-A', name: 'Credit desk', client: 'credit-desk', queries: null, zone: 'MAINLAND', state: 'ACTIVE', expiresAt: shown(180) })
    expect(key.secret).toMatch(/^cgk_[a-z]{16}_[0-9A-Za-z]{49}$/)
    const answer = await asked(key.secret)
    expect(answer.status, answer.text).toBe(200)
    expect(answer.json.data).toHaveLength(2)
    expect(await open(city.url, 'enterprises?limit=2', { headers: { 'x-api-key': key.secret } })).toMatchObject({ status: 200, json: { data: answer.json.data } })
    // What the organisation holds a grant for, its keys read too.
    const rating = await open(city.url, 'ratings?uscc=91310199MA1K0T2A0A', { headers: { ...bearer(key.secret), 'x-authorization-ref': 'AUTH-2026-0001' } })
    expect(rating.json.data.creditRating.grade).toBeTypeOf('string')
    const list = await city.ask('{ apiKeys(where: { id: { eq: "' + key.id + '" } }) { nodes { id name state secret } } }', { caller: 'bank-a' })
    expect(list.data.apiKeys.nodes).toEqual([{ id: key.id, name: 'Credit desk', state: 'ACTIVE', secret: null }])
  })

  it('stands in records by its id, with its application, as whoever asked', async () => {
    const key = await makeKey(city, 'bank-a', { client: 'records-app' })
    const answer = await asked(key.secret)
    const { records } = answer.json.sharing
    const leaves = await logLeaves(city.databases.audit.owner, 'enterprises')
    const mine = leaves.filter(({ id }) => records.some((record: { id: string }) => record.id === id))
    expect(mine.map(({ caller }) => caller)).toEqual(mine.map(() => ({ org: 'BANK-A', kind: 'partner', sub: `key:${key.id}`, clientId: 'BANK-A/records-app' })))
    expect(mine.length).toBeGreaterThan(0)
  })

  it('stands in the log of governance before it is in force: begun, the event, how it ended', async () => {
    const before = (await logLeaves(city.databases.audit.owner, 'governance')).length
    const key = await makeKey(city, 'nav-b', { queries: ['stations', 'enterprises'] })
    await act(city, 'nav-b', ROTATE, { id: key.id })
    await act(city, 'nav-b', REVOKE, { id: key.id })
    const written = (await logLeaves(city.databases.audit.owner, 'governance')).slice(before).filter(({ event, entries }) => event !== undefined || entries?.some((entry) => entry.startsWith('Mutation.')) === true)
    expect(written.map(({ event, outcome }) => event ?? outcome)).toEqual(['BEGUN', 'KEY', 'ANSWERED', 'BEGUN', 'KEY_ROTATION', 'ANSWERED', 'BEGUN', 'KEY_REVOCATION', 'ANSWERED'])
    expect(written[1]).toMatchObject({ about: key.id, target: 'NAV-B', scope: 'enterprises stations', state: 'mainland', until: later(180), by: { org: 'NAV-B', sub: 'nav-b' } })
    expect(written[4]).toMatchObject({ about: key.id, until: later(1) })
  })

  it('made for some queries opens those alone', async () => {
    const key = await makeKey(city, 'bank-a', { queries: ['stations'] })
    expect(await status(key.secret, 'stations?limit=1')).toBe(200)
    const refused = await asked(key.secret)
    expect(refused).toMatchObject({ status: 403, json: { code: 'FORBIDDEN' } })
    expect(refused.headers['www-authenticate']).toContain('insufficient_scope')
  })

  it('of a partner without a grant reads what its partner may, no more', async () => {
    const key = await makeKey(city, 'nav-b')
    const own = await open(city.url, 'enterprises?limit=3', { headers: bearer(await city.token('nav-b')) })
    expect((await asked(key.secret, 'enterprises?limit=3')).json.data).toEqual(own.json.data)
    const rating = await open(city.url, 'ratings?uscc=91310199MA1K0T2A0A', { headers: bearer(key.secret) })
    expect(rating.json.data?.creditRating ?? null).toBeNull()
  })

  it('ends with its days', async () => {
    const key = await makeKey(city, 'bank-a', { days: 10 })
    now += 10 * DAY_MS - 1
    expect(await status(key.secret)).toBe(200)
    now += 1
    expect(await status(key.secret)).toBe(401)
    expect(await status(key.secret, undefined, copy)).toBe(401)
  })

  it('that is revoked opens nothing in any gateway a second later, nor ever after', async () => {
    const key = await makeKey(city, 'bank-a')
    for (const at of [city, copy]) expect(await status(key.secret, undefined, at)).toBe(200)
    expect(await act(city, 'bank-a', REVOKE, { id: key.id })).toMatchObject({ state: 'REVOKED', revokedByOrg: 'BANK-A', secret: null })
    await pause(900)
    for (const at of [city, copy]) expect(await status(key.secret, undefined, at)).toBe(401)
    const again = await city.ask(REVOKE, { caller: 'bank-a', variables: { id: key.id } })
    expect(again.errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'id' })
    const rotated = await city.ask(ROTATE, { caller: 'bank-a', variables: { id: key.id } })
    expect(rotated.errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'id' })
  })

  it('of any organisation is revoked by a policy officer', async () => {
    const key = await makeKey(city, 'amr-officer')
    const done = await city.ask('mutation ($id: ID!) { revokeAnyKey(id: $id) { org state revokedByOrg } }', { caller: 'security-officer', variables: { id: key.id } })
    expect(done.data.revokeAnyKey).toEqual({ org: 'AMR', state: 'REVOKED', revokedByOrg: 'BDC' })
    await pause(900)
    expect(await status(key.secret)).toBe(401)
  })

  it('is refused with its organisation or its application, and served again with them', async () => {
    const key = await makeKey(city, 'nav-b', { client: 'nav-app' })
    for (const [kind, name] of [['ORGANISATION', 'NAV-B'], ['APPLICATION', 'NAV-B/nav-app']]) {
      const done = await city.ask('mutation ($kind: ServedKind!, $name: String!) { stopServing(kind: $kind, name: $name, reason: MISUSE) { id } }', { caller: 'security-officer', variables: { kind, name } })
      await pause(900)
      expect(await asked(key.secret)).toMatchObject({ status: 403, json: { code: 'FORBIDDEN' } })
      expect((await askToken(city.url, { grant_type: 'client_credentials' }, basicOf(key.id, key.secret))).json).toMatchObject({ error: 'unauthorized_client' })
      await city.ask('mutation ($id: ID!) { resumeServing(id: $id) { active } }', { caller: 'second-officer', variables: { id: done.data.stopServing.id } })
      await pause(900)
      expect(await status(key.secret)).toBe(200)
    }
  })
})

describe('rotation', () => {
  it('gives a new secret that is good at once, in every gateway, beside the old one until its end', async () => {
    const key = await makeKey(city, 'bank-a', { days: 30 })
    const rotated = await act(city, 'bank-a', ROTATE, { id: key.id, oldUntil: later(7) })
    expect(rotated).toMatchObject({ id: key.id, oldUntil: shown(7), expiresAt: shown(180) })
    expect(rotated.secret).not.toBe(key.secret)
    for (const at of [copy, city]) for (const text of [rotated.secret, key.secret]) expect(await status(text, undefined, at)).toBe(200)
    now += 7 * DAY_MS
    for (const at of [city, copy]) {
      expect(await status(key.secret, undefined, at)).toBe(401)
      expect(await status(rotated.secret, undefined, at)).toBe(200)
    }
  })

  it('ends the old secret at once where that is wanted, and never later than it would have ended', async () => {
    const key = await makeKey(city, 'bank-a')
    const second = await act(city, 'bank-a', ROTATE, { id: key.id, oldUntil: TEST_DAY })
    await pause(900)
    for (const at of [city, copy]) expect(await status(key.secret, undefined, at)).toBe(401)
    expect(await status(second.secret)).toBe(200)
    const short = await makeKey(city, 'bank-a', { days: 2 })
    expect(await act(city, 'bank-a', ROTATE, { id: short.id, oldUntil: later(20) })).toMatchObject({ oldUntil: shown(2) })
  })

  it('keeps one old secret, not two, and ends none that nobody named', async () => {
    const key = await makeKey(city, 'bank-a')
    const second = await act(city, 'bank-a', ROTATE, { id: key.id, oldUntil: later(20) })
    const refused = await city.ask(ROTATE, { caller: 'bank-a', variables: { id: key.id, days: 180, oldUntil: later(20) } })
    expect(refused.errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'oldUntil' })
    expect(await Promise.all([key, second].map(({ secret }) => status(secret)))).toEqual([200, 200])
    const third = await act(city, 'bank-a', ROTATE, { id: key.id, oldUntil: TEST_DAY })
    await pause(900)
    expect(await Promise.all([key, second, third].map(({ secret }) => status(secret)))).toEqual([401, 401, 200])
  })
})

describe('a token', () => {
  it('is had for a key by either way of authenticating and opens what the key opens', async () => {
    const key = await makeKey(city, 'bank-a', { client: 'token-app' })
    const tail = key.secret.split('_')[2] ?? ''
    for (const answer of [
      await askToken(city.url, { grant_type: 'client_credentials' }, basicOf(key.id, key.secret)),
      await askToken(city.url, { grant_type: 'client_credentials' }, basicOf(key.id, tail)),
      await askToken(copy.url, { grant_type: 'client_credentials', client_id: key.id, client_secret: key.secret }),
    ]) {
      expect(answer, answer.text).toMatchObject({ status: 200, json: { token_type: 'Bearer', expires_in: 600 } })
      expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', pragma: 'no-cache' })
      expect(answer.json.scope).toBeUndefined()
      // Of one gateway it is good at the other.
      for (const at of [city, copy]) expect(await status(answer.json.access_token, undefined, at)).toBe(200)
    }
  })

  it('is for the queries of its scope alone', async () => {
    const key = await makeKey(city, 'bank-a', { queries: ['enterprises', 'stations'] })
    const whole = await askToken(city.url, { grant_type: 'client_credentials' }, basicOf(key.id, key.secret))
    expect(whole.json.scope).toBe('enterprises stations')
    const part = await askToken(city.url, { grant_type: 'client_credentials', scope: 'stations' }, basicOf(key.id, key.secret))
    expect(part.json.scope).toBe('stations')
    expect(await status(part.json.access_token, 'stations?limit=1')).toBe(200)
    expect(await status(part.json.access_token)).toBe(403)
    for (const scope of ['sections', 'stations sections', 'no-such-query', 'stations  enterprises']) {
      expect(await askToken(city.url, { grant_type: 'client_credentials', scope }, basicOf(key.id, key.secret)), scope).toMatchObject({ status: 400, json: { error: 'invalid_scope' } })
    }
  })

  it('ends after ten minutes, with its key within a second, and with the secret it was given for', async () => {
    const key = await makeKey(city, 'bank-a')
    const had = async (secret: string): Promise<string> => (await askToken(city.url, { grant_type: 'client_credentials' }, basicOf(key.id, secret))).json.access_token
    const token = await had(key.secret)
    now += 599_000
    expect(await status(token)).toBe(200)
    now += 1_000
    expect(await status(token)).toBe(401)
    now = Date.parse(TEST_DAY)
    const rotated = await act(city, 'bank-a', ROTATE, { id: key.id, oldUntil: TEST_DAY })
    const fresh = await had(rotated.secret)
    await pause(900)
    for (const at of [city, copy]) {
      expect(await status(token, undefined, at)).toBe(401)
      expect(await status(fresh, undefined, at)).toBe(200)
    }
    await act(city, 'bank-a', REVOKE, { id: key.id })
    await pause(900)
    for (const at of [city, copy]) expect(await status(fresh, undefined, at)).toBe(401)
  })

  it('is described where clients look for it (RFC 8414) and verified by the key that is published', async () => {
    const { json: described } = await exchange(city.url, '/.well-known/oauth-authorization-server')
    expect(described).toEqual({
      issuer: city.url, token_endpoint: `${city.url}/oauth/token`, jwks_uri: `${city.url}/.well-known/jwks.json`,
      grant_types_supported: ['client_credentials'], response_types_supported: [], token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
    })
    const key = await makeKey(city, 'bank-a')
    const { json } = await askToken(city.url, { grant_type: 'client_credentials' }, basicOf(key.id, key.secret))
    const jwks = await exchange(copy.url, '/.well-known/jwks.json')
    const { payload } = await jwtVerify(json.access_token, createLocalJWKSet(jwks.json), { currentDate: clock.now() })
    expect(payload).toMatchObject({ sub: `key:${key.id}`, client_id: key.id, aud: 'urn:citygraph:open-queries' })
    expect(JSON.stringify(jwks.json)).not.toContain('"d"')
  })
})

describe('a quota', () => {
  it('of requests holds across gateways and says what is left', async () => {
    const key = await makeKey(city, 'bank-a')
    const first = await asked(key.secret, 'few-requests?limit=1')
    expect(first.headers['ratelimit-policy']).toBe('"requests";q=5;w=60, "rows";q=100000;w=86400;qu="rows"')
    expect(first.headers['ratelimit']).toMatch(/^"requests";r=4;t=60, "rows";r=99999;t=\d+$/)
    for (let n = 0; n < 4; n += 1) expect(await status(key.secret, 'few-requests?limit=1', n % 2 === 0 ? copy : city)).toBe(200)
    for (const at of [city, copy]) {
      const over = await asked(key.secret, 'few-requests?limit=1', at)
      expect(over).toMatchObject({ status: 429, json: { code: 'RATE_LIMITED' } })
      expect(over.headers).toMatchObject({ 'retry-after': '60', 'content-type': 'application/problem+json' })
      expect(over.headers['ratelimit']).toContain('"requests";r=0;t=60')
    }
    // Another key of the same organisation and another query have their own.
    expect(await status((await makeKey(city, 'bank-a')).secret, 'few-requests?limit=1')).toBe(200)
    expect(await status(key.secret)).toBe(200)
    now += 60_000
    expect(await status(key.secret, 'few-requests?limit=1')).toBe(200)
  })

  it('of rows holds when a gateway is started anew, and ends a day later', async () => {
    const key = await makeKey(city, 'bank-a')
    expect(await status(key.secret, 'few-rows?limit=20')).toBe(200)
    const over = await asked(key.secret, 'few-rows?limit=20')
    expect(over).toMatchObject({ status: 429, json: { code: 'RATE_LIMITED' } })
    expect(Number(over.headers['retry-after'])).toBeGreaterThan(3_600)
    const restarted = await runningCity({ openQueries: openQueriesWithQuotas(), clock, databases: city.databases, keys: city.keys })
    try {
      expect(await status(key.secret, 'few-rows?limit=20', restarted)).toBe(429)
      // Of the ten that are left, each gateway may hold one that it counted ahead.
      expect(await status(key.secret, 'few-rows?limit=8', restarted)).toBe(200)
      expect(await status(key.secret, 'few-rows?limit=8', restarted)).toBe(429)
    } finally {
      await restarted.stop()
    }
    now += 25 * 3_600_000
    expect(await status(key.secret, 'few-rows?limit=20')).toBe(200)
  })

  it('of rows is never passed by copies that race', async () => {
    const key = await makeKey(city, 'bank-a')
    const answers = await Promise.all(Array.from({ length: 24 }, (_, n) => asked(key.secret, 'few-rows?limit=3', n % 2 === 0 ? city : copy)))
    const given = answers.reduce((sum, { status: code, json }) => sum + (code === 200 ? json.data.length : 0), 0)
    expect(new Set(answers.map(({ status: code }) => code))).toEqual(new Set([200, 429]))
    // The bound of docs/open-keys.md: never more than the limit; a gateway may hold a few that it counted ahead.
    expect(given).toBeLessThanOrEqual(30)
    expect(given).toBeGreaterThanOrEqual(30 - 2 * 3)
  })

  it('of the public is counted by address, and of officials by who they are', async () => {
    expect((await open(city.url, 'stations?limit=1')).headers['ratelimit']).toBeUndefined()
    const token = await city.token('amr-officer')
    for (let n = 0; n < 5; n += 1) expect(await status(token, 'few-requests?limit=1')).toBe(200)
    expect(await status(token, 'few-requests?limit=1', copy)).toBe(429)
    expect(await status(await city.token('credit-officer'), 'few-requests?limit=1')).toBe(200)
  })
})
