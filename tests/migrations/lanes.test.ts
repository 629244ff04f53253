// Lanes: many statements under way on one connection. Each caller gets the rows of its own values whatever else fails, is slow or is
// lost meanwhile; a lane that breaks is made anew, and nothing prepared is left behind.

import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { asSuperuser } from '../../migrations/databases.ts'
import { STATEMENTS_PER_CONNECTION } from '../../migrations/lane.ts'
import { openLanes, type Lanes } from '../../migrations/lanes.ts'
import { createDatabase, testCluster, type TestDatabase } from '../support/city-database.ts'

const SETTINGS = { application_name: 'citygraph lanes test', statement_timeout: 1_000, connectionTimeoutMillis: 2_000 }
let database: TestDatabase
let lanes: Lanes

beforeEach(async () => {
  database = await createDatabase('credit')
  lanes = openLanes(database.query, SETTINGS, 1)
  await lanes.open()
})
afterEach(async () => {
  await lanes.close()
  await database.drop()
})

const echo = { name: 'echo', text: 'SELECT $1::text, repeat($1::text, 3), NULL::text, $2::integer' }
const sleep = { name: 'sleep', text: 'SELECT $1::text, pg_sleep($2::float8)::text' }
const divide = { name: 'divide', text: 'SELECT 1 / $1::integer' }
const rowsFor = (value: string, n: number): unknown => [[value, value.repeat(3), null, n]]

async function asOwner<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  return asSuperuser(await testCluster(), database.name, work)
}

const TERMINATE = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND application_name = $2`

test('sends nothing, and notes nothing, of a statement with more parameters than the protocol counts', async () => {
  const many = Promise.resolve().then(() => lanes.ask({ name: 'many', text: 'SELECT 1' }, Array.from({ length: 70_000 }, () => 'x')))
  await expect(many).rejects.toThrow(RangeError)
  const values = ['alice', 'bob', 'carol', 'dave']
  expect(await Promise.all(values.map((value, n) => lanes.ask(echo, [value, String(n)])))).toEqual(values.map(rowsFor))
})

test('gives each of 10,000 statements its own rows while statements fail and connections are cut', async () => {
  let [own, elsewhere, failed, cut] = [0, 0, 0, 0]
  const one = async (index: number): Promise<void> => {
    // Texts of many lengths, some not ASCII, some empty, some with what array and string syntax would trip over.
    const value = ['', `值${index}`, `"${index}\\`, `x${index}`.repeat(index % 7), `{${index},}'`][index % 5] ?? ''
    if (index % 11 === 0) {
      const outcome = await Promise.resolve(lanes.ask(divide, ['0'])).catch((error: unknown) => error)
      if (outcome !== undefined) expect(outcome).toMatchObject({ code: '22012' })
      failed++
      return
    }
    const rows = await lanes.ask(echo, [value, String(index)])
    if (rows === undefined) elsewhere++
    else {
      expect(rows).toEqual(rowsFor(value, index))
      own++
    }
  }
  const superuser = new pg.Client({ connectionString: database.superuserUrl })
  await superuser.connect()
  for (let from = 0; from < 10_000; from += 250) {
    const running = Array.from({ length: 250 }, (_, index) => one(from + index))
    if (from % 2_500 === 1_250) {
      // Some have been answered, some wait behind one that takes its time.
      const between = lanes.ask(sleep, ['', '0.03'])
      running.push(...Array.from({ length: 250 }, (_, index) => one(from + index)))
      await Promise.race([lanes.ask(echo, ['', '0']), new Promise((resolve) => setTimeout(resolve, 10))])
      cut += (await superuser.query(TERMINATE, [database.name, SETTINGS.application_name])).rowCount ?? 0
      await between
    }
    await Promise.all(running)
    // As the next request would find it.
    if (!(await lanes.open())) await new Promise((resolve) => setTimeout(resolve, 1_100)).then(() => lanes.open())
  }
  console.log(`lanes: ${own} answered, ${failed} failed as they should, ${elsewhere} left to the pool, ${cut} connections cut`)
  await superuser.end()
  expect(cut).toBeGreaterThanOrEqual(3)
  expect(elsewhere).toBeGreaterThanOrEqual(3)
  expect(own).toBeGreaterThan(7_000)
})

test('a statement that fails fails alone, and says what pg would say', async () => {
  const bad = { name: 'bad', text: 'SELECT nothing_like_it' }
  const answers = await Promise.allSettled([
    lanes.ask(echo, ['a', '1']), lanes.ask(divide, ['0']), lanes.ask(bad, []), lanes.ask(echo, ['b', 'no number']), lanes.ask(bad, []), lanes.ask(echo, ['c', '3']), lanes.ask(divide, ['1']),
  ])
  expect(answers.map((answer) => (answer.status === 'fulfilled' ? answer.value : [answer.reason instanceof pg.DatabaseError, answer.reason.code]))).toEqual([
    rowsFor('a', 1), [true, '22012'], [true, '42703'], [true, '22P02'], [true, '42703'], rowsFor('c', 3), [[1]],
  ])
})

test('a statement that takes too long ends alone; what waits behind it is asked elsewhere, and it stays off the lane', async () => {
  const endless = async (): Promise<unknown> => Promise.resolve(lanes.ask(sleep, ['slow', '5'])).catch((error: unknown) => error)
  const begun = performance.now()
  const slow = endless()
  const behind = Array.from({ length: 20 }, (_, index) => lanes.ask(echo, [`v${index}`, String(index)]))
  expect(await Promise.all(behind)).toEqual(Array.from({ length: 20 }, () => undefined))
  expect(performance.now() - begun).toBeLessThan(900)
  // Not even asked: the lane has a slow one in front.
  expect(lanes.ask(echo, ['x', '1'])).toBeUndefined()
  expect(await slow).toMatchObject({ code: '57014' })
  expect(await lanes.ask(echo, ['after', '1'])).toEqual(rowsFor('after', 1))
  // Slow twice in a row is slow.
  await endless()
  expect(lanes.ask(sleep, ['slow', '0'])).toBeUndefined()
  expect(await lanes.ask(echo, ['after', '2'])).toEqual(rowsFor('after', 2))
}, 20_000)

test('a statement that was slow is tried again after a second, and after twice as long when it is slow again', async () => {
  const slowly = async (): Promise<unknown> => lanes.ask(sleep, ['slow', '0.15'])
  await slowly()
  expect(await slowly()).toEqual([['slow', '']])
  expect(lanes.ask(sleep, ['slow', '0'])).toBeUndefined()
  await pause(1_100)
  expect(await slowly()).toEqual([['slow', '']])
  await pause(1_100)
  expect(lanes.ask(sleep, ['slow', '0'])).toBeUndefined()
  await pause(1_100)
  expect(await lanes.ask(sleep, ['quick', '0'])).toEqual([['quick', '']])
  expect(await lanes.ask(sleep, ['quick', '0'])).toEqual([['quick', '']])
}, 20_000)

test('statements that were sent together and are slow together count as one', async () => {
  const together = Array.from({ length: 8 }, () => lanes.ask(sleep, ['slow', '0.1']))
  expect(together).not.toContain(undefined)
  await Promise.all(together)
  expect(lanes.ask(sleep, ['slow', '0'])).toBeUndefined()
  await pause(1_100)
  expect(await lanes.ask(sleep, ['quick', '0'])).toEqual([['quick', '']])
}, 20_000)

test('an event loop that is busy for long does not make a statement slow', async () => {
  for (let turn = 0; turn < 6; turn++) {
    const asked = lanes.ask(echo, ['a', '1'])
    const until = performance.now() + 150
    while (performance.now() < until);
    expect(await asked).toEqual(rowsFor('a', 1))
  }
  expect(lanes.ask(echo, ['a', '1'])).toBeDefined()
})

test('keeps no more statements prepared than it may, and prepares one anew that was forgotten or whose table has changed', async () => {
  const many = Array.from({ length: STATEMENTS_PER_CONNECTION * 2 }, (_, index) => ({ name: `n${index}`, text: `SELECT ${index} AS n, $1::text` }))
  const ask = async (): Promise<void> => {
    const answers = await Promise.all(many.map((statement) => lanes.ask(statement, ['x'])))
    expect(answers).toEqual(many.map((_, index) => [[index, 'x']]))
  }
  await ask()
  const count = { name: 'count', text: 'SELECT count(*)::integer FROM pg_prepared_statements' }
  expect(Number((await lanes.ask(count, []))?.[0]?.[0])).toBeLessThanOrEqual(STATEMENTS_PER_CONNECTION)
  await ask()
  const all = { name: 'all', text: 'SELECT * FROM changing' }
  await asOwner((client) => client.query('CREATE TABLE changing (n integer); INSERT INTO changing VALUES (1); GRANT SELECT ON changing TO PUBLIC'))
  expect(await lanes.ask(all, [])).toEqual([[1]])
  await asOwner((client) => client.query(`ALTER TABLE changing ADD COLUMN t text NOT NULL DEFAULT 'x'`))
  expect(await Promise.all([lanes.ask(all, []), lanes.ask(all, []), lanes.ask(all, [])])).toEqual(Array.from({ length: 3 }, () => [[1, 'x']]))
  await lanes.ask({ name: 'gone', text: 'DEALLOCATE ALL' }, [])
  expect(await Promise.all([lanes.ask(all, []), lanes.ask(echo, ['e', '1'])])).toEqual([[[1, 'x']], rowsFor('e', 1)])
})

test('reads values as pg does', async () => {
  const text = `SELECT 1::smallint, 2::integer, 9007199254740993::bigint, 1.50::numeric, 1.5::float8, true, false, 'x'::varchar, '示例'::text, NULL::integer,
    '00000000-0000-4000-8000-000000000000'::uuid, '{"a": [1, "二"]}'::jsonb, '{a,"b,c",NULL}'::text[], '2026-03-01'::date, 'y'::"char", ''::text`
  const client = new pg.Client(database.query)
  await client.connect()
  const { rows } = await client.query({ text, rowMode: 'array' })
  await client.end()
  expect(await lanes.ask({ name: 'kinds', text }, [])).toEqual(rows)
  const big = { name: 'big', text: `SELECT repeat('示例', $1::integer), n FROM generate_series(1, 300) AS n` }
  expect((await lanes.ask(big, ['2000']))?.map(([value, n]) => [String(value).length, n])).toEqual(Array.from({ length: 300 }, (_, index) => [4_000, index + 1]))
  expect(await lanes.ask({ name: 'none', text: 'SELECT' }, [])).toEqual([[]])
})

test('is not there while the database is away, and comes back by itself', async () => {
  const allow = async (allowed: boolean): Promise<unknown> =>
    asSuperuser(await testCluster(), 'postgres', (client) => client.query(`ALTER DATABASE ${database.name} ALLOW_CONNECTIONS ${allowed}`))
  await allow(false)
  const waiting = lanes.ask(sleep, ['cut', '0.8'])
  await new Promise((resolve) => setTimeout(resolve, 50))
  await asSuperuser(await testCluster(), 'postgres', (client) => client.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [database.name]))
  expect(await waiting).toBeUndefined()
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(lanes.ask(echo, ['a', '1'])).toBeUndefined()
  expect(await lanes.open()).toBe(false)
  await allow(true)
  await expect.poll(() => lanes.open(), { timeout: 5_000 }).toBe(true)
  expect(await lanes.ask(echo, ['a', '1'])).toEqual(rowsFor('a', 1))
})

test('closing waits for what is under way and takes nothing more', async () => {
  const waiting = lanes.ask(sleep, ['kept', '0.3'])
  const closed = lanes.close()
  expect(lanes.ask(echo, ['a', '1'])).toBeUndefined()
  expect(await waiting).toEqual([['kept', '']])
  await closed
  expect(await asOwner((client) => client.query('SELECT 1 FROM pg_stat_activity WHERE datname = $1 AND application_name = $2', [database.name, SETTINGS.application_name])).then(({ rowCount }) => rowCount)).toBe(0)
})
