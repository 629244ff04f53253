// What is known when a policy is compiled: the caller, the purpose, the action, the field's classification and the type of the
// row with its declared attributes; everything about the row itself is unknown. Relies on a caller already verified.

import type { Classification, FieldClassification, RowAttribute, TypeClassification } from '../schema/classification.ts'
import type { Caller, Occasion } from './decision.ts'
import { divisionAncestors, normaliseDivision } from './policy-values.ts'
import type { Entity, Known } from './policy-values.ts'

export const actions = ['read', 'readMasked', 'filter', 'export', 'verify', 'see', 'act'] as const
export type Action = (typeof actions)[number]

/** `context.field` of a policy. */
export type FieldFacts = Readonly<Record<string, Known>>

/** The part that one access plan shares over all its fields. */
export type Situation = {
  readonly caller: Caller
  readonly occasion: Occasion
  /** Organisations the purpose is registered for. */
  readonly purposeOrganisations: readonly string[]
  readonly minorsApproved: boolean
  /** Epoch ms; every `context.now` comparison with a constant is decided at this instant. */
  readonly now: number
}

export type Environment = {
  readonly situation: Situation
  readonly action: Action
  readonly field: FieldFacts
  /** Entity type of the row: a GraphQL type's name, `Query` or `Mutation`. */
  readonly rowType: string
  readonly attributes: ReadonlyMap<string, RowAttribute>
}

const noAttributes: ReadonlyMap<string, RowAttribute> = new Map()

/** Row attributes of a type as a map; none for `Query` and `Mutation`. */
export function attributesOf(type: TypeClassification | undefined): ReadonlyMap<string, RowAttribute> {
  return type === undefined ? noAttributes : new Map(type.rowAttributes.map((attribute) => [attribute.name, attribute]))
}

/** What an action on a coordinate is decided by, apart from the situation. */
export type Subject = { readonly field: FieldFacts; readonly rowType: string; readonly attributes: ReadonlyMap<string, RowAttribute> }

/** Subjects by coordinate (`Type.field`, or `Type` for its rows), made once for a classification. VERIFY entries are about rows of their `of`. */
export type Subjects = ReadonlyMap<string, Subject>

export function subjectsOf(classification: Classification): Subjects {
  const fields = classification.fields()
  const rowsOf = (type: string): { readonly rowType: string; readonly attributes: Subject['attributes'] } => ({ rowType: type, attributes: attributesOf(classification.type(type)) })
  return new Map([
    ...fields.map((field) => [`${field.type}.${field.field}`, { field: factsOfField(field), ...rowsOf(field.entry?.kind === 'VERIFY' ? field.entry.of ?? 'Query' : field.type) }] as const),
    ...classification.types().map((type) => [type.type, { field: factsOfType(type, fields.find((field) => field.type === type.type)?.domain ?? ''), ...rowsOf(type.type) }] as const),
  ])
}

/** `context.field` for a field's own actions. */
export function factsOfField(field: FieldClassification): FieldFacts {
  return { ...facts(field), coordinate: `${field.type}.${field.field}`, domain: field.domain, type: field.type, name: field.field, entry: field.entry?.kind ?? '' }
}

/** `context.field` for `see`: the classification of the type itself; its coordinate is the type's name. */
function factsOfType(type: TypeClassification, domain: string): FieldFacts {
  return { ...facts(type.classification), coordinate: type.type, domain, type: type.type, name: '', entry: '' }
}

function facts(of: TypeClassification['classification']): FieldFacts {
  return {
    level: of.level,
    category: of.category,
    owner: { type: 'Organisation', id: of.owner },
    sharing: of.sharing,
    opening: of.opening,
    personal: of.personal,
    sensitive: of.sensitive,
    naturalKey: of.naturalKey,
    bulkClass: of.bulkClass,
  }
}

/** The caller's division without trailing zero parts, or undefined. */
export function callerDivision(caller: Caller): string | undefined {
  return caller.division === undefined ? undefined : normaliseDivision(caller.division)
}

/** Entities that `entity` is in, itself included (the hierarchy of a request; rows have none). */
export function ancestorsOf(entity: Entity, situation: Situation): readonly Entity[] {
  switch (entity.type) {
    case 'Caller':
      if (entity.id !== situation.caller.sub) return [entity]
      return [entity, { type: 'Organisation', id: situation.caller.org }, ...situation.caller.roles.map((id) => ({ type: 'Role', id }))]
    case 'Purpose':
      if (entity.id !== situation.occasion.purpose) return [entity]
      return [entity, ...situation.purposeOrganisations.map((id) => ({ type: 'Organisation', id }))]
    case 'Division':
      return [entity, ...divisionAncestors(entity.id).map((id) => ({ type: 'Division', id }))]
    default:
      return [entity]
  }
}
