// What access records cost (PERFORMANCE P2): the five-domain query at 32 connections with records on against logs that keep
// nothing, in turn (A B A B), each in a fresh process on the same databases; and the whole city, in which governance follows the
// logs on the same processors. Answers are compared before anything is timed.

import { isDeepStrictEqual } from 'node:util'
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrateCity, startDatabases } from '../cli/city-databases.ts'
import { beginClock } from '../cli/demonstration-clock.ts'
import { embeddedKeys } from '../cli/keys.ts'
import { fillCity } from '../cli/load.ts'
import { createProgress } from '../cli/progress.ts'
import { closing } from '../cli/stopping.ts'
import { readOptions, wholeNumber } from '../cli/usage.ts'
import { readConfig } from '../core/config.ts'
import { fiveDomainCaller, fiveDomainQuery } from './five-domain-query.ts'
import type { LoadJob, LoadOutcome } from './load-generator.ts'
import { putLoad, serveCity } from './processes.ts'
import type { ServingCity } from './processes.ts'
import { spreadOf, spreadText } from './spread.ts'

const TARGET = 0.95
const WARM_UP_SECONDS = 6
const variants = ['records', 'without-records', 'whole'] as const

/** 0 when the target is reached or missed by no more than the spread. */
export async function run(args: readonly string[]): Promise<number> {
  const options = readOptions(args, { rounds: 'string', seconds: 'string', size: 'string', connections: 'string' })
  const rounds = wholeNumber(options.text('rounds'), 'rounds', { default: 5, min: 1, max: 100 })
  const seconds = wholeNumber(options.text('seconds'), 'seconds', { default: 8, min: 1, max: 600 })
  const size = wholeNumber(options.text('size'), 'size', { default: 2_000, min: 400, max: 5_000_000 })
  const connections = wholeNumber(options.text('connections'), 'connections', { default: 32, min: 1, max: 1_000 })
  const folder = mkdtempSync(join(tmpdir(), 'citygraph-bench-'))
  const parts = closing()
  parts.add(async () => rmSync(folder, { recursive: true, force: true }))
  try {
    const config = readConfig({ CITYGRAPH_FOLDER: folder })
    const progress = createProgress(process.stderr)
    const databases = await startDatabases(config, progress.line)
    parts.add(databases.stop)
    beginClock(folder, undefined)
    await migrateCity(databases, progress.line)
    await fillCity(databases, embeddedKeys(folder, config), { size, progress, stopAsked: () => false })

    await refuseDifferentAnswers(folder)
    process.stdout.write(`All answer the same. ${rounds} rounds of ${seconds} s each, ${connections} connections, ${cpus().length} cores, Node ${process.versions.node}\n`)
    const ratios: number[] = []
    const costs: number[] = []
    const wholes: number[] = []
    for (let round = 1; round <= rounds; round += 1) {
      const on = await measure(folder, 'records', { seconds, connections })
      const off = await measure(folder, 'without-records', { seconds, connections })
      const whole = await measure(folder, 'whole', { seconds, connections })
      ratios.push(rate(on) / rate(off))
      costs.push(off.cpu / on.cpu)
      wholes.push(rate(whole) / rate(off))
      process.stdout.write(`round ${round}: records ${describe(on)}; without ${describe(off)}; ratio ${(ratios.at(-1) ?? 0).toFixed(3)}; with governance following ${describe(whole)}\n`)
    }
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

async function measure(folder: string, variant: (typeof variants)[number], how: Pick<LoadJob, 'seconds' | 'connections'>): Promise<Measured> {
  const city = await serveCity(folder, variant)
  const load = putLoad({ url: city.url, ...question(city), warmUpSeconds: WARM_UP_SECONDS, ...how })
  const { cpuSeconds } = await load.then(city.stop, city.stop)
  const outcome = await load
  return { ...outcome, cpu: (cpuSeconds * 1_000) / outcome.asked }
}

/** Data and decisions must be the same, and either names a record of each of the five departments. */
async function refuseDifferentAnswers(folder: string): Promise<void> {
  const answers: unknown[] = []
  for (const variant of variants) {
    const city = await serveCity(folder, variant)
    try {
      const { body, headers } = question(city)
      const response = await fetch(city.url, { method: 'POST', body, headers })
      const { data, errors, extensions } = JSON.parse(await response.text())
      const logs = extensions.sharing.records.map(({ log }: { log: string }) => log).toSorted()
      if (response.status !== 200 || errors !== undefined || new Set(logs).size !== 5) throw new Error(`${variant}: status ${response.status}, ${new Set(logs).size} logs`)
      answers.push({ data, logs, decisions: extensions.sharing.decisions })
    } finally {
      await city.stop()
    }
  }
  if (answers.some((answer) => !isDeepStrictEqual(answer, answers[0]))) throw new Error('the variants do not answer the same')
}

function question({ token }: ServingCity): { readonly body: string; readonly headers: Readonly<Record<string, string>> } {
  return {
    body: JSON.stringify({ query: fiveDomainQuery }),
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, 'x-purpose': fiveDomainCaller.purpose, 'x-case-no': fiveDomainCaller.caseNo },
  }
}

function rate({ answers, seconds }: LoadOutcome): number {
  return answers / seconds
}

function describe(outcome: Measured): string {
  return `${rate(outcome).toFixed(0)}/s (p50 ${outcome.p50.toFixed(1)} ms, p99 ${outcome.p99.toFixed(1)} ms, node ${outcome.cpu.toFixed(2)} ms of processor an answer)`
}
