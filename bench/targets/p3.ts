// P3: W1 over HTTP, a gateway and subgraphs in processes of their own, beside gateways in front of subgraphs that decide nothing.

import { compareAndMeasure, tableOf, withServers } from '../bench.ts'
import type { Bench, MeasureTarget, Outcome } from '../bench.ts'
import { citygraphOverHttp } from '../city-over-http.ts'
import { ratios } from '../measure.ts'
import { hiveGateway, installRivals } from '../rivals.ts'
import { plainApollo } from '../servers.ts'
import { spreadOf, spreadText } from '../spread.ts'
import { workloads } from '../workloads.ts'

export const p3: MeasureTarget = { shares: ['hand', 'handMasked', 'apollo'], measure }

async function measure(bench: Bench): Promise<Outcome> {
  const { city, shape, shared, say } = bench
  const { W1 } = workloads
  await installRivals(say)
  return withServers(async (start) => {
    const hand = await shared.of('hand')
    const handMasked = await shared.of('handMasked')
    const apollo = await shared.of('apollo')
    const ours = await start(citygraphOverHttp(city, W1))
    const shielded = await start(plainApollo(city, W1, { shielded: true }))
    const hive = await start(hiveGateway(city, W1))
    const rounds = await compareAndMeasure(bench, [[hand, apollo, hive], [handMasked, ours], [shielded]], { elsewhere: [hand, handMasked] })
    return {
      verdicts: [
        { target: 'P3', about: 'W1 over HTTP / plain Apollo over HTTP', wanted: { atLeast: 3 }, measured: ratios(rounds, ours, apollo) },
        { target: 'P3', about: 'W1 over HTTP / Hive Gateway with the Rust planner', wanted: { atLeast: 2 }, measured: ratios(rounds, ours, hive) },
      ],
      table: tableOf(rounds, 'P3', 'W1', shape.connections),
      notes: [
        `P3 graphql-shield on every field and masks in resolvers / plain Apollo: ${spreadText(spreadOf(ratios(rounds, shielded, apollo)))}`,
        `P3 beside graphql-shield on every field and masks in resolvers: ${spreadText(spreadOf(ratios(rounds, ours, shielded)))}`,
      ],
    }
  })
}
