// Edges of the graph written a second time (reference-graph.ts): from which column or table the rows at their other end come.

import type { Domain } from '../../core/domains.ts'
import { isAlive, number, text } from './raw-city.ts'
import type { Raw } from './raw-city.ts'
import type { Surroundings } from './reference-values.ts'

/** `rows`: rows at the other end that exist (not deleted), seen or not. `table` and `by`: where they stand, if it is that simple. */
export type Edge =
  | { readonly kind: 'person'; readonly column: string }
  | { readonly kind: 'enterprise'; readonly column: string }
  | { readonly kind: 'one' | 'many'; readonly type: string; readonly rows: (row: Raw, around: Surroundings) => readonly Raw[]; readonly direct?: { readonly table: string; readonly by: string; readonly own: string } }

export const children = (domain: Domain, table: string, by: string, own: string) => (row: Raw, { city }: Surroundings): readonly Raw[] =>
  city.having(domain, table, by, keyOf(row, own)).filter(isAlive)
export const many = (domain: Domain, type: string, table: string, by: string, own: string): Edge => ({ kind: 'many', type, rows: children(domain, table, by, own), direct: { table, by, own } })
export const one = (domain: Domain, type: string, table: string, by: string, own: string): Edge => ({ kind: 'one', type, rows: children(domain, table, by, own), direct: { table, by, own } })
export const person = (column: string): Edge => ({ kind: 'person', column })
export const enterprise = (column: string): Edge => ({ kind: 'enterprise', column })

export function keyOf(row: Raw, column: string): string | number | null {
  return typeof row[column] === 'number' ? number(row, column) : text(row, column)
}
