// Which policies a plan has to look at: by organisation, purpose, action, row type and coordinate, so that thousands of grants
// of others cost nothing. A permit is left out only where one of its leading conditions is surely false; a forbid only by its
// scope, because a forbid that errs still forbids.

import type { Expression } from './cedar-json.ts'
import type { Policy } from './policy.ts'
import type { Action, Situation } from './environment.ts'
import { conjunctsOf, mayApply } from './may-apply.ts'
import { isEntity, isInstant, isSet } from './policy-values.ts'
import type { Entity, Known } from './policy-values.ts'

export type PolicyIndex = {
  /** Policies that may matter in the situation. */
  candidates(situation: Situation): Candidates
  /** Every instant a policy names, ascending: the only moments at which `context.now` can change a decision. */
  readonly instants: readonly number[]
  /** Ids of callers that policies name; only these need plans of their own. */
  readonly namedCallers: ReadonlySet<string>
}

/** The policies for one action on one row type and coordinate, in bundle order. */
export type Candidates = (action: Action, rowType: string, coordinate: string) => readonly Policy[]

const anyone = ''

export function indexPolicies(policies: readonly Policy[]): PolicyIndex {
  const byOrganisation = new Map<string, Map<string, Policy[]>>()
  for (const policy of policies) {
    const org = organisationOf(policy)
    const purposes = policy.effect === 'permit' ? leading(policy, 'purpose') : undefined
    const byPurpose = byOrganisation.get(org) ?? new Map<string, Policy[]>()
    byOrganisation.set(org, byPurpose)
    for (const purpose of purposes ?? [anyone]) byPurpose.set(purpose, [...(byPurpose.get(purpose) ?? []), policy])
  }
  const order = new Map(policies.map((policy, index) => [policy, index]))
  const coordinates = new Map(policies.map((policy) => [policy, policy.effect === 'permit' ? leading(policy, 'coordinate') : undefined]))
  const literals = policies.flatMap((policy) => policy.conditions.flatMap(({ body }) => literalsOf(body)))
  return {
    candidates: (situation) => {
      const { caller: { org }, occasion: { purpose } } = situation
      const lists = [byOrganisation.get(anyone), org === anyone ? undefined : byOrganisation.get(org)]
      const found = lists.flatMap((list) => [...(list?.get(anyone) ?? []), ...(purpose === undefined || purpose === anyone ? [] : list?.get(purpose) ?? [])])
      const sorted = found.filter((policy) => mayApply(policy, situation)).sort((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0))
      return candidatesOf(sorted, coordinates)
    },
    instants: [...new Set(literals.flatMap((value) => (typeof value === 'object' && !isSet(value) && isInstant(value) ? [value.epochMs] : [])))].sort((a, b) => a - b),
    namedCallers: new Set([...policies.flatMap(scopeEntities), ...literals.flatMap(entitiesIn)].filter((entity) => entity.type === 'Caller').map((entity) => entity.id)),
  }
}

function candidatesOf(policies: readonly Policy[], coordinates: ReadonlyMap<Policy, ReadonlySet<string> | undefined>): Candidates {
  const byKind = new Map<string, readonly Policy[]>()
  return (action, rowType, coordinate) => {
    const key = `${action} ${rowType}`
    const known = byKind.get(key)
    const list = known ?? policies.filter((policy) => (policy.actions === undefined || policy.actions.has(action)) && (policy.resource.op !== 'is' || policy.resource.type === rowType))
    if (known === undefined) byKind.set(key, list)
    return list.filter((policy) => coordinates.get(policy)?.has(coordinate) ?? true)
  }
}

/** The organisation a policy's scope is bound to, or ''. */
function organisationOf({ principal }: Policy): string {
  const entity = principal.op === 'within' ? principal.entity : principal.op === 'is' ? principal.within : undefined
  return entity?.type === 'Organisation' ? entity.id : anyone
}

/** Constants that a `when` conjunct demands of the purpose or the coordinate; undefined if none does. */
function leading(policy: Policy, what: 'purpose' | 'coordinate'): ReadonlySet<string> | undefined {
  for (const { when, body } of policy.conditions) {
    if (!when) continue
    for (const term of conjunctsOf(body)) {
      if (term.op !== 'binary') continue
      const { operator, left, right } = term
      if (operator === '==' && reads(left, what) && right.op === 'literal') return new Set(namesIn(right.value))
      if (operator === 'contains' && left.op === 'literal' && reads(right, what)) return new Set(namesIn(left.value))
    }
  }
  return undefined
}

function reads(expression: Expression, what: 'purpose' | 'coordinate'): boolean {
  if (expression.op !== 'attribute' || expression.name !== what) return false
  const base = what === 'coordinate' && expression.of.op === 'attribute' && expression.of.name === 'field' ? expression.of.of : expression.of
  return base.op === 'variable' && base.name === 'context'
}

function namesIn(value: Known): readonly string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object') return []
  return isSet(value) ? value.flatMap(namesIn) : isEntity(value) ? [value.id] : []
}

function entitiesIn(value: Known): readonly Entity[] {
  if (typeof value !== 'object') return []
  return isSet(value) ? value.flatMap(entitiesIn) : isEntity(value) ? [value] : []
}

function scopeEntities({ principal }: Policy): readonly Entity[] {
  if (principal.op === 'equal' || principal.op === 'within') return [principal.entity]
  return principal.op === 'is' && principal.within !== undefined ? [principal.within] : []
}

function literalsOf(expression: Expression): readonly Known[] {
  switch (expression.op) {
    case 'literal':
      return isSet(expression.value) ? [expression.value, ...expression.value] : [expression.value]
    case 'set':
      return expression.items.flatMap(literalsOf)
    case 'binary':
      return [...literalsOf(expression.left), ...literalsOf(expression.right)]
    case 'not':
    case 'attribute':
    case 'has':
    case 'like':
      return literalsOf(expression.of)
    case 'is':
      return [...literalsOf(expression.of), ...(expression.within === undefined ? [] : literalsOf(expression.within))]
    case 'if':
      return [expression.condition, expression.then, expression.otherwise].flatMap(literalsOf)
    case 'variable':
      return []
  }
}
