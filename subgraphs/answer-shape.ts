// What a subgraph says back: data with its record, or a refusal with its record. The one way from an error to the wire: our own
// errors pass with code and domain, a database that is away becomes SUBGRAPH_UNAVAILABLE, everything else is INTERNAL.

import type { GraphQLError } from 'graphql'
import { CitygraphError, errorCatalogue, isCitygraphError, type ErrorCode } from '../core/errors.ts'
import { errorFacts, type Logger } from '../core/logger.ts'
import type { SubgraphName } from '../core/domains.ts'
import { isLost } from '../migrations/pool.ts'
import type { QuotaName } from '../policy-engine/decision.ts'
import type { ReportedDecision } from './decisions.ts'

/** As GraphQL writes an error, without locations. `message` is a sentence of the catalogue. */
export type AnswerError = {
  readonly message: string
  readonly path?: readonly (string | number)[]
  readonly extensions: { readonly code: ErrorCode; readonly domain?: string; readonly argument?: string }
}

/** `status` is the HTTP status; `data` is absent unless the operation ran. `record` is absent only where it could not be made durable. */
export type SubgraphAnswer = {
  readonly status: number
  readonly data?: Readonly<Record<string, unknown>> | null
  readonly errors?: readonly AnswerError[]
  readonly extensions: {
    readonly sharing: {
      readonly policyVersion: string
      readonly record?: { readonly log: string; readonly id: string }
      readonly decisions: readonly ReportedDecision[]
      /** Bulk classes whose fields were decided one level higher, and grants that gave nothing, because their quotas are used up. */
      readonly raised?: readonly QuotaName[]
      /** VERIFY entries that answered nothing, because too many thresholds were asked for. */
      readonly refused?: readonly string[]
      /** What was stopped when it was decided, as core/stops.ts writes it; absent: nothing. */
      readonly stops?: string
      /** Grants of the sealed bundle that were off when it was decided, as the engine says it; absent: none. */
      readonly off?: string
    }
  }
}

/** More would only repeat. */
const ERRORS_SHOWN = 50

type Asked = { readonly domain: SubgraphName; readonly requestId: string; readonly logger: Logger }

/**
 * An error of any origin as one of ours. Never its text; `logger` hears of those that were not ours, of our own INTERNAL ones, and why the
 * database failed: once for each reason when an answer's errors share `told`.
 */
export function ownError(error: unknown, parts: Asked, told = new Set<string>()): CitygraphError {
  const { domain, requestId, logger } = parts
  if (isCitygraphError(error)) {
    const facts = errorFacts(error.cause)
    const reason = `${facts['error']} ${facts['code']}`
    if (!told.has(reason)) {
      if (error.code === 'SUBGRAPH_UNAVAILABLE') logger.warn('database failed', { domain, requestId, ...facts })
      if (error.code === 'INTERNAL') logger.error('subgraph failed', { domain, requestId, ...facts })
    }
    told.add(reason)
    return error
  }
  if (isLost(error)) return new CitygraphError('SUBGRAPH_UNAVAILABLE', { domain }, { cause: error })
  logger.error('subgraph failed', { domain, requestId, ...errorFacts(error) })
  return new CitygraphError('INTERNAL', {}, { cause: error })
}

/** One of our errors as it is written. */
export function writtenError(error: CitygraphError, path?: readonly (string | number)[]): AnswerError {
  return { message: error.message, ...(path === undefined ? {} : { path }), extensions: error.extensions }
}

/** The errors of an execution, each with the place it stands at. */
export function writtenErrors(errors: readonly GraphQLError[], parts: Asked): readonly AnswerError[] {
  const told = new Set<string>()
  return errors.slice(0, ERRORS_SHOWN).map((error) => writtenError(ownError(error.originalError ?? error, parts, told), error.path))
}

/** An answer without data. */
export function refusal(error: CitygraphError, policyVersion: string, record?: { log: string; id: string }): SubgraphAnswer {
  return {
    status: errorCatalogue[error.code].status,
    errors: [writtenError(error)],
    extensions: { sharing: { policyVersion, ...(record === undefined ? {} : { record }), decisions: [] } },
  }
}
