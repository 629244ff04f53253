// From an operation's selection to the columns of its rows: what an answer holds under which name, of which type.
// Relies on a validated operation. Fields under @skip or @include count as there, since a caller may have them.

import { getNamedType, getNullableType, isEnumType, isListType, isNonNullType, isObjectType, Kind } from 'graphql'
import type { FragmentDefinitionNode, GraphQLField, GraphQLObjectType, GraphQLSchema, OperationDefinitionNode, SelectionSetNode } from 'graphql'
import type { Classification } from '../schema/classification.ts'
import type { Column } from './open-query.ts'

export type Graph = { readonly schema: GraphQLSchema; readonly classification: Classification }
export type Fragments = ReadonlyMap<string, FragmentDefinitionNode>

/** The columns of the operation's `data`. */
export function columnsOf(operation: OperationDefinitionNode, fragments: Fragments, graph: Graph): readonly Column[] {
  const root = graph.schema.getQueryType()
  return root == null ? [] : columnsIn([operation.selectionSet], root, fragments, graph)
}

/** Fields that answer under one name are one column, with what each selects below it. */
function columnsIn(selections: readonly SelectionSetNode[], type: GraphQLObjectType, fragments: Fragments, graph: Graph): readonly Column[] {
  const found = new Map<string, { readonly field: GraphQLField<unknown, unknown>; readonly below: SelectionSetNode[] }>()
  for (const set of selections) gather(set, type)
  return [...found].map(([name, { field, below }]) => columnOf(name, type, field, below, fragments, graph))

  function gather(set: SelectionSetNode, on: GraphQLObjectType): void {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const fragment = fragments.get(selection.name.value)
        if (fragment !== undefined) gather(fragment.selectionSet, on)
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        gather(selection.selectionSet, on)
      } else {
        const field = on.getFields()[selection.name.value]
        if (field === undefined) continue
        const name = selection.alias?.value ?? field.name
        const known = found.get(name) ?? { field, below: [] }
        if (selection.selectionSet !== undefined) known.below.push(selection.selectionSet)
        found.set(name, known)
      }
    }
  }
}

function columnOf(name: string, parent: GraphQLObjectType, field: GraphQLField<unknown, unknown>, below: readonly SelectionSetNode[], fragments: Fragments, graph: Graph): Column {
  const named = getNamedType(field.type)
  const classified = graph.classification.field(parent.name, field.name)
  return {
    name,
    coordinate: `${parent.name}.${field.name}`,
    scalar: isObjectType(named) ? undefined : named.name,
    ...(isEnumType(named) ? { values: named.getValues().map((value) => value.name) } : {}),
    columns: isObjectType(named) ? columnsIn(below, named, fragments, graph) : [],
    list: isListType(getNullableType(field.type)),
    nullable: !isNonNullType(field.type),
    ...(field.description == null ? {} : { description: field.description }),
    ...(classified === undefined ? {} : { level: classified.level }),
  }
}
