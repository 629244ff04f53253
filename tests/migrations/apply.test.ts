// Migrations: applied once, in order, by one of several starts; refused where they would not fit.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { applyMigrations } from '../../migrations/apply.ts'
import { asSuperuser } from '../../migrations/databases.ts'
import { createDatabase, testCluster, type TestDatabase } from '../support/city-database.ts'

let folder = ''
let database: TestDatabase

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cg-apply-'))
  database = await createDatabase('credit')
})
afterEach(async () => {
  rmSync(folder, { recursive: true, force: true })
  await database.drop()
})

/** Writes a folder as drizzle-kit does: one file a migration and the journal. */
function migrations(...statements: readonly string[]): void {
  mkdirSync(join(folder, 'meta'), { recursive: true })
  const entries = statements.map((_, idx) => ({ idx, version: '7', when: 1_700_000_000_000 + idx, tag: `000${idx}_step`, breakpoints: true }))
  writeFileSync(join(folder, 'meta', '_journal.json'), JSON.stringify({ version: '7', dialect: 'postgresql', entries }))
  statements.forEach((statement, idx) => writeFileSync(join(folder, `000${idx}_step.sql`), statement))
}

const MAKE = 'CREATE TABLE rating (n int);--> statement-breakpoint\nINSERT INTO rating VALUES (1);'

async function ratings(): Promise<unknown[]> {
  const client = new pg.Client(database.query)
  await client.connect()
  try {
    return (await client.query<{ n: number }>('SELECT n FROM rating ORDER BY n')).rows
  } finally {
    await client.end()
  }
}

test('applies what is missing, tells how many, and does nothing the next time', async () => {
  migrations(MAKE)
  expect(await applyMigrations(database.owner, folder, { domain: 'credit' })).toEqual({ applied: 1, total: 1 })
  expect(await applyMigrations(database.owner, folder, { domain: 'credit' })).toEqual({ applied: 0, total: 1 })
  migrations(MAKE, 'INSERT INTO rating VALUES (2);', 'INSERT INTO rating VALUES (3);')
  expect(await applyMigrations(database.owner, folder, { domain: 'credit' })).toEqual({ applied: 2, total: 3 })
  expect(await ratings()).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }])
})

test('takes a URL as well, and needs no more than reading when nothing is missing', async () => {
  migrations(MAKE)
  expect(await applyMigrations(database.superuserUrl, folder, { domain: 'credit' })).toEqual({ applied: 1, total: 1 })
  const url = database.superuserUrl
  expect(await applyMigrations(url, folder, { domain: 'credit' })).toEqual({ applied: 0, total: 1 })
})

test('the serving role finds that nothing is missing, but cannot apply anything', async () => {
  migrations(MAKE)
  await applyMigrations(database.owner, folder, { domain: 'credit' })
  expect(await applyMigrations(database.query, folder, { domain: 'credit' })).toEqual({ applied: 0, total: 1 })
  migrations(MAKE, 'INSERT INTO rating VALUES (2);')
  await expect(applyMigrations(database.query, folder, { domain: 'credit' })).rejects.toThrow('migrations of credit could not be applied: permission denied')
})

test('several starts at once apply each migration once', async () => {
  migrations(MAKE, 'INSERT INTO rating VALUES (2);')
  const results = await Promise.all([1, 2, 3, 4].map(() => applyMigrations(database.owner, folder, { domain: 'credit' })))
  expect(results.map((result) => result.applied).toSorted()).toEqual([0, 0, 0, 2])
  expect(await ratings()).toEqual([{ n: 1 }, { n: 2 }])
})

test('two lists in one database do not hide one another', async () => {
  migrations(MAKE)
  expect((await applyMigrations(database.owner, folder, { domain: 'credit', list: 'shared' })).applied).toBe(1)
  migrations('CREATE TABLE other (n int);')
  expect((await applyMigrations(database.owner, folder, { domain: 'credit' })).applied).toBe(1)
})

test('a migration that fails undoes all of the call and names the department, without its SQL', async () => {
  migrations(MAKE, `INSERT INTO rating VALUES ('canary-310199');`)
  const failure = await applyMigrations(database.owner, folder, { domain: 'credit' }).catch((error: unknown) => error)
  expect(String(failure)).toMatch(/migrations of credit could not be applied: invalid input syntax .*\(22P02\)/)
  expect(String(failure)).not.toContain('INSERT')
  await expect(ratings()).rejects.toThrow('does not exist')
})

test('refuses a migration that was changed after it was applied, and a database newer than the folder', async () => {
  migrations(MAKE, 'INSERT INTO rating VALUES (2);')
  await applyMigrations(database.owner, folder, { domain: 'credit' })
  migrations(MAKE)
  await expect(applyMigrations(database.owner, folder, { domain: 'credit' })).rejects.toThrow('newer than this citygraph')
  migrations(MAKE, 'INSERT INTO rating VALUES (20);')
  await expect(applyMigrations(database.owner, folder, { domain: 'credit' })).rejects.toThrow('migration 2 of credit was changed')
})

test('refuses a database whose text is not UTF-8', async () => {
  const cluster = await testCluster()
  const name = `latin_${process.pid}`
  await asSuperuser(cluster, 'postgres', async (client) => {
    await client.query(`CREATE DATABASE ${name} ENCODING 'SQL_ASCII' LOCALE 'C' LOCALE_PROVIDER libc TEMPLATE template0`)
  })
  migrations(MAKE)
  await expect(applyMigrations(cluster.superuserUrl(name), folder, { domain: 'credit' })).rejects.toThrow('must be UTF8')
  await asSuperuser(cluster, 'postgres', async (client) => {
    await client.query(`DROP DATABASE ${name}`)
  })
})

test('names the department whose database cannot be reached, and not its URL', async () => {
  migrations(MAKE)
  const failure = await applyMigrations('postgresql://someone:canary@127.0.0.1:1/nothing', folder, { domain: 'credit' }).catch((error: unknown) => error)
  expect(String(failure)).toMatch(/the database of credit cannot be reached: .*ECONNREFUSED/)
  expect(String(failure)).not.toContain('canary')
})
