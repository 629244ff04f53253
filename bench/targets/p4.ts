// P4: cells. A page of 100 people with 20 fields each, most of them masked, beside one SELECT with the same masks written by hand.

import { compareAndMeasure, tableOf, withServers } from '../bench.ts'
import type { Bench, MeasureTarget, Outcome } from '../bench.ts'
import { ratios } from '../measure.ts'
import { maskingBundle } from '../policy-bundles.ts'
import { citygraph, handWritten } from '../servers.ts'
import { workloads } from '../workloads.ts'

export const p4: MeasureTarget = { shares: [], measure }

async function measure(bench: Bench): Promise<Outcome> {
  const { city, shape } = bench
  const { W4 } = workloads
  return withServers(async (start) => {
    const hand = await start(handWritten(city, W4, { masked: true }))
    const ours = await start(citygraph(city, W4, 'citygraph, masks', { policies: maskingBundle(city.folder) }))
    const rounds = await compareAndMeasure(bench, [[hand, ours]])
    return {
      verdicts: [{ target: 'P4', about: 'W4 in process with masks / one SELECT with the same masks by hand', wanted: { atLeast: 0.7 }, measured: ratios(rounds, ours, hand) }],
      table: tableOf(rounds, 'P4', 'W4', shape.connections),
      notes: [],
    }
  })
}
