// The names that Federation's planner reads by itself: fields of @key and of @requires, also inside nested selections.
// Relies on field sets being GraphQL selections; refuses one that does not parse, has arguments (Apollo's gateway answers wrongly
// then) or names a field that is nowhere declared.

import { GraphQLError, Kind, parse } from 'graphql'
import type { ConstDirectiveNode, SelectionSetNode } from 'graphql'
import { directivesNamed, returnsOf, stringArgument } from './declarations.ts'
import type { TypeDeclaration } from './declarations.ts'
import { placeOf, problemAt } from './problem.ts'
import type { Problem } from './problem.ts'

type NamesByType = Map<string, Set<string>>

/** Field names used in any @key, by type. Problems are appended. */
export function keyNames(declarations: readonly TypeDeclaration[], problems: Problem[]): ReadonlyMap<string, ReadonlySet<string>> {
  const names: NamesByType = new Map()
  for (const declaration of declarations) {
    for (const directive of directivesNamed(declaration.directives, 'key')) collect(declaration.type, directive, declarations, names, problems)
  }
  return names
}

/** Field names read by any @requires, by type. Problems are appended. */
export function requiredNames(declarations: readonly TypeDeclaration[], problems: Problem[]): ReadonlyMap<string, ReadonlySet<string>> {
  const names: NamesByType = new Map()
  for (const declaration of declarations) {
    for (const field of declaration.fields) {
      for (const directive of directivesNamed(field.node.directives, 'requires')) collect(declaration.type, directive, declarations, names, problems)
    }
  }
  return names
}

/** Coordinates (`Type.field`) that one field's @requires reads, leaves and the edges on the way to them. */
export function requiredCoordinates(type: string, directives: readonly ConstDirectiveNode[] | undefined, declarations: readonly TypeDeclaration[]): readonly string[] {
  const names: NamesByType = new Map()
  for (const directive of directivesNamed(directives, 'requires')) collect(type, directive, declarations, names, [])
  return [...names].flatMap(([owner, fields]) => [...fields].map((field) => `${owner}.${field}`))
}

function collect(type: string, directive: ConstDirectiveNode, declarations: readonly TypeDeclaration[], names: NamesByType, problems: Problem[]): void {
  const place = placeOf(directive)
  const selection = fieldSet(stringArgument(directive, 'fields') ?? '')
  if (selection === undefined) {
    problems.push(problemAt(place, `@${directive.name.value} on ${type}: its fields are no selection.`))
    return
  }
  walk(type, selection, (owner, field, hasArguments) => {
    const known = names.get(owner) ?? new Set<string>()
    names.set(owner, known.add(field))
    if (hasArguments) problems.push(problemAt(place, `@${directive.name.value} on ${type}: ${owner}.${field} has arguments; Apollo's gateway then gives wrong data.`))
    if (!isDeclared(owner, field, declarations)) problems.push(problemAt(place, `@${directive.name.value} on ${type}: ${owner}.${field} is declared nowhere.`))
  }, declarations)
}

type Visit = (owner: string, field: string, hasArguments: boolean) => void

function walk(type: string, selection: SelectionSetNode, visit: Visit, declarations: readonly TypeDeclaration[]): void {
  for (const node of selection.selections) {
    if (node.kind === Kind.INLINE_FRAGMENT) walk(node.typeCondition?.name.value ?? type, node.selectionSet, visit, declarations)
    if (node.kind !== Kind.FIELD || node.name.value === '__typename') continue
    visit(type, node.name.value, (node.arguments ?? []).length > 0)
    const declared = fieldOf(type, node.name.value, declarations)
    if (node.selectionSet !== undefined && declared !== undefined) walk(returnsOf(declared.node.type).named, node.selectionSet, visit, declarations)
  }
}

function fieldOf(type: string, field: string, declarations: readonly TypeDeclaration[]) {
  for (const declaration of declarations) {
    if (declaration.type !== type) continue
    const found = declaration.fields.find((candidate) => candidate.field === field)
    if (found !== undefined) return found
  }
  return undefined
}

function isDeclared(type: string, field: string, declarations: readonly TypeDeclaration[]): boolean {
  return fieldOf(type, field, declarations) !== undefined
}

function fieldSet(text: string): SelectionSetNode | undefined {
  try {
    const [definition] = parse(`{ ${text} }`, { noLocation: true }).definitions
    return definition?.kind === Kind.OPERATION_DEFINITION ? definition.selectionSet : undefined
  } catch (error) {
    if (error instanceof GraphQLError) return undefined
    throw error
  }
}
