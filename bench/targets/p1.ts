// P1: W1 in one process with the policies of bank-a, masks and records, beside handlers and gateways that have none of it.

import { compareAndMeasure, tableOf, withServers } from '../bench.ts'
import type { Bench, Outcome } from '../bench.ts'
import { ratios } from '../measure.ts'
import { permitAllBundle } from '../policy-bundles.ts'
import { citygraph, handWritten } from '../servers.ts'
import { workloads } from '../workloads.ts'

export async function p1(bench: Bench): Promise<Outcome> {
  const { city, shape } = bench
  const { W1 } = workloads
  const starts = [
    handWritten(city, W1),
    handWritten(city, W1, { masked: true }),
    citygraph(city, W1, 'citygraph, bank-a'),
    citygraph(city, W1, 'citygraph, permit-all', { policies: permitAllBundle(city.folder), following: false }),
  ]
  return withServers(starts, async (hand, handMasked, bank, permitAll) => {
    if (hand === undefined || handMasked === undefined || bank === undefined || permitAll === undefined) throw new RangeError('too few servers')
    const rounds = await compareAndMeasure(bench, [[hand, permitAll], [handMasked, bank]])
    return {
      verdicts: [{ target: 'P1', about: 'W1 in process, bank-a / hand-written', wanted: { atLeast: 0.8 }, measured: ratios(rounds, bank, hand) }],
      table: tableOf(rounds, 'P1', 'W1', shape.connections),
      notes: [],
    }
  })
}
