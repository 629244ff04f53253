// Issues tokens of the demonstration callers for an embedded city (DESIGN 5.3). Its key is made once and kept by the city's folder;
// its public half is served at /.well-known/jwks.json. Does not exist with databases of one's own.

import { SignJWT, calculateJwkThumbprint } from 'jose'
import type { JSONWebKeySet, JWK } from 'jose'
import type { Clock } from '../core/clock.ts'
import type { TrustedIssuer } from './authenticate.ts'
import { demonstrationCallers } from './demonstration-callers.ts'

export const DEMONSTRATION_ISSUER = 'https://issuer.demonstration.invalid'
const AUDIENCE = 'citygraph'
const LIFE_MS = 12 * 3_600_000

export type DemonstrationIssuer = {
  readonly jwks: JSONWebKeySet
  /** What `createAuthenticate` needs to believe its tokens. */
  readonly trusted: TrustedIssuer
  /** A signed token, good for 12 hours. Throws RangeError for an unknown name or a subject without linking token. */
  token(name: string): Promise<string>
}

/** `privateKey`: Ed25519 JWK. `pids`: linking tokens (uuid) of the subjects by caller name. */
export async function createDemonstrationIssuer(parts: {
  readonly privateKey: JWK
  readonly clock: Clock
  readonly pids: Readonly<Record<string, string>>
}): Promise<DemonstrationIssuer> {
  const { kty, crv, x } = parts.privateKey
  if (kty !== 'OKP' || crv !== 'Ed25519' || x === undefined) throw new RangeError('the demonstration issuer needs an Ed25519 key')
  const kid = await calculateJwkThumbprint({ kty, crv, x })
  const jwks: JSONWebKeySet = { keys: [{ kty, crv, x, kid, alg: 'EdDSA', use: 'sig' }] }
  return {
    jwks,
    trusted: { issuer: DEMONSTRATION_ISSUER, audience: AUDIENCE, jwks },
    async token(name) {
      const caller = demonstrationCallers.find((one) => one.name === name)
      if (caller === undefined) throw new RangeError('no demonstration caller has that name')
      const { kind, org, roles, division, assurance, zone } = caller
      const pid = kind === 'subject' ? parts.pids[name] : undefined
      if (kind === 'subject' && pid === undefined) throw new RangeError('this caller has no linking token here')
      const claims = {
        org, kind, roles, assurance, zone, client_id: 'demonstration', ...(division === undefined ? {} : { division }), ...(pid === undefined ? {} : { pid }),
      }
      const now = parts.clock.now()
      return new SignJWT(claims)
        .setProtectedHeader({ alg: 'EdDSA', kid, typ: 'at+jwt' })
        .setIssuer(DEMONSTRATION_ISSUER)
        .setAudience(AUDIENCE)
        .setSubject(name)
        .setIssuedAt(now)
        .setExpirationTime(new Date(now.getTime() + LIFE_MS))
        .sign(parts.privateKey)
    },
  }
}
