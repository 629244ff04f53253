// Fills a city's databases with synthetic people. `citygraph load` does it for empty databases of one's own (each gets a marker,
// so a second load is nothing); a start of an embedded city does it by itself.

import { isEmbedded, namesDatabases, readConfig } from '../core/config.ts'
import { loadCity } from '../synthetic-city/load.ts'
import { foreignDatabases, migrateCity } from './city-databases.ts'
import type { CityDatabases } from './city-databases.ts'
import type { CityKeys } from './keys.ts'
import { createProgress } from './progress.ts'
import type { Progress } from './progress.ts'
import { refuseTogether } from './settings.ts'
import { readOptions, UsageError, wholeNumber } from './usage.ts'

/** Loads what is missing, telling how far it is. A stop asked for in the middle leaves the databases empty. */
export async function fillCity(
  databases: CityDatabases,
  keys: Pick<CityKeys, 'link'>,
  how: { readonly size: number; readonly progress: Progress; readonly stopAsked: () => boolean },
): Promise<void> {
  if (keys.link === undefined) throw new Error('Linking tokens need a key.')
  const loaded = await loadCity({
    urls: databases.owners,
    size: how.size,
    linkKey: keys.link,
    progress: ({ people, size, rows }) => {
      if (how.stopAsked()) throw new Error('Stopped while loading; nothing was kept.')
      how.progress.state(`Loading the synthetic city: ${people.toLocaleString('en')} of ${size.toLocaleString('en')} people, ${rows.toLocaleString('en')} rows`)
    },
  })
  if (loaded.loaded) how.progress.line(`Loaded ${loaded.people.toLocaleString('en')} people and all they bring: ${loaded.rows.toLocaleString('en')} rows in ${loaded.seconds.toFixed(1)} s`)
}

export async function run(args: readonly string[]): Promise<number> {
  const options = readOptions(args, { size: 'string', 'link-key': 'string' })
  const config = readConfig(process.env)
  if (namesDatabases(config)) refuseTogether(() => isEmbedded(config), () => foreignDatabases(config))
  else throw new UsageError('An embedded city loads itself when it starts: `npx citygraph start --size N`.')
  const key = options.text('link-key')
  if (key === undefined || Buffer.from(key, 'base64url').length < 16) throw new UsageError('--link-key is base64url of at least 16 bytes; all departments load with the same one, and no serving process holds it.')
  const size = wholeNumber(options.text('size'), 'size', { default: 20_000, min: 100, max: 5_000_000 })
  const progress = createProgress(process.stderr)
  const databases = foreignDatabases(config)
  await migrateCity(databases, progress.line)
  await fillCity(databases, { link: Buffer.from(key, 'base64url') }, { size, progress, stopAsked: () => false })
  return 0
}
