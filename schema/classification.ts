// The classification of the graph: level, category, owner, mask … of every field and type, read from the subgraphs' SDLs.
// Everything that decides (policies, access plans, masks, reports) reads it from here. Refuses the whole graph when one field is
// unclassified, one directive malformed, or two subgraphs say different things (composition would silently take the first).

import type { SubgraphName } from '../core/domains.ts'
import { readDeclarations } from './declarations.ts'
import type { TypeDeclaration } from './declarations.ts'
import { keyNames, requiredNames } from './key-fields.ts'
import { ClassificationRefused } from './problem.ts'
import type { Problem } from './problem.ts'
import { readFields, readTypes } from './read-classified.ts'
import type { FieldClassification, TypeClassification } from './read-classified.ts'

export type { FieldClassification, TypeClassification } from './read-classified.ts'
export type { EntryKind, Level, MaskKind, RowAttribute } from './directive-values.ts'
export type { FilterOperator } from './generate-filters.ts'

export type Classification = {
  field(type: string, field: string): FieldClassification | undefined
  type(name: string): TypeClassification | undefined
  fields(): readonly FieldClassification[]
  types(): readonly TypeClassification[]
  fieldsOf(domain: SubgraphName): readonly FieldClassification[]
  /** Field names of `type` that any @requires reads, nested selections included. */
  requiresInputs(type: string): ReadonlySet<string>
  /** Field names of `type` used in any @key. */
  keys(type: string): ReadonlySet<string>
}

/** Reads the SDLs (whole ones, as load.ts gives them). Throws ClassificationRefused with every problem found. */
export function readClassification(sdls: Readonly<Partial<Record<SubgraphName, string>>>): Classification {
  const { classification, problems } = inspectClassification(sdls)
  if (problems.length > 0) throw new ClassificationRefused(problems)
  return classification
}

/** The same without throwing: what could be read, and what is wrong with the rest. For checks only; never serve by it. */
export function inspectClassification(sdls: Readonly<Partial<Record<SubgraphName, string>>>): {
  readonly classification: Classification
  readonly declarations: readonly TypeDeclaration[]
  readonly problems: readonly Problem[]
} {
  const problems: Problem[] = []
  const declarations = readDeclarations(sdls)
  const keys = keyNames(declarations, problems)
  const required = requiredNames(declarations, problems)
  const fields = readFields(declarations, keys, problems)
  const types = readTypes(declarations, fields, keys, problems)
  return { classification: index(fields, types, keys, required), declarations, problems }
}

const none: ReadonlySet<string> = new Set()

function index(
  fields: readonly FieldClassification[],
  types: readonly TypeClassification[],
  keys: ReadonlyMap<string, ReadonlySet<string>>,
  required: ReadonlyMap<string, ReadonlySet<string>>,
): Classification {
  const byCoordinate = new Map(fields.map((field) => [`${field.type}.${field.field}`, field]))
  const byName = new Map(types.map((type) => [type.type, type]))
  const byDomain = new Map<SubgraphName, FieldClassification[]>()
  for (const field of fields) byDomain.set(field.domain, [...(byDomain.get(field.domain) ?? []), field])
  return {
    field: (type, field) => byCoordinate.get(`${type}.${field}`),
    type: (name) => byName.get(name),
    fields: () => fields,
    types: () => types,
    fieldsOf: (domain) => byDomain.get(domain) ?? [],
    requiresInputs: (type) => required.get(type) ?? none,
    keys: (type) => keys.get(type) ?? none,
  }
}
