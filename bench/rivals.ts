// Hive Gateway with its Rust planner, as its documentation shows, in front of the plain subgraphs. What it needs is not the product's:
// bench/rivals/ has its own lock file and is installed when it is measured for the first time.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { BenchCity } from './bench-city.ts'
import { plainSupergraph } from './plain/serve-plain.ts'
import type { ServingProcess } from './processes.ts'
import { startSeveral } from './processes.ts'
import { plainServer, plainSubgraphs, urlsOf } from './servers.ts'
import type { Server } from './servers.ts'
import type { Workload } from './workloads.ts'

const folder = join(import.meta.dirname, 'rivals')
const program = join(folder, 'node_modules/@graphql-hive/gateway/dist/bin.js')
const START_PATIENCE_MS = 60_000

/** Runs `npm ci` in bench/rivals where that was not done. Throws a sentence when it fails. */
export async function installRivals(say: (line: string) => void): Promise<void> {
  if (existsSync(program)) return
  say('Installing what is measured beside us: npm ci --prefix bench/rivals (once, half a gigabyte, some minutes)')
  const npm = spawn('npm', ['ci', '--prefix', folder, '--no-audit', '--no-fund'], { stdio: ['ignore', 'ignore', 'inherit'], shell: process.platform === 'win32' })
  const [code] = await once(npm, 'close')
  if (code !== 0) throw new Error('Hive Gateway could not be installed: `npm ci --prefix bench/rivals` says why. `--only` leaves out P3, which needs it.')
}

export async function hiveGateway(city: BenchCity, workload: Workload): Promise<Server> {
  const subgraphs = await plainSubgraphs(city, workload)
  const place = join(city.folder, `hive-${workload.name}`)
  mkdirSync(place, { recursive: true })
  writeFileSync(join(place, 'supergraph.graphql'), plainSupergraph(urlsOf(subgraphs)))
  // Equal fetches that are under way at the same time would else be sent once, and the load asks nothing but equal ones.
  writeFileSync(join(place, 'gateway.config.mjs'), `export const gatewayConfig = { transportEntries: { '*.http': { options: { deduplicateInflightRequests: false } } } }\n`)
  const [gateway] = await startSeveral([() => startHive(place)], subgraphs)
  return plainServer('Hive Gateway over HTTP, Rust planner', workload, city.person, [...(gateway === undefined ? [] : [gateway]), ...subgraphs])
}

async function startHive(place: string): Promise<ServingProcess> {
  const port = await freePort()
  const child = spawn(process.execPath, [program, 'supergraph', 'supergraph.graphql', '--hive-router-runtime', '--fork', '1', '--host', '127.0.0.1', '--port', String(port)], {
    cwd: place,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, NODE_ENV: 'production', LOG_LEVEL: 'warn' },
  })
  const over = once(child, 'close')
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    await Promise.race([over, sleep(5_000).then(() => child.kill('SIGKILL'))])
    await over
  }
  const url = `http://127.0.0.1:${port}/graphql`
  const until = performance.now() + START_PATIENCE_MS
  while (performance.now() < until && child.exitCode === null) {
    if (await answers(url)) return { url, pid: child.pid ?? 0, stop }
    await sleep(100)
  }
  await stop()
  throw new Error('Hive Gateway did not start')
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"query":"{__typename}"}' })
    await response.text()
    return response.ok
  } catch {
    return false
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
