// Which operations have a runner. Each is planned and compiled when it is first asked for; those not asked for the longest time are
// forgotten. What cannot be compiled is remembered too, counted, and left to Apollo's own path.

import type { ApolloGateway } from '@apollo/gateway'
import type { DocumentNode, OperationDefinitionNode } from 'graphql'
import { weighedCache } from '../../core/weighed-cache.ts'
import type { FederatedSource } from '../link.ts'
import type { GatewayMetrics } from '../metrics.ts'
import { LeftToApollo } from './left-to-apollo.ts'
import { compileRunner } from './run-plan.ts'
import type { Runner } from './run-plan.ts'
import { takePlan } from './take-plan.ts'

/** Undefined: Apollo's own path. The operation is one of the document, validated. Never throws. */
export type RunnerFor = (document: DocumentNode, operation: OperationDefinitionNode) => Runner | undefined

/** Characters of plans and documents of all runners that are kept; a runner takes some fifteen bytes for each. */
const KEPT = 6_000_000
/** What is kept of an operation however small it is. */
const LEAST = 2_000

/** Keyed by the parsed operation itself, so that no text can be mistaken for another. */
export function createRunners(gateway: Pick<ApolloGateway, '__testing'>, sources: ReadonlyMap<string, FederatedSource>, metrics: Pick<GatewayMetrics, 'plans'>): RunnerFor {
  const runners = weighedCache<OperationDefinitionNode, Runner | 'apollo'>(KEPT)
  return (document, operation) => {
    const known = runners.get(operation) ?? compiled(document, operation)
    return known === 'apollo' ? undefined : known
  }

  function compiled(document: DocumentNode, operation: OperationDefinitionNode): Runner | 'apollo' {
    const written = LEAST + (document.loc?.end ?? 0)
    try {
      const taken = takePlan(gateway, document, operation)
      const runner = compileRunner(taken, sources)
      metrics.plans.inc({ executor: 'compiled' })
      runners.set(operation, runner, written + JSON.stringify(taken.plan).length * runner.writers)
      return runner
    } catch (error) {
      metrics.plans.inc({ executor: 'apollo', reason: error instanceof LeftToApollo ? error.reason : 'planner' })
      runners.set(operation, 'apollo', written)
      return 'apollo'
    }
  }
}
