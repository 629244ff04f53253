// `--workload W1`: every variant there is for one workload beside each other, without targets.

import { compareAndMeasure, tableOf, withServers } from './bench.ts'
import type { Bench, Outcome } from './bench.ts'
import { citygraphOverHttp } from './city-over-http.ts'
import { ratios } from './measure.ts'
import { maskingBundle, permitAllBundle } from './policy-bundles.ts'
import { hiveGateway, installRivals } from './rivals.ts'
import { citygraph, handWritten, plainApollo, plainInProcess } from './servers.ts'
import { spreadOf, spreadText } from './spread.ts'
import { workloads } from './workloads.ts'
import type { WorkloadName } from './workloads.ts'

export async function runWorkload(bench: Bench, name: WorkloadName): Promise<Outcome> {
  const { city, shape, say } = bench
  const workload = workloads[name]
  await installRivals(say)
  return withServers(async (start) => {
    const hand = await start(handWritten(city, workload))
    const handMasked = await start(handWritten(city, workload, { masked: true }))
    const ours = await start(citygraph(city, workload, 'citygraph', { following: false, ...(name === 'W4' ? { policies: maskingBundle(city.folder) } : {}) }))
    const permitAll = await start(citygraph(city, workload, 'citygraph, permit-all', { policies: permitAllBundle(city.folder), following: false }))
    const apollo = await start(plainApollo(city, workload))
    const inProcess = await start(plainInProcess(city, workload))
    const shielded = await start(plainApollo(city, workload, { shielded: true }))
    const hive = await start(hiveGateway(city, workload))
    // Processes started by command know only the project's own bundle.
    const overHttp = name === 'W4' ? [] : [await start(citygraphOverHttp(city, workload))]
    const rounds = await compareAndMeasure(bench, [[hand, permitAll, apollo, inProcess, hive], [handMasked, ours, ...overHttp], [shielded]])
    const others = [handMasked, ours, permitAll, apollo, inProcess, shielded, hive, ...overHttp]
    return {
      verdicts: [],
      table: tableOf(rounds, '–', name, shape.connections),
      notes: others.map((server) => `${name} ${server.name} / hand-written: ${spreadText(spreadOf(ratios(rounds, server, hand)))}`),
    }
  })
}
