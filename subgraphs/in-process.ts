// A subgraph in the gateway's own process: the same answers as over HTTP, the seal an object instead of a signature.

import { randomUUID } from 'node:crypto'
import type { AnswerCommit } from '../audit/answer-commit.ts'
import { isCitygraphError } from '../core/errors.ts'
import { openInProcess, type AccessContext } from './access-context.ts'
import type { SubgraphAnswer } from './answer-shape.ts'
import type { Subgraph } from './subgraph.ts'

export type InProcessRequest = {
  readonly request: { readonly query: string; readonly operationName?: string | undefined; readonly variables?: Readonly<Record<string, unknown>> }
  /** What `sealInProcess` gave; anything else is refused and recorded. */
  readonly seal: unknown
  readonly requestId?: string
  /** Left out: the records are durable when it answers. */
  readonly commit?: AnswerCommit | undefined
}

export type InProcessLink = { process(request: InProcessRequest): Promise<SubgraphAnswer> }

/** The way into a subgraph of the same process, for the gateway alone: whoever holds a seal of this process has validated and planned what it asks. Never throws. */
export function inProcessLink(subgraph: Subgraph): InProcessLink {
  return {
    async process({ request, seal, requestId = randomUUID(), commit }) {
      let access: AccessContext
      try {
        access = openInProcess(seal)
      } catch (error) {
        if (!isCitygraphError(error)) throw error
        return subgraph.refuse({ error, requestId })
      }
      const { query, operationName, variables } = request
      return subgraph.answer({ query, operationName, variables, access, requestId, commit, planned: true })
    },
  }
}
