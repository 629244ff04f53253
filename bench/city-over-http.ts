// The city in processes: `citygraph subgraph` for each domain that a workload asks, `citygraph gateway` in front, as an operator would
// start them. Nobody is at the other domains' address.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { followClock } from '../cli/demonstration-clock.ts'
import { demonstrationIssuer } from '../cli/issuer.ts'
import { embeddedKeys } from '../cli/keys.ts'
import { readConfig } from '../core/config.ts'
import { subgraphNames } from '../core/domains.ts'
import type { BenchCity } from './bench-city.ts'
import { personFor } from './person-for.ts'
import { startSeveral } from './processes.ts'
import { productFlags } from './product-flags.ts'
import type { ServingProcess } from './processes.ts'
import { askedBy, neededBy, plainServer, urlsOf } from './servers.ts'
import type { Server } from './servers.ts'
import type { Workload } from './workloads.ts'

const program = join(import.meta.dirname, 'run.js')
const NOBODY = 'http://127.0.0.1:9/graphql'

export async function citygraphOverHttp(city: BenchCity, workload: Workload): Promise<Server> {
  const { folder } = city
  const subgraphs = await startSeveral(neededBy[workload.name].map((domain) => async () => ({ ...(await startCommand(folder, ['subgraph', domain, '--port', '0'])), domain })))
  const urls = urlsOf(subgraphs)
  const addresses = subgraphNames.map((domain) => `${domain}=${urls[domain] ?? NOBODY}`).join(',')
  const [gateway] = await startSeveral([() => startCommand(folder, ['gateway', '--port', '0'], { SUBGRAPHS: addresses })], subgraphs)
  const { caller } = workload.asker
  const keys = embeddedKeys(folder, readConfig({ CITYGRAPH_FOLDER: folder }))
  const issuer = await demonstrationIssuer(keys, followClock(folder))
  const server = plainServer('citygraph over HTTP', workload, personFor(keys, caller, city.person), [...(gateway === undefined ? [] : [gateway]), ...subgraphs])
  return { ...server, headers: askedBy(workload, { token: await issuer.token(caller) }) }
}

/** Runs a command of the product until it says where it is ready. */
export async function startCommand(folder: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<ServingProcess> {
  const child = spawn(process.execPath, [...productFlags, program, 'cli', ...args], { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, CITYGRAPH_FOLDER: folder, CITYGRAPH_LOG_LEVEL: 'error', ...environment } })
  const over = once(child, 'close')
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    await over
  }
  for await (const line of createInterface(child.stdout)) {
    const [, port] = /ready at http:\/\/localhost:(\d+)/.exec(line) ?? []
    if (port === undefined) continue
    child.stdout.resume()
    return { url: `http://127.0.0.1:${port}/graphql`, pid: child.pid ?? 0, stop }
  }
  throw new Error(`citygraph ${args[0] ?? ''} ended before it was ready`)
}
