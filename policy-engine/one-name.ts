// A person's name is not clear in one place of an answer and masked in another (DOMAIN 3.2 M8): the clear one would label the
// masked one. When an operation asks for several restricted names and one of them is served masked, all are. Registration names
// (L1, public by law) stay. Works on the operation's facts; where they are unknown, every name counts as asked for.

import type { Classification } from '../schema/classification.ts'
import type { AccessPlan, FieldDecision } from './decision.ts'
import { anyOf, never } from './row-condition.ts'
import { conditionKey } from './simplify.ts'

const kept = new WeakMap<AccessPlan, Map<string, AccessPlan>>()
const names = new WeakMap<Classification, ReadonlySet<string>>()

/**
 * The plan for an operation that asks for these fields (`Type.field`; undefined: not known). The same plan and the same names give
 * the same object, so that statements made for it are found again.
 */
export function withOneName(plan: AccessPlan, asked: readonly string[] | undefined, classification: Classification): AccessPlan {
  const restricted = namesOf(classification)
  const together = asked === undefined ? [...restricted] : asked.filter((coordinate) => restricted.has(coordinate))
  if (together.length < 2) return plan
  const decided = together.map((coordinate) => ({ coordinate, decision: plan.field(...partsOf(coordinate)) }))
  const masked = decided.filter(({ decision }) => isMaskedSomewhere(decision))
  const lowered = decided.filter(({ coordinate, decision }) => isClearSomewhere(decision) && masked.some((other) => other.coordinate !== coordinate))
  if (lowered.length === 0) return plan
  const key = lowered.map(({ coordinate }) => coordinate).sort().join(' ')
  const ofPlan = kept.get(plan) ?? new Map<string, AccessPlan>()
  kept.set(plan, ofPlan)
  const known = ofPlan.get(key) ?? loweredPlan(plan, new Map(lowered.map(({ coordinate, decision }) => [coordinate, maskedOnly(decision)])))
  ofPlan.set(key, known)
  return known
}

function loweredPlan(plan: AccessPlan, lowered: ReadonlyMap<string, FieldDecision>): AccessPlan {
  return {
    policyVersion: plan.policyVersion,
    bundleSequence: plan.bundleSequence,
    validUntil: plan.validUntil,
    field: (type, field) => lowered.get(`${type}.${field}`) ?? plan.field(type, field),
    rows: (type) => plan.rows(type),
    filterable: (type, field) => !lowered.has(`${type}.${field}`) && plan.filterable(type, field),
    verify: (entry) => plan.verify(entry),
    counted: (type, field) => plan.counted(type, field),
    quotas: plan.quotas,
  }
}

/** Masked wherever it was clear or masked. */
function maskedOnly(decision: FieldDecision): FieldDecision {
  if (decision.decision === 'CLEAR') return { decision: 'MASKED', code: 'POLICY', policies: decision.policies }
  if (decision.decision !== 'MIXED') return decision
  return { ...decision, read: never, masked: anyOf([decision.read, decision.masked]) }
}

function isClearSomewhere(decision: FieldDecision): boolean {
  return decision.decision === 'CLEAR' || (decision.decision === 'MIXED' && decision.read.kind !== 'never')
}

function isMaskedSomewhere(decision: FieldDecision): boolean {
  if (decision.decision !== 'MIXED') return decision.decision === 'MASKED'
  return decision.masked.kind !== 'never' && conditionKey(decision.masked) !== conditionKey(decision.read)
}

function namesOf(classification: Classification): ReadonlySet<string> {
  const known = names.get(classification) ?? new Set(classification.fields().filter(({ mask, level }) => mask === 'NAME' && level >= 3).map(({ type, field }) => `${type}.${field}`))
  names.set(classification, known)
  return known
}

function partsOf(coordinate: string): [string, string] {
  const [type = '', field = ''] = coordinate.split('.')
  return [type, field]
}
