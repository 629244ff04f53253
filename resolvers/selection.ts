// Which fields of a type a query selects at one place: fragments opened, @skip and @include obeyed, aliases seen through (a column
// is needed once however often it is shown). Relations below are found by their own resolvers, so one level is enough.

import {
  GraphQLIncludeDirective, GraphQLSkipDirective, Kind, getDirectiveValues, isAbstractType, isObjectType,
  type FieldNode, type GraphQLResolveInfo, type SelectionNode, type SelectionSetNode,
} from 'graphql'

/** Field names, sorted; the same selection always gives the same list. */
export type Selection = readonly string[]

/** What `info` carries that this needs; resolvers hand in their whole info. */
export type Place = Pick<GraphQLResolveInfo, 'fieldNodes' | 'fragments' | 'variableValues' | 'schema'>

type Known = { readonly variables: object; readonly selections: Map<string, Selection> }

// graphql-js gives the resolvers of all rows of one list the same array of nodes, and every execution its own.
const known = new WeakMap<readonly FieldNode[], Known>()

/** Fields of `type` selected directly below the field (`path` empty) or below a path of fields, e.g. `['nodes']`. */
export function selectionOf(info: Place, type: string, paths: readonly (readonly string[])[] = [[]]): Selection {
  const kept = known.get(info.fieldNodes)
  const entry: Known = kept?.variables === info.variableValues ? kept : { variables: info.variableValues, selections: new Map() }
  if (entry !== kept) known.set(info.fieldNodes, entry)
  const key = `${type} ${paths.map((path) => path.join('.')).join(' ')}`
  const found = entry.selections.get(key)
  if (found !== undefined) return found
  const names = new Set<string>()
  for (const path of paths) {
    let nodes: readonly FieldNode[] = info.fieldNodes
    for (const step of path) nodes = below(nodes, info).filter((node) => node.name.value === step)
    for (const node of below(nodes, info, type)) names.add(node.name.value)
  }
  names.delete('__typename')
  const selection = [...names].sort()
  entry.selections.set(key, selection)
  return selection
}

/** Fields of the rows of a connection, through `nodes` and `edges { node }`. */
export function rowSelection(info: Place, type: string): Selection {
  return selectionOf(info, type, [['nodes'], ['edges', 'node']])
}

/** Field nodes directly below, whatever the concrete type, or only those that apply to `type`. */
function below(nodes: readonly FieldNode[], info: Place, type?: string): readonly FieldNode[] {
  const found: FieldNode[] = []
  const seen = new Set<string>()
  const open = (set: SelectionSetNode): void => {
    for (const node of set.selections) {
      if (!included(node, info)) continue
      if (node.kind === Kind.FIELD) found.push(node)
      else if (node.kind === Kind.INLINE_FRAGMENT) {
        if (applies(node.typeCondition?.name.value, type, info)) open(node.selectionSet)
      } else if (!seen.has(node.name.value)) {
        seen.add(node.name.value)
        const fragment = info.fragments[node.name.value]
        if (fragment !== undefined && applies(fragment.typeCondition.name.value, type, info)) open(fragment.selectionSet)
      }
    }
  }
  for (const node of nodes) if (node.selectionSet !== undefined) open(node.selectionSet)
  return found
}

function applies(condition: string | undefined, type: string | undefined, info: Place): boolean {
  if (condition === undefined || type === undefined || condition === type) return true
  const wanted = info.schema.getType(condition)
  const actual = info.schema.getType(type)
  return isAbstractType(wanted) && isObjectType(actual) && info.schema.isSubType(wanted, actual)
}

function included(node: SelectionNode, info: Place): boolean {
  if (node.directives === undefined || node.directives.length === 0) return true
  const skip = getDirectiveValues(GraphQLSkipDirective, node, info.variableValues)
  if (skip?.['if'] === true) return false
  return getDirectiveValues(GraphQLIncludeDirective, node, info.variableValues)?.['if'] !== false
}
