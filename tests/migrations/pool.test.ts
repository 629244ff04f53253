// The pool of a serving role: a database that is away or goes away is SUBGRAPH_UNAVAILABLE, never the end of the process.

import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { CitygraphError } from '../../core/errors.ts'
import { asSuperuser } from '../../migrations/databases.ts'
import { openPool, withClient, type DepartmentPool } from '../../migrations/pool.ts'
import { createDatabase, testCluster, type TestDatabase } from '../support/city-database.ts'

let database: TestDatabase
let pool: DepartmentPool

beforeEach(async () => {
  database = await createDatabase('transport')
  pool = openPool(database.query, { max: 2, domain: 'transport' })
})
afterEach(async () => {
  await pool.end()
  await database.drop()
})

const one = (client: pg.PoolClient): Promise<number> => client.query<{ n: number }>('SELECT 1 AS n').then(({ rows }) => rows[0]?.n ?? 0)

async function cutConnections(allow: boolean): Promise<void> {
  await asSuperuser(await testCluster(), 'postgres', async (client) => {
    await client.query(`ALTER DATABASE ${database.name} ALLOW_CONNECTIONS ${allow}`)
    await client.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [database.name])
  })
}

test('survives losing idle and busy connections, says so with the domain, and heals by itself', async () => {
  expect(await withClient(pool, one)).toBe(1)
  const busy = withClient(pool, (client) => client.query('SELECT pg_sleep(4)')).catch((error: unknown) => error)
  await new Promise((resolve) => setTimeout(resolve, 200))
  await cutConnections(false)
  expect(await busy).toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE', facts: { domain: 'transport' } })
  await expect(withClient(pool, one)).rejects.toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE', message: 'This domain cannot be reached at the moment.' })
  await cutConnections(true)
  expect(await withClient(pool, one)).toBe(1)
})

test('says so within its patience when all connections are taken', async () => {
  const held = await Promise.all([pool.connect(), pool.connect()])
  const begun = performance.now()
  await expect(withClient(pool, one)).rejects.toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE' })
  expect(performance.now() - begun).toBeLessThan(4_000)
  for (const client of held) client.release()
  expect(await withClient(pool, one)).toBe(1)
})

test('lets other errors through as they are and never uses a connection with an open transaction again', async () => {
  await expect(withClient(pool, (client) => client.query('BEGIN').then(() => client.query('SELECT nothing')))).rejects.toMatchObject({ code: '42703' })
  const refusal = new CitygraphError('BAD_USER_INPUT')
  await expect(withClient(pool, () => Promise.reject(refusal))).rejects.toBe(refusal)
  expect(await withClient(pool, (client) => client.query(`SELECT now() = statement_timestamp() AS alone`).then(({ rows }) => rows))).toEqual([{ alone: true }])
})

test('opening a pool for a database that is down throws only when it is used', async () => {
  const away = openPool({ connectionString: 'postgresql://someone:canary@127.0.0.1:1/nothing' }, { max: 1, domain: 'credit' })
  const failure = await withClient(away, one).catch((error: unknown) => error)
  expect(failure).toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE', facts: { domain: 'credit' } })
  expect(String(failure)).not.toContain('canary')
  await away.end()
})
