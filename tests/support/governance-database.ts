// Governance's database for tests: migrated, empty.

import { applyMigrations } from '../../migrations/apply.ts'
import { fromTemplate, type TestDatabase } from './city-database.ts'

/** A new one each time. */
export async function governanceDatabase(): Promise<TestDatabase> {
  return fromTemplate('governance', 'facts', async ({ owner }) => {
    await applyMigrations(owner, 'migrations/shared/sql', { domain: 'governance', list: 'shared' })
    await applyMigrations(owner, 'migrations/governance/sql', { domain: 'governance' })
  })
}
