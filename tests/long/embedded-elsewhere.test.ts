// More of tests/migrations/embedded-start, embedded-account and pool: other users, other surroundings, long patience.

import { chmodSync, chownSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { databaseAccount, type Account } from '../../migrations/embedded-account.ts'
import { installedPackage } from '../../migrations/embedded-binaries.ts'
import { parseLinks } from '../../migrations/embedded-package.ts'
import { openPool, withClient } from '../../migrations/pool.ts'
import { createDatabase } from '../support/city-database.ts'
import { clusterProcess } from '../support/cluster-process.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cg-account-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** The installed package as npm leaves it when install scripts do not run: without its links. */
function packageWithoutLinks(at: string): string {
  const links = parseLinks(readFileSync(join(installedPackage(), 'native', 'pg-symlinks.json'), 'utf8')).map((link) => join(installedPackage(), link.target))
  cpSync(installedPackage(), at, { recursive: true, verbatimSymlinks: true, filter: (source) => !links.includes(source) })
  return at
}

test('has the same encoding and rules for text when LANG is unset', async () => {
  const child = clusterProcess(folder, 'once', { env: { PATH: process.env['PATH'] } })
  const events = await child.events
  expect(events.at(-1)?.started).toMatchObject({ freshlyMade: true, encoding: 'UTF8', collate: 'C.UTF-8', lowered: 'àé', first: '张' })
  await child.ended
})

if (process.getuid?.() === 0) test('a normal user runs it as himself, beside programs he may not write to', async () => {
  const nobody: Account = databaseAccount(join(folder, 'absent'))
  if (!nobody.switched) throw new Error('root must switch')
  const root = packageWithoutLinks(join(folder, 'package'))
  chmodSync(folder, 0o755)
  const home = join(folder, 'home')
  mkdirSync(home)
  chownSync(home, nobody.uid, nobody.gid)
  const himself = { uid: nobody.uid, gid: nobody.gid, env: { PATH: process.env['PATH'] } }
  const preparing = clusterProcess(home, 'prepare', himself, root)
  expect(await preparing.events).toEqual([{ prepared: { copied: true } }])
  await preparing.ended

  const child = clusterProcess(join(home, '.citygraph'), 'once', himself)
  expect((await child.events).map(({ started, failed, log: line }) => ({ fresh: started?.freshlyMade, failed, line }))).toEqual([{ fresh: true, failed: undefined, line: undefined }])
  await child.ended
  expect(statSync(join(home, '.citygraph')).uid).toBe(nobody.uid)
  expect(statSync(join(home, '.citygraph')).mode & 0o777).toBe(0o700)
})

test('a pool cancels a statement after five seconds', async () => {
  const database = await createDatabase('transport')
  const pool = openPool(database.query, { max: 2, domain: 'transport' })
  await expect(withClient(pool, (client) => client.query('SELECT pg_sleep(30)'))).rejects.toMatchObject({ code: '57014' })
  await pool.end()
  await database.drop()
})
