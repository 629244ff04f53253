// Measures servers beside each other: A B C, A B C, … with the same load, so that what the machine does meanwhile happens to all of
// them alike. Ratios within a round are what counts.

import { setTimeout as sleep } from 'node:timers/promises'
import type { LoadProcess } from './processes.ts'
import { familyMs, knowsProcesses, processorMs, residentMiB } from './processor-time.ts'
import type { Server } from './servers.ts'

export type LoadShape = { readonly connections: number; readonly seconds: number; readonly rounds: number }

/** One server in one round; microseconds of processor time for one answer. */
export type Measured = {
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
  readonly nodeMicros: number
  readonly postgresMicros: number
  readonly residentMiB: number
}

export type Rounds = ReadonlyMap<Server, readonly Measured[]>

export type Instruments = {
  readonly load: LoadProcess
  readonly postmaster: number
  readonly say: (line: string) => void
}

/** Warms each server up, then measures all of them in turn, `rounds` times. */
export async function measureInTurn(servers: readonly Server[], shape: LoadShape, { load, postmaster, say }: Instruments, vary?: string): Promise<Rounds> {
  const jobFor = ({ url, body, headers }: Server) => ({ url, body, headers, connections: shape.connections, ...(vary === undefined ? {} : { vary }) })
  for (const server of servers) {
    if (warm.has(server)) continue
    await load.put({ ...jobFor(server), connections: Math.max(shape.connections, WARM_UP_CONNECTIONS), warmUpSeconds: WARM_UP_SECONDS, seconds: 0, most: WARM_UP_ANSWERS })
    warm.add(server)
  }
  const rounds = new Map<Server, Measured[]>(servers.map((server) => [server, []]))
  for (let round = 1; round <= shape.rounds; round += 1) {
    for (const server of servers) {
      await settled(servers.flatMap(({ pids }) => pids), postmaster)
      const [node, postgres] = [processorMs(server.pids), familyMs(postmaster)]
      const outcome = await load.put({ ...jobFor(server), warmUpSeconds: 0.2, seconds: shape.seconds })
      const measured: Measured = {
        perSecond: outcome.answers / outcome.seconds,
        p50: outcome.p50,
        p99: outcome.p99,
        nodeMicros: ((processorMs(server.pids) - node) * 1_000) / outcome.asked,
        postgresMicros: ((familyMs(postmaster) - postgres) * 1_000) / outcome.asked,
        residentMiB: residentMiB(server.pids),
      }
      rounds.get(server)?.push(measured)
      say(`  round ${round} ${server.name}: ${described(measured)}`)
    }
  }
  return rounds
}

/** Those that an earlier target has measured. */
const warm = new WeakSet<Server>()

/** So that compilers have seen enough, also of what is then asked by one connection: whichever is first. */
const WARM_UP_CONNECTIONS = 32
const WARM_UP_SECONDS = 6
const WARM_UP_ANSWERS = 3_000

/** Waits until what the last load left behind is done: governance reads records, PostgreSQL writes pages. */
async function settled(pids: readonly number[], postmaster: number): Promise<void> {
  for (let waited = 0; knowsProcesses && waited < SETTLE_MS; waited += SETTLE_STEP_MS) {
    const before = processorMs(pids) + familyMs(postmaster)
    await sleep(SETTLE_STEP_MS)
    if (processorMs(pids) + familyMs(postmaster) - before < QUIET_MS) return
  }
}

const SETTLE_MS = 3_000
const SETTLE_STEP_MS = 150
const QUIET_MS = 10

export function described({ perSecond, p50, p99, nodeMicros, postgresMicros, residentMiB: memory }: Measured): string {
  return `${perSecond.toFixed(0)}/s, p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms, node ${nodeMicros.toFixed(0)} µs and PostgreSQL ${postgresMicros.toFixed(0)} µs of processor an answer, ${memory.toFixed(0)} MiB`
}

/** Of each round, `a` to `b` in what `of` says. */
export function ratios(rounds: Rounds, a: Server, b: Server, of: (measured: Measured) => number = ({ perSecond }) => perSecond): readonly number[] {
  const [mine, others] = [rounds.get(a) ?? [], rounds.get(b) ?? []]
  return mine.flatMap((measured, round) => {
    const other = others[round]
    return other === undefined ? [] : [of(measured) / of(other)]
  })
}
