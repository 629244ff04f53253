// The signed heads that governance saw, and what they did not agree with: a witness beside the audit databases, in another database
// under other roles. Whoever rewrites or cuts a log would have to rewrite this too.

import { sql } from 'drizzle-orm'
import { bigint, customType, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core'

const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' })

/**
 * Heads over records that governance hashed itself: the signature is right and the root is that of the leaves. `edge` holds the
 * roots of the full subtrees that make the tree, 32 bytes each, the largest first; from there the next head is checked.
 */
export const witnessedHeads = pgTable(
  'witnessed_head',
  {
    log: text('log').notNull(),
    size: bigint('size', { mode: 'number' }).notNull(),
    root: bytea('root').notNull(),
    note: text('note').notNull(),
    edge: bytea('edge').notNull(),
    seenAt: timestamp('seen_at', { withTimezone: true }).notNull().default(sql`now()`),
  },
  (t) => [primaryKey({ columns: [t.log, t.size] })],
)

/** What was wrong with a log: SHORTER, MISSING, SIGNATURE or OTHER_PAST, at the head of `size`. */
export const logProblems = pgTable(
  'log_problem',
  {
    log: text('log').notNull(),
    size: bigint('size', { mode: 'number' }).notNull(),
    problem: text('problem').notNull(),
    note: text('note'),
    noticedAt: timestamp('noticed_at', { withTimezone: true }).notNull().default(sql`now()`),
  },
  (t) => [primaryKey({ columns: [t.log, t.size, t.problem] })],
)
