// bench/results.md: every variant that was measured, and the targets.

import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import type { Outcome, TableRow } from './bench.ts'
import type { Measured } from './measure.ts'
import type { BenchOptions } from './options.ts'
import { spreadOf } from './spread.ts'
import { verdictText } from './verdict.ts'
import { measuredApart } from './workloads.ts'

/** Returns where it was written. */
export function writeResults(outcomes: readonly Outcome[], options: BenchOptions): string {
  const file = options.out ?? join(import.meta.dirname, 'results.md')
  writeFileSync(file, resultsText(outcomes, options))
  return file
}

export function resultsText(outcomes: readonly Outcome[], { size, connections, seconds, rounds }: BenchOptions): string {
  return [
    '# What `npm run bench` measured',
    '',
    `${cpus().length} processors, Node ${process.versions.node}, ${process.platform}; a city of ${size} people; ${rounds} rounds of ${seconds} s with ${connections} connections, variants in turn. Medians of the rounds; only ratios within one run carry over to another machine. Processor time and memory are those of all processes of a variant.`,
    '',
    ...outcomes.flatMap(({ verdicts }) => verdicts).map((verdict) => `- ${verdictText(verdict)}`),
    ...outcomes.flatMap(({ notes }) => notes).map((note) => `- ${note}`),
    `- ${measuredApart}`,
    '',
    '| target | workload | variant | connections | answers/s | p50 ms | p99 ms | node µs an answer | PostgreSQL µs an answer | MiB |',
    '|---|---|---|---|---|---|---|---|---|---|',
    ...outcomes.flatMap(({ table }) => table).map(rowText),
    '',
  ].join('\n')
}

function rowText({ target, workload, server, connections, rounds }: TableRow): string {
  const median = (of: (measured: Measured) => number, digits = 0): string => {
    const { median: middle } = spreadOf(rounds.map(of))
    return Number.isNaN(middle) ? '–' : middle.toFixed(digits)
  }
  return `| ${target} | ${workload} | ${server} | ${connections} | ${median((m) => m.perSecond)} | ${median((m) => m.p50, 2)} | ${median((m) => m.p99, 2)} | ${median((m) => m.nodeMicros)} | ${median((m) => m.postgresMicros)} | ${median((m) => m.residentMiB)} |`
}
