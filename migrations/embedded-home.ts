// Where the embedded cluster lives. Normally inside the data folder of the project; where the database's account cannot enter
// that (a clone under a 0700 home, started as root), in a folder of the system named after it. Also the short socket folder.

import { createHash } from 'node:crypto'
import { chmodSync, chownSync, lstatSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { canEnter, type Account } from './embedded-account.ts'
import { readOrEmpty } from './read-or-empty.ts'

export type Home = {
  /** Folder of the cluster: data, log, superuser password, perhaps a copy of the binaries. */
  readonly path: string
  /** True when it lies outside the data folder. */
  readonly moved: boolean
  /** True when a moved home was left behind by a data folder that has been removed since: its content must not be used. */
  readonly abandoned: boolean
}

/** The home for `dataDir` (absolute, existing). Creates it. Throws when a moved home belongs to somebody else. */
export function clusterHome(dataDir: string, account: Account): Home {
  if (account.switched) letPass(dataDir)
  if (canEnter(account, dataDir)) return { path: dataDir, moved: false, abandoned: false }
  const base = ['/var/lib', tmpdir(), '/tmp'].find((folder) => isFolder(folder) && canEnter(account, folder))
  if (base === undefined) throw new Error(`there is no folder that ${nameOf(account)} can enter; start citygraph as an unprivileged user`)
  const path = movedHome(base, dataDir)
  // The pointer says that this data folder and that home belong together; a removed data folder takes its home's data with it.
  const pointer = join(dataDir, 'postgres-home')
  const abandoned = readOrEmpty(pointer) !== path && isFolder(path)
  makeOwnFolder(path)
  writeFileSync(pointer, path, { mode: 0o600 })
  return { path, moved: true, abandoned }
}

/** The folder under `base` in which the cluster of `dataDir` is kept when it cannot be kept in place. */
function movedHome(base: string, dataDir: string): string {
  return join(base, `citygraph-${shortHash(dataDir)}`)
}

/** A short folder for the Unix socket that only the database's account (and root) may enter; the socket's path stays below 100 bytes. */
export function makeSocketFolder(home: string, account: Account): string {
  const base = [tmpdir(), '/tmp', '/var/tmp'].find(
    // PostgreSQL reads the setting as a list, so no commas, quotes or blanks.
    (folder) => /^[\w./-]{1,60}$/.test(folder) && isFolder(folder) && canEnter(account, folder),
  )
  if (base === undefined) throw new Error('there is no short temporary folder for the database socket; set TMPDIR to one')
  const uid = account.switched ? account.uid : process.getuid?.() ?? -1
  const wanted = join(base, `cg-${shortHash(home)}`)
  const folder = makePrivateFolder(wanted, uid) ? wanted : mkdtempSync(join(base, 'cg-'))
  if (account.switched) chownSync(folder, account.uid, account.gid)
  return folder
}

/** True when `folder` is now a private folder of `uid`; false when something else of that name is in the way. */
function makePrivateFolder(folder: string, uid: number): boolean {
  try {
    mkdirSync(folder, { mode: 0o700 })
    return true
  } catch {
    const found = lstatSync(folder, { throwIfNoEntry: false })
    return found !== undefined && found.isDirectory() && found.uid === uid && (found.mode & 0o077) === 0
  }
}

function makeOwnFolder(folder: string): void {
  mkdirSync(folder, { recursive: true })
  const found = lstatSync(folder)
  if (!found.isDirectory() || found.uid !== process.getuid?.() || (found.mode & 0o022) !== 0) {
    throw new Error(`${folder} is in the way: it is not a folder of this user alone; remove it`)
  }
  chmodSync(folder, 0o711)
}

/** Lets another account pass through the data folder (not list it), so that it reaches its own folder inside. */
function letPass(dataDir: string): void {
  const { mode, uid } = statSync(dataDir)
  if (uid === process.getuid?.() && (mode & 0o001) === 0) chmodSync(dataDir, 0o711)
}

/** Removes the data an abandoned home still holds (a copy of the programs stays). The database in it must be stopped. */
export function emptyHome(home: string): void {
  for (const name of ['data-18', 'superuser.key', 'postgres.log']) rmSync(join(home, name), { recursive: true, force: true })
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12)
}

function nameOf(account: Account): string {
  return account.switched ? account.name : 'this user'
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}
