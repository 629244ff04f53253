// `npm run bench`: the targets of PERFORMANCE.md one after the other on one city, their lines and bench/results.md.

import { cpus } from 'node:os'
import { closing } from '../cli/stopping.ts'
import { startCity } from './bench-city.ts'
import type { Bench, MeasureTarget, Outcome, TargetName } from './bench.ts'
import { makeLargePopulations } from './large-population.ts'
import { readBenchOptions } from './options.ts'
import type { BenchOptions } from './options.ts'
import { startLoad } from './processes.ts'
import { runProfile } from './profile/run-profile.ts'
import { writeResults } from './results.ts'
import { sharedServers } from './shared-servers.ts'
import { p1 } from './targets/p1.ts'
import { p2 } from './targets/p2.ts'
import { p3 } from './targets/p3.ts'
import { p4 } from './targets/p4.ts'
import { p5 } from './targets/p5.ts'
import { p6 } from './targets/p6.ts'
import { p7 } from './targets/p7.ts'
import { p8 } from './targets/p8.ts'
import { isMissed, verdictText } from './verdict.ts'
import { runWorkload } from './workload-run.ts'

const targets: Readonly<Record<TargetName, MeasureTarget>> = { P1: p1, P2: p2, P3: p3, P4: p4, P5: p5, P6: p6, P7: p7, P8: p8 }

/** Those that share servers next to each other. */
const order: readonly TargetName[] = ['P1', 'P6', 'P3', 'P2', 'P5', 'P8', 'P4', 'P7']

/** 0 when no target is missed by more than the spread. */
export async function run(args: readonly string[]): Promise<number> {
  const options = readBenchOptions(args)
  const begun = performance.now()
  const { profile } = options
  if (profile !== undefined) {
    process.stdout.write(`${await withBench(options, (bench) => runProfile(bench, profile, options.out))}\n`)
    return 0
  }
  const outcomes = await withBench(options, async (bench) => {
    if (options.workload !== undefined) return [await runWorkload(bench, options.workload)]
    const chosen = order.filter((name) => options.only?.includes(name) ?? true)
    if (!options.quick && chosen.includes('P5')) {
      bench.say('making a million people')
      await makeLargePopulations(bench.city)
    }
    const found = new Map<TargetName, Outcome>()
    for (const [at, name] of chosen.entries()) {
      bench.say(name)
      found.set(name, await targets[name].measure(bench))
      await bench.shared.endAllBut(chosen.slice(at + 1).flatMap((later) => targets[later].shares))
    }
    return chosen.toSorted().flatMap((name) => found.get(name) ?? [])
  })
  const verdicts = outcomes.flatMap(({ verdicts: some }) => some)
  const file = writeResults(outcomes, options)
  process.stdout.write(`\n${verdicts.map(verdictText).join('\n')}\n${outcomes.flatMap(({ notes }) => notes).join('\n')}\nWritten: ${file}, after ${((performance.now() - begun) / 1_000).toFixed(0)} s\n`)
  return verdicts.some(isMissed) ? 1 : 0
}

/** A city, a load generator and the options' shape of load, for as long as `work` takes. */
export async function withBench<T>({ size, connections, seconds, rounds, quick }: BenchOptions, work: (bench: Bench) => Promise<T>): Promise<T> {
  const begun = performance.now()
  const say = (line: string): void => void process.stderr.write(`${((performance.now() - begun) / 1_000).toFixed(0).padStart(4)} s ${line}\n`)
  const parts = closing()
  try {
    say(`${rounds} rounds of ${seconds} s, ${connections} connections, ${size} people; ${cpus().length} processors, Node ${process.versions.node}`)
    const city = await startCity(size)
    parts.add(city.stop)
    const load = startLoad()
    parts.add(load.stop)
    const shared = sharedServers(city)
    parts.add(() => shared.endAllBut([]))
    return await work({ city, shared, load, postmaster: city.postmaster, say, quick, shape: { connections, seconds, rounds } })
  } finally {
    await parts.closeAll()
  }
}
