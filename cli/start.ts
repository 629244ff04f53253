// `citygraph start`: the whole city in one process. Databases (embedded unless named), migrations, the synthetic city (embedded
// only), the subgraphs, the gateway. Ends on SIGINT or SIGTERM in the reverse order, PostgreSQL last.

import { systemClock } from '../core/clock.ts'
import { isEmbedded, namesDatabases, readConfig } from '../core/config.ts'
import type { Config } from '../core/config.ts'
import { createLogger } from '../core/logger.ts'
import { listen, THIS_MACHINE } from '../gateway/listen.ts'
import { announce } from './announce.ts'
import { foreignDatabases, migrateCity, startDatabases } from './city-databases.ts'
import type { CityDatabases } from './city-databases.ts'
import { beginClock } from './demonstration-clock.ts'
import { configuredKeys, embeddedKeys } from './keys.ts'
import type { CityKeys } from './keys.ts'
import { fillCity } from './load.ts'
import { createProgress } from './progress.ts'
import { needIssuers, refuseTogether } from './settings.ts'
import { closing, onStopSignal } from './stopping.ts'
import { readOptions, UsageError, wholeNumber } from './usage.ts'

/** Resolves with the exit code when the city has been stopped. */
export async function run(args: readonly string[]): Promise<number> {
  const options = readOptions(args, { size: 'string', port: 'string', host: 'string' })
  const config = readConfig(process.env)
  const size = wholeNumber(options.text('size'), 'size', { default: 20_000, min: 100, max: 5_000_000 })
  const port = wholeNumber(options.text('port'), 'port', { default: config.port, min: 0, max: 65_535 })
  const asked = options.text('host')
  if (asked === '') throw new UsageError('--host is an address of this machine, or 0.0.0.0 for all')
  if (namesDatabases(config)) refuseTogether(() => isEmbedded(config), () => foreignDatabases(config), () => configuredKeys(config, 'city'), () => needIssuers(config))
  const stopped = onStopSignal()
  const parts = closing()
  try {
    const progress = createProgress(process.stderr)
    // Loading the gateway's libraries takes as long as starting PostgreSQL: both at once.
    const assembly = import('./city.ts')
    const databases = await openDatabases(config, progress.line)
    parts.add(databases.stop)
    const keys: CityKeys = databases.embedded ? embeddedKeys(databases.folder, config) : configuredKeys(config, 'city')
    const clock = databases.embedded ? beginClock(databases.folder, config.now) : systemClock
    await migrateCity(databases, progress.line)
    if (databases.embedded) await fillCity(databases, keys, { size, progress, stopAsked: stopped.asked })
    if (stopped.asked()) return 0

    const { openCity } = await assembly
    const city = await openCity({ config, databases, keys, clock, logger: createLogger(config.logLevel) })
    parts.add(city.close)
    // Its callers' tokens are for everybody who can reach it.
    const host = asked ?? (databases.embedded ? THIS_MACHINE : undefined)
    const listening = await listen(city.gateway, { port, host })
    parts.add(() => listening.stop())
    announce({ port: listening.port, host, seconds: performance.now() / 1000, clock, embedded: databases.embedded })
    await stopped.signal
    process.stderr.write('Stopping: answering what was started…\n')
    return 0
  } finally {
    await parts.closeAll()
    stopped.release()
  }
}

async function openDatabases(config: Config, log: (line: string) => void): Promise<CityDatabases> {
  return isEmbedded(config) ? startDatabases(config, log) : foreignDatabases(config)
}
