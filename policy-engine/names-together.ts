// A person's name is not clear in one place of an answer and masked in another (DOMAIN 3.2 M8): the clear one would label the
// masked one. When an operation asks for several restricted names and one of them is served masked, all are. Registration names
// (L1, public by law) stay.

import type { Classification } from '../schema/classification.ts'
import type { FieldDecision } from './decision.ts'
import type { Decisions, Lowered } from './lowered-plan.ts'
import { conditionKey } from './simplify.ts'

const RULE = 'combination/M8'
const restricted = new WeakMap<Classification, ReadonlySet<string>>()

/** The names to lower. `asked` undefined: not known, so every name. */
export function namesTogether(asked: ReadonlySet<string> | undefined, decisionOf: Decisions, classification: Classification): readonly Lowered[] {
  const names = namesOf(classification)
  const together = [...(asked ?? names)].filter((coordinate) => names.has(coordinate))
  if (together.length < 2) return []
  const masked = together.filter((coordinate) => isMaskedSomewhere(decisionOf(coordinate)))
  return together.filter((coordinate) => isClearSomewhere(decisionOf(coordinate)) && masked.some((other) => other !== coordinate))
    .map((coordinate) => ({ coordinate, rule: RULE }))
}

function isClearSomewhere(decision: FieldDecision): boolean {
  return decision.decision === 'CLEAR' || (decision.decision === 'MIXED' && decision.read.kind !== 'never')
}

function isMaskedSomewhere(decision: FieldDecision): boolean {
  if (decision.decision !== 'MIXED') return decision.decision === 'MASKED'
  return decision.masked.kind !== 'never' && conditionKey(decision.masked) !== conditionKey(decision.read)
}

function namesOf(classification: Classification): ReadonlySet<string> {
  const known = restricted.get(classification) ?? new Set(classification.fields().filter(({ mask, level }) => mask === 'NAME' && level >= 3).map(({ type, field }) => `${type}.${field}`))
  restricted.set(classification, known)
  return known
}
