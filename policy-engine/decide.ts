// One action on one field (or type) under one situation: permits and forbids of the bundle → the rows on which it is allowed.
// Forbid beats permit, silence denies (DESIGN 6).

import type { Classification } from '../schema/classification.ts'
import type { Policy } from './cedar-validate.ts'
import { compilePolicy } from './compile.ts'
import { attributesOf, factsOfField, factsOfType } from './environment.ts'
import type { Action, Environment, FieldFacts, Situation } from './environment.ts'
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

export type DecideParts = { readonly situation: Situation; readonly candidates: Candidates; readonly classification: Classification; readonly withdrawn: ReadonlySet<string> }

export const deniedAction: ActionDecision = { allowed: never, applied: [] }

/** Decides an action on a field; for VERIFY entries on rows of the entry's `of`. Unknown fields are denied. */
export function decideField(action: Action, type: string, field: string, parts: DecideParts): ActionDecision {
  const found = parts.classification.field(type, field)
  if (found === undefined) return deniedAction
  const rowType = found.entry?.kind === 'VERIFY' ? found.entry.of ?? 'Query' : type
  return decide(action, rowType, factsOfField(found), parts)
}

/** Decides `see` (or another action about rows) on a type. Unknown types are denied. */
export function decideType(action: Action, type: string, parts: DecideParts): ActionDecision {
  const found = parts.classification.type(type)
  if (found === undefined) return deniedAction
  const domain = parts.classification.fields().find((field) => field.type === type)?.domain ?? ''
  return decide(action, type, factsOfType(found, domain), parts)
}

function decide(action: Action, rowType: string, field: FieldFacts, parts: DecideParts): ActionDecision {
  const { situation, candidates, classification, withdrawn } = parts
  const environment: Environment = { situation, action, field, rowType, attributes: attributesOf(classification.type(rowType)) }
  const applied: Applied[] = []
  for (const policy of candidates(action, rowType, String(field['coordinate']))) {
    if (policy.grant !== undefined && withdrawn.has(policy.grant)) continue
    const condition = compilePolicy(policy, environment)
    if (condition.kind !== 'never') applied.push({ policy, condition })
  }
  const permitted = either(...applied.filter(({ policy }) => policy.effect === 'permit').map(({ condition }) => condition))
  const forbidden = either(...applied.filter(({ policy }) => policy.effect === 'forbid').map(({ condition }) => condition))
  return { allowed: both(permitted, opposite(forbidden)), applied }
}
