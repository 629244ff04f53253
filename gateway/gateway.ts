// The one door: puts the steps together and routes requests to them. Relies on the subgraphs for enforcement; keeps nothing
// between requests but plans, counts and caches.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { GraphQLSchema } from 'graphql'
import type { AuditLog } from '../audit/access-record.ts'
import type { AnswerCommit } from '../audit/answer-commit.ts'
import type { SupplyLedger } from '../audit/supply.ts'
import type { Suspensions } from '../audit/suspensions.ts'
import type { Clock } from '../core/clock.ts'
import type { Executor } from '../core/config.ts'
import { createDrain } from '../core/drain.ts'
import { CitygraphError } from '../core/errors.ts'
import type { Logger } from '../core/logger.ts'
import { requestIdOf } from '../core/request-id.ts'
import type { OpenQueries } from '../open/library.ts'
import type { Classification } from '../schema/classification.ts'
import { reservedAliasRule } from '../schema/reserved-aliases.ts'
import type { Sealer } from '../subgraphs/access-context.ts'
import { acceptReader } from './accepting.ts'
import { defaultLimits } from './admit.ts'
import type { Limits } from './admit.ts'
import type { DecidingEngine } from './answer-operation.ts'
import type { Authenticate } from './authenticate.ts'
import { createConsole } from './console.ts'
import type { DemonstrationIssuer } from './demonstration-issuer.ts'
import { federate } from './federate.ts'
import { createReadiness } from './health.ts'
import { knownOperations } from './known-operation.ts'
import type { SubgraphLink } from './link.ts'
import { createMetrics } from './metrics.ts'
import { admission } from './open/admission.ts'
import { createDocumentation } from './open/documentation.ts'
import { keptAnswers } from './open/kept-answers.ts'
import type { OpenAccess } from './open/open-access.ts'
import { openCaller } from './open/open-caller.ts'
import { PROBLEMS_PATH, sendProblems } from './open/problem.ts'
import { OPEN_PREFIX, serveOpen } from './open/serve-open.ts'
import { METADATA_PATH, serveToken, TOKEN_PATH } from './open/serve-token.ts'
import { authority } from './open/token-authority.ts'
import { memoryRateLimiter } from './rate-limit.ts'
import type { RateLimiter } from './rate-limit.ts'
import { gatewayRecords } from './record-refusal.ts'
import { reservedNamesOf } from './reserved-names.ts'
import { send, sendError } from './respond.ts'
import { serveAudit } from './serve-audit.ts'
import type { ServedLog } from './serve-audit.ts'
import { serveGraphql } from './serve-graphql.ts'

export type GatewayParts = {
  readonly supergraphSdl: string
  readonly link: SubgraphLink
  readonly engine: DecidingEngine
  /** Absent for a supergraph that is not ours: answers then carry no decisions; the subgraphs enforce. */
  readonly classification?: Classification
  readonly authenticate: Authenticate
  /** Needed by HTTP subgraphs. */
  readonly sealer?: Sealer
  /** The `gateway` log: refusals and dry runs. */
  readonly audit: AuditLog
  /** Where all subgraphs are in this process and one commit can hold the records of all: begins it for one answer. */
  readonly commits?: () => AnswerCommit
  /** Whether that log can be written now; it may throw. Left out: taken to be so. */
  readonly auditReady?: () => Promise<boolean>
  /** The logs whose heads and proofs are served, by name. */
  readonly logs?: ReadonlyMap<string, ServedLog>
  /** Callers who may not be served now. */
  readonly suspensions: Pick<Suspensions, 'require'>
  /** Of whose data organisations were given, for dry runs. */
  readonly supply?: SupplyLedger
  /** The open queries of this graph; left out: none is served. */
  readonly openQueries?: (schema: GraphQLSchema) => OpenQueries
  /** API keys and the tokens given for them; left out: neither is accepted. */
  readonly openAccess?: OpenAccess
  /** The address under which callers reach this gateway; left out: the one a request names. */
  readonly publicUrl?: string | undefined
  readonly clock: Clock
  readonly logger: Logger
  /** How plans are run; left out: compiled. */
  readonly executor?: Executor
  readonly limits?: Partial<Limits>
  readonly rates?: { readonly callers: RateLimiter; readonly addresses: RateLimiter }
  /** Embedded cities only: JWKS and the console's callers. */
  readonly demonstration?: DemonstrationIssuer
}

export type Gateway = {
  /** A listener for node:http. Never throws. */
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void
  /** Answers what was started within `withinMs` (default 9 s), refuses the rest, then closes the links. Requests that still arrive are answered with `connection: close`; until `notListening` answers are held. */
  readonly drain: (withinMs?: number, notListening?: Promise<void>) => Promise<void>
}

/** Generous: a loop that went wrong is stopped, work is not. */
const callerRate = { requests: 50_000, seconds: 10 }
const addressRate = { requests: 600, seconds: 60 }
const DRAIN_MS = 9_000
/** A reader of an open query who takes nothing for so long has gone. */
const PATIENCE_MS = 60_000

/** Composes and starts; nothing is served before it resolves. Throws what is wrong with the supergraph. */
export async function createGateway(parts: GatewayParts): Promise<Gateway> {
  const { engine, classification, clock, logger, demonstration } = parts
  const limits = { ...defaultLimits, ...parts.limits }
  const metrics = createMetrics()
  const records = gatewayRecords({ audit: parts.audit, clock, logger, metrics })
  const federation = await federate({
    supergraphSdl: parts.supergraphSdl, link: parts.link, executor: parts.executor ?? 'compiled', limits, engine, classification, sealer: parts.sealer, cellLimit: limits.cells, operations: knownOperations(classification), records, commits: parts.commits, suspensions: parts.suspensions, supply: parts.supply, metrics, clock, logger,
    reservedAliases: [reservedAliasRule(classification ?? reservedNamesOf(parts.supergraphSdl))],
  })
  const drain = createDrain()
  const readiness = createReadiness(federation.connections, parts.auditReady ?? (async () => true))
  const page = createConsole(demonstration)
  const rates = parts.rates ?? { callers: memoryRateLimiter(callerRate), addresses: memoryRateLimiter(addressRate) }
  const graphql = { server: federation.server, readAccept: acceptReader(), lift: federation.lift, authenticate: parts.authenticate, suspensions: parts.suspensions, engine, rates, limits, records, metrics, logger, draining: drain.draining, openAccess: parts.openAccess }
  const open = parts.openQueries === undefined ? undefined : {
    ...graphql, clock, patienceMs: PATIENCE_MS, queries: parts.openQueries(federation.schema), admit: admission(graphql), kept: keptAnswers({ schema: federation.schema, classification, engine, clock }),
  }
  const documentation = open === undefined || classification === undefined ? undefined : createDocumentation({
    ...open, schema: federation.schema, about: () => ({ bundle: engine.bundle(), classification }), who: (request, requestId) => openCaller(request, requestId, graphql),
  })

  const tokens = authority({ ...graphql, access: parts.openAccess, issuer: parts.publicUrl, further: demonstration?.jwks.keys ?? [], knows: (id) => open?.queries.get(id) !== undefined })

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '/').split('?', 1)[0]
    switch (path) {
      case '/graphql':
        return serveGraphql(request, response, graphql)
      case '/health/live':
        return json(response, 200, { live: true })
      case '/health/ready': {
        const state = await readiness(drain.draining())
        return json(response, state.ready ? 200 : 503, state)
      }
      case '/metrics':
        return send(response, 200, { 'content-type': metrics.registry.contentType }, await metrics.registry.metrics())
      case '/.well-known/jwks.json': {
        const jwks = await tokens.jwks()
        return jwks.keys.length === 0 ? notFound(request, response) : json(response, 200, jwks)
      }
      case TOKEN_PATH:
        return tokens.parts === undefined ? notFound(request, response) : serveToken(request, response, tokens.parts)
      case METADATA_PATH: {
        const found = tokens.metadata(request)
        return found === undefined ? notFound(request, response) : json(response, 200, found)
      }
      case PROBLEMS_PATH:
        return open === undefined ? notFound(request, response) : sendProblems(response)
      default:
        if (await documentation?.serve(request, response, path ?? '/') === true) return
        if (open !== undefined && path?.startsWith(OPEN_PREFIX) === true) return serveOpen(request, response, path, open)
        if (path?.startsWith('/audit/') === true) return serveAudit(request, response, path, { ...graphql, logs: parts.logs ?? new Map() })
        if (await page.serve(request, response, path ?? '/')) return
        return notFound(request, response)
    }
  }

  function notFound(request: IncomingMessage, response: ServerResponse): void {
    const error = new CitygraphError('BAD_USER_INPUT', { hint: 'There is nothing at this path.' })
    sendError(response, error, about(request), { status: 404 })
  }

  function about(request: IncomingMessage): { requestId: string; policyVersion: string } {
    return { requestId: requestIdOf(request.headers['x-request-id']), policyVersion: engine.head().hash }
  }

  return {
    handle(request, response) {
      drain.started(response, () => sendError(response, shuttingDown(), about(request), { status: 503, headers: { connection: 'close' } }))
      response.on('error', () => undefined)
      route(request, response).catch((cause: unknown) => {
        logger.error('request failed', { path: 'unknown', error: cause instanceof Error ? cause.name : typeof cause })
        sendError(response, new CitygraphError('INTERNAL'), about(request))
      })
    },
    async drain(withinMs = DRAIN_MS, notListening) {
      await drain.drain(withinMs, notListening)
      await federation.stop()
    },
  }
}

function shuttingDown(): CitygraphError {
  return new CitygraphError('INTERNAL', { hint: 'The gateway is shutting down.' })
}

function json(response: ServerResponse, status: number, value: unknown): void {
  send(response, status, { 'content-type': 'application/json; charset=utf-8' }, `${JSON.stringify(value)}\n`)
}
