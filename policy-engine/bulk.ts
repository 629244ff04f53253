// What bulk classes do to decisions (DOMAIN 2.6). Over its limit an organisation gets the fields of a class as if they were one level
// higher, and as if each question were about many people, since the questions of a day together are. Nothing is ever better for it.
// And by which grants something is served: those with a quota of their own count the people (DOMAIN 2.5).

import type { Cells } from './coherence.ts'
import type { ActionDecision } from './decide.ts'
import type { Subjects } from './environment.ts'
import type { RowCondition } from './row-condition.ts'
import { both, conditionKey, either, implies } from './simplify.ts'

/** Fields one level higher. There is nothing above L4 and no lower form of a verification's answer: such fields are unknown, so denied. */
export function raisedSubjects(subjects: Pick<Subjects, 'get'>): Pick<Subjects, 'get'> {
  return {
    get: (coordinate) => {
      const subject = subjects.get(coordinate)
      const level = subject?.field['level']
      if (subject === undefined || typeof level !== 'number' || level >= 4 || subject.field['entry'] === 'VERIFY') return undefined
      return { ...subject, field: { ...subject.field, level: level + 1 } }
    },
  }
}

/** The worse of two decisions on a field, row by row. */
export function lowest(one: Cells, other: Cells): Cells {
  if (sameCells(one, other)) return one
  const served = ({ read, masked }: Cells): RowCondition => either(read, masked)
  const read = both(one.read, other.read)
  // A mask takes the place of a clear value where the other decision has no more than a mask.
  return { read, masked: both(served(one), served(other)) }
}

/** Whether two decisions serve the same on every row, as far as it shows. */
export function sameCells(one: Cells, other: Cells): boolean {
  if (conditionKey(one.read) !== conditionKey(other.read)) return false
  return one.read.kind === 'always' || conditionKey(one.masked) === conditionKey(other.masked)
}

/** True if on every row where an action is allowed a grant with bulk approval allows one of them. May say false where it is true. */
export function bulkApproved(decisions: readonly ActionDecision[], grants: ReadonlySet<string>): boolean {
  if (grants.size === 0) return false
  const opened = decisions.flatMap(({ applied }) => applied.filter(({ policy }) => policy.effect === 'permit' && policy.grant !== undefined && grants.has(policy.grant)))
  return opened.length > 0 && decisions.every(({ allowed }) => covers(opened.map(({ condition }) => condition), allowed))
}

/** Of these grants those without which fewer rows would be allowed. May name one that is not needed, never leaves one out that is. */
export function openedBy(decisions: readonly ActionDecision[], grants: ReadonlySet<string>): readonly string[] {
  const found = new Set<string>()
  for (const { allowed, applied } of decisions) {
    if (allowed.kind === 'never') continue
    const permits = applied.filter(({ policy }) => policy.effect === 'permit')
    for (const { policy: { grant } } of permits) {
      if (grant === undefined || !grants.has(grant) || found.has(grant)) continue
      const others = permits.filter(({ policy }) => policy.grant !== grant).map(({ condition }) => condition)
      if (!covers(others, allowed)) found.add(grant)
    }
  }
  return [...found].sort()
}

function covers(conclusions: readonly RowCondition[], premise: RowCondition): boolean {
  if (premise.kind === 'or') return premise.terms.every((term) => covers(conclusions, term))
  return conclusions.some((conclusion) => implies(premise, conclusion))
}
