// Which policies a plan has to look at: by organisation, purpose, kind of caller, action, row type and coordinate, so that thousands of grants
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

/** A policy with what is looked up often. `place`: in bundle order. `kinds`, `coordinates`: the only ones it can matter to, if it names them. */
type Indexed = { readonly policy: Policy; readonly place: number; readonly rowType: string | undefined; readonly kinds: ReadonlySet<string> | undefined; readonly coordinates: ReadonlySet<string> | undefined; readonly mayApply: (situation: Situation) => boolean }

export function indexPolicies(policies: readonly Policy[]): PolicyIndex {
  const byOrganisation = new Map<string, Map<string, Indexed[]>>()
  for (const [place, policy] of policies.entries()) {
    const permits = policy.effect === 'permit'
    const indexed: Indexed = {
      policy,
      place,
      rowType: policy.resource.op === 'is' ? policy.resource.type : undefined,
      kinds: permits ? leading(policy, 'kind') : undefined,
      coordinates: permits ? leading(policy, 'coordinate') : undefined,
      mayApply: mayApply(policy),
    }
    const org = organisationOf(policy)
    const byPurpose = byOrganisation.get(org) ?? new Map<string, Indexed[]>()
    byOrganisation.set(org, byPurpose)
    for (const purpose of (permits ? leading(policy, 'purpose') : undefined) ?? [anyone]) add(byPurpose, purpose, indexed)
  }
  const literals = policies.flatMap((policy) => policy.conditions.flatMap(({ body }) => literalsOf(body)))
  return {
    candidates: (situation) => {
      const { caller: { org, kind }, occasion: { purpose } } = situation
      const lists = [byOrganisation.get(anyone), org === anyone ? undefined : byOrganisation.get(org)]
      const found = lists.flatMap((list) => [...(list?.get(anyone) ?? []), ...(purpose === undefined || purpose === anyone ? [] : list?.get(purpose) ?? [])])
      return candidatesOf(found.filter(({ kinds, mayApply: may }) => (kinds === undefined || kinds.has(kind)) && may(situation)))
    },
    instants: [...new Set(literals.flatMap((value) => (typeof value === 'object' && !isSet(value) && isInstant(value) ? [value.epochMs] : [])))].sort((a, b) => a - b),
    namedCallers: new Set([...policies.flatMap(scopeEntities), ...literals.flatMap(entitiesIn)].filter((entity) => entity.type === 'Caller').map((entity) => entity.id)),
  }
}

function candidatesOf(found: readonly Indexed[]): Candidates {
  const ofType = new Map<string | undefined, Indexed[]>()
  for (const indexed of found) add(ofType, indexed.rowType, indexed)
  const byKind = new Map<string, (coordinate: string) => readonly Policy[]>()
  return (action, rowType, coordinate) => {
    const key = `${action} ${rowType}`
    const known = byKind.get(key)
    if (known !== undefined) return known(coordinate)
    const may = [...(ofType.get(undefined) ?? []), ...(ofType.get(rowType) ?? [])]
    const made = byCoordinate(may.filter(({ policy: { actions } }) => actions === undefined || actions.has(action)))
    byKind.set(key, made)
    return made(coordinate)
  }
}

/** Those that may matter to a coordinate, in bundle order: grants name theirs, so thousands of them cost another field nothing. */
function byCoordinate(found: readonly Indexed[]): (coordinate: string) => readonly Policy[] {
  const everywhere: Indexed[] = []
  const named = new Map<string, Indexed[]>()
  for (const indexed of found) {
    if (indexed.coordinates === undefined) everywhere.push(indexed)
    else for (const coordinate of indexed.coordinates) add(named, coordinate, indexed)
  }
  const ofAll = inOrder(everywhere)
  return (coordinate) => {
    const here = named.get(coordinate)
    return here === undefined ? ofAll : inOrder([...everywhere, ...here])
  }
}

function inOrder(found: readonly Indexed[]): readonly Policy[] {
  return [...found].sort((a, b) => a.place - b.place).map(({ policy }) => policy)
}

function add<K, T>(lists: Map<K, T[]>, key: K, one: T): void {
  const known = lists.get(key)
  if (known === undefined) lists.set(key, [one])
  else known.push(one)
}

/** The organisation a policy's scope is bound to, or ''. */
function organisationOf({ principal }: Policy): string {
  const entity = principal.op === 'within' ? principal.entity : principal.op === 'is' ? principal.within : undefined
  return entity?.type === 'Organisation' ? entity.id : anyone
}

type Led = 'purpose' | 'kind' | 'coordinate'

/** Constants that a `when` conjunct demands of the purpose, the caller's kind or the coordinate; undefined if none does. */
function leading(policy: Policy, what: Led): ReadonlySet<string> | undefined {
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

function reads(expression: Expression, what: Led): boolean {
  if (expression.op !== 'attribute' || expression.name !== what) return false
  const base = what === 'coordinate' && expression.of.op === 'attribute' && expression.of.name === 'field' ? expression.of.of : expression.of
  return base.op === 'variable' && base.name === (what === 'kind' ? 'principal' : 'context')
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
