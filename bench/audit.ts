// What access records cost (PERFORMANCE P2): the five-domain query at 32 connections with records on against logs that keep
// nothing, in turn (A B A B), each in a fresh process on the same databases. Then, some rounds more, the whole city, in which governance
// follows the logs on the same processors; what its database does afterwards (vacuum, checkpoints) would fall on whoever is measured
// next. Answers are compared before anything is timed.

import { isDeepStrictEqual } from 'node:util'
import { cpus } from 'node:os'
import { closing } from '../cli/stopping.ts'
import { readOptions, wholeNumber } from '../cli/usage.ts'
import { startCity } from './bench-city.ts'
import type { BenchCity } from './bench-city.ts'
import type { LoadOutcome } from './load-generator.ts'
import { startLoad } from './processes.ts'
import type { LoadProcess } from './processes.ts'
import { processorMs } from './processor-time.ts'
import { citygraph } from './servers.ts'
import type { Server } from './servers.ts'
import { spreadOf, spreadText } from './spread.ts'
import { workloads } from './workloads.ts'

const TARGET = 0.95
const WARM_UP_SECONDS = 6
const WHOLE_ROUNDS = 2
const variants = ['records', 'without-records', 'whole'] as const

/** 0 when the target is reached or missed by no more than the spread. */
export async function run(args: readonly string[]): Promise<number> {
  const options = readOptions(args, { rounds: 'string', seconds: 'string', size: 'string', connections: 'string' })
  const rounds = wholeNumber(options.text('rounds'), 'rounds', { default: 5, min: 1, max: 100 })
  const seconds = wholeNumber(options.text('seconds'), 'seconds', { default: 8, min: 1, max: 600 })
  const size = wholeNumber(options.text('size'), 'size', { default: 2_000, min: 400, max: 5_000_000 })
  const connections = wholeNumber(options.text('connections'), 'connections', { default: 32, min: 1, max: 1_000 })
  const parts = closing()
  try {
    const city = await startCity(size)
    parts.add(city.stop)
    const load = startLoad()
    parts.add(load.stop)
    await refuseDifferentAnswers(city)
    process.stdout.write(`All answer the same. ${rounds} rounds of ${seconds} s each, ${connections} connections, ${cpus().length} cores, Node ${process.versions.node}\n`)
    const beside = async (variant: 'records' | 'whole', round: string): Promise<readonly [rates: number, costs: number]> => {
      const on = await measure(city, load, variant, { seconds, connections })
      const off = await measure(city, load, 'without-records', { seconds, connections })
      const ratio = rate(on) / rate(off)
      process.stdout.write(`${round}: ${variant} ${describe(on)}; without ${describe(off)}; ratio ${ratio.toFixed(3)}\n`)
      return [ratio, off.cpu / on.cpu]
    }
    const ratios: number[] = []
    const costs: number[] = []
    for (let round = 1; round <= rounds; round += 1) {
      const [ratio, cost] = await beside('records', `round ${round}`)
      ratios.push(ratio)
      costs.push(cost)
    }
    const wholes: number[] = []
    for (let round = 1; round <= Math.min(WHOLE_ROUNDS, rounds); round += 1) wholes.push((await beside('whole', `governance following, round ${round}`))[0])
    const spread = spreadOf(ratios)
    const verdict = spread.median >= TARGET ? 'ok' : 'short'
    process.stdout.write(`P2 records on / no-op log: target ≥ ${TARGET}, measured ${spreadText(spread)} (min – median – max): ${verdict}\n`)
    process.stdout.write(`node's processor time an answer, no-op log / records on: ${spreadText(spreadOf(costs))} (steadier than throughput on a busy machine)\n`)
    process.stdout.write(`the whole city, governance following the logs on the same processors / no-op log: ${spreadText(spreadOf(wholes))}\n`)
    return spread.median >= TARGET || spread.max >= TARGET ? 0 : 1
  } finally {
    await parts.closeAll()
  }
}

/** `cpu`: milliseconds of node's processor time for one answer. */
type Measured = LoadOutcome & { readonly cpu: number }

function serve(city: BenchCity, variant: (typeof variants)[number]): Promise<Server> {
  return citygraph(city, workloads.W2, variant, { records: variant === 'without-records' ? 'none' : 'kept', following: variant === 'whole' })
}

async function measure(city: BenchCity, load: LoadProcess, variant: (typeof variants)[number], how: { readonly seconds: number; readonly connections: number }): Promise<Measured> {
  const server = await serve(city, variant)
  try {
    const before = processorMs(server.pids)
    const outcome = await load.put({ url: server.url, body: server.body, headers: server.headers, warmUpSeconds: WARM_UP_SECONDS, ...how })
    return { ...outcome, cpu: (processorMs(server.pids) - before) / outcome.asked }
  } finally {
    await server.stop()
  }
}

/** Data and decisions must be the same, and either names a record of each of the five departments. */
async function refuseDifferentAnswers(city: BenchCity): Promise<void> {
  const answers: unknown[] = []
  for (const variant of variants) {
    const server = await serve(city, variant)
    try {
      const response = await fetch(server.url, { method: 'POST', body: server.body, headers: server.headers })
      const { data, errors, extensions } = JSON.parse(await response.text())
      const logs = extensions.sharing.records.map(({ log }: { log: string }) => log).toSorted()
      if (response.status !== 200 || errors !== undefined || new Set(logs).size !== 5) throw new Error(`${variant}: status ${response.status}, ${new Set(logs).size} logs`)
      answers.push({ data, logs, decisions: extensions.sharing.decisions })
    } finally {
      await server.stop()
    }
  }
  if (answers.some((answer) => !isDeepStrictEqual(answer, answers[0]))) throw new Error('the variants do not answer the same')
}

function rate({ answers, seconds }: LoadOutcome): number {
  return answers / seconds
}

function describe(outcome: Measured): string {
  return `${rate(outcome).toFixed(0)}/s (p50 ${outcome.p50.toFixed(1)} ms, p99 ${outcome.p99.toFixed(1)} ms, node ${outcome.cpu.toFixed(2)} ms of processor an answer)`
}
