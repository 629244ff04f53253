// Why a caller sees a field as it does: for each action the policies that applied, their legal basis, and on which rows. For
// officers and auditors only; a caller gets the coarse code.

import type { Classification } from '../schema/classification.ts'
import type { DecidingPlan } from './access-plan.ts'
import { wordOf } from './codes.ts'
import type { FieldDecision } from './decision.ts'
import type { Action } from './environment.ts'
import { grantOfQuota, isGrantQuota } from './quota-names.ts'
import { inWords } from './words.ts'

export type ExplainedPolicy = { readonly id: string; readonly effect: 'permit' | 'forbid'; readonly because: string; readonly file: string; readonly line: number; readonly rows: string }
export type ExplainedAction = { readonly action: Action; readonly rows: string; readonly policies: readonly ExplainedPolicy[] }
export type Explanation = {
  readonly coordinate: string
  readonly decision: FieldDecision
  /** In words: rows served clear, rows served masked. */
  readonly clear: string
  readonly masked: string
  /** Rows of the type that exist for the caller. */
  readonly exists: string
  readonly filterable: boolean
  readonly actions: readonly ExplainedAction[]
  /** What the engine lowered after the policies. */
  readonly notes: readonly string[]
  readonly policyVersion: string
}

export function explainField(plan: DecidingPlan, type: string, field: string, classification: Classification): Explanation {
  const found = classification.field(type, field)
  const names: readonly Action[] = found?.entry?.kind === 'VERIFY' ? ['verify'] : found?.entry?.kind === 'ACT' ? ['act'] : ['read', 'readMasked', 'filter']
  const cells = plan.cells(type, field)
  return {
    coordinate: `${type}.${field}`,
    decision: plan.field(type, field),
    clear: inWords(cells.read),
    masked: inWords(cells.masked),
    exists: inWords(plan.rows(type)),
    filterable: plan.filterable(type, field),
    actions: [...names.map((action) => explained(plan, action, type, field)), ...(type === 'Query' || type === 'Mutation' ? [] : [explained(plan, 'see', type)])],
    notes: notesOn(plan, type, field, classification),
    policyVersion: plan.policyVersion,
  }
}

function explained(plan: DecidingPlan, action: Action, type: string, field?: string): ExplainedAction {
  const { allowed, applied } = plan.action(action, type, field)
  const policies = applied.map(({ policy, condition }) => ({ id: policy.id, effect: policy.effect, because: policy.because, file: policy.file, line: policy.line, rows: inWords(condition) }))
  return { action, rows: inWords(allowed), policies }
}

function notesOn(plan: DecidingPlan, type: string, field: string, classification: Classification): readonly string[] {
  const found = classification.field(type, field)
  if (found === undefined) {
    return [plan.field(type, field).decision === 'CLEAR' ? 'a key or structural field: always clear where the row exists' : 'not a classified field of the graph: denied']
  }
  const sources = found.declassifier === undefined ? found.derivedFrom : []
  return [
    ...sources.map((source) => {
      const [sourceType = '', sourceField = ''] = source.split('.')
      return `computed from ${source} (${wordOf(plan.cells(sourceType, sourceField))}): never better than it`
    }),
    ...(plan.raised(type, field) ? [`the quota of bulk class ${found.bulkClass} is used up: decided one level higher`] : []),
    ...plan.counted(type, field).filter(isGrantQuota).map((name) => `whoever is read of counts for the quota of grant ${grantOfQuota(name)}`),
    ...(found.mask === 'REDACT' && plan.action('readMasked', type, field).allowed.kind !== 'never' ? ['its mask is REDACT: masked means denied'] : []),
  ]
}
