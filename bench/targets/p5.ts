// P5: growth. Ten times the policies, fifty times the people, five times the subgraphs; and what a caller's first request costs, when
// its access plan is made.

import { compareAndMeasure, tableOf, withServers } from '../bench.ts'
import type { Bench, MeasureTarget, Outcome } from '../bench.ts'
import { largePopulations } from '../large-population.ts'
import { ratios } from '../measure.ts'
import { firstRequests } from '../first-requests.ts'
import { countedPolicies, bundleWith, harmlessPolicies } from '../policy-bundles.ts'
import { citygraph } from '../servers.ts'
import type { Server } from '../servers.ts'
import { bodyOf, workloads } from '../workloads.ts'

const MORE_SUBGRAPHS = 20

export const p5: MeasureTarget = { shares: ['bankUnfollowed'], measure }

async function measure(bench: Bench): Promise<Outcome> {
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
  const { city, shared } = bench
  return withServers(async (start) => {
    const few = await shared.of('bankUnfollowed')
    const many = await start(citygraph(city, workloads.W1, `citygraph, ${MORE_SUBGRAPHS} subgraphs more`, { following: false, subgraphsMore: MORE_SUBGRAPHS }))
    const rounds = await compareAndMeasure(bench, [[few, many]])
    return {
      verdicts: [{ target: 'P5', about: 'W1 time, 25 subgraphs / 5', wanted: { atMost: 1.1 }, measured: ratios(rounds, few, many) }],
      table: tableOf(rounds, 'P5', 'W1', bench.shape.connections),
      notes: [],
    }
  })
}

async function people(bench: Bench): Promise<Outcome> {
  const { city, quick } = bench
  if (quick) return { verdicts: [], table: [], notes: ['P5 20,000 → 1,000,000 people: left out by --quick'] }
  const page = bodyOf({ query: workloads.W4.query, variables: { first: 20 } })
  return withServers(async (start) => {
    const of = (name: string, people: keyof typeof largePopulations): Promise<Server> => start(citygraph(city, workloads.W3, name, { following: false, population: largePopulations[people] }))
    const few = await of('citygraph, 20,000 people', 20_000)
    const many = await of('citygraph, 1,000,000 people', 1_000_000)
    const byId = await compareAndMeasure(bench, [[few, many]])
    const [fewOnPage, manyOnPage] = [{ ...few, body: page }, { ...many, body: page }]
    // The first people of both cities are others.
    const pages = await compareAndMeasure(bench, [[fewOnPage], [manyOnPage]])
    return {
      verdicts: [
        { target: 'P5', about: 'time of a person by id, 1,000,000 people / 20,000', wanted: { atMost: 1.2 }, measured: ratios(byId, few, many) },
        { target: 'P5', about: 'time of a page of 20 people, 1,000,000 people / 20,000', wanted: { atMost: 1.2 }, measured: ratios(pages, fewOnPage, manyOnPage) },
      ],
      table: [...tableOf(byId, 'P5', 'W3', bench.shape.connections), ...tableOf(pages, 'P5', 'W4', bench.shape.connections)],
      notes: [],
    }
  })
}
