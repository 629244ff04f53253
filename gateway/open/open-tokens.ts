// Access tokens that a gateway gives for an API key (RFC 9068, RFC 6749 4.4): ten minutes, for open queries alone. They say which key and
// which of its secrets; what that key may do is looked up at each request. Their signing key is derived from the gateway's own, so that all
// copies have the same, and is no key for anything else.

import { createPrivateKey, createPublicKey, hkdfSync, randomUUID } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { calculateJwkThumbprint, decodeJwt, exportJWK, jwtVerify, SignJWT } from 'jose'
import type { JWK } from 'jose'
import { z } from 'zod'
import type { Clock } from '../../core/clock.ts'
import { KEY_ID } from '../../open/api-key.ts'

/** Where the gateway's own address is not configured. */
export const TOKEN_ISSUER = 'urn:citygraph:open'
export const TOKEN_AUDIENCE = 'urn:citygraph:open-queries'
/** Seconds. */
export const TOKEN_LIFE_S = 600
const TOKEN_TYPE = 'at+jwt'

/** For a key's secret of that version. `scope`: ids of open queries; undefined: all that the key is for. */
export type TokenFacts = { readonly keyId: string; readonly version: number; readonly scope: readonly string[] | undefined }

export type OpenTokens = {
  /** `until`: the key's end, beyond which no token of it lives. */
  issue(facts: TokenFacts, until: Date): Promise<{ readonly token: string; readonly expiresIn: number }>
  /** Whether a JWT says it is one of these. Believes nothing else of it. */
  ours(token: string): boolean
  /** Undefined for whatever is not entirely right. */
  verify(token: string): Promise<TokenFacts | undefined>
  /** The public key, as a JWK. */
  jwk(): Promise<JWK>
}

/** PKCS 8 of an Ed25519 key (RFC 8410), before its 32 bytes. */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex')

/** HKDF-SHA-256 (RFC 5869) over the private part of the gateway's Ed25519 key, with a label that names this purpose and version. */
export function deriveTokenKey(seal: JWK): KeyObject {
  if (seal.kty !== 'OKP' || seal.crv !== 'Ed25519' || seal.d === undefined) throw new RangeError('tokens need an Ed25519 private key')
  const seed = Buffer.from(hkdfSync('sha256', Buffer.from(seal.d, 'base64url'), new Uint8Array(0), 'citygraph/open-token/v1', 32))
  return createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' })
}

const claims = z.object({ sub: z.string(), client_id: z.string(), version: z.int().min(1), iat: z.int(), exp: z.int(), scope: z.string().max(7_000).optional() })

/** `issuer`: the gateway's address, the same in all copies. */
export function openTokens({ key, clock, issuer = TOKEN_ISSUER }: { readonly key: KeyObject; readonly clock: Clock; readonly issuer?: string | undefined }): OpenTokens {
  const publicKey = createPublicKey(key)
  let made: Promise<JWK> | undefined
  const jwk = (): Promise<JWK> => (made ??= publicJwk(publicKey))
  return {
    jwk,
    async issue({ keyId, version, scope }, until) {
      const { kid } = await jwk()
      const now = Math.floor(clock.now().getTime() / 1_000)
      const expiresIn = Math.max(1, Math.min(TOKEN_LIFE_S, Math.floor(until.getTime() / 1_000) - now))
      const token = await new SignJWT({ client_id: keyId, version, ...(scope === undefined ? {} : { scope: scope.join(' ') }) })
        .setProtectedHeader({ alg: 'EdDSA', typ: TOKEN_TYPE, ...(kid === undefined ? {} : { kid }) })
        .setIssuer(issuer).setAudience(TOKEN_AUDIENCE).setSubject(`key:${keyId}`).setJti(randomUUID())
        .setIssuedAt(now).setExpirationTime(now + expiresIn)
        .sign(key)
      return { token, expiresIn }
    },
    ours(token) {
      try {
        return decodeJwt(token).iss === issuer
      } catch {
        return false
      }
    },
    async verify(token) {
      try {
        const { kid } = await jwk()
        const { payload, protectedHeader } = await jwtVerify(token, publicKey, {
          algorithms: ['EdDSA'], typ: TOKEN_TYPE, issuer, audience: TOKEN_AUDIENCE, currentDate: clock.now(), requiredClaims: ['exp', 'iat', 'jti', 'sub', 'client_id'],
        })
        const { sub, client_id: keyId, version, scope, iat, exp } = claims.parse(payload)
        // That it was given in the future may be another gateway's clock.
        if (exp - iat > TOKEN_LIFE_S || protectedHeader.kid !== kid || sub !== `key:${keyId}` || !KEY_ID.test(keyId)) return undefined
        return { keyId, version, scope: scope?.split(' ') }
      } catch {
        return undefined
      }
    },
  }
}

async function publicJwk(key: KeyObject): Promise<JWK> {
  const { kty, crv, x } = await exportJWK(key)
  if (kty === undefined || crv === undefined || x === undefined) throw new RangeError('not an Ed25519 key')
  return { kty, crv, x, kid: await calculateJwkThumbprint({ kty, crv, x }), alg: 'EdDSA', use: 'sig' }
}
