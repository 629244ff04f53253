import { createServer } from 'node:http'
import type { Server } from 'node:http'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { newKey } from '../../cli/keys.ts'
import { subgraphNames } from '../../core/domains.ts'
import { createDatabase } from '../support/city-database.ts'
import type { TestDatabase } from '../support/city-database.ts'
import { cityFolder, command } from '../support/command.ts'
import type { Command } from '../support/command.ts'
import { databaseUrl } from '../support/database-url.ts'

// Each test starts whole processes, which take their time on a busy machine.
vi.setConfig({ testTimeout: 180_000 })

const LINK_KEY = Buffer.from('a link key of the test').toString('base64url')
const query = '{ enterprise(uscc: "91310199MA1K0T2A0A") { name contactMobile creditSummary { recordCount } } }'

let databases: TestDatabase[]
let settings: Record<string, string>
let jwks: Server
let keyPair: Awaited<ReturnType<typeof generateKeyPair>>
const folder = cityFolder()

beforeAll(async () => {
  keyPair = await generateKeyPair('ES256', { extractable: true })
  const jwk = { ...(await exportJWK(keyPair.publicKey)), kid: 'issuer-1', alg: 'ES256', use: 'sig' }
  jwks = createServer((_request, response) => response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [jwk] })))
  await new Promise<void>((resolve) => jwks.listen(0, '127.0.0.1', resolve))
  const address = jwks.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0

  const departments = await Promise.all(subgraphNames.map((domain) => createDatabase(domain)))
  const logs = [await createDatabase('audit'), await createDatabase('audit')] as const
  databases = [...departments, ...logs]
  settings = {
    ...Object.fromEntries(departments.map((database, at) => [`${subgraphNames[at]?.toUpperCase()}_DATABASE_URL`, databaseUrl(database.owner)])),
    AUDIT_DATABASE_URL: databaseUrl(logs[0].owner),
    CREDIT_AUDIT_DATABASE_URL: databaseUrl(logs[1].owner),
    CITYGRAPH_SEAL_KEY: newKey(),
    CITYGRAPH_AUDIT_KEY: newKey(),
    CITYGRAPH_ID_KEY: Buffer.from('an id key of the test').toString('base64url'),
    CITYGRAPH_ISSUERS: JSON.stringify([{ issuer: 'https://issuer.example', audience: 'citygraph', jwksUrl: `http://127.0.0.1:${port}/keys` }]),
    // Nothing may be kept there.
    CITYGRAPH_FOLDER: `${folder.path}/unused`,
  }
})
afterAll(async () => {
  await new Promise((resolve) => jwks.close(resolve))
  for (const database of databases) await database.drop()
  folder.remove()
})

async function tokenOf(org: string, privateKey = keyPair.privateKey): Promise<string> {
  return new SignJWT({ org, kind: 'department', roles: ['official'], assurance: 2, zone: 'intranet' })
    .setProtectedHeader({ alg: 'ES256', kid: 'issuer-1', typ: 'at+jwt' }).setIssuer('https://issuer.example').setAudience('citygraph').setSubject('somebody').setIssuedAt().setExpirationTime('5 minutes').sign(privateKey)
}

async function ask(url: string, token?: string, purpose?: string): Promise<{ status: number; body: { data?: { enterprise: Record<string, unknown> }; errors?: { extensions: { code: string } }[]; extensions: { sharing: { records: { log: string }[] } } } }> {
  const headers = { 'content-type': 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...(purpose === undefined ? {} : { 'x-purpose': purpose }) }
  const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) })
  const body = JSON.parse(await response.text())
  return { status: response.status, body }
}

/** Neither passwords nor keys nor addresses. */
function expectSilence(said: Command): void {
  for (const [name, value] of Object.entries(settings)) {
    if (name === 'CITYGRAPH_FOLDER') continue
    expect(`${said.out()}${said.err()}`).not.toContain(value)
  }
  expect(`${said.out()}${said.err()}`).not.toMatch(/postgres(ql)?:\/\/\w|"d":| at .*\.ts:\d+/)
}

describe('databases of ones own', () => {
  it('are migrated and loaded by `citygraph load`, once', async () => {
    const load = command(['load', '--size', '300', '--link-key', LINK_KEY], settings)
    expect((await load.ended).code, load.err()).toBe(0)
    expect(load.err()).toMatch(/Applied \d+ migrations[\s\S]*Loaded 300 people/)
    const again = command(['load', '--size', '300', '--link-key', LINK_KEY], settings)
    expect((await again.ended).code).toBe(0)
    expect(again.err()).not.toMatch(/Applied|Loaded/)
    for (const said of [load, again]) expectSilence(said)
  })

  it('serve a city whose callers come from a configured issuer', async () => {
    const city = command(['start', '--port', '0'], settings)
    const [, url = ''] = await city.says(/citygraph is ready after .*: (http:\/\/localhost:\d+)/)
    const open = await ask(url)
    expect(open).toMatchObject({ status: 200, body: { data: { enterprise: { name: '上海示例出行科技有限公司', contactMobile: null } } } })
    const owner = await ask(url, await tokenOf('AMR'), 'AMR-0002')
    expect(owner).toMatchObject({ status: 200, body: { data: { enterprise: { contactMobile: '15400001234' } } } })
    expect(owner.body.extensions.sharing.records.map(({ log }) => log).toSorted()).toEqual(['credit', 'enterprises'])
    const stranger = await generateKeyPair('ES256')
    expect(await ask(url, await tokenOf('AMR', stranger.privateKey))).toMatchObject({ status: 401, body: { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] } })
    // Of the tokens for keys, and of no demonstration.
    expect(await (await fetch(`${url}/.well-known/jwks.json`)).json()).toEqual({ keys: [{ kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA', use: 'sig', kid: expect.any(String), x: expect.any(String) }] })
    expect((await fetch(`${url}/health/ready`)).status).toBe(200)
    expect((await city.stop()).code).toBe(0)
    expectSilence(city)
    expect(city.out()).not.toMatch(/npx citygraph token|synthetic/)
  })

  it('give their callers nothing while the issuer cannot be asked', async () => {
    const away = { ...settings, CITYGRAPH_ISSUERS: JSON.stringify([{ issuer: 'https://issuer.example', audience: 'citygraph', jwksUrl: 'http://127.0.0.1:9/keys' }]) }
    const city = command(['start', '--port', '0'], away)
    const [, url = ''] = await city.says(/citygraph is ready after .*: (http:\/\/localhost:\d+)/)
    expect(await ask(url, await tokenOf('AMR'), 'AMR-0002')).toMatchObject({ status: 503 })
    expect((await ask(url)).status).toBe(200)
    expect((await city.stop()).code).toBe(0)
  })

  it('that are away at the start are all named, exit code 1, no stack', async () => {
    const nowhere = { ...settings, POPULATION_DATABASE_URL: 'postgres://nobody:hidden-word@127.0.0.1:9/population', TRANSPORT_DATABASE_URL: 'postgres://nobody:hidden-word@127.0.0.1:9/transport' }
    const refused = command(['start', '--port', '0'], nowhere)
    expect((await refused.ended).code).toBe(1)
    expect(refused.err()).toMatch(/the database of population cannot be reached/)
    expect(refused.err()).toMatch(/the database of transport cannot be reached/)
    expect(refused.err()).not.toMatch(/credit|hidden-word| at .*\.ts:\d+/)
  })
})

describe('settings', () => {
  it('that are missing are named all at once, exit code 2', async () => {
    const refused = command(['start'], { POPULATION_DATABASE_URL: settings['POPULATION_DATABASE_URL'] ?? '' })
    expect((await refused.ended).code).toBe(2)
    for (const name of ['ENTERPRISES_DATABASE_URL', 'CREDIT_DATABASE_URL', 'LICENSES_DATABASE_URL', 'TRANSPORT_DATABASE_URL', 'AUDIT_DATABASE_URL', 'CITYGRAPH_SEAL_KEY', 'CITYGRAPH_ID_KEY', 'CITYGRAPH_AUDIT_KEY', 'CITYGRAPH_ISSUERS']) {
      expect(refused.err()).toContain(name)
    }
    expect(refused.err()).not.toMatch(/POPULATION_DATABASE_URL is missing/)
    expectSilence(refused)
  })

  it('of a subgraph and of a gateway alone are named all at once as well', async () => {
    const subgraph = command(['subgraph', 'credit'], { CREDIT_DATABASE_URL: settings['CREDIT_DATABASE_URL'] ?? '' })
    const gateway = command(['gateway'], { AUDIT_DATABASE_URL: settings['AUDIT_DATABASE_URL'] ?? '' })
    expect([(await subgraph.ended).code, (await gateway.ended).code]).toEqual([2, 2])
    for (const name of ['AUDIT_DATABASE_URL', 'GOVERNANCE_AUDIT_DATABASE_URL', 'CITYGRAPH_SEAL_PUBLIC_KEYS', 'CITYGRAPH_ID_KEY', 'CITYGRAPH_AUDIT_KEY']) expect(subgraph.err()).toContain(name)
    for (const name of ['CITYGRAPH_SEAL_KEY', 'CITYGRAPH_AUDIT_KEY', 'CITYGRAPH_ISSUERS', 'SUBGRAPHS']) expect(gateway.err()).toContain(name)
  })

  it('that are unknown or wrong are refused by name, their values never printed', async () => {
    const wrong = [['CITYGRAPH_SAEL_KEY', 'hidden-word'], ['CITYGRAPH_SEAL_KEY', '{"hidden-word":1}'], ['CITYGRAPH_ID_KEY', 'hidden'], ['CREDIT_DATABASE_URL', 'mysql://hidden-word'], ['CITYGRAPH_ISSUERS', '[{"hidden-word":1}]'], ['CITYGRAPH_NOW', '2026-03-01T10:00:00+08:00']] as const
    await Promise.all(wrong.map(async ([name, value]) => {
      const refused = command(['start', '--port', '0'], { ...settings, [name]: value })
      expect((await refused.ended).code, name).toBe(2)
      expect(refused.err(), name).toContain(name)
      expect(refused.err()).not.toContain('hidden')
      expectSilence(refused)
    }))
  })
})
