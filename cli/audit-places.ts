// What every `citygraph audit` command needs: the audit databases that are configured, each once, and the public keys that the
// heads of their logs are believed with.

import { createPrivateKey, createPublicKey } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { originOf } from '../audit/verify/heads.ts'
import { NoteRefused, readVerifierKey, verifierKey } from '../audit/verify/signed-head.ts'
import type { VerifierKey } from '../audit/verify/signed-head.ts'
import { ConfigRefused } from '../core/config.ts'
import type { Config } from '../core/config.ts'
import { subgraphNames } from '../core/domains.ts'
import { addressOf } from '../migrations/address.ts'
import { openSecrets } from '../migrations/secrets.ts'
import { attachDatabases } from './city-databases.ts'
import type { LogsAt } from './city-databases.ts'
import { UsageError } from './usage.ts'
import type { Options } from './usage.ts'

/** Every log that a city has. */
export const logNames: readonly string[] = [...subgraphNames, 'gateway']

/** The log named by an option or word; undefined where none is. Throws UsageError. */
export function logNamed(name: string | undefined): string | undefined {
  if (name !== undefined && !logNames.includes(name)) throw new UsageError(`A log is one of ${logNames.join(', ')}.`)
  return name
}

/** The configured audit databases, or those of the embedded city that is running; with the logs that must be there. */
export function auditPlaces(config: Config): readonly LogsAt[] {
  const named = Object.entries(config.auditUrls)
  if (named.length === 0) return attachDatabases(config).logs
  const found = new Map<string, { readonly address: LogsAt['address']; readonly logs: string[] }>()
  for (const [log, url] of named) {
    // Two departments may reach one database as two roles.
    const { host, port, database } = new pg.Client({ connectionString: url })
    const key = JSON.stringify([host, port, database])
    const known = found.get(key) ?? { address: addressOf(url), logs: [] }
    known.logs.push(log)
    found.set(key, known)
  }
  return [...found.values()]
}

/** Options that say which keys are trusted. */
export const keyOptions = { key: 'strings', keys: 'strings' } as const

/**
 * The keys given by `--key KEY` and `--keys FILE` (one a line); without either the public part of CITYGRAPH_AUDIT_KEY or of the
 * embedded city's key, for every log. Throws UsageError when there is none: a signature that is believed from nobody says nothing.
 */
export function trustedKeys(config: Config, options: Options): readonly VerifierKey[] {
  const files = options.texts('keys').map((file) => ({ file, lines: readText(file).split('\n').map((line) => line.trim()).filter((line) => line !== '') }))
  const empty = files.find(({ lines }) => lines.length === 0)
  // Never this machine's own key instead of one that was asked for.
  if (empty !== undefined) throw new UsageError(`${empty.file} holds no key.`)
  const texts = [...options.texts('key'), ...files.flatMap(({ lines }) => lines)]
  if (texts.length > 0) return texts.map(readKey)
  const own = ownKeys(config)
  if (own.length === 0) throw new UsageError('Which keys sign the heads? Give them by --key or --keys FILE, as `citygraph audit keys` prints them.')
  return own
}

/** The verifier keys of every log for the private key that this process has; none where it has none. */
export function ownKeys(config: Config): readonly VerifierKey[] {
  const text = config.auditKey ?? embeddedKey(config)
  if (text === undefined) return []
  const raw = rawPublicKey(text)
  return logNames.map((log) => verifierKey(originOf(log), raw))
}

function embeddedKey(config: Config): string | undefined {
  if (Object.keys(config.auditUrls).length > 0 || !existsSync(join(config.folder, 'secrets.json'))) return undefined
  return openSecrets(config.folder).keep('key.audit', () => {
    throw new Error('This city has made no audit key yet.')
  })
}

function rawPublicKey(text: string): Buffer {
  try {
    const key = createPublicKey(createPrivateKey({ key: JSON.parse(text), format: 'jwk' }))
    if (key.asymmetricKeyType !== 'ed25519') throw new TypeError('not Ed25519')
    return key.export({ format: 'der', type: 'spki' }).subarray(-32)
  } catch {
    throw new ConfigRefused(['CITYGRAPH_AUDIT_KEY is not the JWK of an Ed25519 private key'])
  }
}

function readKey(text: string): VerifierKey {
  try {
    return readVerifierKey(text)
  } catch (error) {
    if (error instanceof NoteRefused) throw new UsageError(error.message)
    throw error
  }
}

/** The text of a file named on the command line. Throws UsageError with the name of the file only. */
export function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    throw new UsageError(`${file} cannot be read.`)
  }
}
