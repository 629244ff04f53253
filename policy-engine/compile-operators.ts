// The operators of the closed list on values of which some belong to the row (DESIGN 6). Each answers a Boolean result; what has
// no SQL form throws Untranslatable, which translatable.ts has already refused at load (so here it only guards).

import { Untranslatable } from './cedar-json.ts'
import { conditionResult, errorOf, failed, holdsOf, knownResult, knownTypeName, rowConstant, rowValueOf, typeName } from './compiled-value.ts'
import type { Result, Value } from './compiled-value.ts'
import { ancestorsOf } from './environment.ts'
import type { Situation } from './environment.ts'
import { isDivisionCode, isEntity, isInstant, isSet, sameKnown } from './policy-values.ts'
import type { Entity, Known } from './policy-values.ts'
import { holdsOrder, never } from './row-condition.ts'
import type { Comparison, RowCondition, RowValue } from './row-condition.ts'
import { both, either, opposite } from './simplify.ts'

/** `==`, on any two values but row sets. */
export function equal(left: Result, right: Result, situation: Situation): Result {
  const error = errorOf(left, right)
  return error.kind === 'always' ? failed : conditionResult(equality(left, right, situation), error)
}

/** `!=`. */
export function unequal(left: Result, right: Result, situation: Situation): Result {
  const error = errorOf(left, right)
  return error.kind === 'always' ? failed : conditionResult(differs(equality(left, right, situation)), error)
}

function differs(same: RowCondition): RowCondition {
  return same.kind === 'compare' && same.operator === '==' ? { ...same, operator: '!=' } : opposite(same)
}

function equality(left: Result, right: Result, situation: Situation): RowCondition {
  const [a, b] = [concrete(left.value, situation), concrete(right.value, situation)]
  if (a.kind === 'known' && b.kind === 'known') return sameKnown(a.value, b.value) ? { kind: 'always' } : never
  if (a.kind === 'now' && b.kind === 'now') return { kind: 'always' }
  if (a.kind === 'condition' || b.kind === 'condition') {
    const [p, q] = [holdsOf({ ...left, value: a }), holdsOf({ ...right, value: b })]
    return p === undefined || q === undefined ? never : either(both(p, q), both(opposite(p), opposite(q)))
  }
  if (a.kind === 'now' && b.kind === 'known') return isInstantKnown(b.value) === situation.now ? { kind: 'always' } : never
  if (b.kind === 'now' && a.kind === 'known') return isInstantKnown(a.value) === situation.now ? { kind: 'always' } : never
  const [l, r] = [rowValueOf(a), rowValueOf(b)]
  if (l === undefined || r === undefined) throw new Untranslatable('==', 'a set of the row cannot be compared with ==')
  return typeName(a) === typeName(b) ? { kind: 'compare', operator: '==', left: l, right: r } : never
}

/** `<`, `<=`, `>`, `>=` on Long and datetime. */
export function ordered(operator: Comparison, left: Result, right: Result, situation: Situation): Result {
  const error = errorOf(left, right)
  if (error.kind === 'always') return failed
  const [a, b] = [left.value, right.value]
  const type = typeName(a)
  if (type !== typeName(b) || (type !== 'Long' && type !== 'datetime')) return failed
  const [x, y] = [orderable(a, situation), orderable(b, situation)]
  if (x !== undefined && y !== undefined) return knownOr(holdsOrder(operator, x, y), error)
  const [l, r] = [rowValueOf(a), rowValueOf(b)]
  if (l === undefined || r === undefined) throw new Untranslatable(operator, 'these two cannot be compared in SQL')
  return conditionResult({ kind: 'compare', operator, left: l, right: r }, error)
}

/** `in`: known hierarchies at once; divisions of the row as `under`. */
export function within(left: Result, right: Result, situation: Situation): Result {
  const error = errorOf(left, right)
  if (error.kind === 'always') return failed
  const targets = right.value.kind === 'known' && isSet(right.value.value) ? right.value.value.map((value) => knownResult(value).value) : [right.value]
  const from = concrete(left.value, situation)
  return conditionResult(either(...targets.map((target) => withinOne(from, target, situation))), error)
}

function withinOne(left: Value, right: Value, situation: Situation): RowCondition {
  if (left.kind === 'resource') return never
  if (left.kind === 'known' && right.kind === 'known') {
    const [entity, above] = [left.value, right.value]
    if (typeof entity !== 'object' || !isEntityKnown(entity) || !isEntityKnown(above)) return never
    return ancestorsOf(entity, situation).some((ancestor) => sameKnown(ancestor, above)) ? { kind: 'always' } : never
  }
  const [l, r] = [rowValueOf(left), rowValueOf(right)]
  if (l === undefined || r === undefined) throw new Untranslatable('in', 'only divisions of the row can stand beside in')
  if (typeName(left) !== 'Division' || typeName(right) !== 'Division') return never
  const constant = right.kind === 'known' && isEntityKnown(right.value) ? right.value.id : undefined
  if (constant !== undefined && !isDivisionCode(constant)) return { kind: 'compare', operator: '==', left: l, right: r }
  return { kind: 'under', left: l, right: r }
}

/** `contains`: a value of the row in a known set, or a known value in a set of the row. */
export function contains(set: Result, item: Result, situation: Situation): Result {
  const error = errorOf(set, item)
  if (error.kind === 'always') return failed
  if (set.value.kind === 'row') return conditionResult(setContains(set.value, 'one', [constantOf(item.value)]), error)
  if (set.value.kind !== 'known' || !isSet(set.value.value)) return failed
  const members = set.value.value
  const value = rowValueOf(item.value)
  const plain = members.filter((member) => typeof member !== 'boolean' && !isInstantValue(member) && knownTypeName(member) === typeName(item.value))
  if (item.value.kind === 'known' || item.value.kind === 'now' || item.value.kind === 'condition' || plain.length < members.length || value === undefined || members.length < 2) {
    return conditionResult(either(...members.map((member) => equality(knownResult(member), item, situation))), error)
  }
  return conditionResult({ kind: 'oneOf', value, constants: plain.map((member) => scalar(member)) }, error)
}

/** `containsAll` and `containsAny`; a set of the row must stand on the left (for `containsAny` on either side). */
export function containsSeveral(mode: 'all' | 'any', left: Result, right: Result): Result {
  const error = errorOf(left, right)
  if (error.kind === 'always') return failed
  const [a, b] = mode === 'any' && right.value.kind === 'row' ? [right.value, left.value] : [left.value, right.value]
  if (b.kind !== 'known' || !isSet(b.value)) return untranslatableSets(mode)
  const wanted = b.value
  if (a.kind === 'row') return conditionResult(setContains(a, mode, wanted), error)
  if (a.kind !== 'known' || !isSet(a.value)) return failed
  const has = a.value
  return knownOr(mode === 'all' ? wanted.every((item) => isAmong(has, item)) : wanted.some((item) => isAmong(has, item)), error)
}

function isAmong(members: readonly Known[], item: Known): boolean {
  return members.some((member) => sameKnown(member, item))
}

/** `like` with the pattern split at its wildcards. */
export function like(of: Result, segments: readonly string[]): Result {
  if (of.error.kind === 'always' || typeName(of.value) !== 'String') return failed
  if (of.value.kind === 'known') return knownOr(typeof of.value.value === 'string' && matches(of.value.value, segments), of.error)
  const value = rowValueOf(of.value)
  const [first = '', second, third] = segments
  if (value === undefined || segments.length > 3) throw new Untranslatable('like', 'only prefix*, *suffix and *contained* can be carried into SQL')
  if (second === undefined) return conditionResult({ kind: 'compare', operator: '==', left: value, right: { kind: 'constant', value: first } }, of.error)
  if (third === undefined) return conditionResult({ kind: 'like', value, prefix: first, contained: '', suffix: second }, of.error)
  return conditionResult({ kind: 'like', value, prefix: '', contained: second, suffix: '' }, of.error)
}

/** Cedar's `like` on a known string. */
function matches(text: string, segments: readonly string[]): boolean {
  const [first = '', ...rest] = segments
  const last = rest.pop()
  if (last === undefined) return text === first
  if (!text.startsWith(first)) return false
  let from = first.length
  for (const segment of rest) {
    const at = text.indexOf(segment, from)
    if (at < 0) return false
    from = at + segment.length
  }
  return text.length - last.length >= from && text.endsWith(last)
}

function setContains(value: Value, mode: 'one' | 'all' | 'any', constants: readonly Known[]): RowCondition {
  if (value.kind !== 'row' || value.attribute.type !== 'Set<String>') return never
  const strings = constants.filter((constant) => typeof constant === 'string')
  if (mode === 'all' && strings.length < constants.length) return never
  if (mode !== 'all' && strings.length === 0) return never
  return { kind: 'setContains', attribute: value.attribute.name, mode, constants: strings }
}

function constantOf(value: Value): Known {
  if (value.kind === 'known') return value.value
  throw new Untranslatable('contains', 'a set of the row can be asked for constants only')
}

function untranslatableSets(mode: 'all' | 'any'): never {
  throw new Untranslatable(mode === 'all' ? 'containsAll' : 'containsAny', 'a set of the row can be compared with a set of constants only')
}

/** `principal` as the entity it is; everything else unchanged. */
function concrete(value: Value, situation: Situation): Value {
  return value.kind === 'principal' ? { kind: 'known', value: { type: 'Caller', id: situation.caller.sub } } : value
}

function knownOr(value: boolean, error: RowCondition): Result {
  return conditionResult(value ? { kind: 'always' } : never, error)
}

function orderable(value: Value, situation: Situation): number | undefined {
  if (value.kind === 'now') return situation.now
  if (value.kind !== 'known') return undefined
  return typeof value.value === 'number' ? value.value : isInstantKnown(value.value)
}

function isInstantKnown(value: Known): number | undefined {
  return isInstantValue(value) ? value.epochMs : undefined
}

function isInstantValue(value: Known): value is { readonly epochMs: number } {
  return typeof value === 'object' && !isSet(value) && isInstant(value)
}

function isEntityKnown(value: Known): value is Entity {
  return typeof value === 'object' && !isSet(value) && isEntity(value)
}

function scalar(value: Known): string | number {
  const constant: RowValue | undefined = rowConstant(value)
  if (constant?.kind === 'constant' && typeof constant.value !== 'boolean') return constant.value
  throw new Untranslatable('contains', 'this set cannot be carried into SQL')
}
