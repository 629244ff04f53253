import { createHmac, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { importJWK, jwtVerify, SignJWT, UnsecuredJWT } from 'jose'
import type { JWK } from 'jose'
import { describe, expect, it } from 'vitest'
import { deriveTokenKey, openTokens, TOKEN_AUDIENCE, TOKEN_ISSUER } from '../../../gateway/open/open-tokens.ts'

const seal = (seed: number): JWK => {
  const { kty, crv, x, d } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })
  expect([kty, crv]).toEqual(['OKP', 'Ed25519'])
  return { kty: 'OKP', crv: 'Ed25519', x: x ?? '', d: seed === 0 ? (d ?? '') : Buffer.alloc(32, seed).toString('base64url') }
}
const START = Date.parse('2026-03-01T10:00:00+08:00')
const at = (ms = START) => ({ now: () => new Date(ms) })
const LATER = new Date(START + 86_400_000)
const facts = { keyId: 'abcdefghijklmnop', version: 3, scope: ['a-query', 'b-query'] }

describe('the key that signs tokens', () => {
  it('is derived: the same in every copy with the same key, another for another, and not that key itself', async () => {
    const [one, two] = [deriveTokenKey(seal(7)), deriveTokenKey(seal(7))]
    expect(one.export({ format: 'jwk' })).toEqual(two.export({ format: 'jwk' }))
    expect(deriveTokenKey(seal(8)).export({ format: 'jwk' })).not.toEqual(one.export({ format: 'jwk' }))
    expect(one.export({ format: 'jwk' }).d).not.toBe(seal(7).d)
    // RFC 5869 by hand: extract with a salt of zeros, expand with the label.
    const prk = createHmac('sha256', Buffer.alloc(32)).update(Buffer.alloc(32, 7)).digest()
    const seed = createHmac('sha256', prk).update('citygraph/open-token/v1\u0001').digest()
    expect(one.export({ format: 'jwk' }).d).toBe(seed.toString('base64url'))
  })

  it('needs an Ed25519 private key', () => {
    const { kty, crv, x } = seal(0)
    expect(() => deriveTokenKey({ kty, ...(crv === undefined ? {} : { crv }), ...(x === undefined ? {} : { x }) } as JWK)).toThrow(RangeError)
    expect(() => deriveTokenKey({ kty: 'EC', crv: 'P-256', d: 'x' } as JWK)).toThrow(RangeError)
  })

  it('shows its public part alone', async () => {
    const jwk = await openTokens({ key: deriveTokenKey(seal(7)), clock: at() }).jwk()
    expect(Object.keys(jwk).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x'])
  })
})

describe('a token', () => {
  const key = deriveTokenKey(seal(0))
  const tokens = openTokens({ key, clock: at() })

  it('is a JWT access token (RFC 9068) of ten minutes that anybody can check by the public key', async () => {
    const { token, expiresIn } = await tokens.issue(facts, LATER)
    expect(expiresIn).toBe(600)
    const { payload, protectedHeader } = await jwtVerify(token, await importJWK(await tokens.jwk()), { currentDate: new Date(START) })
    expect(protectedHeader).toEqual({ alg: 'EdDSA', typ: 'at+jwt', kid: (await tokens.jwk()).kid })
    expect(payload).toMatchObject({ iss: TOKEN_ISSUER, aud: TOKEN_AUDIENCE, sub: 'key:abcdefghijklmnop', client_id: 'abcdefghijklmnop', scope: 'a-query b-query', version: 3, iat: START / 1_000, exp: START / 1_000 + 600 })
    expect(payload.jti).toMatch(/^[0-9a-f-]{36}$/)
    expect(await tokens.verify(token)).toEqual(facts)
    expect(tokens.ours(token)).toBe(true)
  })

  it('ends with its time, and never after its key', async () => {
    const { token } = await tokens.issue(facts, LATER)
    expect(await openTokens({ key, clock: at(START + 599_000) }).verify(token)).toEqual(facts)
    expect(await openTokens({ key, clock: at(START + 600_000) }).verify(token)).toBeUndefined()
    const short = await tokens.issue(facts, new Date(START + 30_000))
    expect(short.expiresIn).toBe(30)
    expect(await openTokens({ key, clock: at(START + 30_000) }).verify(short.token)).toBeUndefined()
  })

  it('of another gateway, issuer, audience, type, kid or form is none', async () => {
    const { kid } = await tokens.jwk()
    const sign = (change: { header?: Record<string, unknown>; claims?: Record<string, unknown>; issuer?: string; audience?: string; life?: number; by?: typeof key } = {}): Promise<string> =>
      new SignJWT({ client_id: facts.keyId, version: 3, ...change.claims })
        .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid: kid ?? '', ...change.header })
        .setIssuer(change.issuer ?? TOKEN_ISSUER).setAudience(change.audience ?? TOKEN_AUDIENCE).setSubject(`key:${facts.keyId}`).setJti('j')
        .setIssuedAt(START / 1_000).setExpirationTime(START / 1_000 + (change.life ?? 600)).sign(change.by ?? key)
    expect(await tokens.verify(await sign())).toMatchObject({ keyId: facts.keyId })
    for (const wrong of [
      await sign({ by: deriveTokenKey(seal(0)) }), await sign({ issuer: 'https://issuer.demonstration.invalid' }), await sign({ audience: 'citygraph' }), await sign({ header: { typ: 'JWT' } }), await sign({ header: { kid: 'x' } }),
      await sign({ claims: { version: 0 } }), await sign({ claims: { version: '3' } }), await sign({ claims: { client_id: 'zzzzzzzzzzzzzzzz' } }),
    ]) expect(await tokens.verify(wrong)).toBeUndefined()
    // A far end does not help: ten minutes from its beginning it is over.
    const long = await sign({ life: 86_400 })
    expect(await openTokens({ key, clock: at(START + 700_000) }).verify(long)).toBeUndefined()
  })

  it('without a signature, or signed with the public key as a password, is none (RFC 8725 2.1)', async () => {
    const claims = { client_id: facts.keyId, version: 3, iss: TOKEN_ISSUER, aud: TOKEN_AUDIENCE, sub: `key:${facts.keyId}`, jti: 'j', iat: START / 1_000, exp: START / 1_000 + 600 }
    expect(await tokens.verify(new UnsecuredJWT(claims).encode())).toBeUndefined()
    const { kid, x = '' } = await tokens.jwk()
    for (const secret of [Buffer.from(x, 'base64url'), Buffer.from(x), createPublicKey(key).export({ format: 'pem', type: 'spki' })]) {
      const password = typeof secret === 'string' ? Buffer.from(secret) : secret
      const hs = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid: kid ?? '' }).sign(password)
      expect(await tokens.verify(hs)).toBeUndefined()
    }
    const { token } = await tokens.issue(facts, LATER)
    const [head, body, signature = ''] = token.split('.')
    expect(await tokens.verify(`${head}.${body}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`)).toBeUndefined()
    expect(await tokens.verify('a.b.c')).toBeUndefined()
    expect(tokens.ours('a.b.c')).toBe(false)
  })
})
