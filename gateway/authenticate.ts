// Token → Caller (DESIGN 5.3). Relies on jose for signatures; algorithms are pinned to asymmetric ones. No token is the public;
// a token that is not entirely right is UNAUTHENTICATED, never the public, and nobody is told what was wrong with it. A name that
// is a number of a person (an issuer's `sub`) goes no further than here: its hash stands for it.

import { createLocalJWKSet, createRemoteJWKSet, decodeJwt, errors, jwtVerify } from 'jose'
import type { JSONWebKeySet, JWTVerifyGetKey } from 'jose'
import { z } from 'zod'
import { boundedCache } from '../core/bounded-cache.ts'
import type { Clock } from '../core/clock.ts'
import { CitygraphError, isCitygraphError } from '../core/errors.ts'
import { holdsNaturalKey, recordable } from '../core/natural-keys.ts'
import type { Caller } from '../policy-engine/decision.ts'
import { normaliseDivision } from '../policy-engine/policy-values.ts'

/** An issuer this city trusts: its keys at a URL, or in hand (the demonstration issuer). */
export type TrustedIssuer = { readonly issuer: string; readonly audience: string } & ({ readonly jwksUrl: string } | { readonly jwks: JSONWebKeySet })

/** `authorization` header as it came (absent: the public). Throws CitygraphError UNAUTHENTICATED, or INTERNAL where the issuer's keys cannot be had. */
export type Authenticate = (authorization: string | undefined) => Promise<Caller>

/** What callers without a token are. */
export const publicCaller: Caller = { kind: 'public', org: 'PUBLIC', sub: 'anonymous', roles: [], assurance: 1, zone: 'mainland' }

/** RFC 8725 3.1: only what the holder of a private key can make. */
const algorithms = ['EdDSA', 'ES256', 'RS256', 'PS256']
/** RFC 9068 and RFC 7519; anything else (our own seals among them) is not an access token. */
const tokenTypes = new Set(['at+jwt', 'application/at+jwt', 'jwt'])
const MAX_TOKEN_LENGTH = 8_192
const REMEMBERED_TOKENS = 2_000
/** A verified token is believed this long without verifying again, so that a withdrawn key ends soon. */
const REMEMBERED_MS = 30_000

/** Goes into access records: what is no text there (NUL, lone surrogates) would fail them, and what is not seen makes two names look alike. */
const name = (max: number) => z.string().min(1).max(max).regex(/^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]+$/u)

const claimsShape = z.object({
  // A key's own name (open-caller.ts) is nobody else's.
  sub: name(256).refine((sub) => !/^key:/i.test(recordable(sub))),
  org: z.string().regex(/^[A-Z0-9][A-Z0-9-]{1,39}$/).refine((code) => !holdsNaturalKey(code)),
  kind: z.enum(['department', 'partner', 'subject', 'operator']),
  roles: z.array(name(64)).max(64).default([]),
  division: z.string().regex(/^(\d{2}|\d{4}|\d{6}|\d{9}|\d{12})$/).optional(),
  client_id: name(256).optional(),
  assurance: z.union([z.literal(1), z.literal(2), z.literal(3)]).default(1),
  zone: z.enum(['intranet', 'mainland', 'abroad']).default('abroad'),
  pid: z.guid().optional(),
})

/** Which kind of organisation a kind of caller may speak for (policies/organisations.yaml). */
const organisationOf = { department: 'department', partner: 'partner', subject: 'citizen', operator: 'operator' } as const

/**
 * `organisationKind`: the kind under which the bundle registers an organisation; given, a caller of an unregistered organisation
 * or of another kind is refused. Claims that are left out get the stricter value (assurance 1, zone abroad).
 */
export function createAuthenticate(parts: {
  readonly issuers: readonly TrustedIssuer[]
  readonly clock: Clock
  readonly organisationKind?: (org: string) => string | undefined
}): Authenticate {
  const issuers = new Map(parts.issuers.map((trusted) => [trusted.issuer, { trusted, keys: keysOf(trusted) }]))
  const remembered = boundedCache<string, { caller: Caller; until: number }>(REMEMBERED_TOKENS)

  return async (authorization) => {
    if (authorization === undefined) return publicCaller
    const now = parts.clock.now()
    const known = remembered.get(authorization)
    const { caller, until } = known !== undefined && now.getTime() < known.until ? known : await verify(tokenIn(authorization), now)
    const org = parts.organisationKind?.(caller.org)
    if (parts.organisationKind !== undefined && (caller.kind === 'public' || org !== organisationOf[caller.kind])) {
      throw new CitygraphError('UNAUTHENTICATED')
    }
    if (known === undefined || known.until !== until) remembered.set(authorization, { caller, until })
    return caller
  }

  async function verify(token: string, now: Date): Promise<{ caller: Caller; until: number }> {
    try {
      const found = issuers.get(decodeJwt(token).iss ?? '')
      if (found === undefined) throw new CitygraphError('UNAUTHENTICATED')
      const { payload, protectedHeader } = await jwtVerify(token, found.keys, {
        algorithms,
        issuer: found.trusted.issuer,
        audience: found.trusted.audience,
        currentDate: now,
        requiredClaims: ['exp', 'sub', 'org', 'kind'],
      })
      if (protectedHeader.kid === undefined || !tokenTypes.has((protectedHeader.typ ?? 'JWT').toLowerCase())) {
        throw new CitygraphError('UNAUTHENTICATED')
      }
      const expires = (payload.exp ?? 0) * 1000
      return { caller: callerFrom(payload), until: Math.min(expires, now.getTime() + REMEMBERED_MS) }
    } catch (cause) {
      if (isCitygraphError(cause)) throw cause
      throw new CitygraphError('UNAUTHENTICATED', {}, { cause })
    }
  }
}

function tokenIn(authorization: string): string {
  const token = /^Bearer ([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)$/i.exec(authorization)?.[1]
  if (token === undefined || token.length > MAX_TOKEN_LENGTH) throw new CitygraphError('UNAUTHENTICATED')
  return token
}

function keysOf(trusted: TrustedIssuer): JWTVerifyGetKey {
  if ('jwks' in trusted) return createLocalJWKSet(trusted.jwks)
  const remote = createRemoteJWKSet(new URL(trusted.jwksUrl), { timeoutDuration: 3_000, cooldownDuration: 30_000, cacheMaxAge: 600_000 })
  return async (header, token) => {
    try {
      return await remote(header, token)
    } catch (cause) {
      if (isTokensFault(cause)) throw cause
      throw new CitygraphError('INTERNAL', { hint: 'Access tokens cannot be verified at the moment.' }, { cause })
    }
  }
}

/** The set was read and has no such key; anything else (no answer, no set, a broken one) is not the caller's doing. */
function isTokensFault(cause: unknown): boolean {
  return cause instanceof errors.JWKSNoMatchingKey || cause instanceof errors.JWKSMultipleMatchingKeys || cause instanceof errors.JOSENotSupported
}

/** Throws ZodError, or CitygraphError for a subject without pid and a pid without subject. */
function callerFrom(payload: unknown): Caller {
  const claims = claimsShape.parse(payload)
  if ((claims.kind === 'subject') !== (claims.pid !== undefined)) throw new CitygraphError('UNAUTHENTICATED')
  return {
    kind: claims.kind,
    org: claims.org,
    // Everywhere behind this point, so that suspensions, signals and records mean the same caller.
    sub: recordable(claims.sub),
    roles: claims.roles,
    ...(claims.division === undefined ? {} : { division: normaliseDivision(claims.division) }),
    ...(claims.client_id === undefined ? {} : { clientId: recordable(claims.client_id) }),
    assurance: claims.assurance,
    zone: claims.zone,
    ...(claims.pid === undefined ? {} : { pid: claims.pid.toLowerCase() }),
  }
}
