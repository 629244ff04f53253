// From a validated query to a program. Compiles what departments' schemas hold: objects, lists, leaves, the union of entities. Gives
// undefined for anything else (mutations, introspection, other abstract types, directives that do not fit): graphql-js runs those.

import {
  defaultFieldResolver, getDirectiveValues, GraphQLID, GraphQLIncludeDirective, GraphQLScalarType, GraphQLSkipDirective, GraphQLString,
  isLeafType, isListType, isNonNullType, isObjectType, isUnionType, Kind,
  type DocumentNode, type FieldNode, type FragmentDefinitionNode, type GraphQLField, type GraphQLObjectType, type GraphQLOutputType, type GraphQLSchema,
  type OperationDefinitionNode, type SelectionNode, type SelectionSetNode,
} from 'graphql'
import { argumentReader } from './arguments.ts'
import type { FieldProgram, ObjectProgram, Program, Resolve, ResolveBatch, TypeProgram } from './program.ts'

type Variables = Readonly<Record<string, unknown>>
type Compiling = {
  readonly schema: GraphQLSchema
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>
  readonly variables: Variables
  /** Each list of nodes that resolvers will be given. */
  readonly settled: (nodes: readonly FieldNode[]) => void
}

/** Why nothing was compiled; never leaves this file. */
class NotCompiled extends Error {}

/** The union whose values name their type in `__typename` (@apollo/subgraph). */
const ENTITY = '_Entity'

/** What a scalar does with its values when it says nothing of them. */
const asItIs = new GraphQLScalarType({ name: 'AsItIs' }).serialize

/** `variables` are coerced; only those that decide @skip and @include are looked at. `settled` is told the nodes of each place. */
export function compileQuery(parts: { schema: GraphQLSchema; document: DocumentNode; operation: OperationDefinitionNode; variables: Variables; settled: Compiling['settled'] }): Program | undefined {
  const { schema, document, operation, variables, settled } = parts
  const root = schema.getQueryType()
  if (operation.operation !== 'query' || root == null) return undefined
  const fragments: Record<string, FragmentDefinitionNode> = Object.create(null)
  for (const definition of document.definitions) if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments[definition.name.value] = definition
  try {
    return { operation, fragments, root: compileObject(root, [operation.selectionSet], { schema, fragments, variables, settled }) }
  } catch (error) {
    if (error instanceof NotCompiled) return undefined
    throw error
  }
}

function compileObject(type: GraphQLObjectType, sets: readonly SelectionSetNode[], compiling: Compiling): ObjectProgram {
  if (type.isTypeOf != null) throw new NotCompiled()
  const definitions = type.getFields()
  const fields: FieldProgram[] = []
  const blank: [string, unknown][] = []
  for (const [as, nodes] of collected(type, sets, compiling)) {
    const [node] = nodes
    const name = node.name.value
    const definition = definitions[name]
    blank.push([as, name === '__typename' ? type.name : null])
    if (name === '__typename') continue
    if (definition === undefined) throw new NotCompiled()
    fields.push(compileField(as, nodes, definition, type, compiling))
  }
  return { type, fields, blank: Object.fromEntries(blank) }
}

function compileField(as: string, nodes: readonly [FieldNode, ...FieldNode[]], definition: GraphQLField<unknown, unknown>, parent: GraphQLObjectType, compiling: Compiling): FieldProgram {
  compiling.settled(nodes)
  const resolve = definition.resolve == null || definition.resolve === defaultFieldResolver ? undefined : (definition.resolve as Resolve)
  const batch = resolve !== undefined && 'batch' in resolve && typeof resolve.batch === 'function' ? (resolve.batch as ResolveBatch) : undefined
  const type = compileType(definition.type, nodes, compiling)
  return { as, field: definition.name, parent, nodes, resolve, batch, args: argumentReader(definition, nodes[0]), returns: definition.type, type, plain: plainness(type) }
}

function plainness(type: TypeProgram): FieldProgram['plain'] {
  const leaf = type.kind === 'nonnull' ? type.of : type
  if (leaf.kind !== 'leaf' || !leaf.plain) return undefined
  return type.kind === 'nonnull' ? 'never null' : 'or null'
}

function compileType(type: GraphQLOutputType, nodes: readonly FieldNode[], compiling: Compiling): TypeProgram {
  if (isNonNullType(type)) return { kind: 'nonnull', of: compileType(type.ofType, nodes, compiling) }
  if (isListType(type)) return { kind: 'list', of: compileType(type.ofType, nodes, compiling) }
  if (isLeafType(type)) {
    const plain = type === GraphQLString || type === GraphQLID || type.serialize === asItIs
    return { kind: 'leaf', name: type.name, serialize: (value) => type.serialize(value), plain }
  }
  const sets = nodes.flatMap((node) => node.selectionSet ?? [])
  if (isObjectType(type)) return { kind: 'object', object: compileObject(type, sets, compiling) }
  if (!isUnionType(type) || type.name !== ENTITY) throw new NotCompiled()
  return { kind: 'entity', objects: new Map(type.getTypes().map((one) => [one.name, compileObject(one, sets, compiling)])) }
}

/** Fields by the name they have in the answer, in the order of their first appearance (GraphQL 6.3.2). */
function collected(type: GraphQLObjectType, sets: readonly SelectionSetNode[], compiling: Compiling): ReadonlyMap<string, readonly [FieldNode, ...FieldNode[]]> {
  const found = new Map<string, [FieldNode, ...FieldNode[]]>()
  const spread = new Set<string>()
  const enter = (set: SelectionSetNode): void => {
    for (const node of set.selections) {
      if (!isIncluded(node, compiling.variables)) continue
      if (node.kind === Kind.FIELD) {
        const as = node.alias?.value ?? node.name.value
        const nodes = found.get(as)
        if (nodes === undefined) found.set(as, [node])
        else nodes.push(node)
      } else if (node.kind === Kind.INLINE_FRAGMENT) {
        if (applies(node.typeCondition?.name.value, type, compiling)) enter(node.selectionSet)
      } else if (!spread.has(node.name.value)) {
        spread.add(node.name.value)
        const fragment = compiling.fragments[node.name.value]
        if (fragment !== undefined && applies(fragment.typeCondition.name.value, type, compiling)) enter(fragment.selectionSet)
      }
    }
  }
  for (const set of sets) enter(set)
  return found
}

function applies(condition: string | undefined, type: GraphQLObjectType, { schema }: Compiling): boolean {
  if (condition === undefined || condition === type.name) return true
  const wanted = schema.getType(condition)
  if (isUnionType(wanted)) return schema.isSubType(wanted, type)
  if (isObjectType(wanted)) return false
  throw new NotCompiled()
}

function isIncluded(node: SelectionNode, variables: Variables): boolean {
  if (node.directives === undefined || node.directives.length === 0) return true
  try {
    if (getDirectiveValues(GraphQLSkipDirective, node, variables)?.['if'] === true) return false
    return getDirectiveValues(GraphQLIncludeDirective, node, variables)?.['if'] !== false
  } catch {
    // A variable without a value: graphql-js says so, and where.
    throw new NotCompiled()
  }
}
