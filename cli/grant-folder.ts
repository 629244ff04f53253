// A folder of grants as files: read file by file, so that one that cannot be read keeps the others from nothing, and written unless a bundle
// reads there. Whatever the file system says becomes a sentence.

import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { parseDocument } from 'yaml'
import type { HeldText } from '../governance/import-grants.ts'
import type { BundleFile } from '../policy-engine/bundle-files.ts'
import { policiesFolder } from './city-parts.ts'
import { UsageError } from './usage.ts'

export type FolderOfGrants = { readonly files: readonly BundleFile[]; readonly unread: readonly { readonly file: string; readonly because: string }[] }

/** The folder that the words of a command name; without any, the one that no bundle reads. */
export function folderOf(words: readonly string[]): string {
  if (words.length > 1) throw new UsageError('One folder at a time.')
  const [word] = words
  return word === undefined ? join(policiesFolder, 'grants/approved') : resolve(word)
}

/** Its *.yaml, by name. Throws UsageError where there is no such folder. */
export function readGrantFolder(folder: string): FolderOfGrants {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw new UsageError(existsSync(folder) ? `${shown(folder)} is a file; name the folder that it lies in.` : `There is no folder ${shown(folder)}.`)
  const files: BundleFile[] = []
  const unread: { file: string; because: string }[] = []
  for (const name of told(folder, () => readdirSync(folder)).filter((one) => one.endsWith('.yaml')).sort()) {
    try {
      files.push({ name, text: readFileSync(join(folder, name), 'utf8') })
    } catch (error) {
      unread.push({ file: name, because: codeOf(error) === 'EISDIR' ? 'it is a folder' : `it cannot be read (${codeOf(error)})` })
    }
  }
  return { files, unread }
}

/** One file a grant, named by its id; those that were revoked say so. Throws UsageError for a place where a bundle would read them a second time. */
export function writeGrantFolder(held: readonly HeldText[], folder: string): number {
  if (existsSync(folder) && !statSync(folder).isDirectory()) throw new UsageError(`${shown(folder)} is a file; name a folder.`)
  if (isRead(folder)) {
    throw new UsageError(`${shown(folder)} is read by a bundle, in which the register's grants are in force already: a second copy would outlive a revocation and the bundle would be refused. Write to a folder of its own, such as grants/approved.`)
  }
  told(folder, () => {
    mkdirSync(folder, { recursive: true })
    for (const { id, content, revoked } of held) writeFileSync(join(folder, `${id}.yaml`), revoked ? withStatus(content) : content)
  })
  return held.length
}

/** The folder of a bundle, or its grants/, by whatever name it is reached. */
function isRead(folder: string): boolean {
  const real = realPlace(folder)
  return isBundle(real) || (basename(real).toLowerCase() === 'grants' && isBundle(dirname(real)))
}

function isBundle(folder: string): boolean {
  return existsSync(join(folder, 'organisations.yaml'))
}

/** Of what is there; the rest of the name as it is. */
function realPlace(folder: string): string {
  if (existsSync(folder)) return realpathSync(folder)
  const parent = dirname(folder)
  return parent === folder ? folder : join(realPlace(parent), basename(folder))
}

function withStatus(content: string): string {
  const document = parseDocument(content)
  document.set('status', 'REVOKED')
  return document.toString({ lineWidth: 0 })
}

function told<T>(folder: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw new UsageError(`${shown(folder)} cannot be used (${codeOf(error)}).`)
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
}

/** A word of the command line, on one line. */
function shown(folder: string): string {
  return `"${folder.replace(/[\p{Cc}\p{Cf}]/gu, '?').slice(0, 300)}"`
}
