// A query for everything that a type has, as deep as asked: every field, every edge, lists by their first rows.

import { getNamedType, getNullableType, isLeafType, isObjectType, type GraphQLField, type GraphQLObjectType, type GraphQLSchema } from 'graphql'

/** Selection set of a type, `depth` edges down. Connections are entered through nodes and do not count. */
export function deepSelection(schema: GraphQLSchema, type: string, depth: number): string {
  const found = schema.getType(type)
  return isObjectType(found) ? selection(found, depth) : ''
}

function selection(type: GraphQLObjectType, depth: number): string {
  const parts = Object.values(type.getFields()).flatMap((field) => part(field, depth))
  return `{ __typename ${parts.join(' ')} }`
}

function part(field: GraphQLField<unknown, unknown>, depth: number): readonly string[] {
  const type = getNamedType(field.type)
  if (field.args.some((argument) => argument.defaultValue === undefined && getNullableType(argument.type) !== argument.type)) return []
  if (isLeafType(type)) return [field.name]
  if (!isObjectType(type)) return []
  const nodes = type.getFields()['nodes']
  if (nodes !== undefined) {
    const row = getNamedType(nodes.type)
    return depth === 0 || !isObjectType(row) ? [] : [`${field.name}(first: 3) { nodes ${selection(row, depth - 1)} pageInfo { hasNextPage endCursor } }`]
  }
  return depth === 0 ? [] : [`${field.name} ${selection(type, depth - 1)}`]
}
