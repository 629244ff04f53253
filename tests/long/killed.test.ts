// Under load from 32 connections, node or PostgreSQL is killed at random moments, 20 times in all: every answer that a client had
// received in full has its record afterwards, the logs have no gap and verify. TEST_SEED repeats a run.

import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { fiveDomainCaller, fiveDomainQuery } from '../../bench/five-domain-query.ts'
import { attachDatabases } from '../../cli/city-databases.ts'
import { readConfig } from '../../core/config.ts'
import { random } from '../../synthetic-city/random.ts'
import { askThroughout } from '../support/answers-under-load.ts'
import type { Asking, Question } from '../support/answers-under-load.ts'
import { cityFolder, command, startedCity } from '../support/command.ts'
import type { CityFolder } from '../support/command.ts'
import { keptRecords } from '../support/kept-records.ts'
import { eventually } from '../support/outage.ts'

// Twenty restarts, and a thousand answers before each, on a machine that may be busy.
vi.setConfig({ testTimeout: 2_400_000 })

const CLIENTS = 32
const KILLS = 10
const ANSWERS_BETWEEN_KILLS = 1_000
const LATEST_MS = 2_500

const seed = Number(process.env['TEST_SEED'] ?? Date.now() % 1_000_000)
const draw = random(seed, 'kills')
const compared: number[] = []

let folder: CityFolder
beforeEach(() => {
  folder = cityFolder()
})
afterEach(() => folder.remove())
afterAll(() => {
  const all = compared.reduce((sum, count) => sum + count, 0)
  process.stderr.write(`kill test, seed ${seed}: ${all} answers compared with their records\n`)
  expect(all).toBeGreaterThanOrEqual(20_000)
})

function freePort(): Promise<string> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, () => {
      const address = server.address()
      server.close(() => resolve(String(typeof address === 'object' && address !== null ? address.port : 0)))
    })
  })
}

async function questions(environment: Readonly<Record<string, string>>): Promise<readonly Question[]> {
  const bearer = async (caller: string): Promise<Record<string, string>> => {
    const asked = command(['token', caller], environment)
    await asked.ended
    return { authorization: `Bearer ${asked.out().trim()}` }
  }
  const ask = (query: string, headers: Readonly<Record<string, string>> = {}): Question => ({ body: JSON.stringify({ query }), headers })
  const market = { ...(await bearer(fiveDomainCaller.caller)), 'x-purpose': fiveDomainCaller.purpose, 'x-case-no': fiveDomainCaller.caseNo }
  const police = { ...(await bearer('psb-officer')), 'x-purpose': 'PSB-0001' }
  const light = [ask('{ metroLines { nodes { name } } }'), ask('{ enterprise(uscc: "91310199MA1K0T2A0A") { name creditSummary { recordCount } } }')]
  return [
    ask(fiveDomainQuery, market),
    ...light,
    ask('{ people(first: 5) { nodes { id name birthDate } } }', police),
    ...light,
    ask(fiveDomainQuery, { ...market, 'x-dry-run': 'decisions' }),
    ...light,
  ]
}

/** Waits until the load runs again, then for a random moment in it. */
async function randomMoment(asking: Asking): Promise<void> {
  const before = asking.answered()
  await eventually(120_000, async () => expect(asking.answered()).toBeGreaterThan(before + ANSWERS_BETWEEN_KILLS))
  await sleep(draw.int(0, LATEST_MS))
}

/** Of a backend: PostgreSQL then ends all others, replays its log and goes on by itself. */
async function aBackend(): Promise<number> {
  const client = new pg.Client(attachDatabases(readConfig({ CITYGRAPH_FOLDER: folder.path })).auditReader)
  await client.connect()
  const { rows } = await client.query<{ pid: number }>(`SELECT pid FROM pg_stat_activity WHERE datname = 'audit' AND pid <> pg_backend_pid() ORDER BY pid`)
  await client.end()
  return draw.pick(rows).pid
}

/** What every run must show at its end, while the city still runs. */
async function expectEveryRecord(asking: Asking, environment: Readonly<Record<string, string>>): Promise<void> {
  const { answered, named, statuses, broken, unrecorded } = await asking.stop()
  const audit = attachDatabases(readConfig({ CITYGRAPH_FOLDER: folder.path })).auditReader
  const { rows, missing, faults } = await keptRecords(audit, named)
  process.stderr.write(`${answered} answers named ${named.size} of ${rows} records; ${broken} requests had no full answer; statuses ${JSON.stringify(statuses)}\n`)
  expect({ missing, faults, unrecorded }).toEqual({ missing: [], faults: [], unrecorded: [] })
  expect(Object.keys(statuses).filter((status) => !['200', '503'].includes(status))).toEqual([])
  const verified = command(['audit', 'verify'], environment)
  expect(await verified.ended, verified.err() + verified.out()).toMatchObject({ code: 0 })
  compared.push(answered)
}

describe('a city that is killed under load', () => {
  it(`keeps the record of every answer when node is killed ${KILLS} times`, async () => {
    const port = await freePort()
    const environment = { CITYGRAPH_FOLDER: folder.path }
    let city = await startedCity(folder, ['--port', port])
    const asking = askThroughout(`http://127.0.0.1:${port}/graphql`, CLIENTS, await questions(environment))
    for (let kill = 0; kill < KILLS; kill += 1) {
      await randomMoment(asking)
      expect((await city.stop('SIGKILL')).signal).toBe('SIGKILL')
      city = await startedCity(folder, ['--port', port])
    }
    await randomMoment(asking)
    await expectEveryRecord(asking, environment)
    expect((await city.stop()).code).toBe(0)
  })

  it(`keeps the record of every answer when PostgreSQL is killed ${KILLS} times, and goes on by itself`, async () => {
    const port = await freePort()
    const environment = { CITYGRAPH_FOLDER: folder.path }
    const city = await startedCity(folder, ['--port', port])
    const asking = askThroughout(`http://127.0.0.1:${port}/graphql`, CLIENTS, await questions(environment))
    for (let kill = 0; kill < KILLS; kill += 1) {
      await randomMoment(asking)
      const victim = kill % 2 === 0 ? folder.postgres() : await aBackend()
      if (victim === undefined) throw new Error('PostgreSQL does not run')
      process.kill(victim, 'SIGKILL')
    }
    await randomMoment(asking)
    await expectEveryRecord(asking, environment)
    expect(city.err().match(/PostgreSQL was started again/g)).toHaveLength(KILLS / 2)
    expect((await city.stop()).code).toBe(0)
    expect(folder.postgres()).toBeUndefined()
  })
})
