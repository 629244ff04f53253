// Access plans written as data, for tests of resolvers alone: everything is clear unless said otherwise.

import type { AccessPlan, FieldDecision } from '../../policy-engine/decision.ts'
import { always, never, type RowCondition } from '../../policy-engine/row-condition.ts'

export type PlanSpecification = {
  /** `Type.field` → decision; `Type.*` for all fields of a type that are not named. */
  readonly fields?: Readonly<Record<string, FieldDecision>>
  readonly rows?: Readonly<Record<string, RowCondition>>
  /** Coordinates that may not be filtered by although they are clear. */
  readonly notFilterable?: readonly string[]
  readonly verify?: Readonly<Record<string, RowCondition>>
}

export const clear: FieldDecision = { decision: 'CLEAR', policies: [] }
export const masked: FieldDecision = { decision: 'MASKED', code: 'POLICY', policies: [] }
export const denied: FieldDecision = { decision: 'DENIED', code: 'APPLY', policies: [] }

/** Clear where `read`, else masked where `whereMasked` (default: nowhere). */
export function mixed(read: RowCondition, whereMasked: RowCondition = never): FieldDecision {
  return { decision: 'MIXED', code: 'POLICY', read, masked: whereMasked, policies: [] }
}

export function handMadePlan({ fields = {}, rows = {}, notFilterable = [], verify = {} }: PlanSpecification = {}): AccessPlan {
  const field = (type: string, name: string): FieldDecision => fields[`${type}.${name}`] ?? fields[`${type}.*`] ?? clear
  return {
    policyVersion: 'sha256:test',
    bundleSequence: 1,
    validUntil: Number.MAX_SAFE_INTEGER,
    field,
    rows: (type) => rows[type] ?? always,
    filterable: (type, name) => field(type, name).decision === 'CLEAR' && !notFilterable.includes(`${type}.${name}`),
    verify: (entry) => ({ condition: verify[entry] ?? always, code: 'POLICY', policies: [] }),
    counted: () => [],
    rowsCode: () => 'POLICY',
    thresholds: () => [],
    combinations: { sets: [], thresholds: { most: 3, entries: new Map() } },
    asker: { kind: 'department', org: 'TEST', strictly: false },
    quotas: { A: { day: 50, month: 500 }, B: { day: 500, month: 5_000 }, C: { day: 5_000, month: 50_000 } },
  }
}
