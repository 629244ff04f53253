// Which operations have a runner. Each is planned and compiled when it is first asked for; those not asked for the longest time are
// forgotten. What cannot be compiled is remembered too, counted, and left to Apollo's own path.

import type { ApolloGateway } from '@apollo/gateway'
import type { DocumentNode, OperationDefinitionNode } from 'graphql'
import { boundedCache } from '../../core/bounded-cache.ts'
import type { FederatedSource } from '../link.ts'
import type { GatewayMetrics } from '../metrics.ts'
import { LeftToApollo } from './left-to-apollo.ts'
import { compileRunner } from './run-plan.ts'
import type { Runner } from './run-plan.ts'
import { takePlan } from './take-plan.ts'

/** Undefined: Apollo's own path. The operation is one of the document, validated. Never throws. */
export type RunnerFor = (document: DocumentNode, operation: OperationDefinitionNode) => Runner | undefined

const RUNNERS = 1_000

/** Keyed by the parsed operation itself, so that no text can be mistaken for another. */
export function createRunners(gateway: Pick<ApolloGateway, '__testing'>, sources: ReadonlyMap<string, FederatedSource>, metrics: Pick<GatewayMetrics, 'plans'>): RunnerFor {
  const runners = boundedCache<OperationDefinitionNode, Runner | 'apollo'>(RUNNERS)
  return (document, operation) => {
    let known = runners.get(operation)
    if (known === undefined) {
      known = compiled(document, operation)
      runners.set(operation, known)
    }
    return known === 'apollo' ? undefined : known
  }

  function compiled(document: DocumentNode, operation: OperationDefinitionNode): Runner | 'apollo' {
    try {
      const runner = compileRunner(takePlan(gateway, document, operation), sources)
      metrics.plans.inc({ executor: 'compiled' })
      return runner
    } catch (error) {
      metrics.plans.inc({ executor: 'apollo', reason: error instanceof LeftToApollo ? error.reason : 'planner' })
      return 'apollo'
    }
  }
}
