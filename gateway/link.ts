// Between the planner's fetches and a subgraph, wherever it runs. A link gives a connection for each subgraph of the supergraph;
// this file judges what comes back: only our codes pass, records are collected, an answer without a durable record ends the
// request, everything else that fails is that domain's SUBGRAPH_UNAVAILABLE.

import type { GraphQLDataSource } from '@apollo/gateway'
import { z } from 'zod'
import { suspended } from '../audit/suspensions.ts'
import { CitygraphError } from '../core/errors.ts'
import { errorFacts } from '../core/logger.ts'
import type { Logger } from '../core/logger.ts'
import { bulkClasses } from '../policy-engine/decision.ts'
import { factsOf, isCode, safeMessage } from './format-error.ts'
import type { GatewayMetrics } from './metrics.ts'
import type { GatewayContext, RequestSeal, RequestState } from './request-state.ts'

/** One fetch of a plan. */
export type SubgraphFetch = {
  readonly query: string
  readonly operationName?: string
  readonly variables: Readonly<Record<string, unknown>>
  readonly requestId: string
  readonly seal: RequestSeal
}

/** `status` as over HTTP; the rest as the subgraph said it, not yet believed. */
export type SubgraphReply = { readonly status: number; readonly data?: unknown; readonly errors?: unknown; readonly extensions?: unknown }

/** `ask` throws when the subgraph cannot be reached; `ready` never throws. */
export type SubgraphConnection = { ask(fetch: SubgraphFetch): Promise<SubgraphReply>; ready(): Promise<boolean>; close(): void }

/** `name` and `url` as the supergraph has them. */
export type SubgraphLink = (name: string, url: string) => SubgraphConnection

/** What a reply must look like to be believed; anything else is a subgraph that did not answer. */
const replyShape = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z.array(z.object({
    message: z.unknown().optional(),
    path: z.array(z.union([z.string(), z.number()])).optional().catch(undefined),
    extensions: z.record(z.string(), z.unknown()).optional().catch(undefined),
  })).nullish(),
  extensions: z.unknown().optional(),
})
const recordShape = z.object({ sharing: z.object({ record: z.object({ log: z.string().regex(/^[a-z]{1,40}$/), id: z.uuid() }) }) })

const raisedShape = z.object({ sharing: z.object({ raised: z.array(z.enum(bulkClasses)) }) })

/** The data source that @apollo/gateway calls for one subgraph. */
export function federatedSource(name: string, connection: SubgraphConnection, parts: { logger: Logger; metrics: GatewayMetrics }): GraphQLDataSource<GatewayContext> {
  return {
    async process(options) {
      if (options.kind !== 'incoming operation') throw new CitygraphError('INTERNAL')
      const { state } = options.context
      if (state.seal === undefined) throw new CitygraphError('INTERNAL')
      const { query = '', operationName, variables = {} } = options.request
      const fetch = { query, ...(operationName === undefined ? {} : { operationName }), variables, requestId: state.requestId, seal: state.seal }
      let reply: SubgraphReply
      try {
        reply = await connection.ask(fetch)
      } catch (cause) {
        return unavailable(cause)
      }
      return judge(reply, state)
    },
  }

  function judge(reply: SubgraphReply, state: RequestState) {
    const parsed = replyShape.safeParse(reply)
    const codes = parsed.success ? (parsed.data.errors ?? []).map((error) => error.extensions?.['code']) : []
    if (codes.includes('AUDIT_UNAVAILABLE')) {
      state.auditUnavailable = true
      parts.metrics.auditFailures.inc()
      throw new CitygraphError('AUDIT_UNAVAILABLE')
    }
    // A subgraph may have heard of a suspension a moment before us.
    if (reply.status === 403 && parsed.success && parsed.data.errors?.[0]?.message === suspended().message) throw suspended()
    if (reply.status === 401 || reply.status === 403) {
      parts.logger.error('subgraph refused the gateway', { domain: name, status: reply.status, requestId: state.requestId })
      throw new CitygraphError('INTERNAL', { domain: name })
    }
    const record = recordShape.safeParse(reply.extensions)
    if (record.success) state.records.push(record.data.sharing.record)
    const raised = raisedShape.safeParse(reply.extensions)
    if (raised.success) state.raised.set(name, new Set([...(state.raised.get(name) ?? []), ...raised.data.sharing.raised]))
    if (reply.status >= 500 || !parsed.success) return unavailable(new CitygraphError('SUBGRAPH_UNAVAILABLE', { domain: name }))
    // The subgraph itself has told its log why.
    if (codes.includes('SUBGRAPH_UNAVAILABLE')) parts.metrics.subgraphFailures.inc({ domain: name })
    const errors = parsed.data.errors?.map(({ message, path, extensions }) => {
      const code = isCode(extensions?.['code']) ? extensions['code'] : 'INTERNAL'
      const facts = factsOf(extensions)
      return { message: safeMessage(code, message), ...(path === undefined ? {} : { path }), extensions: { code, ...facts, ...(code === 'SUBGRAPH_UNAVAILABLE' ? { domain: name } : {}) } }
    })
    return { data: parsed.data.data ?? null, ...(errors === undefined || errors.length === 0 ? {} : { errors }) }
  }

  function unavailable(cause: unknown): never {
    parts.metrics.subgraphFailures.inc({ domain: name })
    parts.logger.warn('subgraph unavailable', { domain: name, ...errorFacts(cause) })
    throw new CitygraphError('SUBGRAPH_UNAVAILABLE', { domain: name }, { cause })
  }
}
