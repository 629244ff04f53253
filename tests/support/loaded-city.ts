// Databases of all departments with one synthetic city in them, made once in a run for each size and copied for each test file.

import type { Domain } from '../../core/domains.ts'
import { applyMigrations } from '../../migrations/apply.ts'
import { DEFAULT_SEED, loadCity } from '../../synthetic-city/load.ts'
import { fromTemplate, sharedCopy, type TestDatabase } from './city-database.ts'

/** The key of DOMAIN 5.1's vectors: pids in these databases are the published ones. */
export const LINK_KEY = 'test-link-key-v1'

/** A department's database, migrated and loaded with a city of so many people (the scenario among them); `shared`: with whoever only reads it too. */
export async function loadedDatabase(domain: Domain, size: number, { shared = false } = {}): Promise<TestDatabase> {
  return (shared ? sharedCopy : fromTemplate)(domain, `city_${size}`, async ({ owner }) => {
    await applyMigrations(owner, 'migrations/shared/sql', { domain, list: 'shared' })
    await applyMigrations(owner, `migrations/${domain}/sql`, { domain })
    await loadCity({ urls: { [domain]: owner }, size, seed: DEFAULT_SEED, linkKey: LINK_KEY })
  })
}

/** The databases of all five departments with the same city. */
export async function loadedCity(size: number, how: { readonly shared?: boolean } = {}): Promise<Record<Domain, TestDatabase>> {
  const made = (domain: Domain): Promise<TestDatabase> => loadedDatabase(domain, size, how)
  const [population, enterprises, credit, licenses, transport] = await Promise.all([made('population'), made('enterprises'), made('credit'), made('licenses'), made('transport')])
  return { population, enterprises, credit, licenses, transport }
}
