// The audit database: append-only logs of access records (DESIGN 8). Departments reach it only through the function
// `audit.append` (sql/*_append.sql); they have no privilege on any table. A row holds what a Merkle tree needs: place, leaf, hash.

import { sql } from 'drizzle-orm'
import { bigint, check, customType, pgSchema, primaryKey, text, timestamp, unique, uuid } from 'drizzle-orm/pg-core'

const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' })

export const audit = pgSchema('audit')

/** The heads: `size` records have been given the sequence numbers 0 … size − 1. Only ever grows. */
export const logs = audit.table(
  'log',
  {
    name: text('name').primaryKey(),
    size: bigint('size', { mode: 'number' }).notNull().default(0),
    openedAt: timestamp('opened_at', { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [check('log_name', sql`${table.name} ~ '^[a-z][a-z-]{1,30}$'`), check('log_size', sql`${table.size} >= 0`)],
)

/** Which login role may append to which log; filled by `audit.register_writer`. */
export const writers = audit.table(
  'writer',
  { role: text('role').notNull(), log: text('log').notNull().references(() => logs.name) },
  (table) => [primaryKey({ columns: [table.role, table.log] })],
)

/**
 * The records, never changed. `leaf` is RFC 8785 JSON; `id` and `at` are read from it; `leaf_hash` is SHA-256(0x00 ‖ leaf). No
 * foreign key to `log`: `audit.append` holds the head's lock while it inserts.
 */
export const records = audit.table(
  'record',
  {
    log: text('log').notNull(),
    seq: bigint('seq', { mode: 'number' }).notNull(),
    id: uuid('id').notNull(),
    at: timestamp('at', { withTimezone: true }).notNull(),
    leaf: bytea('leaf').notNull(),
    leafHash: bytea('leaf_hash').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.log, table.seq] }),
    unique('record_id').on(table.log, table.id),
    check('record_hash', sql`octet_length(${table.leafHash}) = 32`),
  ],
)
