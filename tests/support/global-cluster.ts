// Starts one embedded PostgreSQL for a whole test run, in a temporary folder, and hands its address to the workers. The cluster
// is the product's own (same start, same roles, same grants); it is stopped and removed at the end.

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { subgraphNames, type SubgraphName } from '../../core/domains.ts'
import { provision, type DatabaseUrls } from '../../migrations/databases.ts'
import { startEmbedded } from '../../migrations/embedded.ts'
import { grepCluster } from './records-grep.ts'
import { WATCHED_FILE } from './watched.ts'

/** What crosses from the run to its workers. `superuserUrl` is for a database named DATABASE. */
export type ProvidedCluster = {
  readonly socketDir: string
  readonly port: number
  readonly dataDir: string
  readonly superuserUrl: string
  readonly urls: DatabaseUrls<SubgraphName>
}

declare module 'vitest' {
  export interface ProvidedContext {
    cluster: ProvidedCluster
  }
}

/** What the run left: a natural key in any record, or in what PostgreSQL logged, fails it. */
async function endOfRun(superuserUrl: string, dataDir: string): Promise<void> {
  const begun = performance.now()
  const { rows, databases, finds } = await grepCluster(superuserUrl)
  const totals: Record<string, number> = {}
  for (const line of linesOf(join(dataDir, WATCHED_FILE))) {
    for (const [name, count] of Object.entries<number>(JSON.parse(line))) totals[name] = (totals[name] ?? 0) + count
  }
  const { milliseconds = 0, ...counts } = totals
  const watched = Object.entries({ 'rows in the end': rows, ...counts }).map(([name, count]) => `${name} ${count}`).join(', ')
  console.log(`no values anywhere: ${watched}; ${databases} databases; ${((milliseconds + performance.now() - begun) / 1000).toFixed(1)} s`)
  if (finds.length === 0) return
  // An error in a teardown alone is reported, but leaves the run's exit code as it was.
  process.exitCode = 1
  throw new Error(`natural keys in records:\n${finds.slice(0, 20).join('\n')}${finds.length > 20 ? `\nand ${finds.length - 20} more` : ''}`)
}

function linesOf(file: string): readonly string[] {
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter((line) => line !== '') : []
}

/**
 * Hundreds of databases that live for seconds, made while others commit: those would wait for the disk longer than an answer waits for its
 * record, and at PostgreSQL's own pace a vacuum would begin ten times a second. Several cities run at a time, each with the connections of
 * one. What is measured has the product's settings.
 */
const crowded = { fsync: 'off', autovacuum_naptime: '10min', max_connections: '600' }

/** vitest's global setup; the function it returns is the teardown. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = mkdtempSync(join(tmpdir(), 'citygraph-test-'))
  const settings = project.name === 'measured' ? {} : crowded
  const cluster = await startEmbedded({ dataDir, settings, log: (line) => process.stderr.write(`${line}\n`) })
  const urls = await provision(cluster, subgraphNames)
  project.provide('cluster', {
    socketDir: cluster.socketDir,
    port: cluster.port,
    dataDir: cluster.dataDir,
    superuserUrl: cluster.superuserUrl('DATABASE'),
    urls,
  })
  return async () => {
    try {
      await endOfRun(cluster.superuserUrl('DATABASE'), dataDir)
    } finally {
      await cluster.stop()
      rmSync(dataDir, { recursive: true, force: true })
    }
  }
}
