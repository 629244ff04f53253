// The access plan: what callers of one organisation, kind, roles, division, assurance and zone may do for one purpose under one
// bundle. Fields are decided when first asked for and remembered. Unknown fields are DENIED; keys and the structural fields of
// connections are CLEAR (the existence of rows is `see`'s matter); answers of verifications are decided with their entry.

import type { Classification } from '../schema/classification.ts'
import type { FieldDecision, AccessPlan, EntryDecision } from './decision.ts'
import { clearCells, deniedCells, lower } from './coherence.ts'
import type { Cells } from './coherence.ts'
import { codeFor, isBetter, wordOf } from './codes.ts'
import { decide, deniedAction } from './decide.ts'
import type { ActionDecision, DecideParts } from './decide.ts'
import type { Action, Environment, Situation, Subjects } from './environment.ts'
import { always, never } from './row-condition.ts'
import type { RowCondition } from './row-condition.ts'

export type PlanParts = DecideParts & {
  readonly classification: Classification
  readonly policyVersion: string
  readonly bundleSequence: number
  readonly validUntil: number
  /** False for callers of an unknown organisation or of the wrong kind: they may not apply for anything. */
  readonly trusted: boolean
  /** Plans of the same callers for each purpose of their organisation, if no purpose was given; else none. */
  readonly alternatives: () => readonly DecidingPlan[]
}

/** A plan with what explanations and officers' tests look at beside the decisions. */
export type DecidingPlan = AccessPlan & {
  readonly situation: Situation
  readonly subjects: Subjects
  /** After coherence. */
  cells(type: string, field: string): Cells
  /** What the policies say of one action, before coherence; `field` undefined for actions about rows of the type. */
  action(action: Action, type: string, field?: string): ActionDecision
}

export function createAccessPlan(parts: PlanParts): DecidingPlan {
  const { classification, situation } = parts
  const actionsDecided = new Map<string, ActionDecision>()
  const cellsDecided = new Map<string, Cells>()
  const fieldsDecided = new Map<string, FieldDecision>()
  const entriesDecided = new Map<string, EntryDecision>()
  const underWay = new Set<string>()

  const action = (name: Action, type: string, field?: string): ActionDecision =>
    remember(actionsDecided, `${name} ${type}.${field ?? ''}`, () => decide(name, field === undefined ? type : `${type}.${field}`, parts))

  const rows = (type: string): RowCondition => {
    if (type === 'Query' || classification.type(type)?.answer === true) return always
    return action('see', type).allowed
  }

  const cells = (type: string, field: string): Cells => {
    const coordinate = `${type}.${field}`
    if (underWay.has(coordinate)) return deniedCells
    return remember(cellsDecided, coordinate, () => {
      underWay.add(coordinate)
      try {
        return decideCells(type, field)
      } finally {
        underWay.delete(coordinate)
      }
    })
  }

  const decideCells = (type: string, field: string): Cells => {
    if (isStructural(type, field, parts)) return clearCells
    const found = classification.field(type, field)
    if (found === undefined) return deniedCells
    if (classification.type(type)?.answer === true) return clearCells
    if (found.entry?.kind === 'VERIFY') return { read: action('verify', type, field).allowed, masked: never }
    const own = { read: action('read', type, field).allowed, masked: action('readMasked', type, field).allowed }
    return lower(own, found, { cells: cellsAt, rows })
  }

  const cellsAt = (coordinate: string): Cells => {
    const [type = '', field = ''] = coordinate.split('.')
    return cells(type, field)
  }

  const code = (type: string, field: string): ReturnType<typeof codeFor> => {
    const word = wordOf(cells(type, field))
    const purposeHelps = (): boolean => parts.alternatives().some((plan) => isBetter(word, wordOf(plan.cells(type, field))))
    return parts.trusted ? codeFor(word, classification.field(type, field), situation.caller, purposeHelps) : 'POLICY'
  }

  const decideOne = (type: string, field: string): FieldDecision => {
    const { read, masked } = cells(type, field)
    const word = wordOf({ read, masked })
    const actions: readonly Action[] = classification.field(type, field)?.entry?.kind === 'VERIFY' ? ['verify'] : word === 'CLEAR' ? ['read'] : ['read', 'readMasked']
    const policies = policyIds(actions.map((name) => (classification.field(type, field) === undefined ? deniedAction : action(name, type, field))))
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

  const decision = (type: string, field: string): FieldDecision => remember(fieldsDecided, `${type}.${field}`, () => decideOne(type, field))

  return {
    policyVersion: parts.policyVersion,
    bundleSequence: parts.bundleSequence,
    validUntil: parts.validUntil,
    field: decision,
    rows,
    filterable: (type, field) => {
      if (decision(type, field).decision !== 'CLEAR') return false
      return classification.field(type, field) === undefined || action('filter', type, field).allowed.kind === 'always'
    },
    verify: (entryField) => remember(entriesDecided, entryField, () => {
      if (classification.field('Query', entryField)?.entry?.kind !== 'VERIFY') return { condition: never, code: 'POLICY', policies: [] }
      const decided = action('verify', 'Query', entryField)
      return { condition: decided.allowed, code: decided.allowed.kind === 'always' ? 'POLICY' : code('Query', entryField), policies: policyIds([decided]) }
    }),
    situation,
    subjects: parts.subjects,
    cells,
    action,
  }
}

/** The environment an action on a coordinate (`Type.field` or `Type`) is decided in. Undefined for unknown coordinates. */
export function environmentOf(plan: DecidingPlan, action: Action, coordinate: string): Environment | undefined {
  const subject = plan.subjects.get(coordinate)
  return subject === undefined ? undefined : { situation: plan.situation, action, ...subject }
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
