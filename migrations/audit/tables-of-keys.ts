// API keys of organisations and what was used by them (docs/open-keys.md), beside the log of governance. Reached by functions alone
// (sql/*_key_functions.sql). Of a key's text only its SHA-256 is here, in a table that no role but the owner reads.

import { sql } from 'drizzle-orm'
import { bigint, check, customType, integer, primaryKey, text, timestamp } from 'drizzle-orm/pg-core'
import { audit } from './tables.ts'

const instant = (name: string) => timestamp(name, { withTimezone: true })
const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' })

/**
 * `queries`: ids of the open queries it is for; NULL: all of its audience. `version`: of its secret, one more with each rotation.
 * `change`: number of the change that made the row what it is, so that every process hears of changes in their order.
 */
export const apiKeys = audit.table(
  'api_key',
  {
    id: text('id').primaryKey(),
    org: text('org').notNull(),
    name: text('name').notNull(),
    client: text('client').notNull(),
    queries: text('queries').array(),
    zone: text('zone').notNull(),
    at: instant('at').notNull(),
    bySub: text('by_sub').notNull(),
    version: integer('version').notNull().default(1),
    expiresAt: instant('expires_at').notNull(),
    rotatedAt: instant('rotated_at'),
    rotatedBySub: text('rotated_by_sub'),
    oldUntil: instant('old_until'),
    revokedAt: instant('revoked_at'),
    revokedByOrg: text('revoked_by_org'),
    revokedBySub: text('revoked_by_sub'),
    change: bigint('change', { mode: 'number' }).notNull().unique(),
  },
  (table) => [
    check('api_key_id', sql`${table.id} ~ '^[a-z]{16}$'`),
    check('api_key_zone', sql`${table.zone} IN ('intranet', 'mainland', 'abroad')`),
    check('api_key_name', sql`char_length(${table.name}) BETWEEN 1 AND 100`),
    check('api_key_queries', sql`cardinality(${table.queries}) BETWEEN 1 AND 100`),
    check('api_key_rotated', sql`num_nulls(${table.rotatedAt}, ${table.rotatedBySub}, ${table.oldUntil}) IN (0, 3)`),
    check('api_key_revoked', sql`num_nulls(${table.revokedAt}, ${table.revokedByOrg}, ${table.revokedBySub}) IN (0, 3)`),
  ],
)

/** SHA-256 of the texts of a key's secrets, by version. */
export const apiKeySecrets = audit.table(
  'api_key_secret',
  {
    key: text('key').notNull().references(() => apiKeys.id),
    version: integer('version').notNull(),
    hash: bytea('hash').notNull().unique(),
  },
  (table) => [primaryKey({ columns: [table.key, table.version] }), check('api_key_hash', sql`octet_length(${table.hash}) = 32`)],
)

/**
 * What one caller has used of one open query: requests of the minute that began at `minute`, and rows by hour, that of `hour` first, 25
 * of them. Derived, no record: rows that are two days old are removed.
 */
export const openUse = audit.table(
  'open_use',
  {
    caller: text('caller').notNull(),
    query: text('query').notNull(),
    minute: instant('minute').notNull(),
    requests: integer('requests').notNull(),
    hour: instant('hour').notNull(),
    rows: bigint('rows', { mode: 'number' }).array().notNull(),
  },
  (table) => [primaryKey({ columns: [table.caller, table.query] })],
)
