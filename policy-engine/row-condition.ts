// What is left of a policy when caller, purpose, action and field are known and only the row is not (DESIGN 6): a closed,
// two-valued condition over the row's attributes. resolvers/predicates.ts writes it as SQL; tests evaluate it by Cedar itself.

/** Bound per request, never part of an access plan's key: `now` is an instant, `pid` the caller's own linking token (subjects). */
export type RequestParameter = 'pid' | 'now' | 'caseNo' | 'authorizationRef'

export type RowValue =
  | { readonly kind: 'attribute'; readonly name: string }
  | { readonly kind: 'constant'; readonly value: string | number | boolean }
  /** An instant (Cedar datetime), milliseconds since 1970-01-01T00:00:00Z. */
  | { readonly kind: 'instant'; readonly epochMs: number }
  | { readonly kind: 'parameter'; readonly name: RequestParameter }

export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>='

/**
 * Two-valued: an absent attribute makes `has` false and every comparison with it false (strict Cedar validation has proved that
 * such a comparison stands behind its `has`). `under` is Cedar's `in` on divisions: the left code is the right one or starts
 * with it, the right one being 2, 4, 6, 9 or 12 digits (GB/T 2260; an entity of any other length has no descendants).
 * `like` has its wildcard already split: `prefix*`, `*suffix`, or `*contained*`; an exact pattern is `==`.
 */
export type RowCondition =
  | { readonly kind: 'always' }
  | { readonly kind: 'never' }
  | { readonly kind: 'and' | 'or'; readonly terms: readonly RowCondition[] }
  | { readonly kind: 'not'; readonly term: RowCondition }
  | { readonly kind: 'has'; readonly attribute: string }
  /** A Boolean attribute used as a condition. */
  | { readonly kind: 'truth'; readonly attribute: string }
  | { readonly kind: 'compare'; readonly operator: Comparison; readonly left: RowValue; readonly right: RowValue }
  | { readonly kind: 'under'; readonly left: RowValue; readonly right: RowValue }
  | { readonly kind: 'like'; readonly value: RowValue; readonly prefix: string; readonly contained: string; readonly suffix: string }
  /** `value` is one of the constants (Cedar: `[…].contains(value)`). */
  | { readonly kind: 'oneOf'; readonly value: RowValue; readonly constants: readonly (string | number)[] }
  /** A set-valued attribute contains the value / all / any of the constants. */
  | { readonly kind: 'setContains'; readonly attribute: string; readonly mode: 'one' | 'all' | 'any'; readonly constants: readonly (string | number)[] }

export const always: RowCondition = { kind: 'always' }
export const never: RowCondition = { kind: 'never' }

/** Conjunction with the obvious simplifications (flattened; `never` wins; duplicates by identity dropped). */
export function allOf(terms: readonly RowCondition[]): RowCondition {
  const kept: RowCondition[] = []
  for (const term of terms) {
    if (term.kind === 'never') return never
    if (term.kind === 'always') continue
    if (term.kind === 'and') kept.push(...term.terms)
    else kept.push(term)
  }
  const [first] = kept
  if (first === undefined) return always
  return kept.length === 1 ? first : { kind: 'and', terms: kept }
}

/** Disjunction, simplified likewise (`always` wins). */
export function anyOf(terms: readonly RowCondition[]): RowCondition {
  const kept: RowCondition[] = []
  for (const term of terms) {
    if (term.kind === 'always') return always
    if (term.kind === 'never') continue
    if (term.kind === 'or') kept.push(...term.terms)
    else kept.push(term)
  }
  const [first] = kept
  if (first === undefined) return never
  return kept.length === 1 ? first : { kind: 'or', terms: kept }
}

/** Negation, double negation removed. */
export function negate(term: RowCondition): RowCondition {
  if (term.kind === 'always') return never
  if (term.kind === 'never') return always
  return term.kind === 'not' ? term.term : { kind: 'not', term }
}

/** A comparison of two known numbers (Long, or instants in epoch ms). */
export function holdsOrder(operator: Comparison, left: number, right: number): boolean {
  switch (operator) {
    case '<':
      return left < right
    case '<=':
      return left <= right
    case '>':
      return left > right
    case '>=':
      return left >= right
    case '==':
      return left === right
    case '!=':
      return left !== right
  }
}
