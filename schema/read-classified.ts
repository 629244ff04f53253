// From declarations to classified fields and types: one entry for each, however many subgraphs declare it.
// Refuses what is unclassified, classified twice, malformed, or said differently by two subgraphs. DOMAIN 2.9: composition would
// only hint and take the first, and not even hint where one side says nothing; so this compares by itself.

import type { SubgraphName } from '../core/domains.ts'
import { directivesNamed, hasDirective, isStructural, returnsOf } from './declarations.ts'
import type { FieldDeclaration, TypeDeclaration } from './declarations.ts'
import { readClassified, readEntry, readRow } from './directive-values.ts'
import type { ClassifiedValues, EntryValues, Reading, RowAttribute } from './directive-values.ts'
import { operatorsOf } from './generate-filters.ts'
import type { FilterOperator } from './generate-filters.ts'
import { problemAt } from './problem.ts'
import type { Place, Problem } from './problem.ts'

export type FieldClassification = ClassifiedValues & {
  readonly domain: SubgraphName
  readonly type: string
  readonly field: string
  /** [] = not filterable. */
  readonly filterOperators: readonly FilterOperator[]
  readonly sortable: boolean
  readonly entry?: EntryValues
  /** Names of an entry's arguments. */
  readonly entryArguments?: readonly string[]
  /** For XConnection: X and list. */
  readonly returns: { readonly named: string; readonly list: boolean }
}

export type TypeClassification = {
  readonly type: string
  readonly classification: ClassifiedValues
  readonly rowAttributes: readonly RowAttribute[]
  /** Names used in any @key of the type, sorted. */
  readonly keys: readonly string[]
  /** Operators of key fields that are @filterable; keys carry no classification of their own. */
  readonly keyFilters: ReadonlyMap<string, readonly FilterOperator[]>
  /** Returned by VERIFY entries alone; decided with them. */
  readonly answer: boolean
}

type Names = ReadonlyMap<string, ReadonlySet<string>>
const rootTypes: ReadonlySet<string> = new Set(['Query', 'Mutation', 'Subscription'])

/** Every field that must be classified. Keys, generated list types and @external copies need none. Problems are appended. */
export function readFields(declarations: readonly TypeDeclaration[], keys: Names, problems: Problem[]): readonly FieldClassification[] {
  const fields = new Map<string, FieldClassification>()
  const silent: FieldDeclaration[] = []
  for (const declaration of declarations.flatMap((type) => type.fields)) {
    const { type, field, node, domain, place } = declaration
    const coordinate = `${type}.${field}`
    const written = directivesNamed(node.directives, 'classified')
    if (declaration.external) {
      if (written.length > 0) problems.push(problemAt(place, `${coordinate} is @external here; only the subgraph that answers it classifies it.`))
      continue
    }
    if (isStructural(declaration)) continue
    if (keys.get(type)?.has(field) === true) {
      if (written.length > 0) problems.push(problemAt(place, `${coordinate} is a key; keys carry no level.`))
      continue
    }
    if (written.length === 0) silent.push(declaration)
    const values = written.length === 0 ? undefined : one(written.map(readClassified), place, '', `${coordinate} is classified twice.`, problems)
    if (values === undefined) continue
    const entry = readEntryOf(declaration, problems)
    const read: FieldClassification = {
      ...values, domain, type, field, filterOperators: operatorsOf(node), sortable: hasDirective(node.directives, 'sortable'),
      ...(entry === undefined ? {} : { entry, entryArguments: (node.arguments ?? []).map((argument) => argument.name.value) }), returns: returnsOf(node.type),
    }
    const known = fields.get(coordinate)
    if (known === undefined) fields.set(coordinate, read)
    else if (!same({ ...known, domain }, read)) problems.push(problemAt(place, `${coordinate} is classified differently by ${known.domain} and ${domain}; one field has one classification.`))
  }
  for (const { type, field, domain, place } of silent) {
    const other = fields.get(`${type}.${field}`)?.domain
    problems.push(problemAt(place, other === undefined ? `${type}.${field} is not classified.` : `${type}.${field} is classified by ${other} but not by ${domain}, which answers it too.`))
  }
  return [...fields.values()]
}

/** Every object and interface type but the roots and the generated lists. Problems are appended. */
export function readTypes(declarations: readonly TypeDeclaration[], fields: readonly FieldClassification[], keys: Names, problems: Problem[]): readonly TypeClassification[] {
  const types = new Map<string, TypeClassification & { readonly domain: SubgraphName }>()
  for (const declaration of declarations) {
    const { type, domain, place } = declaration
    if (rootTypes.has(type) || declaration.fields.length > 0 && declaration.fields.every(isStructural)) continue
    const classification = one(directivesNamed(declaration.directives, 'classified').map(readClassified), place, `Type ${type} is not classified.`, `Type ${type} is classified twice.`, problems)
    const rows = directivesNamed(declaration.directives, 'row').map(readRow)
    const rowAttributes = rows.length === 0 ? [] : one(rows, place, '', `Type ${type} has two @row.`, problems)
    if (classification === undefined || rowAttributes === undefined) continue
    const returning = fields.filter((field) => field.returns.named === type)
    const read = {
      domain, type, classification, rowAttributes, keys: [...(keys.get(type) ?? [])].sort(), keyFilters: keyFilters(type, declarations, keys),
      answer: returning.length > 0 && returning.every((field) => field.entry?.kind === 'VERIFY'),
    }
    const known = types.get(type)
    if (known === undefined) types.set(type, read)
    else if (!same([known.classification, known.rowAttributes], [classification, rowAttributes])) {
      problems.push(problemAt(place, `Type ${type} is described differently by ${known.domain} and ${domain}; @classified and @row must be equal.`))
    }
  }
  return [...types.values()].map(({ domain: _, ...type }) => type)
}

function readEntryOf(declaration: FieldDeclaration, problems: Problem[]): EntryValues | undefined {
  const { type, field, place } = declaration
  const written = directivesNamed(declaration.node.directives, 'entry')
  if (type === 'Query' || type === 'Mutation') return one(written.map(readEntry), place, `${type}.${field} has no @entry.`, `${type}.${field} has two @entry.`, problems)
  if (written.length > 0) problems.push(problemAt(place, `${type}.${field} is no root field; @entry stands on root fields only.`))
  return undefined
}

function keyFilters(type: string, declarations: readonly TypeDeclaration[], keys: Names): ReadonlyMap<string, readonly FilterOperator[]> {
  const filters = new Map<string, readonly FilterOperator[]>()
  for (const { field, node } of declarations.filter((declaration) => declaration.type === type).flatMap((declaration) => declaration.fields)) {
    const operators = operatorsOf(node)
    if (operators.length > 0 && keys.get(type)?.has(field) === true) filters.set(field, operators)
  }
  return filters
}

function one<T>(readings: readonly Reading<T>[], place: Place, absent: string, twice: string, problems: Problem[]): T | undefined {
  const [first, second] = readings
  if (first === undefined || second !== undefined) problems.push(problemAt(place, first === undefined ? absent : twice))
  else if ('fault' in first) problems.push(problemAt(place, first.fault))
  return first === undefined || second !== undefined || 'fault' in first ? undefined : first.value
}

/** Equality of plain data, independent of the order in which arguments were written. */
function same(left: unknown, right: unknown): boolean {
  return canonical(left) === canonical(right)
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? ''
  return `{${Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => `${key}:${canonical(item)}`).join()}}`
}
