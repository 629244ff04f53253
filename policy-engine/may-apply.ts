// Which policies of a bundle can matter at all to one situation: asked once for a plan, so that its fields look at few of them.

import type { Expression, PolicyBody } from './cedar-json.ts'
import { evaluate, inScope } from './compile.ts'
import { ancestorsOf } from './environment.ts'
import type { Environment, Situation } from './environment.ts'

const noField: Environment['field'] = {}
const noRow: Environment['attributes'] = new Map()
const nothingProved: ReadonlySet<string> = new Set()

/** What of a condition can be known before field and row are: its terms in order. */
type Term = { readonly when: boolean; readonly term: Expression; readonly late: boolean }

/**
 * For one policy, what says of a situation whether the policy may apply: false if it applies to no field and no row in it, whatever
 * the action, since its principal is another or a condition that depends on neither field nor row fails. Of a forbid only leading
 * conditions count, since an error before them would make it apply.
 */
export function mayApply(policy: PolicyBody): (situation: Situation) => boolean {
  const terms = policy.conditions.flatMap(({ when, body }): Term[] => (when ? conjunctsOf(body) : [body]).map((term) => ({ when, term, late: dependsOnFieldOrRow(term) })))
  return (situation) => {
    if (policy.principal.op !== 'all' && !inScope(policy.principal, 'Caller', ancestorsOf({ type: 'Caller', id: situation.caller.sub }, situation))) return false
    const environment: Environment = { situation, action: 'read', field: noField, rowType: 'Query', attributes: noRow }
    for (const { when, term, late } of terms) {
      if (late) {
        if (policy.effect === 'forbid') return true
        continue
      }
      const { value, error } = evaluate(term, environment, nothingProved)
      if (value.kind === 'known' && error.kind === 'never' && value.value === !when) return false
      if (value.kind === 'failed') return policy.effect === 'forbid'
    }
    return true
  }
}

/** The terms of an `&&` chain, in order. */
export function conjunctsOf(expression: Expression): readonly Expression[] {
  return expression.op === 'binary' && expression.operator === '&&' ? [...conjunctsOf(expression.left), ...conjunctsOf(expression.right)] : [expression]
}

function dependsOnFieldOrRow(expression: Expression): boolean {
  switch (expression.op) {
    case 'literal':
      return false
    case 'variable':
      return expression.name === 'resource' || expression.name === 'action'
    case 'attribute':
      return (expression.name === 'field' && expression.of.op === 'variable') || dependsOnFieldOrRow(expression.of)
    case 'set':
      return expression.items.some(dependsOnFieldOrRow)
    case 'binary':
      return dependsOnFieldOrRow(expression.left) || dependsOnFieldOrRow(expression.right)
    case 'if':
      return dependsOnFieldOrRow(expression.condition) || dependsOnFieldOrRow(expression.then) || dependsOnFieldOrRow(expression.otherwise)
    case 'is':
      return dependsOnFieldOrRow(expression.of) || (expression.within !== undefined && dependsOnFieldOrRow(expression.within))
    case 'has':
      return expression.path[0] === 'field' || dependsOnFieldOrRow(expression.of)
    case 'not':
    case 'like':
      return dependsOnFieldOrRow(expression.of)
  }
}
