// What was not served clear, and why, in the caller's words (DESIGN 5.4). Computed from the access plan and the operation alone,
// never from rows, so that no answer tells what a row is.

import { CitygraphError } from '../core/errors.ts'
import type { AccessPlan, Code, FieldDecision } from '../policy-engine/decision.ts'
import type { Classification } from '../schema/classification.ts'
import { walkOperation } from './walk-operation.ts'
import type { AskedField, AskedOperation } from './walk-operation.ts'

/** `path`: response names joined by dots, without list indexes. */
export type ReportedDecision = { readonly path: string; readonly decision: 'MASKED' | 'MIXED' | 'VERIFY' | 'DENIED'; readonly code: Code }

/** For the access record of a dry run: `Type.field`, its decision, the deciding policies. */
export type DecidedField = { readonly field: string; readonly decision: 'CLEAR' | ReportedDecision['decision']; readonly policies: readonly string[] }

export type Report = { readonly decisions: readonly ReportedDecision[]; readonly fields: readonly DecidedField[] }

/** The plan by which the subgraph of that name has decided; undefined: what no subgraph decides. */
export type PlanOf = (subgraph: string | undefined) => AccessPlan

/** A report larger than this (paths; characters of all of them) would cost more than the answer it belongs to. */
const MAX_PATHS = 2_000
const MAX_CHARACTERS = 1_000_000

/**
 * Throws TOO_COSTLY where the report would be too large. Decides every field asked for. What stands below a DENIED field is not listed; what a verification answers with is decided with
 * its entry; keys, connections and their pages are form and have no decision. A VERIFY entry that some rows may refuse stays
 * VERIFY: it gives answers only, on whichever rows.
 */
export function reportDecisions(asked: AskedOperation, planOf: PlanOf, classification: Classification): Report {
  const decisions = new Map<string, ReportedDecision>()
  const fields = new Map<string, DecidedField>()
  let characters = 0
  walkOperation(asked, true, (field) => {
    if (!isDecided(field, classification)) return true
    const decided = decide(field, planOf(classification.field(field.parent, field.name)?.domain), classification)
    const coordinate = `${field.parent}.${field.name}`
    if (!fields.has(coordinate)) fields.set(coordinate, { field: coordinate, decision: decided.decision, policies: decided.policies })
    if (decided.decision === 'CLEAR') return true
    const path = field.path.join('.')
    if (!decisions.has(path)) {
      characters += path.length
      if (decisions.size === MAX_PATHS || characters > MAX_CHARACTERS) throw new CitygraphError('TOO_COSTLY', { hint: 'Ask for fewer fields, with shorter aliases.' })
      decisions.set(path, { path, decision: decided.decision, code: decided.code })
    }
    return decided.decision === 'DENIED' ? undefined : true
  })
  return { decisions: [...decisions.values()], fields: [...fields.values()] }
}

type Decided = { decision: 'CLEAR'; policies: readonly string[] } | { decision: ReportedDecision['decision']; code: Code; policies: readonly string[] }

function decide(field: AskedField, plan: AccessPlan, classification: Classification): Decided {
  const found = classification.field(field.parent, field.name)
  if (found?.entry?.kind === 'VERIFY') {
    const { condition, code, policies } = plan.verify(field.name)
    return { decision: condition.kind === 'never' ? 'DENIED' : 'VERIFY', code, policies }
  }
  const decided = coarse(plan.field(field.parent, field.name))
  if (found?.entry?.kind === 'ACT') return decided
  // An entry to rows that do not exist for the caller is closed, whatever the entry itself allows.
  if (found?.entry === undefined || decided.decision === 'DENIED' || plan.rows(found.returns.named).kind !== 'never') return decided
  return { decision: 'DENIED', code: decided.decision === 'CLEAR' ? plan.rowsCode(found.returns.named) : decided.code, policies: decided.policies }
}

function coarse(decision: FieldDecision): Decided {
  switch (decision.decision) {
    case 'CLEAR':
      return { decision: 'CLEAR', policies: decision.policies }
    case 'MASKED':
    case 'DENIED':
    case 'MIXED':
      return { decision: decision.decision, code: decision.code, policies: decision.policies }
  }
}

function isDecided(field: AskedField, classification: Classification): boolean {
  if (classification.field(field.parent, field.name) !== undefined) return classification.type(field.parent)?.answer !== true
  // Generated types have no classification; a key field has none of its own. Anything else unclassified is decided (and denied).
  const type = classification.type(field.parent)
  return type !== undefined && !classification.keys(field.parent).has(field.name)
}
