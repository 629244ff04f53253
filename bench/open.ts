// `npm run bench -- open`: W5, a cached open query, beside the same one read anew at each request and handlers by hand that give the same
// rows from memory and from the database. What a kept answer still costs is its record.

import { withServers } from './bench.ts'
import { refuseDifferentAnswers } from './compare-answers.ts'
import { STATIONS } from './hand/serve-stations.ts'
import type { StationsOptions } from './hand/serve-stations.ts'
import { described, measureInTurn, ratios } from './measure.ts'
import { readBenchOptions } from './options.ts'
import { startServing } from './processes.ts'
import { productFlags } from './product-flags.ts'
import type { CityOptions } from './serve-city.ts'
import type { Server } from './servers.ts'
import { spreadOf, spreadText } from './spread.ts'
import { withBench } from './suite.ts'

const BODY = JSON.stringify({ limit: STATIONS })

/** 0 when it could be measured: W5 has no target. */
export async function run(args: readonly string[]): Promise<number> {
  return withBench(readBenchOptions(args), async (bench) => withServers(async (start) => {
    const { folder, person } = bench.city
    const city: CityOptions = { folder, caller: 'bank-a', person, records: 'kept', following: false }
    const kept = await start(openServer('citygraph, kept answers', 'city', city))
    // A case is told in each record, so that its answers are no one else's.
    const anew = await start(openServer('citygraph, read anew', 'city', city, { 'x-case-no': 'BENCH-0001' }))
    const memory = await start(openServer('hand-written, from memory', 'stations', { folder, memory: true } satisfies StationsOptions))
    const database = await start(openServer('hand-written, from the database', 'stations', { folder, memory: false } satisfies StationsOptions))
    const servers = [kept, anew, memory, database]
    await refuseDifferentAnswers(servers)
    const rounds = await measureInTurn(servers, bench.shape, bench)
    for (const [server, measured] of rounds) process.stdout.write(`${server.name}:\n${measured.map((one) => `  ${described(one)}\n`).join('')}`)
    for (const [a, b] of [[kept, memory], [kept, database], [kept, anew], [anew, database]] as const) process.stdout.write(`W5 ${a.name} / ${b.name}: ${spreadText(spreadOf(ratios(rounds, a, b)))}\n`)
    return 0
  }))
}

async function openServer(name: string, role: string, argument: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Server> {
  const serving = await startServing(role, argument, role === 'city' ? productFlags : [])
  return { name, url: new URL('/open/v1/metro-stations', serving.url).href, body: BODY, headers: { 'content-type': 'application/json', ...headers }, pids: [serving.pid], stop: serving.stop }
}
