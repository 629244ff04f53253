// P7: a document that nobody has asked yet, over five subgraphs: what parsing, planning and compiling it take more than running it.

import { withServers } from '../bench.ts'
import type { Bench, MeasureTarget, Outcome } from '../bench.ts'
import { firstDocuments } from '../first-requests.ts'
import { citygraph } from '../servers.ts'
import { spreadOf } from '../spread.ts'
import { workloads } from '../workloads.ts'

const WARM_UP = 20
const COUNTED = 40
const ROUND = 10

export const p7: MeasureTarget = { shares: [], measure }

async function measure({ city, say }: Bench): Promise<Outcome> {
  const { W2 } = workloads
  return withServers(async (start) => {
    const server = await start(citygraph(city, W2, 'citygraph', { following: false }))
    const all = await firstDocuments(WARM_UP + COUNTED, server, W2)
    say(`  the first ${WARM_UP} of ${all.length} documents are warm-up`)
    // As rounds: one document more or less says nothing.
    const medians = Array.from({ length: COUNTED / ROUND }, (_, n) => spreadOf(all.slice(WARM_UP + n * ROUND, WARM_UP + (n + 1) * ROUND)).median)
    return {
      verdicts: [{ target: 'P7', about: 'a new document over 5 subgraphs, ms more than its next request', wanted: { atMost: 30 }, measured: medians }],
      table: [],
      notes: [],
    }
  })
}
