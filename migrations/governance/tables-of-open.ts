// Open queries as the governance subgraph shows them (docs/open-queries.md): copies of the audit database's texts and steps and of the
// published files, for reading. What stands here decides nothing.

import { bigint, boolean, date, index, integer, pgTable, primaryKey, text, timestamp, uuid } from 'drizzle-orm/pg-core'

const instant = (name: string) => timestamp(name, { withTimezone: true })

/** One text of a query. `served`: by the policies in force; `problem`: why it is not, though published. */
export const openQueries = pgTable(
  'open_query',
  {
    ref: uuid('ref').primaryKey(),
    id: text('id').notNull(),
    version: integer('version').notNull(),
    title: text('title').notNull(),
    titleZh: text('title_zh').notNull(),
    summary: text('summary'),
    summaryZh: text('summary_zh'),
    owner: text('owner').notNull(),
    audience: text('audience').notNull(),
    purpose: text('purpose'),
    level: text('level').notNull(),
    method: text('method').notNull(),
    formats: text('formats').array().notNull(),
    keywords: text('keywords').array().notNull(),
    fields: text('fields').array().notNull(),
    hash: text('hash').notNull(),
    operationHash: text('operation_hash').notNull(),
    source: text('source').notNull(),
    state: text('state').notNull(),
    served: boolean('served').notNull(),
    problem: text('problem'),
    publishedOn: date('published_on', { mode: 'string' }),
    byOrg: text('by_org').notNull(),
    bySub: text('by_sub').notNull(),
    at: instant('at').notNull(),
  },
  (t) => [index('open_query_of_id').on(t.id, t.version)],
)

export const openQuerySteps = pgTable(
  'open_query_step',
  {
    id: uuid('id').primaryKey(),
    step: bigint('step', { mode: 'number' }).notNull(),
    ref: uuid('ref').notNull(),
    owner: text('owner').notNull(),
    state: text('state').notNull(),
    role: text('role'),
    byOrg: text('by_org').notNull(),
    bySub: text('by_sub').notNull(),
    at: instant('at').notNull(),
  },
  (t) => [index('open_query_step_of_text').on(t.ref, t.step)],
)

/** Which callers were served by an operation on which day last; those that open queries ask. */
export const openQueryUse = pgTable(
  'open_query_use',
  { operationHash: text('operation_hash').notNull(), callerOrg: text('caller_org').notNull(), callerSub: text('caller_sub').notNull(), lastDay: date('last_day', { mode: 'string' }).notNull() },
  (t) => [primaryKey({ columns: [t.operationHash, t.callerOrg, t.callerSub] })],
)
