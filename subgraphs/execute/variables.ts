// The variables of an operation as its schema has them. What is plainly right (a text for a String, a small whole number for an Int,
// a list of representations) is taken as it is; everything else, and everything that is wrong, is graphql-js's to judge.

import { getVariableValues, GraphQLBoolean, GraphQLID, GraphQLInt, GraphQLScalarType, GraphQLString, isInputType, isListType, isNonNullType, isScalarType, typeFromAST } from 'graphql'
import type { GraphQLError, GraphQLInputType, GraphQLSchema, OperationDefinitionNode } from 'graphql'

type Given = Readonly<Record<string, unknown>>
export type ReadVariables = (given: Given | undefined) => { readonly coerced?: Given; readonly errors?: readonly GraphQLError[] }

/** True only for values that graphql-js would hand on unchanged. */
type IsPlain = (value: unknown) => boolean

/** What a scalar does with its values when it says nothing of them. */
const asItIs = new GraphQLScalarType({ name: 'AsItIs' }).parseValue

/** Decides once what can be decided without values. */
export function variableReader(schema: GraphQLSchema, operation: OperationDefinitionNode): ReadVariables {
  const definitions = operation.variableDefinitions ?? []
  const plain = definitions.map(({ variable, type, defaultValue }) => {
    const declared = typeFromAST(schema, type)
    return { name: variable.name.value, isPlain: isInputType(declared) ? plainness(declared) : never, mayBeAbsent: type.kind !== 'NonNullType' && defaultValue === undefined }
  })
  return (given = {}) => {
    const coerced: Record<string, unknown> = Object.create(null)
    for (const { name, isPlain, mayBeAbsent } of plain) {
      const isGiven = Object.hasOwn(given, name)
      if (!isGiven && mayBeAbsent) continue
      if (!isGiven || !isPlain(given[name])) return getVariableValues(schema, definitions, given)
      coerced[name] = given[name]
    }
    return { coerced }
  }
}

function plainness(type: GraphQLInputType): IsPlain {
  if (isNonNullType(type)) {
    const inner = plainness(type.ofType)
    return (value) => value !== null && inner(value)
  }
  if (isListType(type)) {
    const inner = plainness(type.ofType)
    return (value) => value === null || (Array.isArray(value) && value.every((one) => one !== undefined && inner(one)))
  }
  const scalar = isScalarType(type) ? plainScalar(type) : never
  return (value) => value === null || scalar(value)
}

function plainScalar(type: GraphQLScalarType): IsPlain {
  if (type === GraphQLString || type === GraphQLID) return (value) => typeof value === 'string'
  if (type === GraphQLBoolean) return (value) => typeof value === 'boolean'
  if (type === GraphQLInt) return (value) => typeof value === 'number' && (value | 0) === value
  return type.parseValue === asItIs ? (value) => value !== undefined : never
}

function never(): boolean {
  return false
}
