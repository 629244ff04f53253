// `--profile W1`: the city in one process under V8's profiler while it answers, the ten functions and packages that cost most by
// themselves, and a flame graph.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { withServers } from '../bench.ts'
import type { Bench } from '../bench.ts'
import { maskingBundle } from '../policy-bundles.ts'
import { citygraph } from '../servers.ts'
import { workloads } from '../workloads.ts'
import type { WorkloadName } from '../workloads.ts'
import { flameGraph } from './flame-graph.ts'
import { foldProfile } from './fold-profile.ts'
import type { Cost } from './fold-profile.ts'
import { sourcePlaces } from './source-places.ts'

const COUNT = 10

/** Returns what to print. */
export async function runProfile({ city, load, shape }: Bench, name: WorkloadName, out: string | undefined): Promise<string> {
  const workload = workloads[name]
  const file = join(city.folder, `${name}.cpuprofile`)
  const answers = await withServers(async (start) => {
    const policies = name === 'W4' ? { policies: maskingBundle(city.folder) } : {}
    const { url, body, headers, pids: [pid = 0] } = await start(citygraph(city, workload, 'citygraph', { profile: file, ...policies }))
    const job = { url, body, headers, connections: shape.connections, warmUpSeconds: 0 }
    await load.put({ ...job, warmUpSeconds: 8, seconds: 0, most: 3_000 })
    process.kill(pid, 'SIGUSR2')
    await sleep(200)
    const { asked } = await load.put({ ...job, seconds: shape.seconds })
    process.kill(pid, 'SIGUSR2')
    for (let waited = 0; !existsSync(file) && waited < 100; waited += 1) await sleep(100)
    return asked
  })
  // Written by V8 through take-profile.ts.
  const folded = foldProfile(JSON.parse(readFileSync(file, 'utf8')), sourcePlaces())
  const each = folded.total / answers
  const picture = out ?? join(import.meta.dirname, `../results/${name}.svg`)
  mkdirSync(dirname(picture), { recursive: true })
  writeFileSync(picture, flameGraph(folded.tree, `${name}: ${workload.about}; ${each.toFixed(0)} µs of node's processor time an answer, under the profiler`))
  return [
    `${name}: ${answers} answers, ${each.toFixed(0)} µs each under the profiler`,
    ...table('functions, self time', folded.functions, folded.total, answers),
    ...table('packages, self time', folded.packages, folded.total, answers),
    `flame graph: ${picture}`,
  ].join('\n')
}

function table(title: string, costs: readonly Cost[], total: number, answers: number): readonly string[] {
  return ['', title, ...costs.slice(0, COUNT).map(({ name, microseconds }) => `${((microseconds / total) * 100).toFixed(1).padStart(5)} % ${(microseconds / answers).toFixed(1).padStart(7)} µs  ${name}`)]
}
