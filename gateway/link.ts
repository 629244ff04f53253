// Between the planner's fetches and a subgraph, wherever it runs. A link gives a connection for each subgraph of the supergraph;
// this file judges what comes back: only our codes pass, records are collected, an answer without a durable record ends the
// request, everything else that fails is that domain's SUBGRAPH_UNAVAILABLE.

import type { GraphQLDataSource } from '@apollo/gateway'
import type { AnswerCommit } from '../audit/answer-commit.ts'
import { suspended } from '../audit/suspensions.ts'
import { CitygraphError } from '../core/errors.ts'
import { errorFacts } from '../core/logger.ts'
import type { Logger } from '../core/logger.ts'
import { factsOf, isCode, safeMessage } from './format-error.ts'
import type { ErrorEntry } from './format-error.ts'
import type { GatewayMetrics } from './metrics.ts'
import { offIn, raisedIn, readReply, recordIn, refusedIn, stopsIn } from './read-reply.ts'
import type { GatewayContext, RequestSeal, RequestState } from './request-state.ts'

/** One fetch of a plan. */
export type SubgraphFetch = {
  readonly query: string
  readonly operationName?: string | undefined
  readonly variables: Readonly<Record<string, unknown>>
  readonly requestId: string
  readonly seal: RequestSeal
  /** For subgraphs of this process. */
  readonly commit?: AnswerCommit | undefined
}

/** `status` as over HTTP; the rest as the subgraph said it, not yet believed. */
export type SubgraphReply = { readonly status: number; readonly data?: unknown; readonly errors?: unknown; readonly extensions?: unknown }

/** `ask` throws when the subgraph cannot be reached; `ready` never throws. */
export type SubgraphConnection = { ask(fetch: SubgraphFetch): Promise<SubgraphReply>; ready(): Promise<boolean>; close(): void }

/** `name` and `url` as the supergraph has them. */
export type SubgraphLink = (name: string, url: string) => SubgraphConnection

/** An error of a subgraph as far as callers may see it; `path` from the fetch's root. */
export type JudgedError = Pick<ErrorEntry, 'message' | 'extensions'> & { readonly path?: readonly (string | number)[] }

/** `data`: response names as the fetch asked; its values are not checked. */
export type JudgedReply = { readonly data: Record<string, unknown> | null; readonly errors?: readonly JudgedError[] }

/** One subgraph, judged. `process` is what @apollo/gateway calls, `ask` what compiled plans call. */
export type FederatedSource = GraphQLDataSource<GatewayContext> & {
  /** Completes `state` (records, raised classes, refused entries). Throws a CitygraphError where the subgraph did not answer or the request must end. */
  ask(asked: { readonly query: string; readonly operationName?: string }, variables: Readonly<Record<string, unknown>>, state: RequestState): Promise<JudgedReply>
}

/** The data source for one subgraph. */
export function federatedSource(name: string, connection: SubgraphConnection, parts: { logger: Logger; metrics: GatewayMetrics }): FederatedSource {
  return {
    ask,
    async process(options) {
      if (options.kind !== 'incoming operation') throw new CitygraphError('INTERNAL')
      const { query = '', operationName, variables = {} } = options.request
      const { data, errors } = await ask({ query, ...(operationName === undefined ? {} : { operationName }) }, variables, options.context.state)
      return { data, ...(errors === undefined ? {} : { errors: [...errors] }) }
    },
  }

  async function ask(asked: { readonly query: string; readonly operationName?: string }, variables: Readonly<Record<string, unknown>>, state: RequestState): Promise<JudgedReply> {
    const { seal, requestId, commit } = state
    if (seal === undefined) throw new CitygraphError('INTERNAL')
    let reply: SubgraphReply
    try {
      reply = await connection.ask({ query: asked.query, operationName: asked.operationName, variables, requestId, seal, commit })
    } catch (cause) {
      return unavailable(cause)
    }
    return judge(reply, state)
  }

  function judge(reply: SubgraphReply, state: RequestState): JudgedReply {
    const read = readReply(reply)
    if (read?.errors.some(({ extensions }) => extensions?.['code'] === 'AUDIT_UNAVAILABLE') === true) {
      state.auditUnavailable = true
      parts.metrics.auditFailures.inc()
      throw new CitygraphError('AUDIT_UNAVAILABLE')
    }
    // A subgraph may have heard of a suspension a moment before us.
    if (reply.status === 403 && read?.errors[0]?.message === suspended().message) throw suspended()
    if (reply.status === 401 || reply.status === 403) {
      parts.logger.error('subgraph refused the gateway', { domain: name, status: reply.status, requestId: state.requestId })
      throw new CitygraphError('INTERNAL', { domain: name })
    }
    const record = recordIn(reply.extensions)
    if (record !== undefined) state.records.push(record)
    const raised = raisedIn(reply.extensions)
    if (raised !== undefined) state.raised.set(name, new Set([...(state.raised.get(name) ?? []), ...raised]))
    const refused = refusedIn(reply.extensions)
    if (refused !== undefined) state.refused.set(name, new Set([...(state.refused.get(name) ?? []), ...refused]))
    if (reply.status === 200) hearStops(reply, state)
    for (const id of offIn(reply.extensions)) state.heardOff.add(id)
    if (reply.status >= 500 || read === undefined) return unavailable(new CitygraphError('SUBGRAPH_UNAVAILABLE', { domain: name }))
    if (read.errors.length === 0) return { data: read.data }
    // The subgraph itself has told its log why.
    if (read.errors.some(({ extensions }) => extensions?.['code'] === 'SUBGRAPH_UNAVAILABLE')) parts.metrics.subgraphFailures.inc({ domain: name })
    const errors = read.errors.map(({ message, path, extensions }) => {
      const given = extensions?.['code']
      const code = isCode(given) ? given : 'INTERNAL'
      return { message: safeMessage(code, message), ...(path === undefined ? {} : { path }), extensions: { code, ...factsOf(extensions), ...(code === 'SUBGRAPH_UNAVAILABLE' ? { domain: name } : {}) } }
    })
    return { data: read.data, errors }
  }

  /** What is said of all subgraphs is kept once, in `state.stops`. */
  function hearStops(reply: SubgraphReply, state: RequestState): void {
    const stops = stopsIn(reply.extensions, state.stopped.get(name))
    if (stops !== state.stops || state.stopped.has(name)) state.stopped.set(name, stops)
  }

  function unavailable(cause: unknown): never {
    parts.metrics.subgraphFailures.inc({ domain: name })
    parts.logger.warn('subgraph unavailable', { domain: name, ...errorFacts(cause) })
    throw new CitygraphError('SUBGRAPH_UNAVAILABLE', { domain: name }, { cause })
  }
}
