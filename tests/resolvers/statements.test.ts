// Statements: named and bounded on each connection, and a department that cannot answer is unavailable, not talkative.

import { sql } from 'drizzle-orm'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { frozenClock } from '../../core/clock.ts'
import { openPool, type ServingPool } from '../../migrations/pool.ts'
import { createCursorSeal } from '../../resolvers/cursors.ts'
import { createPublicIds } from '../../resolvers/ids.ts'
import type { ReadContext } from '../../resolvers/read-context.ts'
import { slot } from '../../resolvers/slots.ts'
import { compile, run, STATEMENTS_PER_CONNECTION } from '../../resolvers/statements.ts'
import { createDatabase, type TestDatabase } from '../support/city-database.ts'
import { handMadePlan } from '../support/hand-made-plan.ts'
import { NOW } from '../support/resolver-city.ts'

let database: TestDatabase
let pool: ServingPool
let context: ReadContext

beforeAll(async () => {
  database = await createDatabase('credit')
  pool = openPool(database.query, { max: 1, domain: 'credit' })
  context = {
    plan: handMadePlan(),
    caller: { kind: 'public', org: 'PUBLIC', sub: 'x', roles: [], assurance: 1, zone: 'mainland' },
    org: 'PUBLIC',
    parameters: { now: frozenClock(NOW).now() },
    database: pool,
    ids: createPublicIds(['k']),
    cursors: createCursorSeal(['k']),
    clock: frozenClock(NOW),
    loaders: new Map(),
    observe: { subject: () => undefined, rows: () => undefined, supply: () => undefined, field: () => undefined, threshold: () => undefined },
  }
})
afterAll(async () => {
  await pool?.end()
  await database?.drop()
})

test('binds constants, the values of the request and those of the call', async () => {
  const statement = compile(sql`SELECT ${'constant'}::text, ${slot('today')}::date::text, ${slot('pid')}::text, ${slot('limit')}::integer`)
  expect(await run(context, statement, { limit: 3 })).toEqual([['constant', '2026-03-01', null, 3]])
  expect(statement.text).not.toContain('constant')
  // Shanghai is eight hours ahead: late in the evening of the 28th it is already March.
  const late = { ...context, parameters: { now: new Date('2026-02-28T16:30:00Z') } }
  expect(await run(late, statement, { limit: 3 })).toEqual([['constant', '2026-03-01', null, 3]])
})

test('keeps at most 200 statements prepared on a connection and can use a forgotten one again', async () => {
  const statements = Array.from({ length: STATEMENTS_PER_CONNECTION + 20 }, (_, index) => compile(sql.raw(`SELECT ${index} AS n`)))
  for (const [index, statement] of statements.entries()) expect(await run(context, statement, {})).toEqual([[index]])
  const count = compile(sql`SELECT count(*)::integer FROM pg_prepared_statements`)
  expect(Number((await run(context, count, {}))[0]?.[0])).toBeLessThanOrEqual(STATEMENTS_PER_CONNECTION + 1)
  for (const [index, statement] of statements.entries()) expect(await run(context, statement, {})).toEqual([[index]])
})

test('runs one statement many times under one name', async () => {
  const statement = compile(sql`SELECT ${slot('limit')}::integer * 2`)
  const results = await Promise.all([1, 2, 3].map((limit) => run(context, statement, { limit })))
  expect(results).toEqual([[[2]], [[4]], [[6]]])
})

test('ends a statement whose value is missing before the database', async () => {
  await expect(run(context, compile(sql`SELECT ${slot('givenName')}::text`), {})).rejects.toMatchObject({ code: 'INTERNAL' })
})

test('plans a statement anew when its table has changed its columns', async () => {
  const owner = new pg.Client(database.owner)
  await owner.connect()
  try {
    await owner.query('CREATE TABLE changing (n integer); INSERT INTO changing VALUES (1); GRANT SELECT ON changing TO PUBLIC')
    const statement = compile(sql`SELECT * FROM changing`)
    expect(await run(context, statement, {})).toEqual([[1]])
    await owner.query(`ALTER TABLE changing ADD COLUMN t text NOT NULL DEFAULT 'x'`)
    expect(await run(context, statement, {})).toEqual([[1, 'x']])
    expect(await run(context, statement, {})).toEqual([[1, 'x']])
  } finally {
    await owner.end()
  }
})

test('fails inside, and says nothing, where PostgreSQL refuses the statement itself', async () => {
  const failed = { code: 'INTERNAL', message: 'Something went wrong on our side.', extensions: { code: 'INTERNAL' } }
  await expect(run(context, compile(sql`SELECT * FROM no_such_table_310199198503070112`), {})).rejects.toMatchObject(failed)
  await expect(run(context, compile(sql`SELECT ${'x310199198503070112'}::text::integer`), {})).rejects.toMatchObject(failed)
  await expect(run(context, compile(sql`SELECT 1 / ${slot('limit')}::integer`), { limit: 0 })).rejects.toMatchObject(failed)
})

test('is unavailable where the statement takes too long or the database is away, and says only which department', async () => {
  const failed = { code: 'SUBGRAPH_UNAVAILABLE', message: 'This domain cannot be reached at the moment.', extensions: { code: 'SUBGRAPH_UNAVAILABLE', domain: 'credit' } }
  const impatient = openPool(database.query, { max: 1, domain: 'credit' })
  await expect(run({ ...context, database: impatient }, compile(sql`SELECT pg_sleep(6)`), {})).rejects.toMatchObject(failed)
  await impatient.end()
  const nowhere = openPool({ connectionString: 'postgresql://nobody@127.0.0.1:1/none' }, { max: 1, domain: 'credit' })
  await expect(run({ ...context, database: nowhere }, compile(sql`SELECT 1`), {})).rejects.toMatchObject(failed)
  await nowhere.end()
  expect(await run(context, compile(sql`SELECT 1`), {})).toEqual([[1]])
})

test('asks again on the pool what a lane has lost, and mixes no rows of callers up', async () => {
  const serving = openPool(database.query, { max: 4, domain: 'credit' })
  expect(await serving.lanes.open()).toBe(true)
  const superuser = new pg.Client({ connectionString: database.superuserUrl })
  await superuser.connect()
  const who = compile(sql`SELECT ${slot('pid')}::text, ${slot('caseNo')}::text, ${slot('keys')}::text[]::text, ${slot('limit')}::integer, pg_backend_pid()`)
  const lanes = new Set<unknown>()
  for (let round = 0; round < 20; round++) {
    const callers = Array.from({ length: 100 }, (_, index) => ({
      own: { ...context, database: serving, parameters: { now: new Date(NOW), pid: `p${round}-${index}`, caseNo: `c${index}` } },
      values: { keys: [`k${index}`, 'a"b'], limit: index },
    }))
    const running = callers.map(({ own, values }) => run(own, who, values))
    if (round % 4 === 2) await Promise.all([...lanes].map((pid) => superuser.query('SELECT pg_terminate_backend($1)', [pid])))
    const answers = await Promise.all(running)
    expect(answers.map(([row]) => row?.slice(0, 4))).toEqual(callers.map((_, index) => [`p${round}-${index}`, `c${index}`, `{k${index},"a\\"b"}`, index]))
    // Those of the pool stay; only what `lanes` gives is cut.
    lanes.clear()
    if (await serving.lanes.open()) for (const place of [1, 2]) for (const row of (await serving.lanes.ask({ name: `pid${place}`, text: 'SELECT pg_backend_pid()' }, [])) ?? []) lanes.add(row[0])
  }
  await superuser.end()
  await serving.end()
})

test('one slot is one parameter, wherever it stands', async () => {
  const statement = compile(sql`SELECT ${slot('today')}::date < ${'2027-01-01'}::date AND ${slot('today')}::date > ${'2025-01-01'}::date, ${slot('limit')}::integer`)
  expect(statement.parameters).toHaveLength(4)
  expect(await run(context, statement, { limit: 2 })).toEqual([[true, 2]])
})

test('what a caller compares with begins on the pool, where a plan is made for the value', () => {
  expect(compile(sql`SELECT 1 WHERE 1 = ${slot('limit')}::integer`).isQuick).toBe(true)
  expect(compile(sql`SELECT 1 WHERE 'a' = ${slot('operand0')}::text`).isQuick).toBe(false)
  expect(compile(sql`WITH gone AS (DELETE FROM x RETURNING 1) SELECT 1`).isQuick).toBe(false)
})
