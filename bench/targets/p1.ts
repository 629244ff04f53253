// P1: W1 in one process with the policies of bank-a, masks and records, beside handlers and gateways that have none of it.

import { compareAndMeasure, tableOf, withServers } from '../bench.ts'
import type { Bench, Outcome } from '../bench.ts'
import { ratios } from '../measure.ts'
import { citygraph, handWritten, plainApollo, plainInProcess } from '../servers.ts'
import { spreadOf, spreadText } from '../spread.ts'
import { workloads } from '../workloads.ts'

export async function p1(bench: Bench): Promise<Outcome> {
  const { city, shape } = bench
  const { W1 } = workloads
  return withServers(async (start) => {
    const hand = await start(handWritten(city, W1))
    const handMasked = await start(handWritten(city, W1, { masked: true }))
    const bank = await start(citygraph(city, W1, 'citygraph, bank-a'))
    const apollo = await start(plainApollo(city, W1))
    const inProcess = await start(plainInProcess(city, W1))
    const rounds = await compareAndMeasure(bench, [[hand, apollo, inProcess], [handMasked, bank]])
    return {
      verdicts: [
        { target: 'P1', about: 'W1 in process, bank-a / hand-written', wanted: { atLeast: 0.8 }, measured: ratios(rounds, bank, hand) },
        { target: 'P1', about: 'W1 in process, bank-a / plain Apollo over HTTP', wanted: { atLeast: 8 }, measured: ratios(rounds, bank, apollo) },
      ],
      table: tableOf(rounds, 'P1', 'W1', shape.connections),
      notes: [
        `P1 beside a hand-written handler that gives the same answer (no legal representatives, records in force): ${spreadText(spreadOf(ratios(rounds, bank, handMasked)))}`,
        `P1 beside Apollo in process: ${spreadText(spreadOf(ratios(rounds, bank, inProcess)))}`,
      ],
    }
  })
}
