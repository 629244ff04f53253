// Open queries as they were proposed and published (adr/0018), beside the log of governance. Reached by functions alone
// (sql/*_open_query_functions.sql); nothing is ever changed or removed, so an old text stays readable.

import { sql } from 'drizzle-orm'
import { bigint, check, index, integer, smallint, text, timestamp, uuid } from 'drizzle-orm/pg-core'
import { audit } from './tables.ts'

const instant = (name: string) => timestamp(name, { withTimezone: true })

/** A text of the query `query` (its id), as written. `level`: of what it asked for when it was proposed. `hash`: SHA-256 of `content`, hex. */
export const openTexts = audit.table(
  'open_text',
  {
    id: uuid('id').primaryKey(),
    made: bigint('made', { mode: 'number' }).generatedAlwaysAsIdentity(),
    query: text('query').notNull(),
    version: integer('version').notNull(),
    owner: text('owner').notNull(),
    level: smallint('level').notNull(),
    hash: text('hash').notNull(),
    content: text('content').notNull(),
    byOrg: text('by_org').notNull(),
    bySub: text('by_sub').notNull(),
    at: instant('at').notNull(),
  },
  (table) => [
    check('open_text_level', sql`${table.level} BETWEEN 1 AND 4`),
    check('open_text_hash', sql`${table.hash} ~ '^[0-9a-f]{64}$'`),
    index('open_text_newest').on(table.query, table.made.desc()),
  ],
)

/** `state`: of the text from this step on. `role`: an approval in it (OWNER, CITY); the last one that is needed publishes. */
export const openSteps = audit.table(
  'open_step',
  {
    id: uuid('id').primaryKey(),
    step: bigint('step', { mode: 'number' }).generatedAlwaysAsIdentity(),
    query: text('query').notNull(),
    text: uuid('text').notNull().references(() => openTexts.id),
    state: text('state').notNull(),
    role: text('role'),
    byOrg: text('by_org').notNull(),
    bySub: text('by_sub').notNull(),
    at: instant('at').notNull(),
  },
  (table) => [
    check('open_step_state', sql`${table.state} IN ('DRAFT', 'REVIEW', 'PUBLISHED', 'WITHDRAWN')`),
    check('open_step_role', sql`${table.role} IN ('OWNER', 'CITY')`),
    index('open_step_newest').on(table.query, table.step.desc()),
    index('open_step_of_text').on(table.text, table.step.desc()),
  ],
)
