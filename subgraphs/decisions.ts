// Which decisions one operation meets under one access plan: for the access record with the policies that made them, for the
// answer without. Decided by the plan alone, never by the rows that came back (DESIGN 5.4).

import type { AccessRecord } from '../audit/access-record.ts'
import { boundedCache } from '../core/bounded-cache.ts'
import type { AccessPlan, Code, FieldDecision } from '../policy-engine/decision.ts'
import type { Classification } from '../schema/classification.ts'
import { mayEnter } from './gate.ts'
import type { Operation } from './operation.ts'

/** One field that is not simply CLEAR, as the answer names it: `Type.field`. */
export type ReportedDecision = { readonly field: string; readonly decision: 'MASKED' | 'MIXED' | 'DENIED'; readonly code: Code }
/** `recordedWith`: with the decisions on further fields (`Type.field`) that resolvers read. The same fields give the same list. */
export type OperationDecisions = {
  readonly recorded: AccessRecord['fields']
  readonly reported: readonly ReportedDecision[]
  readonly recordedWith: (read: ReadonlySet<string>) => AccessRecord['fields']
}
type FieldName = { readonly type: string; readonly field: string }

/** Decides each operation once per plan; nothing is kept longer than the plan or the operation lives. */
export function decisionReader(classification: Classification): (plan: AccessPlan, operation: Operation) => OperationDecisions {
  const kept = new WeakMap<AccessPlan, WeakMap<Operation, OperationDecisions>>()
  return (plan, operation) => {
    const ofPlan = kept.get(plan) ?? new WeakMap<Operation, OperationDecisions>()
    kept.set(plan, ofPlan)
    const known = ofPlan.get(operation)
    if (known !== undefined) return known
    const decided = operation.fields.map((name) => decide(plan, classification, name))
    const recorded = decided.map((one) => one.recorded)
    const decisions = { recorded, reported: decided.flatMap(({ reported }) => reported ?? []), recordedWith: furtherReader(plan, classification, recorded) }
    ofPlan.set(operation, decisions)
    return decisions
  }
}

/** Most sets of further fields that are kept for one operation under one plan: its places decide them, and @skip and @include. */
const FURTHER = 32

/** Resolvers may have read for a field that the operation does not name (a derived value): that is recorded as well. */
function furtherReader(plan: AccessPlan, classification: Classification, recorded: AccessRecord['fields']): OperationDecisions['recordedWith'] {
  // Also those of which nothing is recorded: keys.
  const named = new Set(recorded.map(({ field }) => field))
  const kept = boundedCache<string, AccessRecord['fields']>(FURTHER)
  return (read) => {
    let further: string[] | undefined
    for (const name of read) if (!named.has(name)) (further ??= []).push(name)
    if (further === undefined) return recorded
    const key = further.join(' ')
    const known = kept.get(key)
    if (known !== undefined) return known
    const decided = further.flatMap((name) => {
      const [type = '', field = ''] = name.split('.')
      if (classification.field(type, field) !== undefined) return [decide(plan, classification, { type, field }).recorded]
      named.add(name)
      return []
    })
    const made = decided.length === 0 ? recorded : [...recorded, ...decided]
    kept.set(key, made)
    return made
  }
}

/** The decision on one field, as recorded and, unless it is CLEAR or a permitted verification, as reported. */
export function decide(plan: AccessPlan, classification: Classification, { type, field }: FieldName): { recorded: AccessRecord['fields'][number]; reported?: ReportedDecision } {
  const name = `${type}.${field}`
  if (type === 'Query' && classification.field(type, field)?.entry?.kind === 'VERIFY') {
    const { policies, code } = plan.verify(field)
    if (mayEnter(plan, classification, field)) return { recorded: { field: name, decision: 'VERIFY', policies } }
    return { recorded: { field: name, decision: 'DENIED', policies }, reported: { field: name, decision: 'DENIED', code } }
  }
  const decided = plan.field(type, field)
  // An act is done or not done; there is nothing between.
  if (type === 'Mutation' && !mayEnter(plan, classification, field, 'Mutation')) return denied(name, decided)
  // An entry whose rows do not exist for the caller is closed, whatever its own classification says.
  const closed = type === 'Query' && !mayEnter(plan, classification, field)
  const decision = closed ? 'DENIED' : decided.decision
  const recorded = { field: name, decision, policies: decided.policies }
  if (decision === 'CLEAR') return { recorded }
  return { recorded, reported: { field: name, decision, code: decided.decision === 'CLEAR' ? 'POLICY' : decided.code } }
}

function denied(field: string, decided: FieldDecision): ReturnType<typeof decide> {
  const code = decided.decision === 'CLEAR' ? 'POLICY' : decided.code
  return { recorded: { field, decision: 'DENIED', policies: decided.policies }, reported: { field, decision: 'DENIED', code } }
}
