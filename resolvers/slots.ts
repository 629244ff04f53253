// The values that a statement takes when it runs, by name. The first ones are the same for every statement of a request; the
// others are the caller's own: keys, page, position, operands of filters. Everything else in a statement is a constant of the plan.

import { Placeholder, is, sql, type Placeholder as Slot } from 'drizzle-orm'

export type SlotName = 'pid' | 'now' | 'today' | 'caseNo' | 'authorizationRef' | 'keys' | 'limit' | `after${number}` | `operand${number}` | `given${string}`

export type SlotValue = string | number | boolean | null | readonly string[]

export type SlotValues = Readonly<Partial<Record<SlotName, SlotValue>>>

/** A place in the statement for a value; always write a cast behind it, so that PostgreSQL need not guess its type. */
export function slot(name: SlotName): Slot {
  return sql.placeholder(name)
}

/** The name of a slot among the parameters of a compiled statement, undefined for a constant. */
export function slotName(parameter: unknown): string | undefined {
  return is(parameter, Placeholder) ? parameter.name : undefined
}
