// Tokens that the demonstration issuer never gives: any claims, signed with the running city's own issuer key (or another), so that
// tests can stand as callers of DESIGN 5.3 who are not among the demonstration callers, or attack the verification.

import { calculateJwkThumbprint, SignJWT } from 'jose'
import type { JWK } from 'jose'
import { DEMONSTRATION_ISSUER } from '../../gateway/demonstration-issuer.ts'
import { TEST_DAY } from './running-city.ts'
import type { RunningCity } from './running-city.ts'

/** Claims of an official without grants; `claims` of `signedToken` replace them one by one. */
export const official = { org: 'STAT', kind: 'department', roles: ['official'], assurance: 2, zone: 'intranet', client_id: 'test' }

export type TokenChanges = {
  readonly claims?: Readonly<Record<string, unknown>>
  /** The caller's name at the issuer; `claims` cannot replace it. */
  readonly subject?: string
  readonly header?: Readonly<Record<string, unknown>>
  /** Seconds from the test day; the token's end. */
  readonly livesS?: number
  readonly issuer?: string
  readonly audience?: string
  readonly key?: JWK
}

export async function signedToken(city: Pick<RunningCity, 'keys'>, changes: TokenChanges = {}): Promise<string> {
  const key = city.keys.issuer
  if (key === undefined) throw new Error('this city has no issuer')
  const now = Date.parse(TEST_DAY) / 1000
  return new SignJWT({ ...official, ...changes.claims })
    .setProtectedHeader({ alg: 'EdDSA', kid: await calculateJwkThumbprint(key), typ: 'at+jwt', ...changes.header })
    .setIssuer(changes.issuer ?? DEMONSTRATION_ISSUER)
    .setAudience(changes.audience ?? 'citygraph')
    .setSubject(changes.subject ?? 'test-caller')
    .setIssuedAt(now)
    .setExpirationTime(now + (changes.livesS ?? 3_600))
    .sign(changes.key ?? key)
}
