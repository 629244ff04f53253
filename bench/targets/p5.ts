// P5: growth. Ten times the policies, fifty times the people, five times the subgraphs; and what a caller's first request costs, when
// its access plan is made.

import { compareAndMeasure, tableOf, withServers } from '../bench.ts'
import type { Bench, Outcome } from '../bench.ts'
import { largerPopulation } from '../large-population.ts'
import { ratios } from '../measure.ts'
import { firstRequests } from '../first-requests.ts'
import { countedPolicies, bundleWith, harmlessPolicies } from '../policy-bundles.ts'
import { citygraph } from '../servers.ts'
import type { Verdict } from '../verdict.ts'
import { workloads } from '../workloads.ts'

const MORE_SUBGRAPHS = 20

export async function p5(bench: Bench): Promise<Outcome> {
  const parts = [await policies(bench), await subgraphs(bench), await people(bench)]
  return { verdicts: parts.flatMap(({ verdicts }) => verdicts), table: parts.flatMap(({ table }) => table), notes: parts.flatMap(({ notes }) => notes) }
}

async function policies(bench: Bench): Promise<Outcome> {
  const { city } = bench
  const { W1 } = workloads
  const own = countedPolicies()
  const bundle = (count: number): string => bundleWith(city.folder, `of-${count}`, harmlessPolicies(count - own))
  return withServers(async (start) => {
    const few = await start(citygraph(city, W1, 'citygraph, 200 policies', { following: false, policies: bundle(200) }))
    const many = await start(citygraph(city, W1, 'citygraph, 2,000 policies', { following: false, policies: bundle(2_000) }))
    const rounds = await compareAndMeasure(bench, [[few, many]])
    const cold = await firstRequests(city, many, W1)
    return {
      verdicts: [
        { target: 'P5', about: 'W1 warm, 2,000 policies / 200', wanted: { atLeast: 0.95 }, measured: ratios(rounds, many, few) },
        { target: 'P5', about: 'first request of a caller at 2,000 policies, ms more than its next', wanted: { atMost: 20 }, measured: cold },
      ],
      table: tableOf(rounds, 'P5', 'W1', bench.shape.connections),
      notes: [],
    }
  })
}

async function subgraphs(bench: Bench): Promise<Outcome> {
  const { city } = bench
  const { W1 } = workloads
  return withServers(async (start) => {
    const few = await start(citygraph(city, W1, 'citygraph, its own subgraphs', { following: false }))
    const many = await start(citygraph(city, W1, `citygraph, ${MORE_SUBGRAPHS} subgraphs more`, { following: false, subgraphsMore: MORE_SUBGRAPHS }))
    const rounds = await compareAndMeasure(bench, [[few, many]])
    return {
      verdicts: [{ target: 'P5', about: 'W1 time, 25 subgraphs / 5', wanted: { atMost: 1.1 }, measured: ratios(rounds, few, many) }],
      table: tableOf(rounds, 'P5', 'W1', bench.shape.connections),
      notes: [],
    }
  })
}

async function people(bench: Bench): Promise<Outcome> {
  const { city, large, say } = bench
  if (!large) return { verdicts: [], table: [], notes: ['P5 20,000 → 1,000,000 people: left out, --large measures it (a minute more)'] }
  say('  making a million people')
  await largerPopulation(city, 'bench_people_20000', 20_000)
  await largerPopulation(city, 'bench_people_1000000', 1_000_000)
  const verdicts: Verdict[] = []
  const table: Outcome['table'][number][] = []
  for (const name of ['W3', 'W4'] as const) {
    const workload = name === 'W3' ? workloads.W3 : { ...workloads.W4, asker: workloads.W3.asker, variables: { first: 20 } }
    await withServers(async (start) => {
      const few = await start(citygraph(city, workload, 'citygraph, 20,000 people', { following: false, population: 'bench_people_20000' }))
      const many = await start(citygraph(city, workload, 'citygraph, 1,000,000 people', { following: false, population: 'bench_people_1000000' }))
      const rounds = await compareAndMeasure(bench, name === 'W3' ? [[few, many]] : [[few], [many]])
      verdicts.push({ target: 'P5', about: `time of ${name === 'W3' ? 'a person by id' : 'a page of 20 people'}, 1,000,000 people / 20,000`, wanted: { atMost: 1.2 }, measured: ratios(rounds, few, many) })
      table.push(...tableOf(rounds, 'P5', name, bench.shape.connections))
    })
  }
  return { verdicts, table, notes: [] }
}
