// Starts one embedded PostgreSQL for a whole test run, in a temporary folder, and hands its address to the workers. The cluster
// is the product's own (same start, same roles, same grants); it is stopped and removed at the end.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { subgraphNames, type SubgraphName } from '../../core/domains.ts'
import { provision, type DatabaseUrls } from '../../migrations/databases.ts'
import { startEmbedded } from '../../migrations/embedded.ts'

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

/** vitest's global setup; the function it returns is the teardown. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = mkdtempSync(join(tmpdir(), 'citygraph-test-'))
  const cluster = await startEmbedded({ dataDir, log: (line) => process.stderr.write(`${line}\n`) })
  const urls = await provision(cluster, subgraphNames)
  project.provide('cluster', {
    socketDir: cluster.socketDir,
    port: cluster.port,
    dataDir: cluster.dataDir,
    superuserUrl: cluster.superuserUrl('DATABASE'),
    urls,
  })
  return async () => {
    await cluster.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
}
