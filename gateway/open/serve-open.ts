// GET and POST /open/v1/<id>, in order: the query, admission, its end, what is asked, the answer. Nothing of parameters is read before the
// caller is admitted. Whatever fails is a problem (RFC 9457) and recorded as at /graphql.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { CitygraphError, isCitygraphError } from '../../core/errors.ts'
import { errorFacts } from '../../core/logger.ts'
import { requestIdOf } from '../../core/request-id.ts'
import type { OpenQuery } from '../../open/open-query.ts'
import type { Caller } from '../../policy-engine/decision.ts'
import type { HeaderOccasion } from '../occasion.ts'
import { refuseKeyInAddress } from '../key-in-address.ts'
import { isRecorded } from '../record-refusal.ts'
import { begin } from '../respond.ts'
import { Refusal } from '../serve-graphql.ts'
import type { Admission } from './admission.ts'
import { headOf, preflightHead, sharingHead } from './answer-head.ts'
import { answerOnce } from './answer-once.ts'
import { refuseEnded } from './deprecation.ts'
import { operationOf } from './open-parts.ts'
import type { OpenParts } from './open-parts.ts'
import { ReaderGone } from './paced-writer.ts'
import { FailedAnswer, problemOf, sendProblem } from './problem.ts'
import { readAsked } from './read-asked.ts'
import { streamPages } from './stream-pages.ts'

export const OPEN_PREFIX = '/open/v1/'

/** As far as a request has come. */
type Known = { query?: OpenQuery; admission?: Admission; caller?: Caller; occasion?: HeaderOccasion }

/** Resolves when the answer is written; never rejects. `path` begins with OPEN_PREFIX. */
export async function serveOpen(request: IncomingMessage, response: ServerResponse, path: string, parts: OpenParts): Promise<void> {
  const arrived = performance.now()
  const requestId = requestIdOf(request.headers['x-request-id'])
  const known: Known = {}
  let outcome = 'OK'
  try {
    await serve(request, response, path.slice(OPEN_PREFIX.length), requestId, known, parts)
  } catch (thrown) {
    outcome = await failed(thrown, request, response, requestId, known, parts)
  } finally {
    parts.metrics.answered(outcome, (performance.now() - arrived) / 1_000)
  }
}

async function serve(request: IncomingMessage, response: ServerResponse, id: string, requestId: string, known: Known, parts: OpenParts): Promise<void> {
  refuseKeyInAddress(request)
  const query = parts.queries.get(id)
  if (query === undefined) {
    await parts.rates.callers.take(request.socket.remoteAddress ?? 'unknown')
    throw new CitygraphError('NOT_FOUND')
  }
  known.query = query
  if (request.method === 'OPTIONS') {
    if (await begin(response, 204, { 'x-request-id': requestId, ...preflightHead(query) })) response.end()
    return
  }
  const admission = await parts.admit(request, query, requestId)
  known.admission = admission
  known.caller = admission.caller
  const now = parts.clock.now()
  refuseEnded(query, now)
  const asked = await readAsked(request, query, parts)
  known.occasion = asked.occasion
  const exchange = { request, response, query, asked, admission, requestId, head: headOf(request, query, now) }
  await (asked.all ? streamPages(exchange, parts) : answerOnce(exchange, parts))
}

/** Records it, and says it where nothing was said yet. Gives the outcome for metrics. */
async function failed(thrown: unknown, request: IncomingMessage, response: ServerResponse, requestId: string, { query, admission, caller, occasion }: Known, parts: OpenParts): Promise<string> {
  if (thrown instanceof ReaderGone) return 'READER_GONE'
  const problem = problemOf(thrown)
  const ours = thrown instanceof FailedAnswer || thrown instanceof Refusal || isCitygraphError(thrown)
  if (!ours && !request.destroyed) parts.logger.error('request failed', { requestId, ...errorFacts(thrown) })
  const { hash: policyVersion } = parts.engine.head()
  if (isRecorded(problem.code) && !(thrown instanceof FailedAnswer && thrown.recorded)) {
    await parts.records.refused({
      requestId, policyVersion, code: problem.code,
      ...(caller === undefined ? {} : { caller }), ...(occasion === undefined ? {} : { occasion }), ...(query === undefined ? {} : { operation: operationOf(query) }),
    })
  }
  const records = thrown instanceof FailedAnswer ? thrown.records : []
  sendProblem(response, problem, requestId, {
    ...headOf(request, query, parts.clock.now()), ...sharingHead({ requestId, policyVersion, records, decisions: [] }), ...admission?.headers(),
    ...(parts.draining() ? { connection: 'close' } : {}),
  })
  return problem.code
}
