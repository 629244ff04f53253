// An access plan with some of its decisions replaced by lower ones. Whoever lowers says for which rule; nothing is ever raised here:
// what is not in the list is as the plan decides it.

import type { AccessPlan, EntryDecision, FieldDecision } from './decision.ts'
import type { Cells } from './coherence.ts'
import { wordOf } from './codes.ts'
import { never } from './row-condition.ts'
import { either } from './simplify.ts'

/** The decision on a `Type.field`, as far as rules have lowered it. */
export type Decisions = (coordinate: string) => FieldDecision
/** A `Type.field` to lower and the id that its record names. */
export type Lowered = { readonly coordinate: string; readonly rule: string }

export type Lowering = {
  /** `Type.field` to what takes the place of its decision. */
  readonly fields?: ReadonlyMap<string, FieldDecision>
  /** `Type.field` that may not be filtered or sorted by. */
  readonly unfilterable?: ReadonlySet<string>
  /** VERIFY entries that answer nothing, and the id that the record names. */
  readonly entries?: { readonly names: ReadonlySet<string>; readonly because: string }
}

export function loweredPlan(plan: AccessPlan, { fields = new Map(), unfilterable = new Set(), entries }: Lowering): AccessPlan {
  const refused = entries === undefined ? undefined : (entryField: string): EntryDecision | undefined =>
    entries.names.has(entryField) ? { condition: never, code: 'QUOTA', policies: [...plan.verify(entryField).policies, entries.because] } : undefined
  return {
    policyVersion: plan.policyVersion,
    bundleSequence: plan.bundleSequence,
    validUntil: plan.validUntil,
    field: (type, field) => fields.get(`${type}.${field}`) ?? plan.field(type, field),
    rows: (type) => plan.rows(type),
    rowsCode: (type) => plan.rowsCode(type),
    filterable: (type, field) => !fields.has(`${type}.${field}`) && !unfilterable.has(`${type}.${field}`) && plan.filterable(type, field),
    verify: (entry) => refused?.(entry) ?? plan.verify(entry),
    counted: (type, field) => {
      const nothing = fields.get(`${type}.${field}`)?.decision === 'DENIED' || (type === 'Query' && entries?.names.has(field) === true)
      return nothing ? [] : plan.counted(type, field)
    },
    thresholds: (entry) => (entries?.names.has(entry) === true ? [] : plan.thresholds(entry)),
    quotas: plan.quotas,
    combinations: plan.combinations,
    asker: plan.asker,
  }
}

/** Rows on which a decision serves a field clear, and those on which it serves it masked at least. */
export function cellsOf(decision: FieldDecision): Cells {
  switch (decision.decision) {
    case 'CLEAR':
      return { read: { kind: 'always' }, masked: { kind: 'always' } }
    case 'MASKED':
      return { read: never, masked: { kind: 'always' } }
    case 'DENIED':
      return { read: never, masked: never }
    case 'MIXED':
      return { read: decision.read, masked: decision.masked }
  }
}

/** Masked wherever it is clear or masked. */
export function maskedCells({ read, masked }: Cells): Cells {
  return { read: never, masked: either(read, masked) }
}

/** The decision that lowered cells amount to. A caller is told POLICY and not which rule it was; QUOTA stays what it was. */
export function loweredDecision(before: FieldDecision, cells: Cells, rule: string): FieldDecision {
  const policies = [...before.policies, rule]
  const code = 'code' in before && before.code === 'QUOTA' ? 'QUOTA' : 'POLICY'
  const decision = wordOf(cells)
  switch (decision) {
    case 'CLEAR':
      return before
    case 'MIXED':
      return { decision, code, read: cells.read, masked: cells.masked, policies }
    case 'MASKED':
    case 'DENIED':
      return { decision, code, policies }
  }
}
