// The audit database: append-only logs of access records (DESIGN 8). Departments reach it only through the function
// `audit.append_numbered` (sql/*_append_numbered.sql); they have no privilege on any table. What was appended to a log in one commit is one row.

import { sql } from 'drizzle-orm'
import { bigint, check, customType, index, integer, pgSchema, primaryKey, text, timestamp, uuid } from 'drizzle-orm/pg-core'

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

/**
 * Records, never changed: of one log, next to each other, numbered from `first` on. `own` holds the bytes of each record, one after the
 * other, `ends` where each of them ends. Where `cuts` is more than 0, that many bytes stand before `shared` and the rest behind it: what
 * most records of a commit have in common is kept once. Nothing else is kept of a record: no hash, no id and no time beside its text. No
 * foreign key to `log`: `audit.append_numbered` holds the head's lock while it inserts.
 */
export const runs = audit.table(
  'run',
  {
    log: text('log').notNull(),
    first: bigint('first', { mode: 'number' }).notNull(),
    ends: integer('ends').array().notNull(),
    cuts: integer('cuts').array().notNull(),
    shared: bytea('shared').notNull(),
    own: bytea('own').notNull(),
  },
  (table) => [primaryKey({ columns: [table.log, table.first] })],
)

/** Which login role may append to which log; filled by `audit.register_writer`. */
export const writers = audit.table(
  'writer',
  { role: text('role').notNull(), log: text('log').notNull().references(() => logs.name) },
  (table) => [primaryKey({ columns: [table.role, table.log] })],
)

/**
 * The signed heads that were kept (C2SP tlog-checkpoint), never changed. `root` is the tree's root over the first `size` records;
 * `note` the signed text itself.
 */
export const checkpoints = audit.table(
  'checkpoint',
  {
    log: text('log').notNull(),
    size: bigint('size', { mode: 'number' }).notNull(),
    root: bytea('root').notNull(),
    note: text('note').notNull(),
    keptAt: timestamp('kept_at', { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.log, table.size] }), check('checkpoint_root', sql`octet_length(${table.root}) = 32`)],
)

/**
 * The tree's hashes in tiles of 256, as C2SP tlog-tiles divides it: level 0 holds leaf hashes, level n the roots of full tiles of
 * level n − 1. `hashes` is 32 to 8,192 bytes and is only ever lengthened.
 */
export const tiles = audit.table(
  'tile',
  {
    log: text('log').notNull(),
    level: integer('level').notNull(),
    place: bigint('place', { mode: 'number' }).notNull(),
    hashes: bytea('hashes').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.log, table.level, table.place] }),
    check('tile_hashes', sql`octet_length(${table.hashes}) BETWEEN 32 AND 8192 AND octet_length(${table.hashes}) % 32 = 0`),
  ],
)

/**
 * Which subjects an organisation was last supplied with, for quotas (DOMAIN 2.6); `subject` is the token of access records.
 * Derived from records, not a record itself.
 */
export const supplies = audit.table(
  'supply',
  {
    org: text('org').notNull(),
    bulkClass: text('bulk_class').notNull(),
    subject: bytea('subject').notNull(),
    lastAt: timestamp('last_at', { withTimezone: true }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.org, table.bulkClass, table.subject] }), index('supply_window').on(table.org, table.bulkClass, table.lastAt)],
)

/**
 * Organisations that wanted more subjects than a limit allows, by bulk class. While the limit stays reached they get nothing more of
 * that class, known subjects included: otherwise the answer would tell which subjects the organisation had read before.
 */
export const quotasPassed = audit.table(
  'quota_passed',
  {
    org: text('org').notNull(),
    bulkClass: text('bulk_class').notNull(),
    at: timestamp('at', { withTimezone: true }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.org, table.bulkClass] })],
)

/**
 * Which thresholds an organisation asked of a person by one VERIFY entry in the last 24 hours (DOMAIN 2.6 K7). `subject` is the token of
 * access records, `threshold` a keyed hash of entry, person and threshold.
 */
export const thresholds = audit.table(
  'threshold',
  {
    org: text('org').notNull(),
    entry: text('entry').notNull(),
    subject: bytea('subject').notNull(),
    threshold: bytea('threshold').notNull(),
    lastAt: timestamp('last_at', { withTimezone: true }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.org, table.entry, table.subject, table.threshold] })],
)

/** Suspended callers: by one officer, restored by another. `sub` `*` is every caller of the organisation. */
export const suspensions = audit.table(
  'suspension',
  {
    id: uuid('id').primaryKey(),
    org: text('org').notNull(),
    sub: text('sub').notNull(),
    reason: text('reason').notNull(),
    byOrg: text('by_org').notNull(),
    bySub: text('by_sub').notNull(),
    at: timestamp('at', { withTimezone: true }).notNull(),
    restoredByOrg: text('restored_by_org'),
    restoredBySub: text('restored_by_sub'),
    restoredAt: timestamp('restored_at', { withTimezone: true }),
  },
  (table) => [
    check('suspension_two_officers', sql`${table.restoredByOrg} IS NULL OR (${table.restoredByOrg}, ${table.restoredBySub}) <> (${table.byOrg}, ${table.bySub})`),
    check('suspension_restored', sql`num_nulls(${table.restoredByOrg}, ${table.restoredBySub}, ${table.restoredAt}) IN (0, 3)`),
  ],
)

/**
 * What may not be shared until another person resumes it: `target` is `Type.field` of department `owner`, an organisation's code or a
 * client's id; `owner` is '' for the latter two.
 */
export const stops = audit.table(
  'stop',
  {
    id: uuid('id').primaryKey(),
    kind: text('kind').notNull(),
    target: text('target').notNull(),
    owner: text('owner').notNull(),
    reason: text('reason').notNull(),
    byOrg: text('by_org').notNull(),
    bySub: text('by_sub').notNull(),
    at: timestamp('at', { withTimezone: true }).notNull(),
    resumedByOrg: text('resumed_by_org'),
    resumedBySub: text('resumed_by_sub'),
    resumedAt: timestamp('resumed_at', { withTimezone: true }),
  },
  (table) => [
    check('stop_kind', sql`${table.kind} IN ('FIELD', 'ORGANISATION', 'APPLICATION')`),
    check('stop_two_officers', sql`${table.resumedBySub} IS NULL OR ${table.resumedBySub} <> ${table.bySub}`),
    check('stop_resumed', sql`num_nulls(${table.resumedByOrg}, ${table.resumedBySub}, ${table.resumedAt}) IN (0, 3)`),
  ],
)

/** Steps of publishing a field (`Type.field`) or a type's own fields (`Type`), never changed; the newest says the state. Without one: PUBLISHED. */
export const publications = audit.table(
  'publication',
  {
    id: uuid('id').primaryKey(),
    step: bigint('step', { mode: 'number' }).generatedAlwaysAsIdentity(),
    target: text('target').notNull(),
    owner: text('owner').notNull(),
    state: text('state').notNull(),
    byOrg: text('by_org').notNull(),
    bySub: text('by_sub').notNull(),
    at: timestamp('at', { withTimezone: true }).notNull(),
  },
  (table) => [
    index('publication_newest').on(table.target, table.step.desc()),
    check('publication_state', sql`${table.state} IN ('DRAFT', 'REVIEW', 'PUBLISHED', 'WITHDRAWN')`),
  ],
)
