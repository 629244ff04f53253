// The access plan: what callers of one organisation, kind, roles, division, assurance and zone may do for one purpose under one
// bundle. Fields are decided when first asked for and remembered. Unknown fields are DENIED; keys and the structural fields of
// connections are CLEAR (the existence of rows is `see`'s matter); answers of verifications are decided with their entry.

import type { Classification, EntryKind } from '../schema/classification.ts'
import { bulkApproved, lowest, openedBy, sameCells } from './bulk.ts'
import type { Combinations } from './combinations.ts'
import type { BulkClass, FieldDecision, AccessPlan, EntryDecision, GrantQuota, Occasion, QuotaName, Quotas } from './decision.ts'
import { clearCells, deniedCells, lower } from './coherence.ts'
import type { Cells } from './coherence.ts'
import { codeFor, isBetter, wordOf } from './codes.ts'
import type { Word } from './codes.ts'
import { decide, deniedAction } from './decide.ts'
import type { ActionDecision, DecideParts } from './decide.ts'
import type { Action, Environment, Situation } from './environment.ts'
import { always, never } from './row-condition.ts'
import type { RowCondition } from './row-condition.ts'
import { cellsUnder, stopFor } from './stopped.ts'
import type { StoppedField, StoppedFields } from './stopped.ts'
import { isBulkClass, isGrantQuota, quotaOfGrant } from './quota-names.ts'
import { isWithheld } from './withheld-policies.ts'

export type PlanParts = DecideParts & {
  readonly classification: Classification
  readonly policyVersion: string
  readonly bundleSequence: number
  readonly validUntil: number
  /** False for callers of an unknown organisation or of the wrong kind: they may not apply for anything. */
  readonly trusted: boolean
  /** Plans of the same callers for each purpose of their organisation, if no purpose was given; else none. */
  readonly alternatives: () => readonly DecidingPlan[]
  readonly quotas: Quotas
  readonly combinations: Combinations
  /** What owners have stopped. */
  readonly stopped: StoppedFields
  /** Ids of grants with bulk approval. */
  readonly bulkGrants: ReadonlySet<string>
  /** Ids of grants with a quota of their own; `minors`: those by which children's rows are open to this caller. */
  readonly limitedGrants: { readonly all: ReadonlySet<string>; readonly minors: readonly string[] }
  /** Classes whose fields are decided one level higher by `parts`, and grants that are as if withdrawn; `base` is the plan without. */
  readonly raise?: { readonly classes: ReadonlySet<BulkClass>; readonly grants: ReadonlySet<GrantQuota>; readonly base: DecidingPlan; readonly parts: DecideParts }
}

/** A plan with what explanations and officers' tests look at beside the decisions. */
export type DecidingPlan = AccessPlan & {
  readonly situation: Situation
  /** What actions on a coordinate (`Type.field` or `Type`) are decided by. */
  partsOf(coordinate: string): Pick<DecideParts, 'situation' | 'subjects'>
  /** Whether the field is decided one level higher because a quota is used up. */
  raised(type: string, field: string): boolean
  /** After coherence. */
  cells(type: string, field: string): Cells
  /** What the policies say of one action, before coherence; `field` undefined for actions about rows of the type. */
  action(action: Action, type: string, field?: string): ActionDecision
}

export function createAccessPlan(parts: PlanParts): DecidingPlan {
  const { classification, situation, raise } = parts
  const actionsDecided = new Map<string, ActionDecision>()
  const cellsDecided = new Map<string, Cells>()
  const fieldsDecided = new Map<string, FieldDecision>()
  const entriesDecided = new Map<string, EntryDecision>()
  const countsDecided = new Map<string, readonly QuotaName[]>()
  const underWay = new Set<string>()

  const stop = (type: string, field: string): StoppedField | undefined => stopFor(parts.stopped, situation.caller, `${type}.${field}`)

  const raised = (type: string, field: string): boolean => {
    if (raise === undefined || raise.classes.size === 0) return false
    return raise.base.counted(type, field).some((name) => isBulkClass(name) && raise.classes.has(name))
  }

  const partsOf = (coordinate: string): DecideParts => {
    const [type = '', field] = coordinate.split('.')
    return raise !== undefined && field !== undefined && raised(type, field) ? raise.parts : parts
  }

  const action = (name: Action, type: string, field?: string): ActionDecision => {
    const coordinate = field === undefined ? type : `${type}.${field}`
    return remember(actionsDecided, `${name} ${coordinate}`, () => decide(name, coordinate, partsOf(coordinate)))
  }

  const rows = (type: string): RowCondition => {
    if (type === 'Query' || type === 'Mutation' || classification.type(type)?.answer === true) return always
    return action('see', type).allowed
  }

  const cells = (type: string, field: string): Cells => {
    const coordinate = `${type}.${field}`
    if (underWay.has(coordinate)) return deniedCells
    return remember(cellsDecided, coordinate, () => {
      underWay.add(coordinate)
      try {
        const own = decideCells(type, field)
        return raise === undefined ? own : lowest(raise.base.cells(type, field), own)
      } finally {
        underWay.delete(coordinate)
      }
    })
  }

  const decideCells = (type: string, field: string): Cells => {
    if (isStructural(type, field, parts)) return clearCells
    const stopped = stop(type, field)
    const own = (): Cells => permittedCells(type, field)
    return stopped === undefined ? own() : cellsUnder(stopped, { own, caller: situation.caller, type, classification })
  }

  const permittedCells = (type: string, field: string): Cells => {
    const found = classification.field(type, field)
    if (found === undefined) return deniedCells
    if (classification.type(type)?.answer === true) return clearCells
    if (found.entry?.kind === 'VERIFY') return { read: action('verify', type, field).allowed, masked: never }
    // Nothing is known of a row: an act is allowed whole or not at all.
    if (found.entry?.kind === 'ACT') return action('act', type, field).allowed.kind === 'always' ? clearCells : deniedCells
    const own = { read: action('read', type, field).allowed, masked: action('readMasked', type, field).allowed }
    return lower(own, found, { cells: cellsAt, rows })
  }

  const cellsAt = (coordinate: string): Cells => {
    const [type = '', field = ''] = coordinate.split('.')
    return cells(type, field)
  }

  const code = (type: string, field: string): ReturnType<typeof codeFor> => {
    if (raise !== undefined && !sameCells(raise.base.cells(type, field), cells(type, field))) return 'QUOTA'
    if (stop(type, field) !== undefined) return 'POLICY'
    const word = wordOf(cells(type, field))
    const found = classification.field(type, field)
    // Whoever applied would be told what the list says.
    if (found !== undefined && actionsOf(found.entry?.kind, word).some((name) => action(name, type, field).applied.some(({ policy }) => isWithheld(policy)))) return 'POLICY'
    const purposeHelps = (): boolean => parts.alternatives().some((plan) => isBetter(word, wordOf(plan.cells(type, field))))
    return parts.trusted ? codeFor(word, found, situation.caller, purposeHelps) : 'POLICY'
  }

  const decideOne = (type: string, field: string): FieldDecision => {
    const { read, masked } = cells(type, field)
    const word = wordOf({ read, masked })
    const actions = actionsOf(classification.field(type, field)?.entry?.kind, word)
    const applied = policyIds(actions.map((name) => (classification.field(type, field) === undefined ? deniedAction : action(name, type, field))))
    const policies = [...applied, ...quotaIds(type, field), ...(stop(type, field)?.policies ?? [])]
    switch (word) {
      case 'CLEAR':
        return { decision: word, policies }
      case 'MIXED':
        return { decision: word, code: code(type, field), read, masked, policies }
      case 'MASKED':
      case 'DENIED':
        return { decision: word, code: code(type, field), policies }
    }
  }

  /** What is used up, where it counted for the field. */
  const quotaIds = (type: string, field: string): readonly string[] => {
    if (raise === undefined) return []
    return raise.base.counted(type, field).filter((name) => (isGrantQuota(name) ? raise.grants.has(name) : raise.classes.has(name))).map((name) => `quota/${name}`)
  }

  const counted = (type: string, field: string): readonly QuotaName[] => remember(countsDecided, `${type}.${field}`, () => {
    const bulkClass = classCounted(type, field)
    return [...(bulkClass === undefined ? [] : [bulkClass]), ...grantsCounted(type, field)]
  })

  const classCounted = (type: string, field: string): BulkClass | undefined => {
    const found = classification.field(type, field)
    const { caller } = situation
    if (found === undefined || found.bulkClass === 'NONE' || found.level < 2 || caller.kind === 'subject' || found.owner === caller.org || raised(type, field)) return undefined
    const verifies = found.entry?.kind === 'VERIFY'
    if (verifies && stop(type, field) !== undefined) return undefined
    if (verifies ? action('verify', type, field).allowed.kind === 'never' : decision(type, field).decision === 'DENIED') return undefined
    const decided = verifies ? [action('verify', type, field)] : [action('read', type, field), action('readMasked', type, field)]
    return bulkApproved(decided, parts.bulkGrants) ? undefined : found.bulkClass
  }

  /** Grants with a quota by which the field, or its row, is there. What has no person behind it is told of nobody. */
  const grantsCounted = (type: string, field: string): readonly GrantQuota[] => {
    const { all, minors } = parts.limitedGrants
    if (all.size === 0) return []
    const found = classification.field(type, field)
    if (found === undefined || (!found.personal && found.bulkClass === 'NONE') || situation.caller.kind === 'subject' || found.owner === situation.caller.org || decision(type, field).decision === 'DENIED') return []
    const decided = found.entry?.kind === 'VERIFY' ? [action('verify', type, field)] : [action('read', type, field), action('readMasked', type, field), ...(type === 'Query' ? [] : [action('see', type)])]
    return [...new Set([...openedBy(decided, all), ...minors])].map(quotaOfGrant)
  }

  const decision = (type: string, field: string): FieldDecision => remember(fieldsDecided, `${type}.${field}`, () => decideOne(type, field))

  return {
    policyVersion: parts.policyVersion,
    bundleSequence: parts.bundleSequence,
    validUntil: parts.validUntil,
    field: decision,
    rows,
    rowsCode: (type) => (raise !== undefined && raise.base.rows(type).kind !== 'never' ? 'QUOTA' : 'POLICY'),
    filterable: (type, field) => {
      // A filter looks at everybody, so whoever may read of so many people only may not filter.
      if (decision(type, field).decision !== 'CLEAR' || raise?.base.filterable(type, field) === false || counted(type, field).length > 0) return false
      return classification.field(type, field) === undefined || action('filter', type, field).allowed.kind === 'always'
    },
    verify: (entryField) => remember(entriesDecided, entryField, () => {
      if (classification.field('Query', entryField)?.entry?.kind !== 'VERIFY') return { condition: never, code: 'POLICY', policies: [] }
      const stopped = stop('Query', entryField)
      if (stopped !== undefined) return { condition: never, code: 'POLICY', policies: stopped.policies }
      const decided = action('verify', 'Query', entryField)
      return { condition: decided.allowed, code: decided.allowed.kind === 'always' ? 'POLICY' : code('Query', entryField), policies: [...(raised('Query', entryField) ? [] : policyIds([decided])), ...quotaIds('Query', entryField)] }
    }),
    counted,
    thresholds: (entryField) => {
      const own = situation.caller.kind === 'department' && classification.field('Query', entryField)?.owner === situation.caller.org
      return own ? [] : parts.combinations.thresholds.entries.get(entryField) ?? []
    },
    quotas: parts.quotas,
    combinations: parts.combinations,
    asker: { kind: situation.caller.kind, org: situation.caller.org, strictly: isStrict(situation.occasion) },
    situation,
    partsOf,
    raised,
    cells,
    action,
  }
}

/** The environment an action on a coordinate (`Type.field` or `Type`) is decided in. Undefined for unknown coordinates. */
export function environmentOf(plan: DecidingPlan, action: Action, coordinate: string): Environment | undefined {
  const { situation, subjects } = plan.partsOf(coordinate)
  const subject = subjects.get(coordinate)
  return subject === undefined ? undefined : { situation, action, ...subject }
}

/** Over a limit the questions of a day are together about many people. */
function isStrict({ singleSubject, purpose, caseNo, raised = [] }: Occasion): boolean {
  return singleSubject && purpose !== undefined && caseNo !== undefined && raised.length === 0
}

/** The actions whose policies took part in a decision. */
function actionsOf(entry: EntryKind | undefined, word: Word): readonly Action[] {
  if (entry === 'VERIFY') return ['verify']
  if (entry === 'ACT') return ['act']
  return word === 'CLEAR' ? ['read'] : ['read', 'readMasked']
}

/** Keys, `__typename`, and what the composer generates around lists. */
function isStructural(type: string, field: string, { classification }: PlanParts): boolean {
  if (field === '__typename' || classification.keys(type).has(field)) return true
  if (type === 'PageInfo') return ['hasNextPage', 'hasPreviousPage', 'startCursor', 'endCursor'].includes(field)
  if (classification.type(type) !== undefined) return false
  const connection = type.endsWith('Connection') && ['edges', 'nodes', 'pageInfo'].includes(field)
  const edge = type.endsWith('Edge') && ['node', 'cursor'].includes(field)
  const base = type.replace(/(Connection|Edge)$/, '')
  return (connection || edge) && classification.type(base) !== undefined
}

function policyIds(decisions: readonly ActionDecision[]): readonly string[] {
  return [...new Set(decisions.flatMap(({ applied }) => applied.map(({ policy }) => policy.id)))]
}

function remember<T>(known: Map<string, T>, key: string, make: () => T): T {
  const found = known.get(key)
  if (found !== undefined) return found
  const made = make()
  known.set(key, made)
  return made
}
