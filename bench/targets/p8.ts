// P8: clients that write arguments into the text. No two texts are the same, so that no cache keyed by the text helps.

import { tableOf } from '../bench.ts'
import type { Bench, MeasureTarget, Outcome } from '../bench.ts'
import { refuseDifferentAnswers } from '../compare-answers.ts'
import { measureInTurn, ratios } from '../measure.ts'
import type { Server } from '../servers.ts'
import { bodyOf, VARYING, w1WithLiterals, w1WithVariables } from '../workloads.ts'

export const p8: MeasureTarget = { shares: ['bankUnfollowed'], measure }

async function measure(bench: Bench): Promise<Outcome> {
  const server = await bench.shared.of('bankUnfollowed')
  const variables: Server = { ...server, name: 'citygraph, arguments as variables', body: bodyOf(w1WithVariables) }
  const literals: Server = { ...server, name: 'citygraph, arguments as literals', body: bodyOf(w1WithLiterals) }
  await refuseDifferentAnswers([variables, literals])
  const rounds = await measureInTurn([variables, literals], bench.shape, bench, VARYING)
  return {
    verdicts: [{ target: 'P8', about: 'W1 with random literals / with variables', wanted: { atLeast: 0.8 }, measured: ratios(rounds, literals, variables) }],
    table: tableOf(rounds, 'P8', 'W1', bench.shape.connections),
    notes: [],
  }
}
