// Under whose account the embedded PostgreSQL runs and where it then lies: as root (also from a folder only root may enter), as a
// normal user, and with npm's install scripts not run. Which of these a machine can show depends on who runs the tests.

import { chmodSync, chownSync, cpSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { databaseAccount } from '../../migrations/embedded-account.ts'
import { installedPackage, prepareBinaries } from '../../migrations/embedded-binaries.ts'
import { startEmbedded } from '../../migrations/embedded.ts'
import { parseLinks } from '../../migrations/embedded-package.ts'

let folder = ''
const outside: string[] = []
const lines: string[] = []
const log = (line: string): void => void lines.push(line)

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cg-account-'))
  lines.length = 0
})
afterEach(() => {
  for (const path of [folder, ...outside.splice(0)]) rmSync(path, { recursive: true, force: true })
})

/** The installed package as npm leaves it when install scripts do not run: without its links. */
function packageWithoutLinks(at: string): string {
  const links = parseLinks(readFileSync(join(installedPackage(), 'native', 'pg-symlinks.json'), 'utf8')).map((link) => join(installedPackage(), link.target))
  cpSync(installedPackage(), at, { recursive: true, verbatimSymlinks: true, filter: (source) => !links.includes(source) })
  return at
}

const anyLink = (root: string): boolean => lstatSync(join(root, 'native/lib/libpq.so.5'), { throwIfNoEntry: false }) !== undefined

test('makes the links of the package where npm ran no install scripts', () => {
  const root = packageWithoutLinks(join(folder, 'package'))
  expect(anyLink(root)).toBe(false)
  const binaries = prepareBinaries({ switched: false }, folder, root)
  expect(binaries.copied).toBe(false)
  expect(anyLink(root)).toBe(true)
})

if (process.getuid?.() === 0) describe('as root', () => {
  test('PostgreSQL runs under an unprivileged account, in the data folder when that account can enter it', async () => {
    const dataDir = join(folder, '.citygraph')
    chmodSync(folder, 0o755)
    const cluster = await startEmbedded({ dataDir, log })
    const pid = readFileSync(join(dataDir, 'data-18', 'postmaster.pid'), 'utf8').split('\n')[0]
    expect(statSync(`/proc/${pid}`).uid).not.toBe(0)
    expect(statSync(join(dataDir, 'data-18')).mode & 0o777).toBe(0o700)
    expect(lines).toEqual([])
    await cluster.stop()
  })

  test('from a folder only root may enter, the data are kept elsewhere, found again, and it is said in one line', async () => {
    const dataDir = join(folder, '.citygraph')
    chmodSync(folder, 0o700)
    const first = await startEmbedded({ dataDir, log })
    const home = readFileSync(join(dataDir, 'postgres-home'), 'utf8')
    outside.push(home)
    expect(first.freshlyMade).toBe(true)
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain(home)
    expect(existsSync(join(home, 'data-18'))).toBe(true)
    await first.stop()
    const second = await startEmbedded({ dataDir, log })
    expect(second.freshlyMade).toBe(false)
    await second.stop()

    // Removing the data folder means beginning anew, also for what lies elsewhere.
    rmSync(dataDir, { recursive: true })
    const third = await startEmbedded({ dataDir, log })
    expect(third.freshlyMade).toBe(true)
    await third.stop()
  })

  test('programs that the account cannot read are copied, with their links, for everybody to read', () => {
    const root = packageWithoutLinks(join(folder, 'private', 'package'))
    chmodSync(join(folder, 'private'), 0o700)
    chmodSync(folder, 0o711)
    const account = databaseAccount(join(folder, 'absent'))
    const binaries = prepareBinaries(account, folder, root)
    expect(binaries.copied).toBe(true)
    expect(binaries.postgres.startsWith(folder)).toBe(true)
    const again = prepareBinaries(account, folder, root)
    expect(again).toEqual(binaries)
  })

  test('data made by a normal user go on under that user', () => {
    const data = join(folder, 'data-18')
    mkdirSync(data)
    chownSync(data, 1, 1)
    expect(databaseAccount(data)).toMatchObject({ switched: true, uid: 1 })
  })

})

if (process.getuid?.() !== 0) describe('as a normal user', () => {
  test('PostgreSQL runs as that user, with its data in a folder of his alone', async () => {
    const dataDir = join(folder, '.citygraph')
    const cluster = await startEmbedded({ dataDir, log })
    expect(statSync(join(dataDir, 'data-18')).uid).toBe(process.getuid?.())
    expect(statSync(dataDir).mode & 0o777).toBe(0o700)
    expect(lines).toEqual([])
    await cluster.stop()
  })
})
