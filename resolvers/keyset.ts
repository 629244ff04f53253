// Pages by position (keyset): ORDER BY, the condition "after this position" with NULLs in their place, and how many rows.
// Never OFFSET: a page costs the same wherever it is, and rows that come or go meanwhile shift nothing.

import { sql, type SQL } from 'drizzle-orm'
import { CitygraphError } from '../core/errors.ts'
import type { Position } from './cursors.ts'
import { comparable } from './formats.ts'
import type { OrderKey } from './ordering.ts'
import { slot, type SlotName, type SlotValue } from './slots.ts'

const DEFAULT_PAGE = 20
/** Most rows of one page. */
export const LARGEST_PAGE = 100

/** `first` of a list: 0–100, 20 when not given. Throws CitygraphError BAD_USER_INPUT (argument first) otherwise. */
export function pageSize(first: unknown): number {
  if (first === undefined || first === null) return DEFAULT_PAGE
  if (typeof first !== 'number' || !Number.isInteger(first) || first < 0 || first > LARGEST_PAGE) {
    throw new CitygraphError('BAD_USER_INPUT', { argument: 'first', hint: `Ask for 0 to ${LARGEST_PAGE} at a time.` })
  }
  return first
}

/** ORDER BY of the keys; PostgreSQL's own places for NULL. */
export function ordered(keys: readonly OrderKey[]): SQL {
  return sql.join(keys.map(({ value, direction }) => (direction === 'ASC' ? sql`${value} ASC` : sql`${value} DESC`)), sql`, `)
}

/** Rows after the position in slots after0, after1 …; one slot a key. */
export function afterPosition(keys: readonly OrderKey[]): SQL {
  const [first] = keys
  if (first === undefined) return sql`true`
  const alternatives = keys.map((key, index) => {
    const equal = keys.slice(0, index).map((earlier, at) => equals(earlier, operand(earlier, at)))
    return sql`(${sql.join([...equal, beyond(key, operand(key, index))], sql` AND `)})`
  })
  const exact = sql`(${sql.join(alternatives, sql` OR `)})`
  // Says nothing new, but bounds the scan of an index over the first key.
  if (!first.filled) return exact
  const bound = first.direction === 'ASC' ? sql`${first.value} >= ${operand(first, 0)}` : sql`${first.value} <= ${operand(first, 0)}`
  return sql`${bound} AND ${exact}`
}

/** Values of the slots for a position. Throws CitygraphError BAD_USER_INPUT when it has another number of keys. */
export function positionSlots(position: Position, keys: readonly OrderKey[]): readonly (readonly [SlotName, SlotValue])[] {
  if (position.length !== keys.length) throw new CitygraphError('BAD_USER_INPUT', { argument: 'after' })
  return position.map((value, index) => [`after${index}`, value] as const)
}

function operand(key: OrderKey, index: number): SQL {
  return comparable(sql`${slot(`after${index}`)}::text`, key.kind)
}

function equals(key: OrderKey, value: SQL): SQL {
  return key.filled ? sql`${key.value} = ${value}` : sql`${key.value} IS NOT DISTINCT FROM ${value}`
}

/** Strictly after in this key: ascending NULLs are last, descending they are first. */
function beyond(key: OrderKey, value: SQL): SQL {
  if (key.direction === 'ASC') return key.filled ? sql`${key.value} > ${value}` : sql`(${key.value} > ${value} OR (${key.value} IS NULL AND ${value} IS NOT NULL))`
  return key.filled ? sql`${key.value} < ${value}` : sql`(${key.value} < ${value} OR (${key.value} IS NOT NULL AND ${value} IS NULL))`
}
