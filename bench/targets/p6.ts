// P6: latency and memory. One connection beside the hand-written handler, the slowest of a hundred at many connections, node's memory
// under load. `npm run bench -- endurance` sees whether memory grows.

import { compareAndMeasure, tableOf } from '../bench.ts'
import type { Bench, MeasureTarget, Outcome } from '../bench.ts'
import { measureInTurn, ratios } from '../measure.ts'
import { knowsProcesses, resting } from '../processor-time.ts'

export const p6: MeasureTarget = { shares: ['hand', 'handMasked', 'bank'], measure }

async function measure(bench: Bench): Promise<Outcome> {
  const { shared } = bench
  const hand = await shared.of('hand')
  const handMasked = await shared.of('handMasked')
  const ours = await shared.of('bank')
  // Governance has records of earlier measurements to follow first.
  await resting(ours.pids)
  const alone = await compareAndMeasure(bench, [[hand], [handMasked, ours]], { connections: 1, elsewhere: [handMasked] })
  const busy = await measureInTurn([ours], { ...bench.shape, connections: 32 }, bench)
  const measured = busy.get(ours) ?? []
  return {
    verdicts: [
      { target: 'P6', about: 'p50 at one connection / hand-written', wanted: { atMost: 1.5 }, measured: ratios(alone, ours, hand, ({ p50 }) => p50) },
      { target: 'P6', about: 'p99 / p50 at 32 connections', wanted: { atMost: 5 }, measured: measured.map(({ p50, p99 }) => p99 / p50) },
      ...(knowsProcesses ? [{ target: 'P6', about: 'resident memory of node under load, MiB', wanted: { atMost: 600 }, measured: measured.map(({ residentMiB }) => residentMiB) }] : []),
    ],
    table: [...tableOf(alone, 'P6', 'W1', 1), ...tableOf(busy, 'P6', 'W1', 32)],
    notes: ['P6 no growth over 200,000 requests: npm run bench -- endurance'],
  }
}
