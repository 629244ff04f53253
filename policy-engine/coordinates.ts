// Policies that name a field of the graph name one that exists: Cedar sees only strings there, so a slip of the pen would be a
// policy that never applies. Looks at `context.field.coordinate` and `context.field.type` compared with constants.

import type { Classification } from '../schema/classification.ts'
import type { Expression, PolicyBody } from './cedar-json.ts'
import { findLiteral } from './find-token.ts'
import type { Known } from './policy-values.ts'

/** Faults with the index of the literal in the policy's text. */
export function unknownCoordinates(policy: PolicyBody, text: string, classification: Classification): { readonly index: number; readonly message: string }[] {
  const faults: { index: number; message: string }[] = []
  const check = (name: string, value: Known): void => {
    if (typeof value === 'object' && Array.isArray(value)) return value.forEach((member: Known) => { check(name, member) })
    if (typeof value !== 'string' || exists(name, value, classification)) return
    faults.push({ index: findLiteral(text, value), message: `${value} is not a ${name === 'type' ? 'type' : 'classified field'} of the graph` })
  }
  for (const { body } of policy.conditions) {
    for (const { operator, left, right } of comparisons(body)) {
      if (operator === '==' || operator === '!=') {
        if (fieldFact(left) !== undefined && right.op === 'literal') check(fieldFact(left) ?? '', right.value)
        if (fieldFact(right) !== undefined && left.op === 'literal') check(fieldFact(right) ?? '', left.value)
      }
      if (operator === 'contains' && left.op === 'literal' && fieldFact(right) !== undefined) check(fieldFact(right) ?? '', left.value)
    }
  }
  return faults
}

function exists(name: string, value: string, classification: Classification): boolean {
  if (name === 'type') return value === 'Query' || value === 'Mutation' || classification.type(value) !== undefined
  const [type = '', field, ...rest] = value.split('.')
  if (field === undefined) return classification.type(type) !== undefined
  return rest.length === 0 && classification.field(type, field) !== undefined
}

function fieldFact(expression: Expression): string | undefined {
  if (expression.op !== 'attribute' || (expression.name !== 'coordinate' && expression.name !== 'type')) return undefined
  const { of } = expression
  const isField = of.op === 'attribute' && of.name === 'field' && of.of.op === 'variable' && of.of.name === 'context'
  return isField ? expression.name : undefined
}

function comparisons(expression: Expression): readonly Extract<Expression, { op: 'binary' }>[] {
  switch (expression.op) {
    case 'binary':
      return [expression, ...comparisons(expression.left), ...comparisons(expression.right)]
    case 'not':
      return comparisons(expression.of)
    case 'if':
      return [expression.condition, expression.then, expression.otherwise].flatMap(comparisons)
    default:
      return []
  }
}
