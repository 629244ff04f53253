// `npm run bench -- endurance`: 200,000 requests on one city, whose memory may not grow, and 512 connections at once, all of which
// must be answered or refused.

import { readOptions, UsageError, wholeNumber } from '../cli/usage.ts'
import { withServers } from './bench.ts'
import { residentMiB } from './processor-time.ts'
import { citygraph } from './servers.ts'
import { withBench } from './suite.ts'
import { isMissed, verdictText } from './verdict.ts'
import type { Verdict } from './verdict.ts'
import { workloads } from './workloads.ts'

const STEPS = 20
/** Of all requests, after which compilers and caches have all they will have. */
const SETTLED = 0.3
const GROWTH = 1.1
const MANY_CONNECTIONS = 512

/** 0 when memory does not grow and nobody is left waiting. */
export async function run(args: readonly string[]): Promise<number> {
  const options = readOptions(args, { requests: 'string', size: 'string', connections: 'string', seconds: 'string' })
  if (options.words.length > 0) throw new UsageError('endurance takes no words.')
  const requests = wholeNumber(options.text('requests'), 'requests', { default: 200_000, min: 1_000, max: 100_000_000 })
  const size = wholeNumber(options.text('size'), 'size', { default: 2_000, min: 400, max: 5_000_000 })
  const connections = wholeNumber(options.text('connections'), 'connections', { default: 32, min: 1, max: 1_000 })
  const seconds = wholeNumber(options.text('seconds'), 'seconds', { default: 10, min: 1, max: 600 })
  const shape = { only: undefined, workload: undefined, profile: undefined, quick: true, out: undefined, rounds: 1, size, connections, seconds }
  return withBench(shape, async ({ city, load, say }) => withServers(async (start) => {
    const { url, body, headers, pids } = await start(citygraph(city, workloads.W1, 'citygraph, bank-a'))
    const job = { url, body, headers, connections, warmUpSeconds: 0 }
    const memory: number[] = []
    for (let step = 1; step <= STEPS; step += 1) {
      await load.put({ ...job, seconds: 3_600, most: Math.ceil(requests / STEPS) })
      memory.push(residentMiB(pids))
      say(`  ${(requests / STEPS) * step} requests: ${(memory.at(-1) ?? 0).toFixed(0)} MiB`)
    }
    const settled = memory.slice(Math.floor(STEPS * SETTLED))
    const half = Math.floor(settled.length / 2)
    const before = settled.slice(0, half)
    const crowd = await load.put({ ...job, connections: MANY_CONNECTIONS, seconds, refusals: true })
    const verdicts: readonly Verdict[] = [
      { target: 'P6', about: `memory over ${requests} requests, second half / first`, wanted: { atMost: GROWTH }, measured: before.map((first, n) => (settled[half + n] ?? Number.NaN) / first) },
      { target: 'P6', about: 'resident memory of node, MiB', wanted: { atMost: 600 }, measured: settled },
    ]
    process.stdout.write(`${verdicts.map(verdictText).join('\n')}\n${MANY_CONNECTIONS} connections: ${crowd.asked - crowd.refused} answered, ${crowd.refused} refused, none left waiting; p50 ${crowd.p50.toFixed(0)} ms, p99 ${crowd.p99.toFixed(0)} ms\n`)
    return verdicts.some(isMissed) ? 1 : 0
  }))
}
