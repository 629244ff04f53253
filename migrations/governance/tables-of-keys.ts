// API keys as the governance subgraph shows them (docs/open-keys.md): copies of the audit database's, for reading. No secret and no hash
// of one; what stands here decides nothing.

import { index, integer, pgTable, text, timestamp } from 'drizzle-orm/pg-core'

const instant = (name: string) => timestamp(name, { withTimezone: true })

export const apiKeys = pgTable(
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
    version: integer('version').notNull(),
    expiresAt: instant('expires_at').notNull(),
    rotatedAt: instant('rotated_at'),
    rotatedBySub: text('rotated_by_sub'),
    oldUntil: instant('old_until'),
    revokedAt: instant('revoked_at'),
    revokedByOrg: text('revoked_by_org'),
    revokedBySub: text('revoked_by_sub'),
  },
  (t) => [index('api_key_newest').on(t.at.desc().nullsFirst(), t.id)],
)
