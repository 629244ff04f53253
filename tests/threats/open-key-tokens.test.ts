// Threat: somebody turns a token for a key into something else, or has one who may not.

import { decodeJwt, SignJWT, UnsecuredJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { frozenClock } from '../../core/clock.ts'
import { deriveTokenKey, openTokens } from '../../gateway/open/open-tokens.ts'
import { newKeyId } from '../../open/api-key.ts'
import { open } from '../support/open-city.ts'
import { askToken, basicOf, bearer, exchange, makeKey, openQueriesWithQuotas } from '../support/open-keys.ts'
import { post, runningCity, TEST_DAY, type RunningCity } from '../support/running-city.ts'

let city: RunningCity
beforeAll(async () => {
  city = await runningCity({ openQueries: openQueriesWithQuotas() })
}, 300_000)
afterAll(async () => city.stop())

const keyed = async (text: string, path = 'enterprises?limit=1') => open(city.url, path, { headers: bearer(text) })
const form = { grant_type: 'client_credentials' }

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
