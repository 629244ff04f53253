// A database with nothing but the shared migrations (masks, divisions), read as a department's serving role: so that tests of
// masks prove its rights too.

import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { applyMigrations } from '../../migrations/apply.ts'
import { fromTemplate } from './city-database.ts'

export const SHARED_MIGRATIONS = fileURLToPath(new URL('../../migrations/shared/sql', import.meta.url))

export type MaskDatabase = {
  readonly client: pg.Client
  /** Runs statements as the owner of the database, on one connection. */
  readonly asOwner: (statements: string) => Promise<pg.QueryResult[]>
  /** `expression` (SQL over `v`, text) for each of the values, in their order. */
  readonly each: (expression: string, values: readonly (string | null)[]) => Promise<(string | null)[]>
  readonly close: () => Promise<void>
}

/** Opens a copy of its own; close it. */
export async function openMaskDatabase(): Promise<MaskDatabase> {
  const database = await fromTemplate('credit', 'shared_masks', async ({ owner }) => {
    await applyMigrations(owner, SHARED_MIGRATIONS, { domain: 'credit', list: 'shared' })
  })
  const client = new pg.Client(database.query)
  client.on('error', () => undefined)
  await client.connect()
  return {
    client,
    asOwner: async (statements) => {
      const owner = new pg.Client(database.owner)
      await owner.connect()
      try {
        const results: unknown = await owner.query(statements)
        return [results].flat() as pg.QueryResult[]
      } finally {
        await owner.end()
      }
    },
    each: async (expression, values) => {
      const { rows } = await client.query<{ masked: string | null }>(
        `SELECT (${expression})::text AS masked FROM unnest($1::text[]) WITH ORDINALITY AS given (v, place) ORDER BY place`,
        [values],
      )
      return rows.map((row) => row.masked)
    },
    close: async () => {
      await client.end()
      await database.drop()
    },
  }
}
