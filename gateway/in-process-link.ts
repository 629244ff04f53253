// Subgraphs in the gateway's own process: their seal is an object that nothing outside can make, nothing is signed or copied.
// What they run is handed in by cli/start; this folder knows only its shape.

import type { AnswerCommit } from '../audit/answer-commit.ts'
import { CitygraphError } from '../core/errors.ts'
import type { InProcessSeal } from '../subgraphs/access-context.ts'
import type { SubgraphLink, SubgraphReply } from './link.ts'

/** What `subgraphs/in-process.ts` gives for one subgraph. */
export type InProcessSubgraph = {
  process(asked: {
    readonly request: { readonly query: string; readonly operationName?: string | undefined; readonly variables: Readonly<Record<string, unknown>> }
    readonly seal: InProcessSeal
    readonly requestId: string
    readonly commit?: AnswerCommit | undefined
  }): Promise<SubgraphReply>
  /** Whether its database and log answer; left out: it is taken to be ready. */
  ready?(): Promise<boolean>
}

/** A subgraph that the supergraph names and the map does not hold is SUBGRAPH_UNAVAILABLE. */
export function inProcessSubgraphs(subgraphs: Readonly<Record<string, InProcessSubgraph>>): SubgraphLink {
  const byName = new Map(Object.entries(subgraphs))
  return (name) => {
    const subgraph = byName.get(name)
    return {
      async ask({ query, operationName, variables, seal, requestId, commit }) {
        if (subgraph === undefined) throw new CitygraphError('SUBGRAPH_UNAVAILABLE', { domain: name })
        return subgraph.process({ request: { query, operationName, variables }, seal: seal.inProcess(), requestId, commit })
      },
      ready: async () => subgraph !== undefined && (await Promise.resolve(subgraph.ready?.() ?? true).catch(() => false)),
      close: () => undefined,
    }
  }
}
