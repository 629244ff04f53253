// The files that make a policy bundle, read as they stand: *.cedar, purposes, organisations, quotas, risk, approvals and holidays.yaml,
// grants/*.yaml. Officers' tests (*.test.yaml) lie beside them and decide nothing, so they are not part of the bundle or its hash.

import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

export type BundleFile = { readonly name: string; readonly text: string }

/** All files of a bundle, sorted by name (forward slashes). Line ends are made LF. Throws as node:fs does if unreadable. */
export async function readBundleFiles(directory: string): Promise<readonly BundleFile[]> {
  const names = await bundleFileNames(directory)
  return Promise.all(names.map(async (name) => {
    const text = await readFile(join(directory, name), 'utf8')
    return { name, text: text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n') }
  }))
}

/** Names of the bundle's files, sorted. */
export async function bundleFileNames(directory: string): Promise<readonly string[]> {
  const top = await readdir(directory, { withFileTypes: true })
  const grants = top.some((entry) => entry.name === 'grants' && entry.isDirectory()) ? await readdir(join(directory, 'grants')) : []
  const own = top.filter((entry) => entry.isFile() && isBundleFile(entry.name)).map((entry) => entry.name)
  return [...own, ...grants.filter(isGrantFile).map((name) => `grants/${name}`)].sort()
}

/** Officers' tests beside the bundle, sorted. */
export async function testFileNames(directory: string): Promise<readonly string[]> {
  const names = await readdir(directory)
  return names.filter((name) => name.endsWith('.test.yaml') && !name.startsWith('.')).sort()
}

/** `sha256:…` over names and contents. */
export function bundleHash(files: readonly BundleFile[]): string {
  const hash = createHash('sha256')
  for (const { name, text } of files) hash.update(`${name}\0${Buffer.byteLength(text)}\0`).update(text)
  return `sha256:${hash.digest('hex')}`
}

function isBundleFile(name: string): boolean {
  return !name.startsWith('.') && (name.endsWith('.cedar') || ['purposes.yaml', 'organisations.yaml', 'quotas.yaml', 'risk.yaml', 'approvals.yaml', 'holidays.yaml'].includes(name))
}

function isGrantFile(name: string): boolean {
  return !name.startsWith('.') && name.endsWith('.yaml') && !name.endsWith('.test.yaml')
}
