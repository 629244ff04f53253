// What every target is measured with, and what it gives back.

import type { BenchCity } from './bench-city.ts'
import { refuseDifferentAnswers } from './compare-answers.ts'
import { measureInTurn } from './measure.ts'
import type { Instruments, LoadShape, Measured, Rounds } from './measure.ts'
import type { Server } from './servers.ts'
import { stopAll } from './shared-servers.ts'
import type { SharedServer, SharedServers } from './shared-servers.ts'
import type { Verdict } from './verdict.ts'
import type { WorkloadName } from './workloads.ts'

export type Bench = Instruments & {
  readonly city: BenchCity
  readonly shared: SharedServers
  readonly shape: LoadShape
  /** Without what takes a minute and a gigabyte by itself: a million people. */
  readonly quick: boolean
}

/** A row of the table in results.md. */
export type TableRow = { readonly workload: WorkloadName; readonly target: string; readonly server: string; readonly connections: number; readonly rounds: readonly Measured[] }

export type Outcome = { readonly verdicts: readonly Verdict[]; readonly table: readonly TableRow[]; readonly notes: readonly string[] }

export type TargetName = 'P1' | 'P2' | 'P3' | 'P4' | 'P5' | 'P6' | 'P7' | 'P8'
/** `shares`: the servers that it does not end, since other targets measure them too. */
export type MeasureTarget = { readonly shares: readonly SharedServer[]; readonly measure: (bench: Bench) => Promise<Outcome> }

/** Gives `work` what keeps servers while it lasts; all of them end however it ends. Cities that start at the same time wait too long for their databases. */
export async function withServers<T>(work: (start: (starting: Promise<Server>) => Promise<Server>) => Promise<T>): Promise<T> {
  const servers: Promise<Server>[] = []
  try {
    return await work((starting) => {
      servers.push(starting)
      return starting
    })
  } finally {
    await stopAll(servers)
  }
}

/** Compares the answers of each group within itself, then measures all in turn, but those of `elsewhere`, which other targets measure. `rounds` is what the target asks. */
export async function compareAndMeasure(bench: Bench, groups: readonly (readonly Server[])[], { elsewhere = [], ...shape }: Partial<LoadShape> & { readonly elsewhere?: readonly Server[] } = {}): Promise<Rounds> {
  for (const group of groups) await refuseDifferentAnswers(group)
  return measureInTurn([...new Set(groups.flat())].filter((server) => !elsewhere.includes(server)), { ...bench.shape, ...shape }, bench)
}

export function tableOf(rounds: Rounds, target: string, workload: WorkloadName, connections: number): readonly TableRow[] {
  return [...rounds].map(([server, measured]) => ({ workload, target, server: server.name, connections, rounds: measured }))
}
