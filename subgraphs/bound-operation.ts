// Binds a request to the operation that was sealed (DESIGN 5.5): a department that receives a seal cannot ask another department
// for anything else under it. What a planner adds by itself (keys and @requires inputs of the types asked for) is allowed; relies
// on operations read by operation.ts. Refuses every other entry, entity or classified field.

import {
  getDirectiveValues, getNamedType, getOperationAST, getVariableValues, GraphQLIncludeDirective, GraphQLSkipDirective, isObjectType, Kind,
  type FragmentDefinitionNode, type GraphQLNamedType, type GraphQLSchema, type SelectionNode, type SelectionSetNode,
} from 'graphql'
import { CitygraphError } from '../core/errors.ts'
import type { Classification } from '../schema/classification.ts'
import type { OperationFacts } from './access-context.ts'
import type { Operation } from './operation.ts'

type Named = Pick<Operation, 'entries' | 'fields'>
type Sealed = { readonly fields: ReadonlySet<string>; readonly types: ReadonlySet<string> }

/** Gives the schema, which holds nobody's data and which no operation of a client names. */
const OWN_ENTRY = 'Query._service'

export type BoundOperations = (operation: Operation, variables: Readonly<Record<string, unknown>> | undefined, sealed: OperationFacts) => void

/** Throws FORBIDDEN unless the operation keeps to the sealed one. Fields that its variables skip do not count. */
export function boundOperations(schema: GraphQLSchema, classification: Classification): BoundOperations {
  const kept = new WeakMap<OperationFacts, { readonly sealed: Sealed; readonly within: WeakSet<Operation> }>()
  return (operation, variables, facts) => {
    const known = kept.get(facts) ?? { sealed: sealedOf(facts, classification), within: new WeakSet() }
    kept.set(facts, known)
    const { sealed, within } = known
    // Whatever its variables are.
    if (within.has(operation)) return
    if (isWithin(operation, sealed, classification)) {
      within.add(operation)
      return
    }
    if (!isWithin(asked(schema, classification, operation, variables), sealed, classification)) throw new CitygraphError('FORBIDDEN')
  }
}

function sealedOf({ fields }: OperationFacts, classification: Classification): Sealed {
  const types = fields.flatMap((coordinate) => {
    const [type = '', field = ''] = coordinate.split('.')
    return [type, classification.field(type, field)?.returns.named ?? type]
  })
  return { fields: new Set(fields), types: new Set(types) }
}

function isWithin({ entries, fields }: Named, sealed: Sealed, classification: Classification): boolean {
  const isEntry = (entry: string): boolean => {
    const entity = /^_entities\((.+)\)$/.exec(entry)?.[1]
    return entity === undefined ? entry === OWN_ENTRY || sealed.fields.has(entry) : sealed.types.has(entity)
  }
  const isField = ({ type, field }: { type: string; field: string }): boolean =>
    sealed.fields.has(`${type}.${field}`) ||
    // Entries are no keys, and a type that the operation does not touch has no keys to be joined by.
    (type !== 'Query' && type !== 'Mutation' && sealed.types.has(type) && (classification.keys(type).has(field) || classification.requiresInputs(type).has(field)))
  return entries.every(isEntry) && fields.every(isField)
}

/** What the operation names once @skip and @include are decided as the execution will. */
function asked(schema: GraphQLSchema, classification: Classification, { document, name }: Operation, variables: Readonly<Record<string, unknown>> | undefined): Named {
  const node = getOperationAST(document, name)
  const { coerced } = getVariableValues(schema, node?.variableDefinitions ?? [], variables ?? {})
  const entries = new Set<string>()
  const fields = new Map<string, { type: string; field: string }>()
  const fragments = new Map<string, FragmentDefinitionNode>(document.definitions.flatMap((it) => (it.kind === Kind.FRAGMENT_DEFINITION ? [[it.name.value, it] as const] : [])))
  const isWanted = (selection: SelectionNode): boolean =>
    getDirectiveValues(GraphQLSkipDirective, selection, coerced)?.['if'] !== true && getDirectiveValues(GraphQLIncludeDirective, selection, coerced)?.['if'] !== false
  const enter = (set: SelectionSetNode, parent: GraphQLNamedType | undefined, above: string | undefined): void => {
    for (const selection of set.selections) {
      if (!isWanted(selection)) continue
      if (selection.kind === Kind.FIELD) {
        const field = selection.name.value
        const definition = isObjectType(parent) ? parent.getFields()[field] : undefined
        if (parent === undefined || definition === undefined) continue
        if (above === undefined && field !== '_entities') entries.add(`${parent.name}.${field}`)
        if (classification.field(parent.name, field) !== undefined) fields.set(`${parent.name}.${field}`, { type: parent.name, field })
        if (selection.selectionSet !== undefined) enter(selection.selectionSet, getNamedType(definition.type), above === undefined ? field : '')
        continue
      }
      const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection
      if (fragment === undefined) continue
      const type = fragment.typeCondition === undefined ? parent : schema.getType(fragment.typeCondition.name.value)
      if (above === '_entities' && type !== undefined) entries.add(`_entities(${type.name})`)
      enter(fragment.selectionSet, type, above)
    }
  }
  // With variables that do not fit nothing runs: the execution says so before its first field.
  if (node !== null && node !== undefined && coerced !== undefined) enter(node.selectionSet, schema.getRootType(node.operation) ?? undefined, undefined)
  return { entries: [...entries], fields: [...fields.values()] }
}
