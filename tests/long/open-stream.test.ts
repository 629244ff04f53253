// One million rows through one open query, as lines and as CSV, page after page: all of them arrive, in bounded time, and the process that
// serves them does not grow with them.

import { readFileSync } from 'node:fs'
import http from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startCity } from '../../bench/bench-city.ts'
import type { BenchCity } from '../../bench/bench-city.ts'
import { startServing } from '../../bench/processes.ts'
import type { ServingProcess } from '../../bench/processes.ts'
import { productFlags } from '../../bench/product-flags.ts'
import type { CityOptions } from '../../bench/serve-city.ts'
import type { DatabaseAddress } from '../../migrations/address.ts'
import { openQueriesForTests } from '../support/open-city.ts'

const ROWS = 1_000_000
/** MiB beside what the process has after a first, short stream. */
const GROWTH = 80
const SECONDS = 400

let city: BenchCity
let serving: ServingProcess
let transport: DatabaseAddress

beforeAll(async () => {
  city = await startCity(400)
  const options: CityOptions = { folder: city.folder, caller: 'bank-a', person: city.person, records: 'kept', following: true, openQueries: openQueriesForTests() }
  serving = await startServing('city', options, productFlags)
  transport = city.databases.owners.transport
  const client = new pg.Client(transport)
  await client.connect()
  await client.query(`INSERT INTO trf_metro_station (station_code, station_name, lng, lat, in_service) SELECT 'L' || lpad(n::text, 9, '0'), '站点' || n, 121 + n % 1000 * 0.001, 31 + n % 997 * 0.001, true FROM generate_series(1, $1::int) AS n`, [ROWS])
  await client.query('VACUUM ANALYZE trf_metro_station')
  await client.end()
  await streamed('ndjson', 30_000)
  await pause(3_000)
}, 600_000)
afterAll(async () => {
  await serving?.stop()
  await city?.stop()
})

/** Resident memory in MiB (Linux). */
function resident(): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${serving.pid}/status`, 'utf8'))?.[1] ?? 0) / 1_024
}

type Outcome = { readonly lines: number; readonly bytes: number; readonly whole: boolean; readonly last: string; readonly seconds: number; readonly peak: number; readonly before: number }

/** Reads without keeping; leaves after `most` lines. `at`: called once, when so many lines have come. */
function streamed(format: string, most = Number.POSITIVE_INFINITY, at?: { readonly lines: number; readonly pause: () => Promise<void> }): Promise<Outcome> {
  const before = resident()
  const began = performance.now()
  let [lines, bytes, peak, last] = [0, 0, before, '']
  let paused = false
  const timer = setInterval(() => void (peak = Math.max(peak, resident())), 100)
  return new Promise<Outcome>((resolve, reject) => {
    const request = http.get(new URL(`/open/v1/all-stations?all=true&format=${format}`, serving.url), { agent: false }, (response) => {
      const done = (): void => resolve({ lines, bytes, whole: response.complete, last, seconds: (performance.now() - began) / 1_000, peak, before })
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        for (let from = chunk.indexOf(10); from !== -1; from = chunk.indexOf(10, from + 1)) lines += 1
        last = chunk.subarray(-200).toString('utf8')
        if (lines >= most) request.destroy()
        if (at !== undefined && !paused && lines >= at.lines) {
          paused = true
          response.pause()
          at.pause().then(() => response.resume(), reject)
        }
      })
      response.on('close', done)
      response.on('error', () => undefined)
    })
    request.on('error', (error) => (lines >= most ? undefined : reject(error)))
  }).finally(() => clearInterval(timer))
}

describe('a million rows', () => {
  it.each([['ndjson', 0], ['csv', 1]])('come as %s in constant memory', async (format, header) => {
    const { lines, bytes, whole, last, seconds, peak, before } = await streamed(format)
    console.log(`${format}: ${lines} lines, ${(bytes / 2 ** 20).toFixed(0)} MiB in ${seconds.toFixed(0)} s (${(lines / seconds).toFixed(0)} rows a second); resident ${before.toFixed(0)} MiB before, ${peak.toFixed(0)} MiB at most`)
    expect(whole).toBe(true)
    expect(lines).toBeGreaterThanOrEqual(ROWS + header)
    expect(last).toContain('L001000000')
    expect(peak - before).toBeLessThanOrEqual(GROWTH)
    expect(seconds).toBeLessThanOrEqual(SECONDS)
  })

  it('wait for a reader who pauses, without a connection that works or is in a transaction', async () => {
    const client = new pg.Client(transport)
    await client.connect()
    const states: (readonly unknown[])[] = []
    try {
      await streamed('ndjson', 120_000, { lines: 60_000, pause: async () => {
        await pause(3_000)
        for (let look = 0; look < 10; look += 1) {
          const { rows } = await client.query(`SELECT state, query FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid() AND state IS DISTINCT FROM 'idle'`)
          states.push(rows)
          await pause(200)
        }
      } })
    } finally {
      await client.end()
    }
    expect(states).toHaveLength(10)
    expect(states.flat()).toEqual([])
  })
})
