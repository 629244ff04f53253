// Refuses aliases that Apollo's planner would mistake for its own selections (DESIGN 5.2; measured: `id: name` leaks a hidden key,
// an alias onto a @requires input lets a client choose it). A GraphQL validation rule for the gateway and every subgraph alike.
// Relies on the classification's key and @requires names; says neither the alias nor any value in its error.

import { GraphQLError, isAbstractType, isInterfaceType, isObjectType } from 'graphql'
import type { FieldNode, GraphQLCompositeType, GraphQLSchema, ValidationContext, ValidationRule } from 'graphql'
import { CitygraphError } from '../core/errors.ts'

/** The part of a Classification that the rule reads. */
export type ReservedNames = {
  keys(type: string): ReadonlySet<string>
  requiresInputs(type: string): ReadonlySet<string>
}

const hint = 'An alias may not begin with __ nor be the name of a key or a required field of its type.'

/**
 * A graphql-js validation rule: BAD_USER_INPUT for an alias that begins with `__` (so also `__typename`), or that is a name used in
 * a @key or @requires of a type it may be applied on, unless it is the field's own name. Interfaces, unions, fragments and
 * `_entities` count by every type that may stand there.
 */
export function reservedAliasRule(names: ReservedNames): ValidationRule {
  const { message, extensions } = new CitygraphError('BAD_USER_INPUT', { hint })
  return (context: ValidationContext) => ({
    Field(node: FieldNode) {
      if (hasReservedAlias(node, context.getParentType(), context.getSchema(), names)) {
        context.reportError(new GraphQLError(message, { nodes: node, extensions }))
      }
    },
  })
}

/** What the rule refuses, of one field that is asked of `parent`. */
export function hasReservedAlias(node: FieldNode, parent: GraphQLCompositeType | null | undefined, schema: GraphQLSchema, names: ReservedNames): boolean {
  const alias = node.alias?.value
  if (alias === undefined || alias === node.name.value) return false
  if (alias.startsWith('__') || parent === null || parent === undefined) return true
  return typesStandingFor(parent, schema).some((type) => names.keys(type).has(alias) || names.requiresInputs(type).has(alias))
}

/** The type itself, the interfaces it implements, and for an abstract type every possible type. */
function typesStandingFor(parent: GraphQLCompositeType, schema: GraphQLSchema): readonly string[] {
  const types = new Set([parent.name])
  const possible = isAbstractType(parent) ? schema.getPossibleTypes(parent) : [parent]
  for (const type of possible) {
    types.add(type.name)
    if (isObjectType(type)) for (const face of type.getInterfaces()) types.add(face.name)
  }
  if (isInterfaceType(parent)) for (const face of parent.getInterfaces()) types.add(face.name)
  return [...types]
}
