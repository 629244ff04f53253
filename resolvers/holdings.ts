// What a department's tables hold of each type, in the coarse form in which it may be known: never the number itself, and no day where
// the rows are few people's. Counts what resolvers would find: rows that are not deleted.

import { sql, type SQL } from 'drizzle-orm'
import { PgDialect } from 'drizzle-orm/pg-core'
import type { SubgraphName } from '../core/domains.ts'
import { shanghaiDay } from '../core/clock.ts'
import { withClient, type DepartmentPool } from '../migrations/pool.ts'
import type { Classification } from '../schema/classification.ts'
import { domainEntities } from './domain-resolvers.ts'

/** `rowsAtLeast` is what `round` makes of the count; `newestOn` the day of the newest row, left out where it is not told. */
export type Holding = { readonly type: string; readonly rowsAtLeast: number; readonly newestOn?: string }

/**
 * One type after the other, so that serving hardly notices; one that cannot be counted within a statement's time is left out. Where
 * `round` gives 0, a type that is not known to be free of personal data tells no day.
 */
export async function holdingsOf(
  domain: SubgraphName,
  { database, classification, round }: { readonly database: DepartmentPool; readonly classification: Classification; readonly round: (count: number) => number },
): Promise<readonly Holding[]> {
  const held: Holding[] = []
  for (const { type, from, alive, changedAt } of domainEntities(domain)) {
    if (from === undefined) continue
    const counted = sql`SELECT count(*)::float8 AS rows, ${changedAt === undefined ? sql`NULL::timestamptz` : sql`max(${changedAt})`} AS newest FROM ${from} WHERE ${alive ?? sql`true`}`
    const found = await count(database, counted)
    if (found === undefined) continue
    const rowsAtLeast = round(found.rows)
    const told = rowsAtLeast > 0 || classification.type(type)?.classification.personal === false
    held.push({ type, rowsAtLeast, ...(told && found.newest !== null ? { newestOn: shanghaiDay(found.newest) } : {}) })
  }
  return held
}

async function count(database: DepartmentPool, query: SQL): Promise<{ readonly rows: number; readonly newest: Date | null } | undefined> {
  const { sql: text, params } = new PgDialect().sqlToQuery(query)
  try {
    const { rows } = await withClient(database, (client) => client.query<{ rows: number; newest: Date | null }>(text, params))
    return rows[0]
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === QUERY_CANCELED) return undefined
    throw error
  }
}

/** SQLSTATE of a statement that ran into its time. */
const QUERY_CANCELED = '57014'
