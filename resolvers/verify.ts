// Verifications (DOMAIN 1.1 S11, 4.7): one statement that answers a question about a subject's row and gives nothing of it. The
// plan's condition stands in the WHERE, so a row that may not be verified answers as one that is not there, on the same path and in
// the same time (DOMAIN 3.2 M11). Statements are kept with the plan like all others.

import { sql, type SQL } from 'drizzle-orm'
import type { DomainBinding } from './binding.ts'
import { compiledFor } from './compiled.ts'
import type { Entity } from './entity.ts'
import { predicate } from './predicates.ts'
import type { ReadContext } from './read-context.ts'
import type { SlotName, SlotValue } from './slots.ts'
import { compile, run } from './statements.ts'

export type Question = {
  /** The root field. */
  readonly entry: string
  readonly entity: Entity
  /**
   * The whole statement. First column: whose row it is, as text, for the access record (NULL for nobody); then the answer. The first
   * row counts. `allowed` is what must hold for a row of the entity to count.
   */
  readonly ask: (allowed: SQL) => SQL
  readonly values: Readonly<Partial<Record<SlotName, SlotValue>>>
  /** The field's arguments, where the plan may limit how many different ones are asked (K7). */
  readonly args?: Readonly<Record<string, unknown>>
}

/** False when callers of this plan may not ask at all: then the answer is null, as the gate gives it. */
export function mayAsk(context: ReadContext, entry: string): boolean {
  return context.plan.verify(entry).condition.kind !== 'never'
}

/**
 * The answer's columns in the first row, undefined when there is none. A question always goes to the database, whatever its operands.
 * Whoever the caller named (slot `keys`) is recorded and counted as asked about, whether or not a row was found: that nothing stands
 * about a person is said of that person too. Nothing looks whether such a person exists.
 */
export async function answerOf(context: ReadContext, binding: DomainBinding, { entry, entity, ask, values, args = {} }: Question): Promise<readonly unknown[] | undefined> {
  const { statement } = compiledFor(context.plan, ['verify', binding.domain, entry].join('|'), () => {
    const { condition } = context.plan.verify(entry)
    const allowed = sql`${entity.alive} AND ${predicate(condition, entity.attributes)}`
    return { statement: compile(ask(allowed)), read: refuseRead, position: refuseRead }
  })
  context.observe.field('Query', entry)
  const rows = await run(context, statement, values)
  context.observe.rows(rows.length)
  const [first] = rows
  const [pid, ...answer] = first ?? []
  asked(context, entry, typeof pid === 'string' ? [pid] : namedBy(values.keys), args)
  return first === undefined ? undefined : answer
}

/**
 * Records who was asked about, and counts them where the entry has a bulk class or is open by a grant with a quota. An id that was not found stands for one person; for
 * several tokens only while pair keys rotate, and then the first is counted for all.
 */
function asked(context: ReadContext, entry: string, keys: readonly string[], args: Readonly<Record<string, unknown>>): void {
  for (const key of keys) context.observe.subject(key)
  const counted = context.plan.counted('Query', entry)
  const [key] = keys
  if (counted.length > 0 && key !== undefined) context.observe.supply(key, counted)
  const names = context.plan.thresholds(entry)
  if (names.length > 0 && key !== undefined) context.observe.threshold(entry, key, JSON.stringify(names.map((name) => args[name] ?? null)))
}

function namedBy(keys: SlotValue | undefined): readonly string[] {
  return Array.isArray(keys) ? keys.filter((key) => typeof key === 'string') : []
}

/** Deciphers a public id of a person; an empty list asks the database about nobody. */
export function pidsOf(context: ReadContext, id: unknown): readonly string[] {
  return typeof id === 'string' ? context.ids.decipher(context.org, 'Person', id) : []
}

function refuseRead(): never {
  throw new RangeError('an answer is not a row')
}
