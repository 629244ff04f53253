// @apollo/gateway (composition result, planner, plan cache, execution) behind @apollo/server (parsing, validation, HTTP semantics).
// Between the two stands answer-operation.ts: Apollo Server's own execution is never reached, so neither its error format nor its
// per-request accessor objects are (PERFORMANCE.md, traps). Nothing is reported to anyone outside.

import { ApolloGateway } from '@apollo/gateway'
import { ApolloServer } from '@apollo/server'
import type { ApolloServerPlugin, GraphQLRequestContext, GraphQLRequestListener, GraphQLResponse } from '@apollo/server'
import { ApolloServerPluginCacheControlDisabled, ApolloServerPluginInlineTraceDisabled, ApolloServerPluginLandingPageDisabled, ApolloServerPluginUsageReportingDisabled } from '@apollo/server/plugin/disabled'
import { GraphQLError, getOperationAST } from 'graphql'
import type { GraphQLSchema, ValidationRule } from 'graphql'
import { CitygraphError } from '../core/errors.ts'
import type { Executor } from '../core/config.ts'
import type { Logger } from '../core/logger.ts'
import { admissionRules } from './admit.ts'
import type { Limits } from './admit.ts'
import { answerOperation, answerText } from './answer-operation.ts'
import type { AnswerParts } from './answer-operation.ts'
import { formatError, isCode, ownRuleCode } from './format-error.ts'
import { federatedSource } from './link.ts'
import { literalLifter } from './lift-literals.ts'
import type { LiftLiterals } from './lift-literals.ts'
import { namedOperation } from './operation-facts.ts'
import type { FederatedSource, SubgraphConnection, SubgraphLink } from './link.ts'
import { sharingExtensions } from './request-state.ts'
import type { GatewayContext } from './request-state.ts'
import { createRunners } from './runner/runners.ts'
import type { RunnerFor } from './runner/runners.ts'

export type Federation = {
  /** The graph as clients see it. */
  readonly schema: GraphQLSchema
  readonly server: ApolloServer<GatewayContext>
  readonly connections: ReadonlyMap<string, SubgraphConnection>
  readonly lift: LiftLiterals
  stop(): Promise<void>
}

/** Throws what composition or the planner says against the supergraph. */
export async function federate(parts: AnswerParts & {
  readonly supergraphSdl: string
  readonly link: SubgraphLink
  readonly executor: Executor
  readonly limits: Limits
  readonly reservedAliases: readonly ValidationRule[]
}): Promise<Federation> {
  // Otherwise the gateway looks for a cloud at start and posts metrics hourly.
  process.env['APOLLO_TELEMETRY_DISABLED'] = '1'
  const connections = new Map<string, SubgraphConnection>()
  const sources = new Map<string, FederatedSource>()
  const quiet = quietLogger(parts.logger)
  const gateway = new ApolloGateway({
    supergraphSdl: parts.supergraphSdl,
    buildService: ({ name, url }) => {
      const connection = parts.link(name, url ?? '')
      connections.set(name, connection)
      const source = federatedSource(name, connection, parts)
      sources.set(name, source)
      return source
    },
    logger: quiet,
    debug: false,
    // Would show the plan to whoever sends a header.
    __exposeQueryPlanExperimental: false,
  })
  const runnerFor: RunnerFor = parts.executor === 'compiled' ? createRunners(gateway, sources, parts.metrics) : () => undefined
  const rules = admissionRules(parts.limits, parts.reservedAliases)
  const server = new ApolloServer<GatewayContext>({
    gateway,
    logger: quiet,
    introspection: true,
    includeStacktraceInErrorResponses: false,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    stopOnTerminationSignals: false,
    nodeEnv: 'production',
    parseOptions: { maxTokens: parts.limits.tokens },
    validationOptions: { maxErrors: 20 },
    validationRules: [...rules],
    formatError,
    plugins: [
      answering(gateway, runnerFor, parts),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginCacheControlDisabled(),
    ],
  })
  await server.start()
  const { schema } = gateway
  if (schema === undefined) throw new CitygraphError('INTERNAL')
  return {
    schema,
    server,
    connections,
    lift: literalLifter({ schema, rules, maxTokens: parts.limits.tokens, plainScalars: parts.classification !== undefined }),
    async stop() {
      await server.stop()
      for (const connection of connections.values()) connection.close()
    },
  }
}

type Context = GraphQLRequestContext<GatewayContext>

function answering(gateway: ApolloGateway, runnerFor: RunnerFor, parts: AnswerParts): ApolloServerPlugin<GatewayContext> {
  // One object for all requests: what a request has stands in its context.
  const listener: GraphQLRequestListener<GatewayContext> = {
    async didEncounterErrors({ errors, contextValue, document, request }) {
      // Refusals of our own validation rules are attempts worth a record: reserved aliases, excessive operations.
      const code = errors.map(ownRuleCode).find((found) => found !== undefined)
      if (code !== undefined) {
        const { requestId, policyVersion, caller, occasion } = contextValue.state
        contextValue.state.refusalRecorded = true
        const asked = document === undefined ? undefined : (getOperationAST(document, request.operationName) ?? undefined)
        const operation = document === undefined || asked === undefined ? undefined : namedOperation(document, asked, contextValue.state.literalOf)
        await parts.records.refused({ requestId, code, policyVersion, caller, occasion, operation })
      }
    },
    async didResolveOperation({ operation }) {
      // Apollo leaves an unknown or missing operationName to the gateway, which would throw (500).
      if (operation === undefined || operation === null) {
        throw new GraphQLError('no such operation', { extensions: { code: 'OPERATION_RESOLUTION_FAILURE', http: { status: 400 } } })
      }
    },
    async responseForOperation(context) {
      const { state } = context.contextValue
      const { document, operation, schema, request } = context
      const variables = request.variables ?? {}
      const answer = await answerOperation(
        { schema, document, operation, variables }, state,
        () => runnerFor(document, operation)?.run(state, variables) ?? gateway.executor(planRequest(context)), parts,
      )
      state.finished = true
      state.body = answerText(answer, state)
      context.response.http.status = answer.status
      if (state.contentType !== undefined) context.response.http.headers.set('content-type', state.contentType)
      return { http: context.response.http, body: { kind: 'single', singleResult: {} } } satisfies GraphQLResponse
    },
    async willSendResponse({ response, contextValue }) {
      const { state } = contextValue
      if (state.finished || response.body.kind !== 'single') return
      state.finished = true
      response.body.singleResult.extensions = sharingExtensions(state)
      const code = response.body.singleResult.errors?.[0]?.extensions?.['code']
      if (!isCode(code)) throw new CitygraphError('INTERNAL')
      const { status } = response.http
      if (status === undefined || status === 200 || status >= 500) response.http.status = code === 'INTERNAL' ? 500 : 400
    },
  }
  return {
    async requestDidStart() {
      return listener
    },
  }
}

/** The request as the gateway's executor reads it; without HTTP, so that it cannot ask for anything by header. */
function planRequest(context: Context): Parameters<ApolloGateway['executor']>[0] {
  const { request, document, operation, queryHash, source, schema, contextValue, cache, logger, overallCachePolicy } = context
  if (document === undefined || operation === undefined || queryHash === undefined || source === undefined) throw new CitygraphError('INTERNAL')
  return {
    request: {
      query: source,
      ...(request.operationName === undefined ? {} : { operationName: request.operationName }),
      variables: request.variables ?? {},
    },
    document, operation, operationName: operation.name?.value ?? null, queryHash, source, schema, cache, logger, overallCachePolicy,
    schemaHash: schemaHash(),
    context: contextValue,
    metrics: {},
  }
}

/** The interface still names it; nothing reads it (Apollo Server gives a sentence instead of a hash). */
function schemaHash(): Parameters<ApolloGateway['executor']>[0]['schemaHash'] {
  return '' as Parameters<ApolloGateway['executor']>[0]['schemaHash']
}

/** Apollo's log lines may quote values; only that there was one is kept. */
function quietLogger(logger: Logger): { debug(): void; info(): void; warn(): void; error(): void } {
  return { debug: () => undefined, info: () => undefined, warn: () => logger.warn('apollo warned'), error: () => logger.error('apollo failed') }
}
