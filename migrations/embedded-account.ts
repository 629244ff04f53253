// Under which account the embedded PostgreSQL runs. PostgreSQL refuses to run as root, so root lends it an unprivileged account
// of /etc/passwd; anybody else runs it as himself. Relies on /bin/sh to find out what that account can really reach.

import { spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { readOrEmpty } from './read-or-empty.ts'

/** `switched` is true when the database runs as somebody else than this process; then `uid` and `gid` are whom. */
export type Account =
  | { readonly switched: false }
  | { readonly switched: true; readonly name: string; readonly uid: number; readonly gid: number }

type PasswdEntry = { readonly name: string; readonly uid: number; readonly gid: number }

/**
 * The account for a database whose data lie (or will lie) in `data`. Existing data go on under their owner.
 * Throws when this process may not use the data or no unprivileged account exists.
 */
export function databaseAccount(data: string): Account {
  const me = process.getuid?.()
  const owner = ownerOf(data)
  if (me === undefined) return { switched: false }
  if (me !== 0) {
    if (owner !== undefined && owner !== me) {
      throw new Error(`${data} belongs to another user (uid ${owner}); start citygraph as that user, or remove the folder to begin anew`)
    }
    return { switched: false }
  }
  const entries = passwdEntries()
  const chosen =
    owner !== undefined && owner !== 0
      ? entries.find((entry) => entry.uid === owner)
      : entries.find((entry) => entry.name === 'nobody') ?? entries.find((entry) => entry.name === 'daemon') ?? entries[0]
  if (chosen === undefined) {
    throw new Error('PostgreSQL does not run as root, and /etc/passwd has no unprivileged account to run it under; start citygraph as another user, or set the …_DATABASE_URL variables')
  }
  return { switched: true, ...chosen }
}

/** What `child_process` needs to run something under the account. The working directory is one that everybody may enter. */
export function runAs(account: Account): { readonly cwd?: string; readonly uid?: number; readonly gid?: number } {
  if (process.platform === 'win32') return {}
  return account.switched ? { cwd: '/', uid: account.uid, gid: account.gid } : { cwd: '/' }
}

/** Whether the account can enter `folder` from `/` down (asked of the kernel under that account, so ACLs count too). */
export function canEnter(account: Account, folder: string): boolean {
  if (!account.switched) return true
  const asked = spawnSync('/bin/sh', ['-c', 'test -x "$1"', 'sh', folder], { ...runAs(account), env: {}, stdio: 'ignore' })
  if (asked.error !== undefined) {
    throw new Error(`root may not run programs as ${account.name} here (${reasonOf(asked.error)}); start citygraph as an unprivileged user, or set the …_DATABASE_URL variables`)
  }
  return asked.status === 0
}

function passwdEntries(): readonly PasswdEntry[] {
  return readOrEmpty('/etc/passwd')
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name = '', , uid = '', gid = '']) => ({ name, uid: Number(uid), gid: Number(gid) }))
    // Uids that are negative or zero are no use here (macOS writes nobody as -2).
    .filter(({ name, uid, gid }) => name !== '' && Number.isSafeInteger(uid) && uid > 0 && Number.isSafeInteger(gid) && gid > 0)
}

function ownerOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.uid
}

function reasonOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}
