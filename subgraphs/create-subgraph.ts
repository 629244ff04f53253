// One department's subgraph, without transport: its schema with the gate before it, and the two things it can say (answer.ts).

import { buildSubgraphSchema } from '@apollo/subgraph'
import { parse } from 'graphql'
import { answering } from './answer.ts'
import { groupEntities } from './execute/entities.ts'
import { gateSchema } from './gate.ts'
import type { Subgraph, SubgraphParts } from './subgraph.ts'

/** Builds the subgraph. Throws when SDL and resolvers do not fit each other. */
export function createSubgraph(parts: SubgraphParts): Subgraph {
  const { domain, classification } = parts
  const ungated = buildSubgraphSchema([{ typeDefs: parse(parts.sdl), resolvers: parts.resolvers }])
  groupEntities(ungated)
  const schema = gateSchema(ungated, { domain, classification })
  return { domain, schema, ...answering(schema, parts) }
}
