// The graph as its clients see it: the supergraph without what only routers need.

import { Supergraph } from '@apollo/federation-internals'
import { lexicographicSortSchema, printSchema } from 'graphql'
import type { GraphQLSchema } from 'graphql'

/** Throws what is wrong with the supergraph. */
export function apiSchema(supergraphSdl: string): GraphQLSchema {
  return Supergraph.build(supergraphSdl).apiSchema().toGraphQLJSSchema()
}

/** As clients download it; the same text for the same graph. */
export function apiSchemaText(schema: GraphQLSchema): string {
  return `${printSchema(lexicographicSortSchema(schema)).trimEnd()}\n`
}
