// One operation both ways, compiled and on @apollo/gateway's own path, over the same replies: what either answers, with its errors
// in order of their text (fetches that run together end in any order) and what it collected on the way.

import { createHash } from 'node:crypto'
import { ApolloGateway } from '@apollo/gateway'
import { getVariableValues, parse, print, validate } from 'graphql'
import type { DocumentNode, GraphQLSchema } from 'graphql'
import { createLogger } from '../../core/logger.ts'
import { runtimeEntry } from '../../gateway/format-error.ts'
import { federatedSource } from '../../gateway/link.ts'
import type { FederatedSource, SubgraphFetch, SubgraphReply } from '../../gateway/link.ts'
import { createMetrics } from '../../gateway/metrics.ts'
import type { RequestSeal, RequestState } from '../../gateway/request-state.ts'
import { createRunners } from '../../gateway/runner/runners.ts'

/** What a subgraph says to a fetch; throws where it cannot be reached. The same fetch gets the same reply. */
export type Replies = (subgraph: string, fetch: SubgraphFetch) => Promise<SubgraphReply>

export type Outcome = {
  /** JSON of the data; undefined: none. */
  readonly text: string | undefined
  readonly errors: readonly string[]
  readonly records: readonly string[]
  readonly raised: readonly string[]
  readonly auditUnavailable: boolean
  /** Fetches as they were sent, in order of their text. */
  readonly fetches: readonly string[]
}

export type BothWays = {
  readonly schema: GraphQLSchema
  /** `compiled` undefined: left to Apollo. Undefined: no valid operation of the schema. */
  ask(query: string, variables: Readonly<Record<string, unknown>>, replies: Replies): Promise<{ readonly compiled: Outcome | undefined; readonly apollo: Outcome } | undefined>
  askDocument(document: DocumentNode, variables: Readonly<Record<string, unknown>>, replies: Replies): ReturnType<BothWays['ask']>
  /** Operations planned, by executor and reason. */
  plans(): Promise<readonly string[]>
  stop(): Promise<void>
}

export async function bothExecutors(supergraphSdl: string): Promise<BothWays> {
  process.env['APOLLO_TELEMETRY_DISABLED'] = '1'
  let replies: Replies = async () => ({ status: 200 })
  let fetches: string[] = []
  const metrics = createMetrics()
  const logger = createLogger('silent')
  const sources = new Map<string, FederatedSource>()
  const gateway = new ApolloGateway({
    supergraphSdl,
    buildService: ({ name }) => {
      const source = federatedSource(name, {
        ask: async (fetch) => {
          const { query, operationName, variables } = fetch
          fetches.push(JSON.stringify({ name, query, operationName, variables }))
          // A reply of its own for each asking: executors join replies by reference.
          return structuredClone(await replies(name, fetch))
        },
        ready: async () => true,
        close: () => undefined,
      }, { logger, metrics })
      sources.set(name, source)
      return source
    },
    logger: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
    debug: false,
  })
  const { schema, executor } = await gateway.load({ apollo: {} } as Parameters<ApolloGateway['load']>[0])
  const runnerFor = createRunners(gateway, sources, metrics)

  return {
    schema,
    ask: async (query, variables, given) => askDocument(parse(query), variables, given),
    askDocument,
    plans: async () => (await metrics.plans.get()).values.map(({ labels, value }) => `${labels.executor} ${labels.reason ?? ''} ${value}`.replace('  ', ' ')),
    stop: () => gateway.stop(),
  }

  async function askDocument(document: DocumentNode, variables: Readonly<Record<string, unknown>>, given: Replies): ReturnType<BothWays['ask']> {
    replies = given
    const operation = document.definitions.find((it) => it.kind === 'OperationDefinition')
    if (operation === undefined || validate(schema, document).length > 0) return undefined
    if (getVariableValues(schema, operation.variableDefinitions ?? [], { ...variables }).errors !== undefined) return undefined
    const runner = runnerFor(document, operation)
    const compiled = runner === undefined ? undefined : await outcome((state) => runner.run(state, variables))
    const query = print(document)
    const queryHash = createHash('sha256').update(query).digest('hex')
    const apollo = await outcome(async (state) => {
      const asked = { request: { query, variables }, document, operation, operationName: null, queryHash, source: query, schema, logger: console, context: { state }, metrics: {}, schemaHash: '' }
      const { data, errors } = await executor(asked as unknown as Parameters<typeof executor>[0])
      return { ...(data === undefined ? {} : { text: JSON.stringify(data) }), errors: errors ?? [] }
    })
    return { compiled, apollo }
  }

  async function outcome(run: (state: RequestState) => Promise<{ readonly text?: string; readonly errors: readonly unknown[] }>): Promise<Outcome> {
    fetches = []
    const state = freshState()
    const result = await run(state).catch((error: unknown) => ({ text: undefined, errors: [error] }))
    // Where a plan ends early, what runs beside it has not ended yet.
    await new Promise((resolve) => setImmediate(resolve))
    return {
      text: result.text,
      errors: result.errors.map((error) => JSON.stringify(runtimeEntry(error))).toSorted(),
      records: state.records.map(({ log, id }) => `${log} ${id}`).toSorted(),
      raised: [...state.raised].map(([name, classes]) => `${name} ${[...classes].join(' ')}`).toSorted(),
      auditUnavailable: state.auditUnavailable,
      fetches: fetches.toSorted(),
    }
  }
}

/** As far as links and runners read it. */
function freshState(): RequestState {
  const seal: RequestSeal = { context: {} as RequestSeal['context'], token: async () => '', inProcess: () => { throw new Error('nothing runs in process here') } }
  return {
    requestId: '00000000-0000-4000-8000-000000000000', method: 'POST', caller: { kind: 'public', org: 'PUBLIC', sub: 'public', roles: [], assurance: 1, zone: 'mainland' },
    occasion: {}, seal, policyVersion: '', decisions: [], records: [], raised: new Map(), stops: undefined, stopped: new Map(), auditUnavailable: false, operation: undefined, finished: false, refusalRecorded: false,
    decisionsText: undefined, body: undefined,
  } as unknown as RequestState
}
