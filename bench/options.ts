// The options of `npm run bench`, refused with a sentence where they make no sense.

import { readOptions, UsageError, wholeNumber } from '../cli/usage.ts'
import type { TargetName } from './bench.ts'
import type { WorkloadName } from './workloads.ts'

export type BenchOptions = {
  readonly only: readonly TargetName[] | undefined
  readonly workload: WorkloadName | undefined
  readonly profile: WorkloadName | undefined
  readonly seconds: number
  readonly rounds: number
  readonly size: number
  readonly connections: number
  readonly quick: boolean
  /** Where results, or the flame graph, are written. */
  readonly out: string | undefined
}

const targetNames: readonly TargetName[] = ['P1', 'P2', 'P3', 'P4', 'P5', 'P6', 'P7', 'P8']
const workloadNames: readonly WorkloadName[] = ['W1', 'W2', 'W3', 'W4']

/** Throws UsageError on anything that is not understood. */
export function readBenchOptions(args: readonly string[]): BenchOptions {
  const options = readOptions(args, { only: 'string', workload: 'string', profile: 'string', seconds: 'string', rounds: 'string', size: 'string', connections: 'string', quick: 'boolean', out: 'string' })
  if (options.words.length > 0) throw new UsageError('Measurements with a name are audit, endurance and open; without one everything is measured.')
  const only = options.text('only')?.split(',').map((name) => oneOf(targetNames, name, 'only'))
  const workload = given(options.text('workload'), (name) => oneOf(workloadNames, name, 'workload'))
  const profile = given(options.text('profile'), (name) => oneOf(workloadNames, name, 'profile'))
  if ([only, workload, profile].filter((choice) => choice !== undefined).length > 1) throw new UsageError('--only, --workload and --profile exclude each other.')
  return {
    only,
    workload,
    profile,
    seconds: wholeNumber(options.text('seconds'), 'seconds', { default: 2, min: 1, max: 600 }),
    rounds: wholeNumber(options.text('rounds'), 'rounds', { default: 3, min: 1, max: 100 }),
    size: wholeNumber(options.text('size'), 'size', { default: 2_000, min: 400, max: 5_000_000 }),
    connections: wholeNumber(options.text('connections'), 'connections', { default: 32, min: 1, max: 1_000 }),
    quick: options.flag('quick'),
    out: options.text('out'),
  }
}

function given<T>(text: string | undefined, parse: (text: string) => T): T | undefined {
  return text === undefined ? undefined : parse(text)
}

function oneOf<T extends string>(names: readonly T[], name: string, option: string): T {
  const found = names.find((known) => known === name)
  if (found === undefined) throw new UsageError(`--${option} is one of ${names.join(', ')}${option === 'only' ? ', or several with commas' : ''}.`)
  return found
}
