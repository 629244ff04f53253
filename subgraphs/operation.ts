// A subgraph's operation, read once: parsed, validated (in process less so), measured, and walked for the entries and classified fields that its access
// record names. Kept by text, since planners send the same few texts. Refuses what is too large, too deep or uses reserved aliases;
// its refusals quote nothing of the text.

import {
  getNamedType, getOperationAST, isCompositeType, isLeafType, isObjectType, Kind, parse, specifiedRules, validate, visit,
  type DocumentNode, type GraphQLNamedType, type GraphQLSchema, type OperationDefinitionNode, type SelectionSetNode,
} from 'graphql'
import { boundedCache } from '../core/bounded-cache.ts'
import { CitygraphError } from '../core/errors.ts'
import { holdsNaturalKey } from '../core/natural-keys.ts'
import type { Classification } from '../schema/classification.ts'
import { isOneAct, ONE_ACT } from '../schema/one-act.ts'
import { operationHash } from '../schema/operation-hash.ts'
import { hasReservedAlias, reservedAliasRule } from '../schema/reserved-aliases.ts'

/** `act`: a mutation, of one entry. `entries`: `Query.people`, `Mutation.suspendCaller`, `_entities(Person)`. `fields`: classified fields asked for, entries among them. `hash`: without literals. */
export type Operation = {
  readonly act: boolean
  readonly document: DocumentNode
  readonly name?: string
  readonly hash: string
  readonly entries: readonly string[]
  readonly fields: readonly { readonly type: string; readonly field: string }[]
}

/**
 * `planned`: made by the planner of this process from an operation that was validated. It is not validated once more, but refused
 * where an alias is reserved or something is named that the schema has not.
 */
export type ReadOperation = (query: string, operationName: string | undefined, planned?: boolean) => Operation

/** Planned fetches are flat; these bounds stop what no planner sends. Planners lengthen a caller's names (at most 100) by suffixes. */
const LIMITS = { characters: 100_000, name: 200, tokens: 15_000, depth: 30, selections: 10_000 }
const KEPT = 1_000

/** Reads operations on one schema. Throws BAD_USER_INPUT, TOO_COSTLY, or what the alias rule says; a refused text is not kept. */
export function operationReader(schema: GraphQLSchema, classification: Classification): ReadOperation {
  const kept = boundedCache<string, Operation>(KEPT)
  const rules = [...specifiedRules, reservedAliasRule(classification)]
  return (query, operationName, planned = false) => {
    // What was not validated is never found by those whose operations must be.
    const key = `${planned ? 'planned' : 'any'} ${operationName?.length ?? 0} ${operationName ?? ''} ${query}`
    const known = kept.get(key)
    if (known !== undefined) return known
    if (query.length > LIMITS.characters) throw new CitygraphError('TOO_COSTLY')
    const document = parsed(query)
    refuseNames(document)
    const [problem] = planned ? [] : validate(schema, document, rules, { maxErrors: 1 })
    if (problem !== undefined) throw new CitygraphError(problem.extensions['code'] === 'FORBIDDEN' ? 'FORBIDDEN' : 'BAD_USER_INPUT', {}, { cause: problem })
    const node = getOperationAST(document, operationName)
    if (node === null || node === undefined || node.operation === 'subscription' || schema.getRootType(node.operation) == null) throw new CitygraphError('BAD_USER_INPUT')
    const act = node.operation === 'mutation'
    if (act && !isOneAct(node)) throw new CitygraphError('BAD_USER_INPUT', { hint: ONE_ACT })
    const operation: Operation = {
      act,
      document,
      ...(node.name === undefined ? {} : { name: node.name.value }),
      hash: operationHash(document, node),
      ...walk(schema, document, node, classification),
    }
    kept.set(key, operation)
    return operation
  }
}

function parsed(query: string): DocumentNode {
  try {
    return parse(query, { maxTokens: LIMITS.tokens, noLocation: true })
  } catch (cause) {
    throw new CitygraphError('BAD_USER_INPUT', {}, { cause })
  }
}

/** Too long, or an alias that holds a natural key: aliases come back in paths. The operation's own name is recorded as a hash then. */
function refuseNames(document: DocumentNode): void {
  visit(document, {
    Name: ({ value }, _key, parent) => {
      if (value.length > LIMITS.name) throw new CitygraphError('TOO_COSTLY')
      // GraphQL's own (2.1.9); an object would take `__proto__` for something else than a name.
      if (value.startsWith('__') && parent !== undefined && 'kind' in parent && parent.kind === Kind.VARIABLE) throw new CitygraphError('BAD_USER_INPUT')
      const ofOperation = parent !== undefined && 'kind' in parent && parent.kind === Kind.OPERATION_DEFINITION
      if (!ofOperation && holdsNaturalKey(value)) throw new CitygraphError('BAD_USER_INPUT')
    },
  })
}

function walk(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode, classification: Classification): Pick<Operation, 'entries' | 'fields'> {
  const fragments = new Map(document.definitions.flatMap((it) => (it.kind === Kind.FRAGMENT_DEFINITION ? [[it.name.value, it] as const] : [])))
  const entries = new Set<string>()
  const fields = new Map<string, { type: string; field: string }>()
  let selections = 0

  const enter = (set: SelectionSetNode, parent: GraphQLNamedType | undefined, depth: number, above: string): void => {
    if (depth > LIMITS.depth) throw new CitygraphError('TOO_COSTLY')
    for (const selection of set.selections) {
      // Fragments that contain one another twice double at each step; counted as expanded, they end here.
      if (++selections > LIMITS.selections) throw new CitygraphError('TOO_COSTLY')
      if (selection.kind === Kind.FIELD) {
        const name = selection.name.value
        if (hasReservedAlias(selection, isCompositeType(parent) ? parent : undefined, schema, classification)) throw new CitygraphError('BAD_USER_INPUT')
        const definition = isObjectType(parent) ? parent.getFields()[name] : undefined
        if (parent === undefined || definition === undefined) {
          if (!name.startsWith('__')) throw new CitygraphError('BAD_USER_INPUT')
          continue
        }
        if (isLeafType(getNamedType(definition.type)) === (selection.selectionSet !== undefined)) throw new CitygraphError('BAD_USER_INPUT')
        if (classification.field(parent.name, name) !== undefined) fields.set(`${parent.name}.${name}`, { type: parent.name, field: name })
        if (depth === 1 && name !== '_entities') entries.add(`${parent.name}.${name}`)
        if (selection.selectionSet !== undefined) enter(selection.selectionSet, getNamedType(definition.type), depth + 1, depth === 1 ? name : '')
        continue
      }
      const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection
      if (fragment === undefined) throw new CitygraphError('BAD_USER_INPUT')
      const type = fragment.typeCondition === undefined ? parent : schema.getType(fragment.typeCondition.name.value)
      if (type === undefined) throw new CitygraphError('BAD_USER_INPUT')
      if (above === '_entities') entries.add(`_entities(${type.name})`)
      enter(fragment.selectionSet, type, depth, above)
    }
  }
  enter(operation.selectionSet, schema.getRootType(operation.operation) ?? undefined, 1, '')
  return { entries: [...entries], fields: [...fields.values()] }
}
