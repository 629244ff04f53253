// A process of its own that starts an embedded cluster, for tests of what happens to it from outside (killed, LANG unset, another
// user). Arguments: data folder, then `hold` (stay until killed), `once` (stop again) or `prepare` and a folder (only find or copy
// the programs of that package). Prints one JSON line for each event.

import pg from 'pg'
import { prepareBinaries } from '../../migrations/embedded-binaries.ts'
import { startEmbedded } from '../../migrations/embedded.ts'

async function main(dataDir: string, how: string, packageFolder: string): Promise<void> {
  const say = (event: Record<string, unknown>): void => {
    process.stdout.write(`${JSON.stringify(event)}\n`)
  }
  if (how === 'prepare') return say({ prepared: { copied: prepareBinaries({ switched: false }, dataDir, packageFolder).copied } })
  const cluster = await startEmbedded({ dataDir, log: (line) => say({ log: line }) })
  const client = new pg.Client({ connectionString: cluster.superuserUrl('postgres') })
  await client.connect()
  const { rows } = await client.query(
    `SELECT current_setting('server_encoding') AS encoding, datcollate AS collate, lower('ÀÉ') AS lowered, left('张伟强', 1) AS first
     FROM pg_database WHERE datname = 'template1'`,
  )
  await client.end()
  say({ started: { freshlyMade: cluster.freshlyMade, socketDir: cluster.socketDir, ...rows[0] } })
  if (how === 'hold') setInterval(() => undefined, 1000)
  else await cluster.stop()
}

const [, , dataDir = '', how = 'once', packageFolder = ''] = process.argv
main(dataDir, how, packageFolder).catch((error: unknown) => {
  process.stdout.write(`${JSON.stringify({ failed: error instanceof Error ? error.message : 'unknown' })}\n`)
  process.exitCode = 1
})
