// P1: W1 in one process with the policies of bank-a, masks and records, beside handlers and gateways that have none of it.

import { compareAndMeasure, tableOf } from '../bench.ts'
import type { Bench, MeasureTarget, Outcome } from '../bench.ts'
import { ratios } from '../measure.ts'
import { spreadOf, spreadText } from '../spread.ts'

export const p1: MeasureTarget = { shares: ['hand', 'handMasked', 'bank', 'apollo'], measure }

async function measure(bench: Bench): Promise<Outcome> {
  const { shape, shared } = bench
  const hand = await shared.of('hand')
  const handMasked = await shared.of('handMasked')
  const bank = await shared.of('bank')
  const apollo = await shared.of('apollo')
  const rounds = await compareAndMeasure(bench, [[hand, apollo], [handMasked, bank]])
  return {
    verdicts: [
      { target: 'P1', about: 'W1 in process, bank-a / hand-written', wanted: { atLeast: 0.8 }, measured: ratios(rounds, bank, hand) },
      { target: 'P1', about: 'W1 in process, bank-a / plain Apollo over HTTP', wanted: { atLeast: 8 }, measured: ratios(rounds, bank, apollo) },
    ],
    table: tableOf(rounds, 'P1', 'W1', shape.connections),
    notes: [`P1 beside a hand-written handler that gives the same answer (no legal representatives, records in force): ${spreadText(spreadOf(ratios(rounds, bank, handMasked)))}`],
  }
}
