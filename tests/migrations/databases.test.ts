// One database and one serving role for each department: what each role may do, and above all what it may not. Tried with real
// logins against a provisioned cluster, for every pair.

import pg from 'pg'
import { beforeAll, describe, expect, test } from 'vitest'
import { subgraphNames } from '../../core/domains.ts'
import type { DatabaseAddress } from '../../migrations/address.ts'
import { asSuperuser, provision } from '../../migrations/databases.ts'
import { createDatabase, fromTemplate, testCluster, type TestCluster } from '../support/city-database.ts'

let cluster: TestCluster
beforeAll(async () => {
  cluster = await testCluster()
})

/** Runs one statement as the role of the address, optionally in another database, and gives its rows or PostgreSQL's error code. */
async function attempt(address: DatabaseAddress, sql: string, database?: string): Promise<unknown[] | string> {
  const client = new pg.Client({ ...address, ...(database === undefined ? {} : { database }) })
  client.on('error', () => undefined)
  try {
    await client.connect()
    return (await client.query<Record<string, unknown>>(sql)).rows
  } catch (error) {
    return error instanceof pg.DatabaseError ? error.code ?? 'no code' : String(error)
  } finally {
    await client.end()
  }
}

const DENIED = '42501'

describe.each(subgraphNames)('the serving role of %s', (domain) => {
  test.each([...subgraphNames.filter((other) => other !== domain), 'postgres', 'template1'])('cannot enter the database %s', async (other) => {
    expect(await attempt(cluster.urls.departments[domain].query, 'SELECT 1', other)).toBe(DENIED)
  })

  test.each(subgraphNames.filter((other) => other !== domain))('is not let in as owner of %s either', async (other) => {
    expect(await attempt(cluster.urls.departments[domain].owner, 'SELECT 1', other)).toBe(DENIED)
  })

  test('reads what its owner makes, in any schema, and writes, makes or owns nothing', async () => {
    const database = await createDatabase(domain)
    await attempt(database.owner, `CREATE TABLE person (n int); INSERT INTO person VALUES (1);
      CREATE SCHEMA mask; CREATE FUNCTION mask.star(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT '*' $$`)
    expect(await attempt(database.query, 'SELECT n, mask.star(n::text) AS s FROM person')).toEqual([{ n: 1, s: '*' }])
    for (const forbidden of [
      'INSERT INTO person VALUES (2)',
      'UPDATE person SET n = 2',
      'DELETE FROM person',
      'TRUNCATE person',
      'DROP TABLE person',
      'CREATE TABLE mine (n int)',
      'CREATE TEMPORARY TABLE mine (n int)',
      'CREATE SCHEMA mine',
      'CREATE FUNCTION mask.mine() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$',
      `SET ROLE citygraph_${domain}_owner`,
      'SET ROLE postgres',
      'CREATE ROLE mine',
      'SELECT rolpassword FROM pg_authid',
      `SELECT pg_read_file('PG_VERSION')`,
      `COPY person TO PROGRAM 'cat'`,
      'CREATE EXTENSION dblink',
    ]) {
      expect([forbidden, await attempt(database.query, forbidden)]).toEqual([forbidden, DENIED])
    }
    await database.drop()
  })

  test('may enter audit, where it sees no table and executes nothing that audit did not grant it', async () => {
    const audit = await createDatabase('audit')
    await attempt(audit.owner, `CREATE TABLE leaf (n int);
      CREATE FUNCTION append(n int) RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$ INSERT INTO leaf VALUES (n) RETURNING n $$;
      CREATE FUNCTION other() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;
      GRANT EXECUTE ON FUNCTION append(int) TO citygraph_${domain}`)
    const writer = audit.writer(domain)
    expect(await attempt(writer, 'SELECT append(3) AS n')).toEqual([{ n: 3 }])
    for (const forbidden of ['SELECT n FROM leaf', 'INSERT INTO leaf VALUES (1)', 'UPDATE leaf SET n = 0', 'DELETE FROM leaf', 'SELECT other()', 'CREATE TABLE mine (n int)']) {
      expect([forbidden, await attempt(writer, forbidden)]).toEqual([forbidden, DENIED])
    }
    expect(await attempt(audit.writer('gateway'), 'SELECT append(3)')).toBe(DENIED)
    expect(await attempt(audit.query, 'SELECT n FROM leaf')).toEqual([{ n: 3 }])
    expect(await attempt(audit.query, 'SELECT append(4)')).toBe(DENIED)
    await audit.drop()
  })
})

test('the roles of audit and of the gateway enter no department', async () => {
  for (const address of [cluster.urls.audit.read, cluster.urls.audit.owner, cluster.urls.audit.gateway]) {
    for (const domain of subgraphNames) expect(await attempt(address, 'SELECT 1', domain)).toBe(DENIED)
  }
})

test('provisioning again changes nothing and gives the same addresses', async () => {
  const begun = performance.now()
  const again = await provision(cluster, subgraphNames)
  process.stderr.write(`provision again: ${Math.round(performance.now() - begun)} ms\n`)
  expect(again).toEqual(cluster.urls)
})

test('provisioning sets a password anew that the cluster no longer has', async () => {
  await asSuperuser(cluster, 'postgres', async (client) => {
    await client.query(`ALTER ROLE citygraph_gateway PASSWORD 'something else'`)
  })
  expect(await attempt(cluster.urls.audit.gateway, 'SELECT 1 AS n')).toBe('28P01')
  await provision(cluster, subgraphNames)
  expect(await attempt(cluster.urls.audit.gateway, 'SELECT 1 AS n')).toEqual([{ n: 1 }])
})

test('a template is filled once and copied for each test', async () => {
  let built = 0
  const build = async (database: { owner: DatabaseAddress }): Promise<void> => {
    built++
    await attempt(database.owner, 'CREATE TABLE city AS SELECT 20000 AS people')
  }
  const copies = [await fromTemplate('credit', 'databases-test', build), await fromTemplate('credit', 'databases-test', build)]
  expect(built).toBe(1)
  for (const copy of copies) {
    expect(await attempt(copy.query, 'SELECT people FROM city')).toEqual([{ people: 20000 }])
    expect(await attempt(cluster.urls.departments.licenses.query, 'SELECT 1', copy.name)).toBe(DENIED)
    await copy.drop()
  }
})
