// Walks the fields that an operation asks for: fragments opened, @skip and @include decided with the request's variables, aliases
// kept as response names. Relies on the operation having been validated against the schema.

import { Kind, getNamedType, isCompositeType, isInterfaceType, isObjectType } from 'graphql'
import type {
  DirectiveNode, DocumentNode, FieldNode, FragmentDefinitionNode, GraphQLField, GraphQLNamedType, GraphQLSchema, OperationDefinitionNode, SelectionSetNode,
} from 'graphql'

/** A validated operation with its coerced variables. */
export type AskedOperation = {
  readonly schema: GraphQLSchema
  readonly document: DocumentNode
  readonly operation: OperationDefinitionNode
  readonly variables: Readonly<Record<string, unknown>>
}

/** One field as asked for. `path` holds response names from the root, this field's last. */
export type AskedField = {
  readonly parent: string
  readonly name: string
  readonly node: FieldNode
  readonly definition: GraphQLField<unknown, unknown>
  readonly returns: GraphQLNamedType
  readonly path: readonly string[]
}

/**
 * Calls `visit` for every field, parents first; what it returns is handed to the field's children, undefined leaves them out.
 * Introspection fields (`__…`) are not visited; `typename` is called for `__typename`. A field asked for twice is visited twice.
 */
export function walkOperation<State>(
  asked: AskedOperation, start: State, visit: (field: AskedField, state: State) => State | undefined, typename?: (state: State) => void,
): void {
  const fragments = fragmentsOf(asked.document)
  const root = asked.schema.getRootType(asked.operation.operation)
  if (root != null) walk(asked.operation.selectionSet, root, [], start)

  function walk(selections: SelectionSetNode, parent: GraphQLNamedType, path: readonly string[], state: State): void {
    for (const selection of selections.selections) {
      if (!wanted(selection.directives, asked.variables)) continue
      if (selection.kind === Kind.FIELD) {
        enter(selection, parent, path, state)
        continue
      }
      const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection
      if (fragment === undefined) continue
      const condition = fragment.typeCondition?.name.value
      const type = condition === undefined ? parent : (asked.schema.getType(condition) ?? parent)
      walk(fragment.selectionSet, type, path, state)
    }
  }

  function enter(node: FieldNode, parent: GraphQLNamedType, path: readonly string[], state: State): void {
    const name = node.name.value
    if (name === '__typename') typename?.(state)
    if (name.startsWith('__') || !(isObjectType(parent) || isInterfaceType(parent))) return
    const definition = parent.getFields()[name]
    if (definition === undefined) return
    const returns = getNamedType(definition.type)
    const here = [...path, node.alias?.value ?? name]
    const next = visit({ parent: parent.name, name, node, definition, returns, path: here }, state)
    if (next !== undefined && node.selectionSet !== undefined && isCompositeType(returns)) walk(node.selectionSet, returns, here, next)
  }
}

/** By its name a connection, an edge or a page: form, not data, unless the type is classified (which the caller checks where it matters). */
export function isStructural(typeName: string): boolean {
  return typeName.endsWith('Connection') || typeName.endsWith('Edge') || typeName === 'PageInfo'
}

const known = new WeakMap<DocumentNode, ReadonlyMap<string, FragmentDefinitionNode>>()

function fragmentsOf(document: DocumentNode): ReadonlyMap<string, FragmentDefinitionNode> {
  let found = known.get(document)
  if (found === undefined) {
    found = new Map(document.definitions.flatMap((definition) => (definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition]] : [])))
    known.set(document, found)
  }
  return found
}

function wanted(directives: readonly DirectiveNode[] | undefined, variables: Readonly<Record<string, unknown>>): boolean {
  for (const directive of directives ?? []) {
    const name = directive.name.value
    if (name !== 'skip' && name !== 'include') continue
    const value = directive.arguments?.find((argument) => argument.name.value === 'if')?.value
    const on = value?.kind === Kind.BOOLEAN ? value.value : value?.kind === Kind.VARIABLE && variables[value.name.value] === true
    if (on === (name === 'skip')) return false
  }
  return true
}
