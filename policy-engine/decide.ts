// One action on one field (or type) under one situation: permits and forbids of the bundle → the rows on which it is allowed.
// Forbid beats permit, silence denies (DESIGN 6).

import type { Policy } from './policy.ts'
import { compilePolicy } from './compile.ts'
import type { Action, Environment, Situation, Subjects } from './environment.ts'
import type { Candidates } from './policy-index.ts'
import { never } from './row-condition.ts'
import type { RowCondition } from './row-condition.ts'
import { both, either, opposite } from './simplify.ts'

export type Applied = { readonly policy: Policy; readonly condition: RowCondition }

export type ActionDecision = {
  readonly allowed: RowCondition
  /** Policies that apply on at least some rows, with those rows. */
  readonly applied: readonly Applied[]
}

export type DecideParts = { readonly situation: Situation; readonly candidates: Candidates; readonly subjects: Pick<Subjects, 'get'>; readonly withdrawn: ReadonlySet<string> }

export const deniedAction: ActionDecision = { allowed: never, applied: [] }

/** Decides an action on a coordinate: `Type.field`, or `Type` for actions about its rows. Unknown ones are denied. */
export function decide(action: Action, coordinate: string, parts: DecideParts): ActionDecision {
  const { situation, candidates, subjects, withdrawn } = parts
  const subject = subjects.get(coordinate)
  if (subject === undefined) return deniedAction
  const environment: Environment = { situation, action, ...subject }
  const applied: Applied[] = []
  for (const policy of candidates(action, subject.rowType, coordinate)) {
    if (policy.grant !== undefined && withdrawn.has(policy.grant)) continue
    const condition = compilePolicy(policy, environment)
    if (condition.kind !== 'never') applied.push({ policy, condition })
  }
  const permitted = either(...applied.filter(({ policy }) => policy.effect === 'permit').map(({ condition }) => condition))
  const forbidden = either(...applied.filter(({ policy }) => policy.effect === 'forbid').map(({ condition }) => condition))
  return { allowed: both(permitted, opposite(forbidden)), applied }
}
