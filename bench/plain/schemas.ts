// Executable schemas of the plain subgraphs, with or without a rule of graphql-shield on every field and masks in resolvers: what most
// would write who must share data by field.

import { buildSubgraphSchema } from '@apollo/subgraph'
import { parse } from 'graphql'
import type { GraphQLSchema } from 'graphql'
import { applyMiddleware } from 'graphql-middleware'
import type { IMiddleware } from 'graphql-middleware'
import { rule, shield } from 'graphql-shield'
import type { Domain } from '../../core/domains.ts'
import { plainReferences, plainResolvers } from './resolvers.ts'
import { plainSdl } from './sdl.ts'

export function plainSchema(domain: Domain, shielded: boolean): GraphQLSchema {
  const references = Object.entries(plainReferences[domain])
  const resolvers = Object.fromEntries(Object.entries(plainResolvers[domain]).map(([type, fields]) => {
    const reference = references.find(([name]) => name === type)?.[1]
    return [type, reference === undefined ? fields : { ...fields, __resolveReference: reference }]
  }))
  const schema = buildSubgraphSchema([{ typeDefs: parse(plainSdl[domain]), resolvers }])
  if (!shielded) return schema
  const permissions = shield(rulesOf(schema, domain), { allowExternalErrors: true })
  return domain === 'population' ? applyMiddleware(schema, permissions, masks) : applyMiddleware(schema, permissions)
}

/** May this caller read this field? Cached for each request, which is the cheapest that shield offers beside not at all. */
function rulesOf(schema: GraphQLSchema, domain: Domain) {
  const granted = new Set<string>()
  const ruled = Object.values(schema.getTypeMap()).flatMap((type) => {
    if (!('getFields' in type) || type.name.startsWith('__') || type.astNode?.kind !== 'ObjectTypeDefinition') return []
    const fields = Object.keys(type.getFields()).filter((field) => !field.startsWith('_'))
    return [[type.name, Object.fromEntries(fields.map((field) => {
      granted.add(`${type.name}.${field}`)
      // Names must be unique where several subgraphs share a context.
      return [field, rule(`${domain} ${type.name}.${field}`, { cache: 'contextual' })(async () => granted.has(`${type.name}.${field}`))]
    }))]]
  })
  return Object.fromEntries(ruled)
}

const masks: IMiddleware = {
  Person: {
    name: async (resolve, parent, args, context, info) => maskedName(await resolve(parent, args, context, info)),
    birthDate: async (resolve, parent, args, context, info) => String(await resolve(parent, args, context, info)).slice(0, 4),
  },
}

function maskedName(name: unknown): unknown {
  return typeof name === 'string' ? `${name.slice(0, 1)}${'*'.repeat(name.length - 1)}` : name
}
