// The sealed access context (DESIGN 5.5): who asks, for which purpose, under which bundle, with which operation. The gateway
// signs it (Ed25519), departments hold public keys only, so none can forge a caller to another. In process it is an object that
// nobody outside can make. Whatever is not exactly that is FORBIDDEN.

import { CompactSign, compactVerify, importJWK, calculateJwkThumbprint, type CryptoKey, type JWK, type KeyObject } from 'jose'
import { z } from 'zod'
import { boundedCache } from '../core/bounded-cache.ts'
import type { Clock } from '../core/clock.ts'
import { CitygraphError } from '../core/errors.ts'
import { rememberFrozen } from '../core/remember-frozen.ts'
import type { Caller } from '../policy-engine/decision.ts'

/** `hash`: sha256 (hex) of the operation text without literals. `fields`: `Type.field` asked for, named as in the graph. */
export type OperationFacts = { readonly name?: string; readonly hash: string; readonly singleSubject: boolean; readonly fields: readonly string[] }

/** `issuedAt`, `expiresAt`: seconds since 1970, at most 60 apart. The request id travels beside it, since a seal serves many requests. */
export type AccessContext = {
  readonly caller: Caller
  readonly purpose?: string
  readonly caseNo?: string
  readonly authorizationRef?: string
  readonly bundleSequence: number
  /** Hash of the bundle that decides: names it in every process. Without it `bundleSequence` does, in the gateway's own process. */
  readonly policyVersion?: string
  /** What the gateway has heard is stopped (core/stops.ts): a subgraph stops it too, whatever it has heard itself. */
  readonly stopped?: string
  readonly operation: OperationFacts
  readonly issuedAt: number
  readonly expiresAt: number
}

export type Sealer = { seal(context: AccessContext): Promise<string> }
export type Opener = { open(token: string): Promise<AccessContext> }

/** Header that carries a signed seal. */
export const SEAL_HEADER = 'x-citygraph-seal'
/** Longest life of a seal, seconds. */
export const SEAL_LIFE_S = 60
/** Longest token, bytes: room for the field names of the largest admitted operation, below the header limit of serve-http. */
export const SEAL_MAX_BYTES = 48 * 1024
/** Longest list of stops in a seal, characters: several hundred fields. A longer one is left to what each subgraph hears. */
export const SEALED_STOPS = 20_000
const SEAL_TYPE = 'citygraph-access+jwt'
/** How far the gateway's clock may run ahead of ours, seconds. */
const SKEW_S = 5
const CACHED = 2_000

const text = (max: number) => z.string().min(1).max(max)
const epochSeconds = z.number().int().positive()

const callerShape = z.strictObject({
  kind: z.enum(['department', 'partner', 'subject', 'operator', 'public']),
  org: text(64),
  sub: text(256),
  roles: z.array(text(64)).max(64),
  division: text(12).exactOptional(),
  clientId: text(256).exactOptional(),
  assurance: z.union([z.literal(1), z.literal(2), z.literal(3)]),
  zone: z.enum(['intranet', 'mainland', 'abroad']),
  pid: z.guid().exactOptional(),
})

const contextShape = z.strictObject({
  caller: callerShape,
  purpose: text(64).exactOptional(),
  caseNo: text(40).exactOptional(),
  authorizationRef: text(128).exactOptional(),
  bundleSequence: z.number().int().nonnegative(),
  policyVersion: text(96).exactOptional(),
  stopped: text(SEALED_STOPS).exactOptional(),
  operation: z.strictObject({
    name: text(256).exactOptional(),
    hash: text(128),
    singleSubject: z.boolean(),
    fields: z.array(text(256)).max(5_000),
  }),
  issuedAt: epochSeconds,
  expiresAt: epochSeconds,
})

/** A public key's id: its own `kid`, else its RFC 7638 thumbprint. The sealer must be given the same as its `keyId`. */
async function sealKeyId(key: JWK): Promise<string> {
  return key.kid ?? (await calculateJwkThumbprint(key))
}

/**
 * Signs access contexts as compact JWS (EdDSA). A context with the same content as an earlier one gets the earlier token until
 * half of that token's life is over; its own times are then ignored. Throws INTERNAL for a life that is not 1–60 s, TOO_COSTLY
 * for an operation too large to be sealed.
 */
export function createSealer(parts: { privateKey: CryptoKey | KeyObject | JWK; keyId: string; clock: Clock }): Sealer {
  const { privateKey, keyId, clock } = parts
  const sealed = boundedCache<string, { token: Promise<string>; freshUntil: number }>(CACHED)
  return {
    async seal(context) {
      const { issuedAt, expiresAt, caller, operation, ...rest } = context
      const key = `${textOf(caller)}\n${textOf(operation)}\n${JSON.stringify(rest)}`
      const known = sealed.get(key)
      if (known !== undefined && seconds(clock) < known.freshUntil) return known.token
      const life = expiresAt - issuedAt
      if (!(life > 0 && life <= SEAL_LIFE_S) || !contextShape.safeParse(context).success) throw new CitygraphError('INTERNAL')
      const entry = { token: sign(context, privateKey, keyId), freshUntil: issuedAt + life / 2 }
      sealed.set(key, entry)
      entry.token.catch(() => sealed.delete(key))
      return entry.token
    },
  }
}

/** As JSON, written once. */
const textOf = rememberFrozen((facts: Caller | OperationFacts): string => JSON.stringify(facts))

/**
 * Verifies tokens of `createSealer` under any of the public keys (several during a rotation; Ed25519 only, else RangeError at the
 * first use). Everything else is FORBIDDEN, without saying why. The context it gives is frozen and shared by later calls.
 */
export function createOpener(parts: { publicKeys: readonly JWK[]; clock: Clock }): Opener {
  const { publicKeys, clock } = parts
  const opened = boundedCache<string, AccessContext>(CACHED)
  let keys: Promise<ReadonlyMap<string, CryptoKey>> | undefined
  return {
    async open(token) {
      if (token.length > SEAL_MAX_BYTES) throw forbidden()
      const known = opened.get(token)
      if (known !== undefined) {
        if (inForce(known, clock)) return known
        opened.delete(token)
        throw forbidden()
      }
      keys ??= importKeys(publicKeys)
      const context = await verify(token, await keys)
      if (!inForce(context, clock)) throw forbidden()
      opened.set(token, context)
      return context
    },
  }
}

declare const inProcessBrand: unique symbol
/** What `sealInProcess` gave; there is no other way to make one. */
export type InProcessSeal = { readonly [inProcessBrand]: true }

// Module-private: membership is the proof. No message from outside the process can become a member.
const inProcess = new WeakMap<object, AccessContext>()

/** Seals for subgraphs in the same process: no signature, no copy. */
export function sealInProcess(context: AccessContext): InProcessSeal {
  const seal = Object.freeze({}) as InProcessSeal
  inProcess.set(seal, context)
  return seal
}

/** The context of an in-process seal; FORBIDDEN for anything else. */
export function openInProcess(value: unknown): AccessContext {
  const context = typeof value === 'object' && value !== null ? inProcess.get(value) : undefined
  if (context === undefined) throw forbidden()
  return context
}

async function sign(context: AccessContext, key: CryptoKey | KeyObject | JWK, kid: string): Promise<string> {
  const token = await new CompactSign(new TextEncoder().encode(JSON.stringify(context)))
    .setProtectedHeader({ alg: 'EdDSA', typ: SEAL_TYPE, kid })
    .sign(key)
  if (token.length > SEAL_MAX_BYTES) throw new CitygraphError('TOO_COSTLY')
  return token
}

async function verify(token: string, keys: ReadonlyMap<string, CryptoKey>): Promise<AccessContext> {
  try {
    const { payload } = await compactVerify(
      token,
      ({ kid, typ }) => {
        const key = typ === SEAL_TYPE && kid !== undefined ? keys.get(kid) : undefined
        if (key === undefined) throw forbidden()
        return key
      },
      { algorithms: ['EdDSA'] },
    )
    const context = contextShape.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload)))
    return frozen(context)
  } catch (cause) {
    throw forbidden(cause)
  }
}

function inForce({ issuedAt, expiresAt }: AccessContext, clock: Clock): boolean {
  const now = seconds(clock)
  return issuedAt <= now + SKEW_S && now < expiresAt && expiresAt > issuedAt && expiresAt - issuedAt <= SEAL_LIFE_S
}

async function importKeys(publicKeys: readonly JWK[]): Promise<ReadonlyMap<string, CryptoKey>> {
  const pairs = publicKeys.map(async (jwk): Promise<[string, CryptoKey]> => {
    // A private or symmetric key here would mean that a department could sign.
    if (jwk.kty !== 'OKP' || jwk.crv !== 'Ed25519' || jwk.d !== undefined) throw new RangeError('a seal is verified with Ed25519 public keys only')
    const key = await importJWK(jwk, 'EdDSA')
    if (key instanceof Uint8Array) throw new RangeError('a seal is verified with Ed25519 public keys only')
    return [await sealKeyId(jwk), key]
  })
  return new Map(await Promise.all(pairs))
}

function frozen(context: AccessContext): AccessContext {
  Object.freeze(context.caller.roles)
  Object.freeze(context.operation.fields)
  Object.freeze(context.caller)
  Object.freeze(context.operation)
  return Object.freeze(context)
}

function seconds(clock: Clock): number {
  return clock.now().getTime() / 1000
}

function forbidden(cause?: unknown): CitygraphError {
  return new CitygraphError('FORBIDDEN', {}, { cause })
}
