// Passwords and keys that an embedded city makes once and keeps: `.citygraph/secrets.json`, readable by its owner only, replaced
// whole so that a power cut leaves the old or the new file. Values never leave through errors or logs.

import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'

export type Secrets = {
  /** The secret kept under `name`; the first time it is made with `make` (default: 256 random bits, base64url) and written. */
  readonly keep: (name: string, make?: () => string) => string
}

/** Opens (or begins) the secrets of a data folder. Throws when the file is there but unreadable; it is never overwritten then. */
export function openSecrets(dataDir: string): Secrets {
  const file = join(dataDir, 'secrets.json')
  readSecrets(file)
  return {
    keep(name, make = randomSecret) {
      // Read anew: another part of this process may have kept something meanwhile.
      const values = readSecrets(file)
      const known = values.get(name)
      if (known !== undefined) return known
      const made = make()
      values.set(name, made)
      writeSecrets(file, values)
      return made
    },
  }
}

/** 256 random bits as base64url. */
export function randomSecret(): string {
  return randomBytes(32).toString('base64url')
}

function readSecrets(file: string): Map<string, string> {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return new Map()
    throw error
  }
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError('not an object')
    return new Map(Object.entries(value).map(([name, secret]) => {
      if (typeof secret !== 'string') throw new TypeError('not a string')
      return [name, secret]
    }))
  } catch {
    // The parser's message would quote the file.
    throw new Error(`${file} is not readable as secrets; restore it, or remove the whole data folder to begin anew`)
  }
}

function writeSecrets(file: string, values: ReadonlyMap<string, string>): void {
  const next = `${file}.${process.pid}.new`
  const descriptor = openSync(next, 'w', 0o600)
  try {
    writeSync(descriptor, `${JSON.stringify(Object.fromEntries(values), null, 2)}\n`)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
  renameSync(next, file)
}
