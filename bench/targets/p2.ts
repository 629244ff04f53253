// P2: what deciding and recording cost: bank-a's policies beside a bundle that permits all, and logs that keep nothing. Governance follows
// no log here; P1 measures the whole.

import { compareAndMeasure, tableOf, withServers } from '../bench.ts'
import type { Bench, MeasureTarget, Outcome } from '../bench.ts'
import { ratios } from '../measure.ts'
import { permitAllBundle } from '../policy-bundles.ts'
import { citygraph, handWritten } from '../servers.ts'
import { spreadOf, spreadText } from '../spread.ts'
import { workloads } from '../workloads.ts'

export const p2: MeasureTarget = { shares: ['bankUnfollowed'], measure }

async function measure(bench: Bench): Promise<Outcome> {
  const { city, shape, shared } = bench
  const { W1 } = workloads
  return withServers(async (start) => {
    const hand = await start(handWritten(city, W1, { combined: true }))
    const bank = await shared.of('bankUnfollowed')
    const permitAll = await start(citygraph(city, W1, 'citygraph, permit-all, nobody follows', { following: false, policies: permitAllBundle(city.folder) }))
    const unrecorded = await start(citygraph(city, W1, 'citygraph, bank-a, nothing kept', { following: false, records: 'none' }))
    const rounds = await compareAndMeasure(bench, [[hand, permitAll], [bank, unrecorded]])
    return {
      verdicts: [
        { target: 'P2', about: 'W1 bank-a / permit-all', wanted: { atLeast: 0.93 }, measured: ratios(rounds, bank, permitAll) },
        { target: 'P2', about: 'W1 records on / no-op log', wanted: { atLeast: 0.95 }, measured: ratios(rounds, bank, unrecorded) },
      ],
      table: tableOf(rounds, 'P2', 'W1', shape.connections),
      notes: [`P2 permit-all, which answers what the hand-written handler does / hand-written: ${spreadText(spreadOf(ratios(rounds, permitAll, hand)))}`],
    }
  })
}
