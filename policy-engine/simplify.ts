// Boolean algebra over row conditions, so that a plan keeps the short form of what the policies say: duplicates by structure,
// absorption (A or (A and B) is A), contradictions (A and not A). Two-valued throughout, as row-condition.ts defines.

import { allOf, always, anyOf, negate, never } from './row-condition.ts'
import type { RowCondition } from './row-condition.ts'

/** Structural identity: equal texts mean equal conditions. */
export function conditionKey(condition: RowCondition): string {
  return JSON.stringify(condition)
}

/** Conjunction, simplified. */
export function both(...terms: readonly RowCondition[]): RowCondition {
  return tidy(allOf(terms), 'and')
}

/** Disjunction, simplified. */
export function either(...terms: readonly RowCondition[]): RowCondition {
  return tidy(anyOf(terms), 'or')
}

/** Negation, pushed one level into `and`/`or` whose terms are all negations (so that `not (not a or not b)` reads `a and b`). */
export function opposite(term: RowCondition): RowCondition {
  if ((term.kind === 'and' || term.kind === 'or') && term.terms.every((part) => part.kind === 'not')) {
    const turned = term.terms.map(negate)
    return term.kind === 'and' ? either(...turned) : both(...turned)
  }
  return negate(term)
}

/** The terms of a conjunction; a single condition is its own only term. */
function conjuncts(condition: RowCondition): readonly RowCondition[] {
  return condition.kind === 'and' ? condition.terms : condition.kind === 'always' ? [] : [condition]
}

/** True if wherever `premise` holds `conclusion` holds too, as far as equal conjuncts show it. May say false where it is true. */
export function implies(premise: RowCondition, conclusion: RowCondition): boolean {
  if (premise.kind === 'never' || conclusion.kind === 'always') return true
  const given = new Set(conjuncts(premise).map(conditionKey))
  return conjuncts(conclusion).every((term) => given.has(conditionKey(term)))
}

function tidy(condition: RowCondition, kind: 'and' | 'or'): RowCondition {
  if (condition.kind !== kind) return condition
  const unique = new Map(condition.terms.map((term) => [conditionKey(term), term]))
  for (const term of unique.values()) {
    if (unique.has(conditionKey(negate(term)))) return kind === 'and' ? never : always
  }
  const inner = kind === 'and' ? 'or' : 'and'
  const kept = [...unique.values()].filter((term) => {
    if (term.kind !== inner) return true
    return !term.terms.some((part) => unique.has(conditionKey(part)))
  })
  return kind === 'and' ? allOf(kept) : anyOf(kept)
}
