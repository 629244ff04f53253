// Writes the `where` inputs and order enums of a subgraph from @filterable and @sortable: for every `XWhere` or `XOrder` that an
// argument uses. A filter type is named by the field's type and its operators, so that equal names have equal content everywhere.
// Relies on operators being written in @filterable as directives.graphql declares; refuses a where or order over nothing.

import { Kind, visit } from 'graphql'
import type { ConstDirectiveNode, DocumentNode, FieldDefinitionNode, NamedTypeNode, TypeNode } from 'graphql'
import { ClassificationRefused, placeOf, problemAt } from './problem.ts'
import type { Problem } from './problem.ts'
import { definedTypes } from './generate-connections.ts'

export const filterOperators = ['EQ', 'IN', 'LT', 'LTE', 'GT', 'GTE', 'STARTS_WITH'] as const
export type FilterOperator = (typeof filterOperators)[number]

/** The key of an operator in a filter input: EQ → eq, STARTS_WITH → startsWith. */
export function operatorKey(operator: FilterOperator): string {
  return operator.toLowerCase().replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
}

/** Entry of an order enum: birthDate, DESC → BIRTH_DATE_DESC. */
export function orderEntry(field: string, direction: 'ASC' | 'DESC'): string {
  return `${field.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}_${direction}`
}

/** What one compares with: whole values only, and built-in scalars where GraphQL itself can check them. */
const comparedWith: Readonly<Record<string, string>> = {
  PersonName: 'String', IdNumber: 'String', AmountOrBand: 'String', ScoreOrBand: 'String', PartialDate: 'Date', PartialDateTime: 'DateTime',
}

/** SDL of the where, filter and order types that `document` uses and does not define, in order of name. */
export function generateFilters(document: DocumentNode): readonly string[] {
  const defined = definedTypes(document)
  const problems: Problem[] = []
  const made = new Map<string, string>()
  visit(document, {
    NamedType(node) {
      const use = generatedUse(node, defined)
      if (use === undefined || made.has(node.name.value)) return
      const fields = fieldsOf(document, use.item)
      const directive = use.kind === 'Where' ? 'filterable' : 'sortable'
      const marked = fields.filter((field) => directiveOf(field, directive) !== undefined)
      if (marked.length === 0) problems.push(problemAt(placeOf(node), `${node.name.value}: no field of ${use.item} is @${directive}.`))
      else if (use.kind === 'Where') writeWhere(use.item, marked, made)
      else made.set(node.name.value, orderSdl(use.item, marked))
    },
  })
  if (problems.length > 0) throw new ClassificationRefused(problems)
  return [...made.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, sdl]) => sdl)
}

/** The operators of a field's @filterable, [] without one; the default of the directive is [EQ, IN]. */
export function operatorsOf(field: FieldDefinitionNode): readonly FilterOperator[] {
  const directive = directiveOf(field, 'filterable')
  if (directive === undefined) return []
  const given = directive.arguments?.find((argument) => argument.name.value === 'operators')?.value
  if (given === undefined) return ['EQ', 'IN']
  const names = given.kind === Kind.LIST ? given.values : [given]
  return filterOperators.filter((operator) => names.some((name) => name.kind === Kind.ENUM && name.value === operator))
}

function generatedUse(node: NamedTypeNode, defined: ReadonlyMap<string, Kind>): { kind: 'Where' | 'Order'; item: string } | undefined {
  const name = node.name.value
  if (defined.has(name)) return undefined
  if (name.endsWith('Where')) return { kind: 'Where', item: name.slice(0, -5) }
  return name.endsWith('Order') ? { kind: 'Order', item: name.slice(0, -5) } : undefined
}

function fieldsOf(document: DocumentNode, type: string): readonly FieldDefinitionNode[] {
  return document.definitions.flatMap((definition) =>
    (definition.kind === Kind.OBJECT_TYPE_DEFINITION || definition.kind === Kind.OBJECT_TYPE_EXTENSION) && definition.name.value === type
      ? (definition.fields ?? [])
      : [],
  )
}

function directiveOf(field: FieldDefinitionNode, name: string): ConstDirectiveNode | undefined {
  return field.directives?.find((directive) => directive.name.value === name)
}

function writeWhere(item: string, fields: readonly FieldDefinitionNode[], made: Map<string, string>): void {
  const entries = fields.map((field) => {
    const type = namedType(field.type)
    const operators = operatorsOf(field)
    const filter = `${type}${operators.map((operator) => pascal(operatorKey(operator))).join('')}Filter`
    made.set(filter, filterSdl(filter, comparedWith[type] ?? type, operators))
    return `  ${field.name.value}: ${filter}`
  })
  made.set(`${item}Where`, `"Conditions on ${item}, all of which must hold; only fields that are clear to you on every row."\ninput ${item}Where {\n${entries.join('\n')}\n}`)
}

function filterSdl(name: string, scalar: string, operators: readonly FilterOperator[]): string {
  const entries = operators.map((operator) => `  ${operatorKey(operator)}: ${operator === 'IN' ? `[${scalar}!]` : scalar}`)
  return `"Comparisons, all of which must hold."\ninput ${name} {\n${entries.join('\n')}\n}`
}

function orderSdl(item: string, fields: readonly FieldDefinitionNode[]): string {
  const entries = fields.flatMap((field) => [`  ${orderEntry(field.name.value, 'ASC')}`, `  ${orderEntry(field.name.value, 'DESC')}`])
  return `"Orders of ${item}; only by fields that are clear to you on every row."\nenum ${item}Order {\n${entries.join('\n')}\n}`
}

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type)
}

function pascal(word: string): string {
  return `${word.charAt(0).toUpperCase()}${word.slice(1)}`
}
