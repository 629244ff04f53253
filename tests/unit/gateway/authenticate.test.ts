import { KeyObject, createHmac, generateKeyPairSync, sign } from 'node:crypto'
import { SignJWT, exportJWK, generateKeyPair } from 'jose'
import type { CryptoKey, JWK } from 'jose'
import { describe, expect, it } from 'vitest'
import { frozenClock } from '../../../core/clock.ts'
import { createAuthenticate, publicCaller } from '../../../gateway/authenticate.ts'
import { demonstrationCallers } from '../../../gateway/demonstration-callers.ts'
import { createDemonstrationIssuer } from '../../../gateway/demonstration-issuer.ts'

const clock = frozenClock('2026-03-01T10:00:00+08:00')
const now = Math.floor(clock.now().getTime() / 1000)
const issuer = 'https://issuer.example'
const PID = '6F9619FF-8B86-4011-B42D-00C04FC964FF'

const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true })
const stranger = await generateKeyPair('EdDSA')
const publicJwk: JWK = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'EdDSA', use: 'sig' }
const authenticate = createAuthenticate({ issuers: [{ issuer, audience: 'citygraph', jwks: { keys: [publicJwk] } }], clock })

const claims = { iss: issuer, aud: 'citygraph', sub: 'officer', exp: now + 600, org: 'AMR', kind: 'department', roles: ['official'], assurance: 2, zone: 'intranet' }

function token(changed: Record<string, unknown> = {}, header: Record<string, unknown> = {}, key: CryptoKey = privateKey): Promise<string> {
  const all: Record<string, unknown> = { ...claims, ...changed }
  for (const [name, value] of Object.entries(all)) if (value === undefined) delete all[name]
  const full: Record<string, unknown> = { alg: 'EdDSA', kid: 'k1', typ: 'at+jwt', ...header }
  for (const [name, value] of Object.entries(full)) if (value === undefined) delete full[name]
  return new SignJWT(all).setProtectedHeader(full as { alg: string }).sign(key)
}

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

describe('authenticate', () => {
  it('takes a caller without a token as the public', async () => {
    expect(await authenticate(undefined)).toEqual(publicCaller)
  })

  it('reads the caller from a good token', async () => {
    const caller = await authenticate(`Bearer ${await token({ division: '310101', client_id: 'desk' })}`)
    expect(caller).toEqual({ kind: 'department', org: 'AMR', sub: 'officer', roles: ['official'], division: '310101', clientId: 'desk', assurance: 2, zone: 'intranet' })
  })

  it('takes trailing zero pairs off a division', async () => {
    expect((await authenticate(`Bearer ${await token({ division: '310000' })}`)).division).toBe('31')
  })

  it('gives left-out claims their stricter value', async () => {
    const caller = await authenticate(`Bearer ${await token({ roles: undefined, assurance: undefined, zone: undefined })}`)
    expect(caller).toMatchObject({ roles: [], assurance: 1, zone: 'abroad' })
  })

  it('believes a token again without verifying, but not after its end', async () => {
    let at = clock.now()
    const moving = createAuthenticate({ issuers: [{ issuer, audience: 'citygraph', jwks: { keys: [publicJwk] } }], clock: { now: () => at } })
    const short = `Bearer ${await token({ exp: now + 10 })}`
    expect((await moving(short)).sub).toBe('officer')
    expect((await moving(short)).sub).toBe('officer')
    at = new Date((now + 11) * 1000)
    await expect(moving(short)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  })

  const header = { alg: 'EdDSA', kid: 'k1', typ: 'at+jwt' }
  const hmacInput = `${base64url({ ...header, alg: 'HS256' })}.${base64url(claims)}`
  const x = Buffer.from(publicJwk.x ?? '', 'base64url')
  const refused: readonly (readonly [string, () => Promise<string> | string])[] = [
    ['HS256 made with the public key', () => `${hmacInput}.${createHmac('sha256', x).update(hmacInput).digest('base64url')}`],
    ['HS256 made with the text of the public JWK', () => `${hmacInput}.${createHmac('sha256', JSON.stringify(publicJwk)).update(hmacInput).digest('base64url')}`],
    ['alg none', () => `${base64url({ ...header, alg: 'none' })}.${base64url(claims)}.`],
    ['alg none with a signature', () => `${base64url({ ...header, alg: 'none' })}.${base64url(claims)}.AAAA`],
    ['a name with a soft hyphen', () => token({ sub: '1540000\u00ad1234' })],
    ['a name with a zero-width space', () => token({ sub: 'officer\u200b' })],
    ['the name of a key', () => token({ sub: 'key:abcdefghijklmnop' })],
    ['an application with a variation selector', () => token({ client_id: 'desk\ufe0f' })],
    ['a role with a line separator', () => token({ roles: ['official\u2028'] })],
    ['a foreign issuer', () => token({ iss: 'https://elsewhere.example' })],
    ['no issuer', () => token({ iss: undefined })],
    ['a foreign audience', () => token({ aud: 'other' })],
    ['no audience', () => token({ aud: undefined })],
    ['an expired token', () => token({ exp: now - 1 })],
    ['a token without end', () => token({ exp: undefined })],
    ['a token that is not yet valid', () => token({ nbf: now + 60 })],
    ['no kid', () => token({}, { kid: undefined })],
    ['an unknown kid', () => token({}, { kid: 'k2' })],
    ['another key under a known kid', () => token({}, {}, stranger.privateKey)],
    ['a type that is not an access token', () => token({}, { typ: 'citygraph-access+jwt' })],
    ['an unknown critical header', () => {
      const input = `${base64url({ ...header, crit: ['beyond'], beyond: 1 })}.${base64url(claims)}`
      return `${input}.${sign(null, Buffer.from(input), KeyObject.from(privateKey)).toString('base64url')}`
    }],
    ['a kind that tokens cannot have', () => token({ kind: 'public' })],
    ['no organisation', () => token({ org: undefined })],
    ['an organisation that is no code', () => token({ org: 'AMR"; drop' })],
    ['an assurance out of range', () => token({ assurance: 4 })],
    ['a zone of no name', () => token({ zone: 'moon' })],
    ['a division that is no prefix', () => token({ division: '3101011' })],
    ['a subject without a linking token', () => token({ kind: 'subject', org: 'CITIZEN' })],
    ['a linking token on an official', () => token({ pid: PID })],
    ['a linking token that is no UUID', () => token({ kind: 'subject', org: 'CITIZEN', pid: '1' })],
    ['a changed payload', async () => { const [head, , signature] = (await token()).split('.'); return `${head}.${base64url({ ...claims, org: 'PSB' })}.${signature}` }],
    ['something that is no token', () => 'hello'],
    ['an overlong token', () => `${'a'.repeat(9000)}.b.c`],
  ]
  for (const [what, make] of refused) {
    it(`refuses ${what}`, async () => {
      await expect(authenticate(`Bearer ${await make()}`)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    })
  }

  it('refuses other schemes and an empty header rather than taking them as the public', async () => {
    for (const value of ['', 'Basic YTpi', 'Bearer', 'Bearer ', `Bearer ${await token()} extra`]) {
      await expect(authenticate(value)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    }
  })

  it('accepts RS256, PS256 and ES256 and no RSA key under HS256', async () => {
    for (const alg of ['RS256', 'PS256', 'ES256']) {
      const pair = await generateKeyPair(alg, { extractable: true })
      const key: JWK = { ...(await exportJWK(pair.publicKey)), kid: 'k1', alg, use: 'sig' }
      const one = createAuthenticate({ issuers: [{ issuer, audience: 'citygraph', jwks: { keys: [key] } }], clock })
      expect((await one(`Bearer ${await token({}, { alg }, pair.privateKey)}`)).org).toBe('AMR')
      await expect(one(`Bearer ${await token()}`)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    }
  })

  it('refuses a caller of an organisation that is unregistered or of another kind', async () => {
    const kinds = new Map([['AMR', 'department'], ['BANK-A', 'partner'], ['CITIZEN', 'citizen']])
    const strict = createAuthenticate({
      issuers: [{ issuer, audience: 'citygraph', jwks: { keys: [publicJwk] } }], clock, organisationKind: (org) => kinds.get(org),
    })
    expect((await strict(`Bearer ${await token()}`)).org).toBe('AMR')
    expect((await strict(`Bearer ${await token({ kind: 'subject', org: 'CITIZEN', pid: PID })}`)).pid).toBe(PID.toLowerCase())
    await expect(strict(`Bearer ${await token({ org: 'BANK-A' })}`)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    await expect(strict(`Bearer ${await token({ org: 'NOBODY' })}`)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    expect(await strict(undefined)).toEqual(publicCaller)
  })

  it('says the same sentence whatever was wrong', async () => {
    const sentences = new Set<string>()
    for (const bad of ['Bearer x.y.z', `Bearer ${await token({ exp: now - 1 })}`, `Bearer ${await token({}, { kid: 'secret-kid' })}`]) {
      await authenticate(bad).catch((error: Error) => sentences.add(error.message))
    }
    expect(sentences.size).toBe(1)
  })
})

describe('demonstration issuer', () => {
  it('issues a token that authenticates for every demonstration caller', async () => {
    const privateJwk = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }) as JWK
    const made = await createDemonstrationIssuer({ privateKey: privateJwk, clock, pids: { 'zhang-wei': PID, ayiguli: PID } })
    const check = createAuthenticate({ issuers: [made.trusted], clock })
    for (const { name, org, kind } of demonstrationCallers) {
      expect(await check(`Bearer ${await made.token(name)}`)).toMatchObject({ sub: name, org, kind })
    }
    expect(JSON.stringify(made.jwks)).not.toContain('"d"')
  })

  it('refuses unknown names and subjects without a linking token', async () => {
    const privateJwk = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }) as JWK
    const made = await createDemonstrationIssuer({ privateKey: privateJwk, clock, pids: {} })
    await expect(made.token('nobody')).rejects.toThrow(RangeError)
    await expect(made.token('zhang-wei')).rejects.toThrow(RangeError)
  })
})
