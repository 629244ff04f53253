// `citygraph databases`: only the embedded databases, migrated and loaded, until SIGINT or SIGTERM; subgraphs and a gateway of the
// same folder then run as processes of their own.

import { isEmbedded, readConfig } from '../core/config.ts'
import { migrateCity, startDatabases } from './city-databases.ts'
import { beginClock } from './demonstration-clock.ts'
import { embeddedKeys } from './keys.ts'
import { fillCity } from './load.ts'
import { createProgress } from './progress.ts'
import { closing, onStopSignal } from './stopping.ts'
import { readOptions, UsageError, wholeNumber } from './usage.ts'

export async function run(args: readonly string[]): Promise<number> {
  const options = readOptions(args, { size: 'string' })
  const config = readConfig(process.env)
  if (!isEmbedded(config)) throw new UsageError('Databases of your own are named by …_DATABASE_URL; there is nothing to start.')
  const size = wholeNumber(options.text('size'), 'size', { default: 20_000, min: 100, max: 5_000_000 })
  const stopped = onStopSignal()
  const parts = closing()
  try {
    const progress = createProgress(process.stderr)
    const databases = await startDatabases(config, progress.line)
    parts.add(databases.stop)
    const keys = embeddedKeys(databases.folder, config)
    beginClock(databases.folder, config.now)
    await migrateCity(databases, progress.line)
    await fillCity(databases, keys, { size, progress, stopAsked: stopped.asked })
    if (stopped.asked()) return 0
    process.stdout.write('The databases are ready. Ctrl-C stops them.\n')
    await stopped.signal
    return 0
  } finally {
    await parts.closeAll()
    stopped.release()
  }
}
