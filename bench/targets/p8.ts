// P8: clients that write arguments into the text. No two texts are the same, so that no cache keyed by the text helps.

import { tableOf, withServers } from '../bench.ts'
import type { Bench, Outcome } from '../bench.ts'
import { refuseDifferentAnswers } from '../compare-answers.ts'
import { measureInTurn, ratios } from '../measure.ts'
import { citygraph } from '../servers.ts'
import type { Server } from '../servers.ts'
import { bodyOf, VARYING, w1WithLiterals, w1WithVariables } from '../workloads.ts'

export async function p8(bench: Bench): Promise<Outcome> {
  return withServers(async (start) => {
    const server = await start(citygraph(bench.city, w1WithVariables, 'citygraph, arguments as variables', { following: false }))
    const literals: Server = { ...server, name: 'citygraph, arguments as literals', body: bodyOf(w1WithLiterals) }
    await refuseDifferentAnswers([server, literals])
    const rounds = await measureInTurn([server, literals], bench.shape, bench, VARYING)
    return {
      verdicts: [{ target: 'P8', about: 'W1 with random literals / with variables', wanted: { atLeast: 0.8 }, measured: ratios(rounds, literals, server) }],
      table: tableOf(rounds, 'P8', 'W1', bench.shape.connections),
      notes: [],
    }
  })
}
