// The facts that a gateway seals about an operation's fields, for tests that speak to a subgraph past the gateway: whatever the
// query names, as if a client had asked for just that.

import { parse, TypeInfo, visit, visitWithTypeInfo } from 'graphql'
import type { DocumentNode, GraphQLSchema } from 'graphql'

/** `Type.field` of every field that the query names, sorted; [] for a text that is no GraphQL. */
export function askedFields(schema: GraphQLSchema, query: string): readonly string[] {
  const document = parsed(query)
  if (document === undefined) return []
  const fields = new Set<string>()
  const info = new TypeInfo(schema)
  visit(document, visitWithTypeInfo(info, {
    Field: ({ name }) => {
      const parent = info.getParentType()?.name
      if (parent !== undefined && !name.value.startsWith('_')) fields.add(`${parent}.${name.value}`)
    },
  }))
  return [...fields].sort()
}

function parsed(query: string): DocumentNode | undefined {
  try {
    return parse(query)
  } catch {
    return undefined
  }
}
