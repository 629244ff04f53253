// Risk signals and suspensions as the governance subgraph shows them (docs/signals.md). Derived from access records and from the
// audit database's suspensions; what stands here decides nothing about anybody.

import { sql } from 'drizzle-orm'
import { bigint, boolean, index, integer, pgTable, primaryKey, text, timestamp, uuid } from 'drizzle-orm/pg-core'

const instant = (name: string) => timestamp(name, { withTimezone: true })

/** How far each log has been looked through for signals; never past `followed_log`. */
export const watchedLogs = pgTable('watched_log', { log: text('log').primaryKey(), next: bigint('next_seq', { mode: 'number' }).notNull().default(0) })

/**
 * What counts towards a signal, once for each `item` (a request, for `bulk` a subject's token), with its newest instant. Removed when
 * it is older than any window.
 */
export const signalEvents = pgTable(
  'signal_event',
  {
    signal: text('signal').notNull(),
    callerOrg: text('caller_org').notNull(),
    callerSub: text('caller_sub').notNull(),
    item: text('item').notNull(),
    at: instant('at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.signal, t.callerOrg, t.callerSub, t.item] }),
    index('signal_event_window').on(t.signal, t.callerOrg, t.callerSub, t.at),
    // Events come in the order of time, more or less: blocks are told apart, not rows.
    index('signal_event_age').using('brin', t.at),
  ],
)

/**
 * A signal given. `at`: of the newest request that counted. `subject`: of `stalking`, else ''. `count`: at least so many when it was
 * noticed. `recorded`: it stands in the log. `suspend`: the rule wants the caller suspended; `suspended`: that is done.
 */
export const alerts = pgTable(
  'alert',
  {
    id: uuid('id').primaryKey(),
    signal: text('signal').notNull(),
    at: instant('at').notNull(),
    callerOrg: text('caller_org').notNull(),
    callerKind: text('caller_kind').notNull(),
    callerSub: text('caller_sub').notNull(),
    subject: text('subject').notNull(),
    count: integer('count').notNull(),
    threshold: integer('threshold').notNull(),
    windowSeconds: integer('window_seconds').notNull(),
    noticedAt: instant('noticed_at').notNull(),
    recorded: boolean('recorded').notNull().default(false),
    suspend: boolean('suspend').notNull().default(false),
    suspended: boolean('suspended').notNull().default(false),
  },
  (t) => [
    index('alert_once').on(t.signal, t.callerOrg, t.callerSub, t.subject, t.at),
    index('alert_newest').on(t.at.desc().nullsFirst(), t.id),
    index('alert_to_do').on(t.noticedAt).where(sql`NOT recorded OR (suspend AND NOT suspended)`),
  ],
)

/** A copy of the audit database's suspensions, for reading. */
export const suspensions = pgTable(
  'suspension',
  {
    id: uuid('id').primaryKey(),
    org: text('org').notNull(),
    sub: text('sub').notNull(),
    reason: text('reason').notNull(),
    byOrg: text('by_org').notNull(),
    bySub: text('by_sub').notNull(),
    at: instant('at').notNull(),
    restoredByOrg: text('restored_by_org'),
    restoredBySub: text('restored_by_sub'),
    restoredAt: instant('restored_at'),
  },
  (t) => [index('suspension_newest').on(t.at.desc().nullsFirst(), t.id)],
)
