// How values are written for the answer, in SQL, so that a cell that is clear on one row and masked on the next has one type and
// nothing depends on the process's time zone or on how a driver reads dates.

import { sql, type SQL } from 'drizzle-orm'
import type { ValueKind } from './entity.ts'

/** The value as the answer writes it: days YYYY-MM-DD, instants with +08:00, amounts as decimal strings without trailing zeros. */
export function written(value: SQL, kind: ValueKind): SQL {
  switch (kind) {
    case 'text':
    case 'integer':
    case 'truth':
    case 'place': return value
    case 'uuid': return sql`${value}::text`
    case 'day': return sql`to_char(${value}, 'YYYY-MM-DD')`
    case 'instant': return sql`to_char(${value} AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD"T"HH24:MI:SS"+08:00"')`
    case 'decimal': return sql`trim_scale(${value})::text`
  }
}

/** The value whole, as a cursor keeps it and `comparable` reads it back. */
export function kept(value: SQL): SQL {
  return sql`(${value})::text`
}

/** A text operand with the type of the kind. Places are never compared. */
export function comparable(operand: SQL, kind: ValueKind): SQL {
  return sql`${operand}::${sql.raw(postgresType(kind))}`
}

/** PostgreSQL's name of a kind. */
export function postgresType(kind: ValueKind): string {
  switch (kind) {
    case 'text': return 'text'
    case 'uuid': return 'uuid'
    case 'integer': return 'bigint'
    case 'truth': return 'boolean'
    case 'day': return 'date'
    case 'instant': return 'timestamptz'
    case 'decimal': return 'numeric'
    case 'place': return 'jsonb'
  }
}
