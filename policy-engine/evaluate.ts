// A row condition on one concrete row, in TypeScript: for officers' tests and explanations only. What is served is decided by
// the same condition as SQL inside the department's database.

import { divisionIsUnder } from './policy-values.ts'
import { holdsOrder } from './row-condition.ts'
import type { Comparison, RequestParameter, RowCondition, RowValue } from './row-condition.ts'

/** Attributes of a row by name; absent ones are missing. Divisions are codes, datetimes epoch milliseconds. */
export type Row = Readonly<Record<string, string | number | boolean | readonly string[]>>
/** `now` in epoch milliseconds. */
export type Parameters = Readonly<Partial<Record<RequestParameter, string | number>>>

type Scalar = string | number | boolean

/** Two-valued: with an absent attribute every comparison is false. */
export function holdsOn(condition: RowCondition, row: Row, parameters: Parameters): boolean {
  const value = (of: RowValue): Scalar | undefined => valueOf(of, row, parameters)
  switch (condition.kind) {
    case 'always':
      return true
    case 'never':
      return false
    case 'and':
      return condition.terms.every((term) => holdsOn(term, row, parameters))
    case 'or':
      return condition.terms.some((term) => holdsOn(term, row, parameters))
    case 'not':
      return !holdsOn(condition.term, row, parameters)
    case 'has':
      return attribute(row, condition.attribute) !== undefined
    case 'truth':
      return attribute(row, condition.attribute) === true
    case 'compare': {
      const [left, right] = [value(condition.left), value(condition.right)]
      return left !== undefined && right !== undefined && compare(condition.operator, left, right)
    }
    case 'under': {
      const [left, right] = [value(condition.left), value(condition.right)]
      return typeof left === 'string' && typeof right === 'string' && divisionIsUnder(left, right)
    }
    case 'like': {
      const text = value(condition.value)
      const { prefix, contained, suffix } = condition
      return typeof text === 'string' && text.startsWith(prefix) && text.endsWith(suffix) && text.includes(contained)
    }
    case 'oneOf': {
      const found = value(condition.value)
      return found !== undefined && condition.constants.some((constant) => constant === found)
    }
    case 'setContains': {
      const members = attribute(row, condition.attribute)
      if (typeof members !== 'object') return false
      const inSet = (constant: string | number): boolean => members.some((member) => member === constant)
      return condition.mode === 'any' ? condition.constants.some(inSet) : condition.constants.every(inSet)
    }
  }
}

function valueOf(of: RowValue, row: Row, parameters: Parameters): Scalar | undefined {
  switch (of.kind) {
    case 'constant':
      return of.value
    case 'instant':
      return of.epochMs
    case 'parameter':
      return parameters[of.name]
    case 'attribute': {
      const found = attribute(row, of.name)
      return typeof found === 'object' ? undefined : found
    }
  }
}

function attribute(row: Row, name: string): Scalar | readonly string[] | undefined {
  return Object.hasOwn(row, name) ? row[name] : undefined
}

function compare(operator: Comparison, left: Scalar, right: Scalar): boolean {
  if (operator === '==' || operator === '!=') return (left === right) === (operator === '==')
  return typeof left === 'number' && typeof right === 'number' && holdsOrder(operator, left, right)
}
