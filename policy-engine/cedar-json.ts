// Cedar's JSON policy form → our expression tree. The operator list is closed (DESIGN 6): what is not listed here cannot become
// SQL and is refused when the bundle loads, with the token to point at. Constants are folded, dates become instants.

import { parseDatetime, parseDuration } from './cedar-time.ts'
import type { Entity, Known } from './policy-values.ts'

export type BinaryOperator =
  | '==' | '!=' | '<' | '<=' | '>' | '>=' | '&&' | '||' | 'in' | 'contains' | 'containsAll' | 'containsAny'
export type Variable = 'principal' | 'action' | 'resource' | 'context'

export type Expression =
  | { readonly op: 'literal'; readonly value: Known }
  | { readonly op: 'set'; readonly items: readonly Expression[] }
  | { readonly op: 'variable'; readonly name: Variable }
  | { readonly op: 'not'; readonly of: Expression }
  | { readonly op: 'binary'; readonly operator: BinaryOperator; readonly left: Expression; readonly right: Expression }
  | { readonly op: 'attribute'; readonly of: Expression; readonly name: string }
  | { readonly op: 'has'; readonly of: Expression; readonly path: readonly string[] }
  /** The pattern split at its wildcards: `a*` is ['a', '']; one segment means no wildcard. */
  | { readonly op: 'like'; readonly of: Expression; readonly segments: readonly string[] }
  | { readonly op: 'is'; readonly of: Expression; readonly type: string; readonly within?: Expression }
  | { readonly op: 'if'; readonly condition: Expression; readonly then: Expression; readonly otherwise: Expression }

export type Scope =
  | { readonly op: 'all' }
  | { readonly op: 'equal' | 'within'; readonly entity: Entity }
  | { readonly op: 'is'; readonly type: string; readonly within?: Entity }

export type PolicyBody = {
  readonly effect: 'permit' | 'forbid'
  readonly principal: Scope
  /** Names of actions; undefined means every action. */
  readonly actions: ReadonlySet<string> | undefined
  readonly resource: Scope
  readonly conditions: readonly { readonly when: boolean; readonly body: Expression }[]
  readonly annotations: Readonly<Record<string, string>>
}

/** Something outside the closed list. `token` is how it is written in Cedar, to find its place in the text. */
export class Untranslatable extends Error {
  readonly token: string
  constructor(token: string, message: string) {
    super(message)
    this.name = 'Untranslatable'
    this.token = token
  }
}

const binaryOperators: readonly BinaryOperator[] = [
  '==', '!=', '<', '<=', '>', '>=', '&&', '||', 'in', 'contains', 'containsAll', 'containsAny',
]

/** Reads `policyToJson(…).json`. Throws Untranslatable on anything outside the closed list. */
export function parsePolicyJson(json: unknown): PolicyBody {
  const policy = record(json)
  const conditions = list(policy['conditions']).map((clause) => {
    const { kind, body } = record(clause)
    return { when: kind === 'when', body: parseExpression(body) }
  })
  const annotations = Object.fromEntries(Object.entries(record(policy['annotations'] ?? {})).map(([key, value]) => [key, text(value ?? '')]))
  return {
    effect: policy['effect'] === 'permit' ? 'permit' : 'forbid',
    principal: parseScope(policy['principal']),
    actions: parseActions(policy['action']),
    resource: parseScope(policy['resource']),
    conditions,
    annotations,
  }
}

function parseScope(json: unknown): Scope {
  const scope = record(json)
  switch (scope['op']) {
    case 'All':
      return { op: 'all' }
    case '==':
      return { op: 'equal', entity: parseEntity(scope['entity']) }
    case 'in':
      return { op: 'within', entity: parseEntity(scope['entity']) }
    case 'is': {
      const type = text(scope['entity_type'])
      return scope['in'] === undefined ? { op: 'is', type } : { op: 'is', type, within: parseEntity(record(scope['in'])['entity']) }
    }
    default:
      throw new Untranslatable('permit', 'this form of scope is not supported')
  }
}

function parseActions(json: unknown): ReadonlySet<string> | undefined {
  const scope = record(json)
  if (scope['op'] === 'All') return undefined
  const entities = scope['entities'] === undefined ? [scope['entity']] : list(scope['entities'])
  return new Set(entities.map((entity) => parseEntity(entity).id))
}

function parseExpression(json: unknown): Expression {
  const entries = Object.entries(record(json))
  const [only] = entries
  if (only === undefined || entries.length !== 1) throw new Untranslatable('when', 'unreadable expression')
  const [operator, body] = only
  const binary = binaryOperators.find((known) => known === operator)
  if (binary !== undefined) {
    const { left, right } = record(body)
    return { op: 'binary', operator: binary, left: parseExpression(left), right: parseExpression(right) }
  }
  switch (operator) {
    case 'Value':
      return { op: 'literal', value: parseLiteral(body) }
    case 'Set':
      return parseSet(list(body).map(parseExpression))
    case 'Var':
      return { op: 'variable', name: parseVariable(body) }
    case '!':
      return { op: 'not', of: parseExpression(record(body)['arg']) }
    case '.':
      return { op: 'attribute', of: parseExpression(record(body)['left']), name: text(record(body)['attr']) }
    case 'has': {
      const attribute = record(body)['attr']
      const path = Array.isArray(attribute) ? attribute.map(text) : [text(attribute)]
      return { op: 'has', of: parseExpression(record(body)['left']), path }
    }
    case 'like':
      return { op: 'like', of: parseExpression(record(body)['left']), segments: parsePattern(list(record(body)['pattern'])) }
    case 'is': {
      const { left, entity_type: type, in: within } = record(body)
      const base = { op: 'is', of: parseExpression(left), type: text(type) } as const
      return within === undefined || within === null ? base : { ...base, within: parseExpression(within) }
    }
    case 'if-then-else': {
      const { if: condition, then, else: otherwise } = record(body)
      return { op: 'if', condition: parseExpression(condition), then: parseExpression(then), otherwise: parseExpression(otherwise) }
    }
    case 'datetime':
    case 'offset':
      return { op: 'literal', value: { epochMs: parseInstant(operator, list(body)) } }
    default:
      throw new Untranslatable(tokens[operator] ?? operator, `'${operator}' cannot be carried into SQL; the operators allowed are == != < <= > >= && || ! if has . in is contains containsAll containsAny like datetime`)
  }
}

/** How operators outside the list are written in policy text. */
const tokens: Readonly<Record<string, string>> = { neg: '-', Record: '{', Slot: '?', duration: 'duration' }

/** `datetime("…")`, or a constant datetime moved by a constant duration. */
function parseInstant(operator: string, args: readonly unknown[]): number {
  if (operator === 'datetime') {
    const literal = parseExpression(args[0])
    const at = literal.op === 'literal' && typeof literal.value === 'string' ? parseDatetime(literal.value) : undefined
    if (at === undefined) throw new Untranslatable('datetime', 'datetime takes one constant: YYYY-MM-DD or YYYY-MM-DDThh:mm:ss with Z or an offset')
    return at
  }
  const [base, duration] = args
  const constants = [entryOf(base), entryOf(duration)]
  const [from, by] = constants
  if (from?.[0] !== 'datetime' && from?.[0] !== 'offset') throw new Untranslatable('offset', 'offset is allowed on a constant datetime only; put calendar arithmetic into a row attribute')
  const span = by?.[0] === 'duration' ? record(list(by[1])[0])['Value'] : undefined
  const millis = typeof span === 'string' ? parseDuration(span) : undefined
  if (millis === undefined) throw new Untranslatable('offset', 'offset takes a constant duration')
  return parseInstant(from[0], list(from[1])) + millis
}

function entryOf(json: unknown): readonly [string, unknown] | undefined {
  return Object.entries(record(json))[0]
}

function parseSet(items: readonly Expression[]): Expression {
  const values: Known[] = []
  for (const item of items) {
    if (item.op !== 'literal') return { op: 'set', items }
    values.push(item.value)
  }
  return { op: 'literal', value: values }
}

function parseLiteral(json: unknown): Known {
  if (typeof json === 'boolean' || typeof json === 'string') return json
  if (typeof json === 'number') {
    if (Number.isSafeInteger(json)) return json
    throw new Untranslatable('when', 'a number beyond ±9007199254740991 cannot be compared exactly')
  }
  return parseEntity(json)
}

function parseEntity(json: unknown): Entity {
  const outer = record(json)
  const { type, id } = record(outer['__entity'] ?? outer)
  return { type: text(type), id: text(id) }
}

function parsePattern(elements: readonly unknown[]): readonly string[] {
  const segments = ['']
  let afterWildcard = false
  for (const element of elements) {
    const wildcard = element === 'Wildcard'
    if (wildcard && !afterWildcard) segments.push('')
    if (!wildcard) segments.push(`${segments.pop() ?? ''}${text(record(element)['Literal'])}`)
    afterWildcard = wildcard
  }
  return segments
}

function parseVariable(json: unknown): Variable {
  if (json === 'principal' || json === 'resource' || json === 'context') return json
  throw new Untranslatable('action', 'name the action in the scope of the policy, not in its conditions')
}

function record(json: unknown): Readonly<Record<string, unknown>> {
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json as Readonly<Record<string, unknown>>
  throw new Untranslatable('when', 'unreadable policy form')
}

function list(json: unknown): readonly unknown[] {
  if (Array.isArray(json)) return json
  throw new Untranslatable('when', 'unreadable policy form')
}

function text(json: unknown): string {
  if (typeof json === 'string') return json
  throw new Untranslatable('when', 'unreadable policy form')
}
