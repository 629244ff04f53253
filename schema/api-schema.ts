// The graph as its clients see it: the supergraph without what only routers need. Relies on supergraphs as compose.ts writes them.

import { buildASTSchema, Kind, lexicographicSortSchema, parse, printSchema, visit } from 'graphql'
import type { DocumentNode, GraphQLSchema } from 'graphql'

const federationOnly = /^(join__|link__|core__)/

/** The graph as clients see it: the supergraph without Federation's own types and without directives on its fields. */
export function apiSchemaOf(supergraphSdl: string): GraphQLSchema {
  const document = parse(supergraphSdl, { noLocation: true })
  const definitions = document.definitions.filter(
    (definition) => definition.kind !== Kind.DIRECTIVE_DEFINITION && !('name' in definition && definition.name !== undefined && federationOnly.test(definition.name.value)),
  )
  const clean: DocumentNode = visit({ kind: Kind.DOCUMENT, definitions }, {
    Directive: (node) => (node.name.value === 'deprecated' || node.name.value === 'specifiedBy' || node.name.value === 'oneOf' ? undefined : null),
  })
  return buildASTSchema(clean)
}

/** As clients download it; the same text for the same graph. */
export function apiSchemaText(schema: GraphQLSchema): string {
  return `${printSchema(lexicographicSortSchema(schema)).trimEnd()}\n`
}
