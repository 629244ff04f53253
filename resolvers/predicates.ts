// Row conditions as SQL (DESIGN 6). Only usable where NULL counts as false (WHERE, CASE WHEN, or under IS TRUE): comparisons are
// left three-valued, AND and OR keep "true exactly when the two-valued condition is true", and NOT is written IS NOT TRUE, so an
// absent attribute never makes a permit true nor a forbid false. An attribute that the binding does not know ends the statement.

import { sql, type SQL } from 'drizzle-orm'
import { CitygraphError } from '../core/errors.ts'
import type { Comparison, RowCondition, RowValue } from '../policy-engine/row-condition.ts'
import { own, type RowAttributes } from './entity.ts'
import { slot } from './slots.ts'

/** SQL for the condition over these attributes; constants are bound. Throws CitygraphError INTERNAL on an unknown attribute. */
export function predicate(condition: RowCondition, attributes: RowAttributes): SQL {
  switch (condition.kind) {
    case 'always': return sql`true`
    case 'never': return sql`false`
    case 'and':
    case 'or': return joined(condition.kind, condition.terms, attributes)
    case 'not': return sql`(${predicate(condition.term, attributes)}) IS NOT TRUE`
    case 'has': return sql`${attributeOf(condition.attribute, attributes)} IS NOT NULL`
    case 'truth': return sql`${attributeOf(condition.attribute, attributes)}`
    case 'compare': return sql`${valueOf(condition.left, attributes)} ${operators[condition.operator]} ${valueOf(condition.right, attributes)}`
    case 'under': return under(condition.left, condition.right, attributes)
    case 'like': return like(condition, attributes)
    case 'oneOf': return sql`${valueOf(condition.value, attributes)} = ANY(${constants(condition.constants)})`
    case 'setContains': return setContains(condition, attributes)
  }
}

/**
 * Whether the condition is true on every row on which the other one is, as far as one can tell without thinking: it is the same, or
 * one of the terms of which all must hold.
 */
export function follows(condition: RowCondition, from: RowCondition): boolean {
  const given = new Set(conjuncts(from).map((term) => JSON.stringify(term)))
  return condition.kind !== 'never' && conjuncts(condition).every((term) => given.has(JSON.stringify(term)))
}

function conjuncts(condition: RowCondition): readonly RowCondition[] {
  if (condition.kind === 'always') return []
  return condition.kind === 'and' ? condition.terms.flatMap(conjuncts) : [condition]
}

const operators: Readonly<Record<Comparison, SQL>> = { '==': sql`=`, '!=': sql`<>`, '<': sql`<`, '<=': sql`<=`, '>': sql`>`, '>=': sql`>=` }

/** Digits of a division that has others under it (GB/T 2260: province, city, county, street, village). */
const DIVISION_LENGTHS: readonly number[] = [2, 4, 6, 9, 12]

function joined(kind: 'and' | 'or', terms: readonly RowCondition[], attributes: RowAttributes): SQL {
  if (terms.length === 0) return kind === 'and' ? sql`true` : sql`false`
  return sql`(${sql.join(terms.map((term) => predicate(term, attributes)), kind === 'and' ? sql` AND ` : sql` OR `)})`
}

function attributeOf(name: string, attributes: RowAttributes): SQL {
  const found = own(attributes, name)
  if (found === undefined) throw new CitygraphError('INTERNAL', {}, { cause: new RangeError(`no row attribute ${name} is bound`) })
  return found
}

function valueOf(value: RowValue, attributes: RowAttributes): SQL {
  switch (value.kind) {
    case 'attribute': return attributeOf(value.name, attributes)
    case 'constant': return constant(value.value)
    case 'instant': return sql`${new Date(value.epochMs).toISOString()}::timestamptz`
    case 'parameter': return value.name === 'now' ? sql`${slot('now')}::timestamptz` : sql`${slot(value.name)}::text`
  }
}

function constant(value: string | number | boolean): SQL {
  if (typeof value === 'string') return sql`${value}::text`
  return typeof value === 'number' ? sql`${value}::bigint` : sql`${value}::boolean`
}

/** One array parameter, or one of numbers; Cedar's sets hold one type. */
function constants(values: readonly (string | number)[]): SQL {
  const array = sql.param(values)
  return values.every((value) => typeof value === 'number') && values.length > 0 ? sql`${array}::bigint[]` : sql`${array}::text[]`
}

function under(left: RowValue, right: RowValue, attributes: RowAttributes): SQL {
  const inner = valueOf(left, attributes)
  const outer = valueOf(right, attributes)
  if (right.kind === 'constant') {
    const whole = typeof right.value === 'string' && DIVISION_LENGTHS.includes(right.value.length) && /^[0-9]+$/.test(right.value)
    return whole ? sql`starts_with(${inner}, ${outer})` : sql`${inner} = ${outer}`
  }
  return sql`(${inner} = ${outer} OR (length(${outer}) IN (2, 4, 6, 9, 12) AND translate(${outer}, '0123456789', '') = '' AND starts_with(${inner}, ${outer})))`
}

function like(condition: Extract<RowCondition, { kind: 'like' }>, attributes: RowAttributes): SQL {
  const value = valueOf(condition.value, attributes)
  const { prefix, contained, suffix } = condition
  const terms: SQL[] = []
  if (prefix !== '') terms.push(sql`starts_with(${value}, ${prefix}::text)`)
  if (suffix !== '') terms.push(sql`right(${value}, ${[...suffix].length}::integer) = ${suffix}::text`)
  if (contained !== '') terms.push(sql`strpos(${value}, ${contained}::text) > 0`)
  const together = [...prefix, ...suffix, ...contained].length
  // More than one part: they must not overlap.
  if (terms.length > 1) terms.push(sql`length(${value}) >= ${together}::integer`)
  return terms.length === 0 ? sql`${value} IS NOT NULL` : sql`(${sql.join(terms, sql` AND `)})`
}

function setContains(condition: Extract<RowCondition, { kind: 'setContains' }>, attributes: RowAttributes): SQL {
  const set = attributeOf(condition.attribute, attributes)
  const wanted = constants(condition.constants)
  return condition.mode === 'any' ? sql`${set} && ${wanted}` : sql`${set} @> ${wanted}`
}
