// The seal between gateway and subgraphs: what opens, what does not, what is signed only once.

import { CompactSign, exportJWK, generateKeyPair, type CryptoKey, type JWK } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Clock } from '../../../core/clock.ts'
import { createOpener, createSealer, openInProcess, sealInProcess, SEAL_MAX_BYTES, type AccessContext } from '../../../subgraphs/access-context.ts'

const NOON = Date.parse('2026-03-01T10:00:00+08:00')
const at = NOON / 1000

function movable(): Clock & { set(seconds: number): void } {
  let now = at
  return { now: () => new Date(now * 1000), set: (seconds) => (now = seconds) }
}

const context: AccessContext = {
  caller: { kind: 'department', org: 'AMR', sub: 'officer-7', roles: ['clerk'], division: '31', assurance: 2, zone: 'intranet' },
  purpose: 'AMR-0002',
  caseNo: 'AMR-2026-000123',
  bundleSequence: 12,
  operation: { name: 'Look', hash: 'a'.repeat(64), singleSubject: true, fields: ['Person.name'] },
  issuedAt: at,
  expiresAt: at + 60,
}

type Pair = { privateKey: CryptoKey; publicJwk: JWK }
async function pair(kid: string): Promise<Pair> {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true })
  return { privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid } }
}

describe('the sealed access context', () => {
  let own: Pair
  let next: Pair
  beforeAll(async () => {
    own = await pair('k1')
    next = await pair('k2')
  })

  const sign = (payload: unknown, key: CryptoKey, header: Record<string, unknown> = {}): Promise<string> =>
    new CompactSign(new TextEncoder().encode(typeof payload === 'string' ? payload : JSON.stringify(payload)))
      .setProtectedHeader({ alg: 'EdDSA', typ: 'citygraph-access+jwt', kid: 'k1', ...header })
      .sign(key)
  const opener = (clock: Clock = movable()) => createOpener({ publicKeys: [own.publicJwk], clock })
  const refuses = (token: Promise<string> | string, clock?: Clock) =>
    expect(Promise.resolve(token).then((it) => opener(clock).open(it))).rejects.toMatchObject({ code: 'FORBIDDEN', message: 'This is not served to you.' })

  it('opens what the gateway sealed, unchanged and frozen', async () => {
    const token = await createSealer({ privateKey: own.privateKey, keyId: 'k1', clock: movable() }).seal(context)
    const opened = await opener().open(token)
    expect(opened).toEqual(context)
    expect(Object.isFrozen(opened.caller.roles)).toBe(true)
  })

  it('signs the same content once until half of its life is over', async () => {
    const clock = movable()
    const sealer = createSealer({ privateKey: own.privateKey, keyId: 'k1', clock })
    const first = await sealer.seal(context)
    clock.set(at + 29)
    expect(await sealer.seal({ ...context, issuedAt: at + 29, expiresAt: at + 89 })).toBe(first)
    clock.set(at + 30)
    expect(await sealer.seal({ ...context, issuedAt: at + 30, expiresAt: at + 90 })).not.toBe(first)
  })

  it('gives different contents different tokens', async () => {
    const sealer = createSealer({ privateKey: own.privateKey, keyId: 'k1', clock: movable() })
    const variants: AccessContext[] = [
      context,
      { ...context, caller: { ...context.caller, sub: 'officer-8' } },
      { ...context, purpose: 'AMR-0001' },
      { ...context, caseNo: 'AMR-2026-000124' },
      { ...context, authorizationRef: 'REF-1' },
      { ...context, bundleSequence: 13 },
      { ...context, operation: { ...context.operation, singleSubject: false } },
    ]
    expect(new Set(await Promise.all(variants.map((it) => sealer.seal(it)))).size).toBe(variants.length)
  })

  it('gives a caller another token for each operation and each other caller, whichever objects it has seen before', async () => {
    const clock = movable()
    const sealer = createSealer({ privateKey: own.privateKey, keyId: 'k1', clock })
    const others: AccessContext[] = [
      { ...context, operation: { ...context.operation, fields: ['Person.name', 'Person.idNo'] } },
      { ...context, operation: { ...context.operation, hash: 'b'.repeat(64) } },
      { ...context, caller: { ...context.caller, roles: ['clerk', 'chief'] } },
      { ...context, caller: { ...context.caller, assurance: 3 } },
      { ...context, policyVersion: 'sha256:1' },
    ]
    for (const it of [context, ...others, context]) expect(await opener(clock).open(await sealer.seal(it))).toEqual(it)
    // Equal contents in other objects are the same content.
    expect(await sealer.seal(structuredClone(context))).toBe(await sealer.seal(context))
    // What a token was written from can no longer change under it.
    expect(() => (context.caller.roles as string[]).push('chief')).toThrow(TypeError)
    expect(() => (context.operation.fields as string[]).push('Person.idNo')).toThrow(TypeError)
    expect(() => Object.assign(context.caller, { org: 'PSB' })).toThrow(TypeError)
  })

  it('opens under each key of a rotation and under no other', async () => {
    const clock = movable()
    const rotating = createOpener({ publicKeys: [own.publicJwk, next.publicJwk], clock })
    const late = await createSealer({ privateKey: next.privateKey, keyId: 'k2', clock }).seal(context)
    expect(await rotating.open(late)).toEqual(context)
    await refuses(late)
    await refuses(sign(context, next.privateKey))
  })

  it('refuses a token at its end, also one opened before', async () => {
    const clock = movable()
    const one = opener(clock)
    const token = await sign(context, own.privateKey)
    await one.open(token)
    clock.set(at + 60)
    await expect(one.open(token)).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await refuses(token, clock)
  })

  it('refuses a changed character anywhere', async () => {
    const token = await sign(context, own.privateKey)
    for (const position of [3, token.indexOf('.') + 5, token.lastIndexOf('.') + 5]) {
      const changed = token[position] === 'A' ? 'B' : 'A'
      await refuses(token.slice(0, position) + changed + token.slice(position + 1))
    }
  })

  it('refuses other types, algorithms and shapes', async () => {
    await refuses(sign(context, own.privateKey, { typ: 'JWT' }))
    await refuses(sign(context, own.privateKey, { kid: 'k9' }))
    await refuses(sign('[1,2]', own.privateKey))
    await refuses(sign('not json', own.privateKey))
    await refuses(sign({ ...context, extra: 1 }, own.privateKey))
    await refuses(sign({ ...context, caller: { ...context.caller, kind: 'root' } }, own.privateKey))
    await refuses(sign({ ...context, caller: { ...context.caller, pid: 'not-a-uuid' } }, own.privateKey))
    await refuses(sign({ ...context, expiresAt: at + 61 }, own.privateKey))
    await refuses(sign({ ...context, issuedAt: at + 30, expiresAt: at + 60 }, own.privateKey))
    const part = (it: unknown): string => Buffer.from(JSON.stringify(it)).toString('base64url')
    await refuses(`${part({ alg: 'none', typ: 'citygraph-access+jwt', kid: 'k1' })}.${part(context)}.`)
    const mac = await new CompactSign(new TextEncoder().encode(JSON.stringify(context)))
      .setProtectedHeader({ alg: 'HS256', typ: 'citygraph-access+jwt', kid: 'k1' })
      .sign(new TextEncoder().encode(String(own.publicJwk.x).padEnd(32)))
    await refuses(mac)
    await refuses('')
    await refuses('A'.repeat(SEAL_MAX_BYTES + 1))
  })

  it('accepts no private key where public ones belong', async () => {
    const withPrivate = { ...(await exportJWK(own.privateKey)), kid: 'k1' }
    const token = await sign(context, own.privateKey)
    await expect(createOpener({ publicKeys: [withPrivate], clock: movable() }).open(token)).rejects.toThrow(RangeError)
  })

  it('seals no life above 60 seconds and nothing too large for a header', async () => {
    const sealer = createSealer({ privateKey: own.privateKey, keyId: 'k1', clock: movable() })
    await expect(sealer.seal({ ...context, expiresAt: at + 61 })).rejects.toMatchObject({ code: 'INTERNAL' })
    const fields = Array.from({ length: 4_000 }, (_, n) => `Person.field${n}`)
    await expect(sealer.seal({ ...context, operation: { ...context.operation, fields } })).rejects.toMatchObject({ code: 'TOO_COSTLY' })
  })

  it('knows its own objects in process and no likeness of them', () => {
    const seal = sealInProcess(context)
    expect(openInProcess(seal)).toBe(context)
    for (const other of [{ ...seal }, JSON.parse(JSON.stringify(seal)), context, {}, null, undefined, 'x']) {
      expect(() => openInProcess(other)).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }))
    }
  })
})
