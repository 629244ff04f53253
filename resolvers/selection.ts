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

type Known = { readonly variables: object | undefined; readonly direct: Map<string, Selection>; readonly rows: Map<string, Selection> }

// graphql-js gives the resolvers of all rows of one list the same array of nodes, and every execution its own. Compiled operations
// keep theirs: their @skip and @include are decided, so a selection holds whatever the variables are.
const known = new WeakMap<readonly FieldNode[], Known>()
const settled = new WeakSet<readonly FieldNode[]>()

type Paths = readonly (readonly string[])[]
const direct: Paths = [[]]
const throughList: Paths = [['nodes'], ['edges', 'node']]

/** Says that nothing below these nodes depends on variables any more; each array belongs to one outcome of @skip and @include. */
export function settlePlace(nodes: readonly FieldNode[]): void {
  settled.add(nodes)
}

/** Fields of `type` selected directly below the field. The same place gives the same list, which can stand for it as a key. */
export function selectionOf(info: Place, type: string): Selection {
  return keptSelection(knownAt(info).direct, info, type, direct)
}

/** Fields of the rows of a connection, through `nodes` and `edges { node }`. */
export function rowSelection(info: Place, type: string): Selection {
  return keptSelection(knownAt(info).rows, info, type, throughList)
}

function knownAt({ fieldNodes, variableValues }: Place): Known {
  const kept = known.get(fieldNodes)
  if (kept !== undefined && (kept.variables === undefined || kept.variables === variableValues)) return kept
  const entry: Known = { variables: settled.has(fieldNodes) ? undefined : variableValues, direct: new Map(), rows: new Map() }
  known.set(fieldNodes, entry)
  return entry
}

function keptSelection(kept: Map<string, Selection>, info: Place, type: string, paths: Paths): Selection {
  const found = kept.get(type)
  if (found !== undefined) return found
  const names = new Set<string>()
  for (const path of paths) {
    let nodes: readonly FieldNode[] = info.fieldNodes
    for (const step of path) nodes = below(nodes, info).filter((node) => node.name.value === step)
    for (const node of below(nodes, info, type)) names.add(node.name.value)
  }
  names.delete('__typename')
  const selection = [...names].sort()
  kept.set(type, selection)
  return selection
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
