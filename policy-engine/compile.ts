// A policy with caller, purpose, action and field known and the row unknown → the rows on which it applies (DESIGN 6).
// Exact about errors: a permit that would err on a row does not permit it, a forbid that would err forbids it. Anything that
// cannot be translated after all goes the same way (translatable.ts refuses it at load, so this is the second lock).

import { Untranslatable } from './cedar-json.ts'
import type { Expression, PolicyBody, Scope } from './cedar-json.ts'
import { contains, containsSeveral, equal, like, ordered, unequal, within } from './compile-operators.ts'
import { conditionResult, errorOf, failed, holdsOf, knownResult, valueResult } from './compiled-value.ts'
import type { Result } from './compiled-value.ts'
import { ancestorsOf, callerDivision } from './environment.ts'
import type { Environment } from './environment.ts'
import { isEntity, isSet } from './policy-values.ts'
import type { Entity } from './policy-values.ts'
import { always, never } from './row-condition.ts'
import type { RowCondition } from './row-condition.ts'
import { both, either, opposite } from './simplify.ts'

/** The rows on which the policy applies: for a permit those it permits, for a forbid those it forbids (errors included). */
export function compilePolicy(policy: PolicyBody, environment: Environment): RowCondition {
  if (!scopeMatches(policy, environment)) return never
  let reached: Result = knownResult(true)
  try {
    for (const { when, body } of policy.conditions) {
      reached = conjunction(reached, (proved) => (when ? evaluate(body, environment, proved) : not(evaluate(body, environment, proved))))
    }
  } catch (error) {
    if (!(error instanceof Untranslatable)) throw error
    return policy.effect === 'permit' ? never : always
  }
  const holds = holdsOf(reached) ?? never
  const errs = holdsOf(reached) === undefined ? always : reached.error
  return policy.effect === 'permit' ? holds : either(holds, errs)
}

function scopeMatches(policy: PolicyBody, { situation, action, rowType }: Environment): boolean {
  if (policy.actions !== undefined && !policy.actions.has(action)) return false
  const caller: Entity = { type: 'Caller', id: situation.caller.sub }
  return inScope(policy.principal, 'Caller', ancestorsOf(caller, situation)) && inScope(policy.resource, rowType, [])
}

/** Whether an entity of the type with these ancestors (itself included) is in a policy's scope. */
export function inScope(scope: Scope, type: string, ancestors: readonly Entity[]): boolean {
  switch (scope.op) {
    case 'all':
      return true
    case 'is':
      return scope.type === type && (scope.within === undefined || among(ancestors, scope.within))
    case 'within':
      return among(ancestors, scope.entity)
    case 'equal':
      return scope.entity.type === type && among(ancestors, scope.entity)
  }
}

function among(entities: readonly Entity[], entity: Entity): boolean {
  return entities.some(({ type, id }) => type === entity.type && id === entity.id)
}

/** What an expression is worth. The hot path: no named closures here, since tsx (esbuild's keepNames) pays for each one made. */
export function evaluate(expression: Expression, environment: Environment, proved: ReadonlySet<string>): Result {
  switch (expression.op) {
    case 'literal':
      return knownResult(expression.value)
    case 'set':
      return setOf(expression.items.map((item) => evaluate(item, environment, proved)))
    case 'variable':
      return expression.name === 'action' ? failed : valueResult({ kind: expression.name })
    case 'not':
      return not(evaluate(expression.of, environment, proved))
    case 'attribute':
      return attribute(evaluate(expression.of, environment, proved), expression.name, environment, proved)
    case 'has':
      return has(evaluate(expression.of, environment, proved), expression.path, environment)
    case 'like':
      return like(evaluate(expression.of, environment, proved), expression.segments)
    case 'is':
      return is(evaluate(expression.of, environment, proved), expression, environment, proved)
    case 'if':
      return choose(evaluate(expression.condition, environment, proved), expression, environment, proved)
    case 'binary':
      return binary(expression, environment, proved)
  }
}

function binary(expression: Extract<Expression, { op: 'binary' }>, environment: Environment, proved: ReadonlySet<string>): Result {
  const { operator, right } = expression
  const { situation } = environment
  const left = evaluate(expression.left, environment, proved)
  if (operator === '&&') return conjunction(left, (more) => evaluate(right, environment, union(proved, more)))
  if (operator === '||') return disjunction(left, () => evaluate(right, environment, proved))
  const other = evaluate(right, environment, proved)
  switch (operator) {
    case '==':
      return equal(left, other, situation)
    case '!=':
      return unequal(left, other, situation)
    case 'in':
      return within(left, other, situation)
    case 'contains':
      return contains(left, other, situation)
    case 'containsAll':
      return containsSeveral('all', left, other)
    case 'containsAny':
      return containsSeveral('any', left, other)
    default:
      return ordered(operator, left, other, situation)
  }
}

/** `left && right`, the right side only looked at on rows where the left holds. */
function conjunction(left: Result, right: (proved: ReadonlySet<string>) => Result): Result {
  const first = holdsOf(left)
  if (first === undefined) return failed
  if (first.kind === 'never') return conditionResult(never, left.error)
  const second = right(left.proves)
  const holds = holdsOf(second)
  const error = either(left.error, both(first, holds === undefined ? always : second.error))
  return conditionResult(both(first, holds ?? never), error, union(left.proves, second.proves))
}

/** `left || right`, the right side only looked at on rows where the left neither holds nor errs. */
function disjunction(left: Result, right: () => Result): Result {
  const first = holdsOf(left)
  if (first === undefined) return failed
  if (first.kind === 'always') return left
  const fails = opposite(either(first, left.error))
  const second = right()
  const holds = holdsOf(second)
  const error = either(left.error, both(fails, holds === undefined ? always : second.error))
  return conditionResult(either(first, holds ?? never), error, intersection(left.proves, second.proves))
}

function not(of: Result): Result {
  const holds = holdsOf(of)
  return holds === undefined ? failed : conditionResult(opposite(holds), of.error)
}

function choose(condition: Result, branch: Extract<Expression, { op: 'if' }>, environment: Environment, proved: ReadonlySet<string>): Result {
  const holds = holdsOf(condition)
  if (holds === undefined || condition.error.kind === 'always') return failed
  const sure = condition.value.kind === 'known' ? condition.value.value === true : undefined
  const then = sure === false ? failed : evaluate(branch.then, environment, union(proved, condition.proves))
  if (sure === true) return then
  const otherwise = evaluate(branch.otherwise, environment, proved)
  if (sure === false) return otherwise
  const fails = opposite(either(holds, condition.error))
  const [a, b] = [holdsOf(then), holdsOf(otherwise)]
  if (a === undefined || b === undefined) throw new Untranslatable('if', 'an if that depends on the row must give a condition')
  const error = either(condition.error, both(holds, then.error), both(fails, otherwise.error))
  return conditionResult(either(both(holds, a), both(fails, b)), error)
}

function attribute(of: Result, name: string, environment: Environment, proved: ReadonlySet<string>): Result {
  const { situation, field } = environment
  const { caller, occasion } = situation
  switch (of.value.kind) {
    case 'resource': {
      const declared = environment.attributes.get(name)
      if (declared === undefined) return failed
      const present: RowCondition = { kind: 'has', attribute: name }
      const error = declared.optional && !proved.has(name) ? opposite(present) : never
      return declared.type === 'Bool' ? conditionResult({ kind: 'truth', attribute: name }, error) : valueResult({ kind: 'row', attribute: declared }, error)
    }
    case 'principal': {
      const division = callerDivision(caller)
      if (name === 'org') return knownResult({ type: 'Organisation', id: caller.org })
      if (name === 'organisation') return knownResult(caller.org)
      if (name === 'kind') return knownResult(caller.kind)
      if (name === 'assurance') return knownResult(caller.assurance)
      if (name === 'zone') return knownResult(caller.zone)
      if (name === 'division' && division !== undefined) return knownResult({ type: 'Division', id: division })
      return name === 'pid' && caller.pid !== undefined ? valueResult({ kind: 'parameter', name: 'pid' }) : failed
    }
    case 'context':
      if (name === 'field') return valueResult({ kind: 'field' })
      if (name === 'now') return valueResult({ kind: 'now' })
      if (name === 'singleSubject') return knownResult(occasion.singleSubject)
      if (name === 'minorsApproved') return knownResult(situation.minorsApproved)
      if (name === 'purpose' && occasion.purpose !== undefined) return knownResult({ type: 'Purpose', id: occasion.purpose })
      if (name === 'caseNo' && occasion.caseNo !== undefined) return valueResult({ kind: 'parameter', name })
      return name === 'authorizationRef' && occasion.authorizationRef !== undefined ? valueResult({ kind: 'parameter', name }) : failed
    case 'field': {
      const value = Object.hasOwn(field, name) ? field[name] : undefined
      return value === undefined ? failed : knownResult(value)
    }
    default:
      return failed
  }
}

function has(of: Result, path: readonly string[], environment: Environment): Result {
  if (of.error.kind === 'always') return failed
  const [name, ...deeper] = path
  if (name === undefined) return failed
  switch (of.value.kind) {
    case 'resource': {
      const declared = environment.attributes.get(name)
      if (declared === undefined || deeper.length > 0) return conditionResult(never, of.error)
      return declared.optional ? conditionResult({ kind: 'has', attribute: name }, of.error, new Set([name])) : knownResult(true)
    }
    case 'principal':
    case 'context':
    case 'field': {
      const inner = attribute(of, name, environment, noAttributes)
      if (inner.error.kind === 'always') return knownResult(false)
      return deeper.length === 0 ? knownResult(true) : has(inner, deeper, environment)
    }
    case 'row':
      return of.value.attribute.type === 'Division' ? conditionResult(never, of.error) : failed
    case 'known':
      return typeof of.value.value === 'object' && !isSet(of.value.value) && isEntity(of.value.value) ? knownResult(false) : failed
    default:
      return failed
  }
}

function is(of: Result, expression: Extract<Expression, { op: 'is' }>, environment: Environment, proved: ReadonlySet<string>): Result {
  if (of.error.kind === 'always') return failed
  const type = entityType(of, environment)
  if (type === undefined) return failed
  if (type !== expression.type) return conditionResult(never, of.error)
  if (expression.within === undefined) return conditionResult(always, of.error)
  return within(of, evaluate(expression.within, environment, proved), environment.situation)
}

function entityType({ value }: Result, environment: Environment): string | undefined {
  if (value.kind === 'principal') return 'Caller'
  if (value.kind === 'resource') return environment.rowType
  if (value.kind === 'row') return value.attribute.type === 'Division' ? 'Division' : undefined
  return value.kind === 'known' && typeof value.value === 'object' && !isSet(value.value) && isEntity(value.value) ? value.value.type : undefined
}

function setOf(items: readonly Result[]): Result {
  const error = errorOf(...items)
  if (error.kind === 'always') return failed
  const members = items.map(({ value }) => {
    if (value.kind === 'known') return value.value
    throw new Untranslatable('[', 'a set may hold only what is known before the row')
  })
  return knownResult(members, error)
}

const noAttributes: ReadonlySet<string> = new Set()

function union(left: ReadonlySet<string>, right: ReadonlySet<string>): ReadonlySet<string> {
  return right.size === 0 ? left : new Set([...left, ...right])
}

function intersection(left: ReadonlySet<string>, right: ReadonlySet<string>): ReadonlySet<string> {
  return left.size === 0 ? left : new Set([...left].filter((name) => right.has(name)))
}
