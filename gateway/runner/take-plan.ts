// The one place where a plan is taken from Apollo: @apollo/gateway's own planner over its own supergraph, asked as the gateway's
// executor asks it. What the planner throws (limits of its own), this throws; the caller then leaves the operation to Apollo.

import { operationFromDocument } from '@apollo/federation-internals'
import type { Operation } from '@apollo/federation-internals'
import type { ApolloGateway } from '@apollo/gateway'
import type { QueryPlan } from '@apollo/query-planner'
import { Kind } from 'graphql'
import type { DocumentNode, OperationDefinitionNode } from 'graphql'

/** `operation`: Apollo's reading of the operation against the API schema, by which answers are shaped. */
export type TakenPlan = { readonly plan: QueryPlan; readonly operation: Operation; readonly isObjectType: (name: string) => boolean }

/** The gateway must have loaded its supergraph. */
export function takePlan(gateway: Pick<ApolloGateway, '__testing'>, document: DocumentNode, asked: OperationDefinitionNode): TakenPlan {
  const { queryPlanner } = gateway.__testing()
  if (queryPlanner === undefined) throw new Error('the gateway has no supergraph yet')
  const { supergraph } = queryPlanner
  const alone: DocumentNode = { ...document, definitions: document.definitions.filter((it) => it === asked || it.kind === Kind.FRAGMENT_DEFINITION) }
  const plan = queryPlanner.buildQueryPlan(operationFromDocument(supergraph.apiSchema(), alone), {
    recursiveSelectionsLimitDisabled: false,
    nonLocalSelectionsLimitDisabled: false,
  })
  return {
    plan,
    // The planner may keep what it was given; answers are shaped by a reading of their own, without a second validation, as Apollo does.
    operation: operationFromDocument(supergraph.apiSchema(), alone, { validate: false }),
    isObjectType: (name) => supergraph.schema.type(name)?.kind === 'ObjectType',
  }
}
