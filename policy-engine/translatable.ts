// Whether every part of a policy can be decided at plan time or carried into SQL, whoever calls: asked once, when the bundle
// loads, so that an officer hears of it with a place and not a caller with a denial. Mirrors compile.ts shape by shape.

import type { Classification } from '../schema/classification.ts'
import { Untranslatable } from './cedar-json.ts'
import type { Expression, PolicyBody } from './cedar-json.ts'
import { isEntity, isSet } from './policy-values.ts'
import type { Known } from './policy-values.ts'

/** known: decided at plan time. row, set: a part of the row. condition: a Boolean that depends on the row or a parameter. */
type Shape = 'known' | 'boolean' | 'row' | 'set' | 'parameter' | 'now' | 'condition' | 'principal' | 'resource' | 'context' | 'field'

/** Type names of each row attribute over all GraphQL types, and the names of those types. */
export type RowVocabulary = { readonly attributes: ReadonlyMap<string, ReadonlySet<string>>; readonly types: ReadonlySet<string> }

export function rowVocabulary(classification: Classification): RowVocabulary {
  const attributes = new Map<string, Set<string>>()
  for (const { name, type } of classification.types().flatMap((known) => known.rowAttributes)) {
    attributes.set(name, new Set([...(attributes.get(name) ?? []), type]))
  }
  return { attributes, types: new Set(['Query', 'Mutation', ...classification.types().map((known) => known.type)]) }
}

/** Throws Untranslatable with the token to point at. */
export function assertTranslatable(policy: PolicyBody, rows: RowVocabulary): void {
  const { resource } = policy
  if (resource.op === 'equal' || resource.op === 'within' || (resource.op === 'is' && resource.within !== undefined)) throw new Untranslatable('resource', 'a policy cannot name one row; use resource is Type and row attributes')
  for (const { body } of policy.conditions) boolean(shape(body, rows), 'when')
}

function shape(expression: Expression, rows: RowVocabulary): Shape {
  const of = (part: Expression): Shape => shape(part, rows)
  switch (expression.op) {
    case 'literal':
      refuseRows(expression.value, rows)
      return typeof expression.value === 'boolean' ? 'boolean' : 'known'
    case 'set':
      return refuseUnless(expression.items.map(of).every(isKnown), '[', 'a set may hold only what is known before the row', 'known')
    case 'variable':
      return expression.name === 'action' ? refuse('action', 'name the action in the scope of the policy') : expression.name
    case 'not':
      return boolean(of(expression.of), '!')
    case 'attribute':
      return attributeShape(of(expression.of), expression.name, rows)
    case 'has': {
      const base = of(expression.of)
      return base === 'resource' || base === 'row' ? 'condition' : 'boolean'
    }
    case 'like':
      return likeShape(of(expression.of), expression.segments)
    case 'is': {
      const base = of(expression.of)
      if (expression.within !== undefined) return inShape(base, of(expression.within))
      return base === 'row' ? 'condition' : 'boolean'
    }
    case 'if': {
      const [condition, then, otherwise] = [boolean(of(expression.condition), 'if'), of(expression.then), of(expression.otherwise)]
      if (isBoolean(then) && isBoolean(otherwise)) return condition === 'boolean' && then === 'boolean' && otherwise === 'boolean' ? 'boolean' : 'condition'
      if (condition !== 'boolean') return refuse('if', 'an if that depends on the row must give a condition, not a value')
      return then === otherwise ? then : refuse('if', 'both branches must be of the same kind: known, or of the row')
    }
    case 'binary':
      return binaryShape(expression, rows)
  }
}

function binaryShape({ operator, left, right }: Extract<Expression, { op: 'binary' }>, rows: RowVocabulary): Shape {
  const [a, b] = [shape(left, rows), shape(right, rows)]
  switch (operator) {
    case '&&':
    case '||':
      return boolean(a, operator) === 'boolean' && boolean(b, operator) === 'boolean' ? 'boolean' : 'condition'
    case '==':
    case '!=':
      for (const side of [a, b]) if (['set', 'resource', 'context', 'field'].includes(side)) refuse(operator, `a ${side} cannot be compared with ${operator}`)
      return dependsOnRow(a) || dependsOnRow(b) || a === 'parameter' || b === 'parameter' ? 'condition' : 'boolean'
    case '<':
    case '<=':
    case '>':
    case '>=':
      for (const side of [a, b]) if (!['known', 'now', 'row'].includes(side)) refuse(operator, 'only numbers and datetimes can be ordered')
      return a === 'row' || b === 'row' ? 'condition' : 'boolean'
    case 'in':
      return inShape(a, b)
    case 'contains':
      if (a === 'set') return refuseUnless(isKnown(b), '.contains', 'a set of the row can be asked for constants only', 'condition')
      if (!isKnown(a) || ['set', 'resource', 'context', 'field'].includes(b)) return refuse('.contains', 'contains needs a known set, or a set of the row and a constant')
      return dependsOnRow(b) || b === 'parameter' ? 'condition' : 'boolean'
    case 'containsAll':
    case 'containsAny': {
      const swapped = operator === 'containsAny' && b === 'set' && isKnown(a)
      if (!swapped && (!(isKnown(a) || a === 'set') || !isKnown(b))) return refuse(`.${operator}`, 'a set of the row can be compared with a set of constants only')
      return a === 'set' || b === 'set' ? 'condition' : 'boolean'
    }
  }
}

function attributeShape(of: Shape, name: string, rows: RowVocabulary): Shape {
  switch (of) {
    case 'resource': {
      const types = rows.attributes.get(name) ?? new Set(['String'])
      if (types.size > 1) return refuse(`.${name}`, `row attribute ${name} has different types on different types`)
      return types.has('Bool') ? 'condition' : types.has('Set<String>') ? 'set' : 'row'
    }
    case 'principal':
      return name === 'pid' ? 'parameter' : 'known'
    case 'context':
      if (name === 'field' || name === 'now') return name
      if (name === 'caseNo' || name === 'authorizationRef') return 'parameter'
      return name === 'singleSubject' || name === 'minorsApproved' ? 'boolean' : 'known'
    case 'field':
      return name === 'personal' || name === 'sensitive' || name === 'naturalKey' ? 'boolean' : 'known'
    default:
      return refuse(`.${name}`, 'attributes can be read of principal, resource, context and context.field only')
  }
}

function likeShape(of: Shape, segments: readonly string[]): Shape {
  if (isKnown(of)) return 'boolean'
  if (of !== 'row' && of !== 'parameter') return refuse('like', 'like needs a string')
  const [first, second, third] = segments
  const oneSided = third === undefined ? second === undefined || first === '' || second === '' : segments.length === 3 && first === '' && third === ''
  return refuseUnless(oneSided, 'like', 'only prefix*, *suffix and *contained* can be carried into SQL', 'condition')
}

function inShape(left: Shape, right: Shape): Shape {
  const allowed = (side: Shape): boolean => isKnown(side) || side === 'row' || side === 'principal'
  if (left === 'resource') return refuseUnless(isKnown(right), 'in', 'a row is in nothing; use its division', 'boolean')
  if (!allowed(left) || !allowed(right)) return refuse('in', 'in needs entities: known ones, or divisions of the row')
  return left === 'row' || right === 'row' ? 'condition' : 'boolean'
}

function refuseRows(value: Known, rows: RowVocabulary): void {
  if (typeof value !== 'object') return
  if (isSet(value)) value.forEach((member) => { refuseRows(member, rows) })
  else if (isEntity(value) && rows.types.has(value.type)) refuse(`${value.type}::`, 'a policy cannot name one row; use resource is Type and row attributes')
}

function boolean(side: Shape, token: string): 'boolean' | 'condition' {
  if (side === 'boolean' || side === 'known') return 'boolean'
  return side === 'condition' ? 'condition' : refuse(token, 'this must be a condition')
}

function isBoolean(side: Shape): boolean {
  return side === 'boolean' || side === 'condition'
}

function isKnown(side: Shape): boolean {
  return side === 'known' || side === 'boolean'
}

function dependsOnRow(side: Shape): boolean {
  return side === 'row' || side === 'condition'
}

function refuse(token: string, message: string): never {
  throw new Untranslatable(token, message)
}

function refuseUnless(fine: boolean, token: string, message: string, shape: Shape): Shape {
  return fine ? shape : refuse(token, message)
}
