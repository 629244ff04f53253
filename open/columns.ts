// From an operation's selection to the columns of its rows: what an answer holds under which name, of which type.
// Relies on a validated operation. Fields under @skip or @include count as there, since a caller may have them; they may be null.

import { getNamedType, getNullableType, isEnumType, isListType, isNonNullType, isObjectType, Kind } from 'graphql'
import type { FragmentDefinitionNode, GraphQLField, GraphQLObjectType, GraphQLSchema, OperationDefinitionNode, SelectionNode, SelectionSetNode } from 'graphql'
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
  const found = new Map<string, { readonly field: GraphQLField<unknown, unknown>; readonly below: SelectionSetNode[]; always: boolean }>()
  for (const set of selections) gather(set, type, true)
  return [...found].map(([name, { field, below, always }]) => {
    const column = columnOf(name, type, field, below, fragments, graph)
    return always ? column : { ...column, nullable: true }
  })

  function gather(set: SelectionSetNode, on: GraphQLObjectType, above: boolean): void {
    for (const selection of set.selections) {
      const always = above && !isConditional(selection)
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const fragment = fragments.get(selection.name.value)
        if (fragment !== undefined) gather(fragment.selectionSet, on, always)
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        gather(selection.selectionSet, on, always)
      } else {
        const field = on.getFields()[selection.name.value]
        if (field === undefined) continue
        const name = selection.alias?.value ?? field.name
        const known = found.get(name) ?? { field, below: [], always: false }
        known.always ||= always
        if (selection.selectionSet !== undefined) known.below.push(selection.selectionSet)
        found.set(name, known)
      }
    }
  }
}

export function isConditional({ directives = [] }: SelectionNode): boolean {
  return directives.some(({ name }) => name.value === 'skip' || name.value === 'include')
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
