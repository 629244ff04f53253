// The keys of a city: sealing (Ed25519), public ids and cursors, audit (Ed25519, and the HMAC of subjects derived from it),
// demonstration issuer, linking tokens. Embedded cities make them once and keep them in secrets.json; others must give them.

import { createPrivateKey, createPublicKey, generateKeyPairSync, hkdfSync } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { ConfigRefused } from '../core/config.ts'
import type { Config } from '../core/config.ts'
import { openSecrets } from '../migrations/secrets.ts'
import type { JWK } from 'jose'

export type CityKeys = {
  /** Private Ed25519 JWK; absent in a subgraph process. */
  readonly seal: JWK | undefined
  readonly sealPublic: readonly JWK[]
  /** K_pair, newest first (DOMAIN 4.7). */
  readonly ids: readonly Uint8Array[]
  /** Ed25519: signs the heads of the logs that this process writes. */
  readonly audit: KeyObject
  /** HMAC key for subjects in access records. */
  readonly subjects: Uint8Array
  /** Demonstration issuer and K_link: embedded cities only. */
  readonly issuer: JWK | undefined
  readonly link: Uint8Array | undefined
}

/** Keys of an embedded city, made on first use in the folder's secrets.json. */
export function embeddedKeys(dataDir: string, config: Config): CityKeys {
  const secrets = openSecrets(dataDir)
  const seal = parseKey(config.sealKey ?? secrets.keep('key.seal', newKey), 'CITYGRAPH_SEAL_KEY')
  const audit = parseKey(config.auditKey ?? secrets.keep('key.audit', newKey), 'CITYGRAPH_AUDIT_KEY')
  return {
    seal,
    sealPublic: [publicPart(seal)],
    ids: (config.idKeys ?? [secrets.keep('key.ids')]).map(idKey),
    audit: createPrivateKey({ key: audit, format: 'jwk' }),
    subjects: subjectKey(audit),
    issuer: parseKey(secrets.keep('key.issuer', newKey), 'issuer'),
    link: Buffer.from(secrets.keep('key.link'), 'base64url'),
  }
}

/** Keys from the environment. `part` says which are needed. Throws ConfigRefused naming every missing variable. */
export function configuredKeys(config: Config, part: 'gateway' | 'subgraph' | 'city'): CityKeys {
  const missing: string[] = []
  const need = <T>(value: T | undefined, name: string, wanted: boolean): T | undefined => {
    if (value === undefined && wanted) missing.push(`${name} is required without embedded databases`)
    return value
  }
  const sealText = need(config.sealKey, 'CITYGRAPH_SEAL_KEY', part !== 'subgraph')
  const publicText = need(config.sealPublicKeys, 'CITYGRAPH_SEAL_PUBLIC_KEYS', part === 'subgraph')
  const ids = need(config.idKeys, 'CITYGRAPH_ID_KEY', part !== 'gateway')
  const auditText = need(config.auditKey, 'CITYGRAPH_AUDIT_KEY', true)
  if (missing.length > 0 || auditText === undefined) throw new ConfigRefused(missing)
  const audit = parseKey(auditText, 'CITYGRAPH_AUDIT_KEY')
  const seal = sealText === undefined ? undefined : parseKey(sealText, 'CITYGRAPH_SEAL_KEY')
  return {
    seal,
    sealPublic: publicText === undefined ? (seal === undefined ? [] : [publicPart(seal)]) : parseKeys(publicText),
    ids: (ids ?? []).map(idKey),
    audit: createPrivateKey({ key: audit, format: 'jwk' }),
    subjects: subjectKey(audit),
    issuer: undefined,
    link: undefined,
  }
}

/** A new Ed25519 private key as the text of a JWK (RFC 8037). */
export function newKey(): string {
  return JSON.stringify(generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }))
}

/** The public JWK, with the key id that its signatures carry. */
export function publicPart(key: JWK): JWK {
  const { crv, kty, x } = createPublicKey(createPrivateKey({ key, format: 'jwk' })).export({ format: 'jwk' })
  return { crv, kty, x, kid: keyId(key), alg: 'EdDSA', use: 'sig' } as JWK
}

/** A short name of a key: the beginning of its public part. */
export function keyId(key: JWK): string {
  return (key.x ?? '').slice(0, 8)
}

function parseKey(text: string, name: string): JWK {
  try {
    const key: JWK = createPrivateKey({ key: JSON.parse(text), format: 'jwk' }).export({ format: 'jwk' })
    if (key.crv !== 'Ed25519') throw new TypeError('not Ed25519')
    return key
  } catch {
    throw new ConfigRefused([`${name} is not the JWK of an Ed25519 private key`])
  }
}

function parseKeys(text: string): readonly JWK[] {
  try {
    const value: unknown = JSON.parse(text)
    const list: unknown[] = Array.isArray(value) ? value : [value]
    return list.map((key) => {
      // From a private key Node would take the public part, and a department would hold what only the gateway may.
      if (typeof key !== 'object' || key === null || 'd' in key) throw new TypeError('not a public key')
      const { crv, kty, x } = createPublicKey({ key: key as JWK, format: 'jwk' }).export({ format: 'jwk' })
      if (crv !== 'Ed25519') throw new TypeError('not Ed25519')
      return { crv, kty, x, kid: (x ?? '').slice(0, 8), alg: 'EdDSA' } as JWK
    })
  } catch {
    throw new ConfigRefused(['CITYGRAPH_SEAL_PUBLIC_KEYS is not a JSON list of Ed25519 public JWKs'])
  }
}

function idKey(text: string): Uint8Array {
  const key = Buffer.from(text, 'base64url')
  if (key.length < 16) throw new ConfigRefused(['CITYGRAPH_ID_KEY is base64url of at least 16 bytes; two values with a comma during rotation, the new one first'])
  return key
}

/** Every department hashes subjects alike, so that a person's access history can be gathered: HKDF (RFC 5869) from the audit key. */
function subjectKey(audit: JWK): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', Buffer.from(audit.d ?? '', 'base64url'), new Uint8Array(0), 'citygraph/audit-subject/v1', 32))
}
