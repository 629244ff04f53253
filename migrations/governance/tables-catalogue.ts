// The catalogue as the governance subgraph answers it (docs/catalogue.md): derived from the schema, the officers' files and what the
// departments report of themselves. It decides nothing, and holds nothing of anybody.

import { bigint, boolean, customType, date, index, integer, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core'

const tsvector = customType<{ data: string }>({ dataType: () => 'tsvector' })

/**
 * One item. Those that are no longer of the graph are `gone`, so that the day on which each was first seen stays known. `publishedOn`
 * as officers say; NULL: since that day. `callers`: distinct ones in 30 days; `usageRank`: NULL below five of them.
 */
export const catalogueItems = pgTable(
  'catalogue_item',
  {
    coordinate: text('coordinate').primaryKey(),
    kind: text('kind').notNull(),
    domain: text('domain').notNull(),
    type: text('type').notNull(),
    field: text('field'),
    title: text('title').notNull(),
    titleZh: text('title_zh'),
    description: text('description'),
    descriptionZh: text('description_zh'),
    level: text('level'),
    category: text('category').notNull(),
    owner: text('owner').notNull(),
    ownerName: text('owner_name'),
    ownerNameZh: text('owner_name_zh'),
    collector: text('collector').notNull(),
    sharing: text('sharing').notNull(),
    opening: text('opening').notNull(),
    mask: text('mask').notNull(),
    personal: boolean('personal').notNull(),
    sensitive: boolean('sensitive').notNull(),
    legalBasis: text('legal_basis'),
    standard: text('standard'),
    updateCycle: text('update_cycle').notNull(),
    format: text('format').notNull(),
    dataType: text('data_type').notNull(),
    related: text('related').array().notNull(),
    publishedOn: date('published_on', { mode: 'string' }),
    firstSeenOn: date('first_seen_on', { mode: 'string' }).notNull(),
    state: text('state').notNull(),
    negativeBasis: text('negative_basis'),
    answeredWithinDays: integer('answered_within_days'),
    /** What a search finds it by (core/search-words.ts). */
    words: tsvector('words').notNull(),
    callers: integer('callers').notNull().default(0),
    usageRank: integer('usage_rank'),
    gone: boolean('gone').notNull().default(false),
  },
  (t) => [index('catalogue_item_search').using('gin', t.words)],
)

/** What a department last reported of a type's rows in its own log, already rounded: governance never learns the number. */
export const holdings = pgTable(
  'holding',
  { log: text('log').notNull(), type: text('type').notNull(), rowsAtLeast: integer('rows_at_least'), newestOn: date('newest_on', { mode: 'string' }), reportedAt: timestamp('reported_at', { withTimezone: true }).notNull() },
  (t) => [primaryKey({ columns: [t.log, t.type] })],
)

/** The officers' list of demands with what the other lists say of it. */
export const demands = pgTable('demand', {
  id: text('id').primaryKey(),
  org: text('org').notNull(),
  scenario: text('scenario').notNull(),
  legalBasis: text('legal_basis').notNull(),
  purpose: text('purpose'),
  fields: text('fields').array().notNull(),
  owners: text('owners').array().notNull(),
  since: date('since', { mode: 'string' }).notNull(),
  status: text('status').notNull(),
  duties: text('duties').array().notNull(),
  gone: boolean('gone').notNull().default(false),
})

/** Who was last served something by a set of fields, and on which day (Shanghai). Removed once no window reaches it. */
export const fieldSetUse = pgTable(
  'field_set_use',
  { fieldSet: text('field_set').notNull(), callerOrg: text('caller_org').notNull(), callerSub: text('caller_sub').notNull(), lastDay: date('last_day', { mode: 'string' }).notNull() },
  (t) => [primaryKey({ columns: [t.fieldSet, t.callerOrg, t.callerSub] })],
)

/** How far each log has been looked through for use; never past `followed_log`. */
export const usedLogs = pgTable('used_log', { log: text('log').primaryKey(), next: bigint('next_seq', { mode: 'number' }).notNull().default(0) })
