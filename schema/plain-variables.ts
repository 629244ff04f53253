// The variables of an operation as its schema has them, as far as that is plain: a text for a String, a small whole number for an Int, a
// list of representations. Whatever is not plain, or not right, is graphql-js's to judge; what is said of it is the reader's.

import { GraphQLBoolean, GraphQLFloat, GraphQLID, GraphQLInt, GraphQLScalarType, GraphQLString, isInputType, isListType, isNonNullType, isScalarType, typeFromAST } from 'graphql'
import type { GraphQLInputType, GraphQLSchema, OperationDefinitionNode } from 'graphql'

type Variables = Readonly<Record<string, unknown>>

/** Gives what graphql-js's `getVariableValues` would give as `coerced`, without a prototype; undefined where it must be asked itself. */
export type PlainVariables = (given: Variables) => Variables | undefined

/** True only for values that graphql-js would hand on unchanged; never for undefined. */
type IsPlain = (value: unknown) => boolean

/** What a scalar does with its values when it says nothing of them. */
const asItIs = new GraphQLScalarType({ name: 'AsItIs' }).parseValue

/** Decides once what can be decided without values. */
export function plainVariables(schema: GraphQLSchema, operation: OperationDefinitionNode): PlainVariables {
  const plain = (operation.variableDefinitions ?? []).map(({ variable, type, defaultValue }) => {
    const declared = typeFromAST(schema, type)
    return { name: variable.name.value, isPlain: isInputType(declared) ? plainness(declared) : never, mayBeAbsent: type.kind !== 'NonNullType' && defaultValue === undefined }
  })
  return (given) => {
    const coerced: Record<string, unknown> = Object.create(null)
    for (const { name, isPlain, mayBeAbsent } of plain) {
      const isGiven = Object.hasOwn(given, name)
      if (!isGiven && mayBeAbsent) continue
      if (!isGiven || !isPlain(given[name])) return undefined
      coerced[name] = given[name]
    }
    return coerced
  }
}

function plainness(type: GraphQLInputType): IsPlain {
  if (isNonNullType(type)) return plainWithoutNull(type.ofType)
  const isPlain = plainWithoutNull(type)
  return (value) => value === null || isPlain(value)
}

/** Of a type's values but null. */
function plainWithoutNull(type: GraphQLInputType): IsPlain {
  if (isListType(type)) {
    const isPlain = plainness(type.ofType)
    return (value) => Array.isArray(value) && value.every(isPlain)
  }
  return isScalarType(type) ? plainScalar(type) : never
}

function plainScalar(type: GraphQLScalarType): IsPlain {
  if (type === GraphQLString || type === GraphQLID) return (value) => typeof value === 'string'
  if (type === GraphQLBoolean) return (value) => typeof value === 'boolean'
  if (type === GraphQLInt) return (value) => typeof value === 'number' && (value | 0) === value
  if (type === GraphQLFloat) return Number.isFinite
  return type.parseValue === asItIs ? (value) => value !== undefined && value !== null : never
}

function never(): boolean {
  return false
}
