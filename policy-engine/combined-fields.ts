// Sets of fields that tell more together than one by one (DOMAIN 2.6 K2–K4): which of them an operation lowers. A set is whole where
// each of its members has a field that is asked for and would be served. What the asking department owns is its own register, and what
// a person sees of himself is his: sets that consist of nothing else are left alone. A field of L1 is anybody's, and a row of an
// organisation is about no person.

import type { Classification } from '../schema/classification.ts'
import type { Combination, Member } from './combinations.ts'
import type { AccessPlan, Asker, FieldDecision } from './decision.ts'
import type { Decisions, Lowered } from './lowered-plan.ts'
import type { RowCondition, RowValue } from './row-condition.ts'

/** `unfilterable`: fields by whose filters a set would become whole without being asked for. */
export type Combined = { readonly lowered: readonly Lowered[]; readonly unfilterable: ReadonlySet<string> }

type Found = { readonly member: Member; readonly fields: readonly string[] }
type Parts = { readonly plan: AccessPlan; readonly decisionOf: Decisions; readonly classification: Classification }

/** `asked` undefined: not known, so every field. */
export function combinedFields(plan: AccessPlan, asked: ReadonlySet<string> | undefined, decisionOf: Decisions, classification: Classification): Combined {
  const parts = { plan, decisionOf, classification }
  const lowered: Lowered[] = []
  const unfilterable = new Set<string>()
  for (const set of plan.combinations.sets) {
    const isAsked = (coordinate: string): boolean => asked === undefined || asked.has(coordinate)
    const rule = `combination/${set.name}`
    for (const coordinate of loweredBy(whole(set, isAsked, parts), parts)) lowered.push({ coordinate, rule })
    // A filter tells what it filters by as well as a cell does; which filters an operation has is not among its facts.
    const filters = (coordinate: string): boolean => isFilter(coordinate, classification) && plan.filterable(...partsOf(coordinate))
    const told = whole(set, (coordinate) => isAsked(coordinate) || filters(coordinate), parts)
    if (loweredBy(told, parts).length > 0) for (const { fields } of told) for (const field of fields) if (filters(field)) unfilterable.add(field)
  }
  return { lowered, unfilterable }
}

/** The members' fields that count, or [] where a member has none. */
function whole({ members }: Combination, isTold: (coordinate: string) => boolean, parts: Parts): readonly Found[] {
  const found: Found[] = []
  for (const member of members) {
    const fields = member.fields.filter((coordinate) => isTold(coordinate) && counts(parts.decisionOf(coordinate), member, parts.plan.asker))
    if (fields.length === 0) return []
    found.push({ member, fields })
  }
  return found
}

/** Each field of a lowered member that stands beside one field of every other member, not all of them the asker's own. */
function loweredBy(set: readonly Found[], parts: Parts): readonly string[] {
  return set.flatMap((one) => {
    if (!isLowered(one.member, parts.plan.asker)) return []
    const foreignBeside = set.some((other) => other !== one && other.fields.some((field) => !isOwn(field, parts)))
    return one.fields.filter((coordinate) => hasMask(coordinate, parts) && isClear(parts.decisionOf(coordinate), parts.plan.asker) && (foreignBeside || !isOwn(coordinate, parts)))
  })
}

function isLowered({ lowered }: Member, { strictly }: Asker): boolean {
  switch (lowered) {
    case 'ALWAYS':
      return true
    case 'UNLESS_L4':
      return !strictly
    case 'NEVER':
      return false
  }
}

function counts(decision: FieldDecision, member: Member, asker: Asker): boolean {
  if (member.counts === 'CLEAR') return isClear(decision, asker)
  if (decision.decision === 'MIXED') return !isAboutNobodyElse(decision.read, asker) || !isAboutNobodyElse(decision.masked, asker)
  return decision.decision !== 'DENIED'
}

/** Clear on some row that is about somebody else. */
function isClear(decision: FieldDecision, asker: Asker): boolean {
  if (decision.decision !== 'MIXED') return decision.decision === 'CLEAR'
  return !isAboutNobodyElse(decision.read, asker)
}

/** Whether the condition holds on rows of organisations and on the asking person's own alone. May say false where it is true. */
function isAboutNobodyElse(condition: RowCondition, asker: Asker): boolean {
  switch (condition.kind) {
    case 'never':
      return true
    case 'and':
      return condition.terms.some((term) => isAboutNobodyElse(term, asker))
    case 'or':
      return condition.terms.every((term) => isAboutNobodyElse(term, asker))
    case 'truth':
      return condition.attribute === 'organisation'
    case 'compare': {
      const sides = [condition.left, condition.right]
      return asker.kind === 'subject' && condition.operator === '==' && sides.some(isSubject) && sides.some(isCaller)
    }
    default:
      return false
  }
}

function isSubject(value: RowValue): boolean {
  return value.kind === 'attribute' && value.name === 'subject'
}

function isCaller(value: RowValue): boolean {
  return value.kind === 'parameter' && value.name === 'pid'
}

function isOwn(coordinate: string, { plan: { asker }, classification }: Parts): boolean {
  const [type, field] = partsOf(coordinate)
  const classified = classification.field(type, field) ?? classification.type(type)?.classification
  if (classified?.level === 1) return true
  return asker.kind === 'department' && classified?.owner === asker.org
}

/** An edge or a key is not lowered: it leads to what is. */
function hasMask(coordinate: string, { classification }: Parts): boolean {
  const mask = classification.field(...partsOf(coordinate))?.mask
  return mask !== undefined && mask !== 'REDACT'
}

function isFilter(coordinate: string, classification: Classification): boolean {
  const found = classification.field(...partsOf(coordinate))
  return found !== undefined && (found.filterOperators.length > 0 || found.sortable)
}

function partsOf(coordinate: string): [string, string] {
  const [type = '', field = ''] = coordinate.split('.')
  return [type, field]
}
