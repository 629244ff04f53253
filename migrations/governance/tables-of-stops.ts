// Stops and publications as the governance subgraph shows them (docs/stopping.md): copies of the audit database's, for reading. What
// stands here decides nothing.

import { bigint, index, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core'

const instant = (name: string) => timestamp(name, { withTimezone: true })

export const stops = pgTable(
  'stop',
  {
    id: uuid('id').primaryKey(),
    kind: text('kind').notNull(),
    target: text('target').notNull(),
    owner: text('owner').notNull(),
    reason: text('reason').notNull(),
    byOrg: text('by_org').notNull(),
    bySub: text('by_sub').notNull(),
    at: instant('at').notNull(),
    resumedByOrg: text('resumed_by_org'),
    resumedBySub: text('resumed_by_sub'),
    resumedAt: instant('resumed_at'),
  },
  (t) => [index('stop_newest').on(t.at.desc().nullsFirst(), t.id)],
)

export const publications = pgTable(
  'publication',
  {
    id: uuid('id').primaryKey(),
    step: bigint('step', { mode: 'number' }).notNull(),
    target: text('target').notNull(),
    owner: text('owner').notNull(),
    state: text('state').notNull(),
    byOrg: text('by_org').notNull(),
    bySub: text('by_sub').notNull(),
    at: instant('at').notNull(),
  },
  (t) => [index('publication_newest').on(t.at.desc().nullsFirst(), t.id), index('publication_target').on(t.target, t.step)],
)
