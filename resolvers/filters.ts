// `where` arguments as SQL (DESIGN 5.6). A field may be compared with only where it is clear to the caller on every row and
// filtering is permitted; otherwise NOT_FILTERABLE names the argument, before any database access. Public keys are always usable.

import { sql, type SQL } from 'drizzle-orm'
import { CitygraphError } from '../core/errors.ts'
import type { AccessPlan } from '../policy-engine/decision.ts'
import type { Classification } from '../schema/classification.ts'
import { operatorKey, type FilterOperator } from '../schema/generate-filters.ts'
import type { Entity, FieldBinding } from './entity.ts'
import { comparable, postgresType } from './formats.ts'
import { operandText, refused } from './operands.ts'
import { slot, type SlotName, type SlotValue } from './slots.ts'

/** `shape` names fields and operators (a key for the statement), `conditions` is the SQL, `values` the operands. */
export type Filter = { readonly shape: string; readonly conditions: readonly SQL[]; readonly values: readonly (readonly [SlotName, SlotValue])[] }

export type FilterParts = { readonly entity: Entity; readonly plan: AccessPlan; readonly classification: Classification }

const LONGEST_LIST = 100

/** The conditions of a `where` argument, all of which must hold. Throws CitygraphError NOT_FILTERABLE or BAD_USER_INPUT. */
export function filterOf(where: unknown, parts: FilterParts): Filter {
  const shape: string[] = []
  const conditions: SQL[] = []
  const values: (readonly [SlotName, SlotValue])[] = []
  for (const [field, comparisons] of entriesOf(where, 'where')) {
    const argument = `where.${field}`
    const { binding, operators } = filterable(field, argument, parts)
    for (const [name, operand] of entriesOf(comparisons, argument)) {
      const operator = operators.find((candidate) => operatorKey(candidate) === name)
      if (operator === undefined) throw refused(`${argument}.${name}`)
      const at: SlotName = `operand${values.length}`
      values.push([at, operandOf(operand, operator, binding, `${argument}.${name}`)])
      conditions.push(comparison(operator, binding, at))
      shape.push(`${field}.${name}`)
    }
  }
  return { shape: shape.join(','), conditions, values }
}

function filterable(field: string, argument: string, { entity, plan, classification }: FilterParts): { binding: FieldBinding; operators: readonly FilterOperator[] } {
  const keyOperators = classification.type(entity.type)?.keyFilters.get(field)
  if (keyOperators === undefined && !plan.filterable(entity.type, field)) throw new CitygraphError('NOT_FILTERABLE', { argument })
  const operators = keyOperators ?? classification.field(entity.type, field)?.filterOperators ?? []
  const binding = entity.field(field)
  if (binding === undefined || operators.length === 0) throw new CitygraphError('NOT_FILTERABLE', { argument })
  return { binding, operators }
}

function operandOf(operand: unknown, operator: FilterOperator, binding: FieldBinding, argument: string): SlotValue {
  if (operator !== 'IN') return operandText(operand, binding.kind, argument)
  if (!Array.isArray(operand) || operand.length > LONGEST_LIST) throw refused(argument)
  return operand.map((value: unknown) => operandText(value, binding.kind, argument))
}

function comparison(operator: FilterOperator, { value, kind, factor }: FieldBinding, at: SlotName): SQL {
  const left = factor?.column ?? value
  const single = comparable(sql`${slot(at)}::text`, kind)
  const right = factor === undefined ? single : sql`(${single} / ${sql.raw(String(factor.by))})`
  switch (operator) {
    case 'EQ': return sql`${left} = ${right}`
    case 'LT': return sql`${left} < ${right}`
    case 'LTE': return sql`${left} <= ${right}`
    case 'GT': return sql`${left} > ${right}`
    case 'GTE': return sql`${left} >= ${right}`
    case 'STARTS_WITH': return sql`starts_with(${left}, ${slot(at)}::text)`
    case 'IN': return sql`${left} = ANY(${slot(at)}::${sql.raw(postgresType(kind))}[])`
  }
}

/** Entries of an input object; absent and null give none. A comparison with null is refused: it would read as "no condition". */
function entriesOf(input: unknown, argument: string): readonly (readonly [string, unknown])[] {
  if (input === undefined || input === null) return []
  if (typeof input !== 'object' || Array.isArray(input)) throw refused(argument)
  return Object.entries(input).map(([name, value]: [string, unknown]) => {
    if (value === null) throw refused(`${argument}.${name}`)
    return [name, value] as const
  })
}
