// Row attributes of the policy model as SQL (DESIGN 5.6, 6; DOMAIN 2.7). Calendar arithmetic is done here, never in a policy, with
// the Shanghai day of the request's clock. None of the booleans is ever NULL.

import { sql, type SQL } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import { slot } from './slots.ts'

/** An attribute that the row does not have: `has` is false and so is every comparison with it. */
export const absent: SQL = sql`NULL::text`

/** Whose row it is. */
export function subject(pid: PgColumn): SQL {
  return sql`${pid}::text`
}

/** Under 14 today; unknown counts as minor (个人信息保护法 28, 31). */
export function minor(until: PgColumn): SQL {
  return sql`(${until} IS NULL OR ${until} > ${slot('today')}::date)`
}

/** A division as text, absent where unknown. */
export function division(code: PgColumn): SQL {
  return sql`${code}::text`
}

/** The row is about an organisation, not a natural person (kind 2). */
export function organisation(kind: PgColumn): SQL {
  return sql`(${kind} IS NOT DISTINCT FROM '2')`
}

/** Today in Asia/Shanghai. */
export function today(): SQL {
  return sql`${slot('today')}::date`
}
