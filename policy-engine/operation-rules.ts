// The rules on a whole operation (DOMAIN 2.6 K2–K4, 3.2 M8): what stands beside what. Decisions are lowered before anything is read,
// once for a plan and the fields that an operation asks for. All types count as being about one person: an operation reaches a person
// by many edges, and two people in one answer cannot be told from one. Works on the operation's facts; where they are unknown, every
// field counts as asked for. Gateway and subgraphs both decide by this function.

import type { Classification, FieldClassification } from '../schema/classification.ts'
import { sameCells } from './bulk.ts'
import { lower } from './coherence.ts'
import type { AccessPlan, FieldDecision } from './decision.ts'
import { combinedFields } from './combined-fields.ts'
import { cellsOf, loweredDecision, loweredPlan, maskedCells } from './lowered-plan.ts'
import type { Decisions, Lowered } from './lowered-plan.ts'
import { namesTogether } from './names-together.ts'

const everything: readonly string[] = Object.freeze([])
const ofFields = new WeakMap<AccessPlan, WeakMap<readonly string[], AccessPlan>>()
const ofLowering = new WeakMap<AccessPlan, Map<string, AccessPlan>>()
const derived = new WeakMap<Classification, ReadonlyMap<string, readonly FieldClassification[]>>()

/**
 * The plan for an operation that asks for these fields (`Type.field`; undefined: not known). The same lowering of the same plan is the
 * same object, so that statements made for it are found again; the plan itself where nothing is lowered.
 */
export function withOperationRules(plan: AccessPlan, asked: readonly string[] | undefined, classification: Classification): AccessPlan {
  const fields = asked ?? everything
  const known = ofFields.get(plan) ?? new WeakMap<readonly string[], AccessPlan>()
  ofFields.set(plan, known)
  const found = known.get(fields) ?? decide(plan, asked === undefined ? undefined : new Set(asked), classification)
  known.set(fields, found)
  return found
}

function decide(plan: AccessPlan, asked: ReadonlySet<string> | undefined, classification: Classification): AccessPlan {
  const fields = new Map<string, FieldDecision>()
  const decisionOf: Decisions = (coordinate) => fields.get(coordinate) ?? plan.field(...partsOf(coordinate))
  const apply = ({ coordinate, rule }: Lowered): void => {
    const found = classification.field(...partsOf(coordinate))
    if (found === undefined) return
    const before = decisionOf(coordinate)
    const cells = maskedCells(cellsOf(before))
    fields.set(coordinate, loweredDecision(before, found.mask === 'REDACT' ? { ...cells, masked: cells.read } : cells, rule))
    for (const other of derivedFrom(coordinate, classification)) lowerDerived(other, rule)
  }
  /** M6: what is computed from a lowered field is no better than it. */
  const lowerDerived = (other: FieldClassification, rule: string): void => {
    const coordinate = `${other.type}.${other.field}`
    const before = decisionOf(coordinate)
    const cells = lower(cellsOf(before), other, { cells: (source) => cellsOf(decisionOf(source)), rows: (type) => plan.rows(type) })
    if (sameCells(cellsOf(before), cells)) return
    fields.set(coordinate, loweredDecision(before, cells, rule))
    for (const further of derivedFrom(coordinate, classification)) lowerDerived(further, rule)
  }
  // All found before any is applied: a rule looks at what the policies serve, not at what another rule has left of it. So asking for
  // more never gives more, and not knowing what is asked for is never better than knowing.
  const served: Decisions = (coordinate) => plan.field(...partsOf(coordinate))
  const names = namesTogether(asked, served, classification)
  const { lowered, unfilterable } = combinedFields(plan, asked, served, classification)
  for (const one of [...names, ...lowered]) apply(one)
  if (fields.size === 0 && unfilterable.size === 0) return plan
  return once(plan, JSON.stringify([[...fields].sort(byName), [...unfilterable].sort()]), () => loweredPlan(plan, { fields, unfilterable }))
}

/** The rule's id that records and explanations name for entries that are refused by K7. */
export const THRESHOLDS = 'combination/K7'

/** The plan under which these VERIFY entries answer nothing, because too many thresholds were asked for. The same entries give the same object. */
export function withoutEntries(plan: AccessPlan, entries: Iterable<string>): AccessPlan {
  const names = [...new Set(entries)].sort()
  if (names.length === 0) return plan
  return once(plan, `without ${names.join(' ')}`, () => loweredPlan(plan, { entries: { names: new Set(names), because: THRESHOLDS } }))
}

function once(plan: AccessPlan, key: string, make: () => AccessPlan): AccessPlan {
  const ofPlan = ofLowering.get(plan) ?? new Map<string, AccessPlan>()
  ofLowering.set(plan, ofPlan)
  const known = ofPlan.get(key) ?? make()
  ofPlan.set(key, known)
  return known
}

function derivedFrom(coordinate: string, classification: Classification): readonly FieldClassification[] {
  const known = derived.get(classification) ?? bySource(classification)
  derived.set(classification, known)
  return known.get(coordinate) ?? []
}

function bySource(classification: Classification): ReadonlyMap<string, readonly FieldClassification[]> {
  const found = new Map<string, FieldClassification[]>()
  for (const field of classification.fields()) {
    if (field.declassifier !== undefined) continue
    for (const source of field.derivedFrom) found.set(source, [...(found.get(source) ?? []), field])
  }
  return found
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1
}

function partsOf(coordinate: string): [string, string] {
  const [type = '', field = ''] = coordinate.split('.')
  return [type, field]
}
