// POST and GET /graphql, in order: request id, rate, authenticate, suspension, occasion, body, Apollo Server, answer. Nothing of the document
// is parsed before the caller is known. Every refusal is an entry of the catalogue; what says something about access is recorded.

import { HeaderMap } from '@apollo/server'
import type { ApolloServer, HTTPGraphQLRequest, HTTPGraphQLResponse } from '@apollo/server'
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { Suspensions } from '../audit/suspensions.ts'
import { CitygraphError, isCitygraphError } from '../core/errors.ts'
import type { ErrorCode } from '../core/errors.ts'
import { errorFacts } from '../core/logger.ts'
import type { Logger } from '../core/logger.ts'
import { requestIdOf } from '../core/request-id.ts'
import { isObject } from '../core/is-object.ts'
import type { Caller } from '../policy-engine/decision.ts'
import type { ReadAccept } from './accepting.ts'
import type { Limits } from './admit.ts'
import type { DecidingEngine } from './answer-operation.ts'
import type { Authenticate } from './authenticate.ts'
import { isCode } from './format-error.ts'
import { refuseKeyInAddress, sendsKey } from './key-in-address.ts'
import type { LiftLiterals } from './lift-literals.ts'
import type { GatewayMetrics } from './metrics.ts'
import { readOccasion } from './occasion.ts'
import type { HeaderOccasion } from './occasion.ts'
import type { RateLimiter } from './rate-limit.ts'
import { readBody } from './read-body.ts'
import { isRecorded } from './record-refusal.ts'
import type { OpenAccess } from './open/open-access.ts'
import type { GatewayRecords } from './record-refusal.ts'
import { admitted, sharingExtensions } from './request-state.ts'
import type { GatewayContext, RequestState } from './request-state.ts'
import { send, sendError } from './respond.ts'

export type ServeParts = {
  readonly server: ApolloServer<GatewayContext>
  readonly readAccept: ReadAccept
  readonly lift: LiftLiterals
  readonly authenticate: Authenticate
  readonly suspensions: Pick<Suspensions, 'require'>
  readonly engine: DecidingEngine
  readonly rates: { readonly callers: RateLimiter; readonly addresses: RateLimiter }
  readonly limits: Limits
  readonly records: GatewayRecords
  readonly metrics: GatewayMetrics
  readonly logger: Logger
  readonly draining: () => boolean
  /** API keys; left out: none is accepted. */
  readonly openAccess?: OpenAccess | undefined
}

/** Resolves when the answer is written; never rejects. */
export async function serveGraphql(request: IncomingMessage, response: ServerResponse, parts: ServeParts): Promise<void> {
  const arrived = performance.now()
  const requestId = requestIdOf(request.headers['x-request-id'])
  const about = { requestId, policyVersion: parts.engine.head().hash }
  let known: { caller?: Caller; occasion?: HeaderOccasion } = {}
  let outcome = 'INTERNAL'
  try {
    if (request.method !== 'POST' && request.method !== 'GET') {
      throw new Refusal(new CitygraphError('BAD_USER_INPUT', { hint: 'Use POST, or GET for queries.' }), 405, { allow: 'GET, POST' })
    }
    const accepting = parts.readAccept(request.headers.accept)
    if (accepting === undefined) {
      throw new Refusal(new CitygraphError('BAD_USER_INPUT', { hint: 'Accept application/graphql-response+json or application/json.' }), 406)
    }
    const caller = await identify(request, requestId, parts)
    known = { caller }
    const stops = await parts.suspensions.require(caller)
    const occasion = readOccasion(request.headers, (code) => parts.engine.purpose(code) !== undefined)
    known = { caller, occasion }
    const state = admitted({ requestId, policyVersion: about.policyVersion, method: request.method, caller, occasion, contentType: accepting.contentType, stops })
    const body = request.method === 'POST' ? await readBody(request, parts.limits.bodyBytes) : { value: undefined }
    if ('error' in body) throw new Refusal(body.error, body.status)
    const { answer, text } = await operate({ method: request.method, headers: request.method === 'POST' ? accepting.headers : headersOf(request), search: searchOf(request), body: lifted(body.value, state, parts.lift) }, state, parts)
    // Apollo Server's choice among what is accepted is the same for every answer.
    if (isOurs(answer)) accepting.contentType ??= answer.headers.get('content-type')
    outcome = write(response, answer, text, state, parts)
  } catch (thrown) {
    const refusal = thrown instanceof Refusal ? thrown : undefined
    const cause = refusal?.error ?? thrown
    const error = isCitygraphError(cause) ? cause : new CitygraphError('INTERNAL', {}, { cause })
    outcome = error.code
    // A client that went away needs no line.
    if (!isCitygraphError(cause) && !request.destroyed) parts.logger.error('request failed', { requestId, ...errorFacts(cause) })
    if (isRecorded(error.code)) await parts.records.refused({ ...about, ...known, code: error.code })
    sendError(response, error, about, {
      accept: request.headers.accept,
      ...(refusal === undefined ? {} : { status: refusal.status }),
      headers: { ...refusal?.headers, ...closing(parts) },
    })
  } finally {
    parts.metrics.answered(outcome, (performance.now() - arrived) / 1000)
  }
}

/** One operation through Apollo Server to the text of its answer. A refusal of the whole stands in the gateway's log afterwards. */
export async function operate(httpGraphQLRequest: HTTPGraphQLRequest, state: RequestState, { server, records }: Pick<ServeParts, 'server' | 'records'>): Promise<{ readonly answer: HTTPGraphQLResponse; readonly text: string }> {
  const answer = await server.executeHTTPGraphQLRequest({
    httpGraphQLRequest,
    async context() {
      return { state }
    },
  })
  const text = textOf(answer, state)
  const refused = refusalOf(answer.status, text)
  const { requestId, policyVersion, caller, occasion, operation } = state
  if (refused !== undefined && !state.refusalRecorded && state.records.length === 0) await records.refused({ requestId, policyVersion, caller, occasion, code: refused, operation })
  return { answer, text }
}

/** Failed tokens and callers without one count by address, others by who they are. Tokens that cannot be verified now are no failed ones. */
export async function identify(request: IncomingMessage, requestId: string, parts: Pick<ServeParts, 'authenticate' | 'rates' | 'logger'>): Promise<Caller> {
  const address = request.socket.remoteAddress ?? 'unknown'
  let caller: Caller
  try {
    refuseKeyInAddress(request)
    // Here a key is no token, and whoever sends one is not the public.
    if (sendsKey(request)) throw new CitygraphError('UNAUTHENTICATED', { hint: 'A key is for open queries.' })
    caller = await parts.authenticate(request.headers.authorization)
  } catch (error) {
    if (isCitygraphError(error) && error.code === 'INTERNAL') {
      parts.logger.error('issuer not reachable', { requestId, ...errorFacts(error.cause) })
      await parts.rates.callers.take(address)
      throw new Refusal(error, 503)
    }
    await parts.rates.addresses.take(address)
    throw error
  }
  await parts.rates.callers.take(caller.kind === 'public' ? address : `${caller.org}/${caller.sub}`)
  return caller
}

/** The code of an answer that is a refusal as a whole: Apollo's own, of what it could not read, among them. */
function refusalOf(status = 200, text: string): ErrorCode | undefined {
  if (status < 400 || status >= 500) return undefined
  const code = codeIn(text)
  return code !== undefined && isRecorded(code) ? code : undefined
}

function codeIn(text: string): ErrorCode | undefined {
  const code = /"code":"([A-Z_]+)"/.exec(text)?.[1]
  return isCode(code) ? code : undefined
}

/** The body with its text's literals lifted. What is no plain request of one text, and all by GET, is for Apollo Server as it is. */
function lifted(body: unknown, state: RequestState, lift: LiftLiterals): unknown {
  if (!isObject(body) || typeof body['query'] !== 'string' || 'extensions' in body) return body
  const variables = body['variables'] ?? {}
  if (!isObject(variables)) return body
  const text = lift(body['query'])
  if (text === undefined) return body
  state.literalOf = text.literalOf
  const rewritten: Record<string, unknown> = { query: text.text, variables: { ...variables, ...text.values } }
  if ('operationName' in body) rewritten['operationName'] = body['operationName']
  return rewritten
}

/** Our text, or Apollo's as it is; answers that Apollo refused before our plugin (method, CSRF, body's form) get their extensions here. */
function textOf(answer: HTTPGraphQLResponse, state: RequestState): string {
  if (state.body !== undefined && isOurs(answer)) return state.body
  if (answer.body.kind !== 'complete') throw new CitygraphError('INTERNAL')
  const { string } = answer.body
  return state.finished ? string : `${JSON.stringify({ errors: earlyErrors(string), extensions: sharingExtensions(state) })}\n`
}

/** Apollo Server has taken what stands for our text (federate.ts) and has not refused afterwards. */
function isOurs({ body }: HTTPGraphQLResponse): boolean {
  return body.kind === 'complete' && body.string === '{}\n'
}

function write(response: ServerResponse, answer: HTTPGraphQLResponse, text: string, state: RequestState, parts: ServeParts): string {
  const headers: OutgoingHttpHeaders = { 'x-request-id': state.requestId }
  for (const [name, value] of answer.headers) headers[name] = value
  if (parts.draining()) headers['connection'] = 'close'
  const status = answer.status ?? 200
  send(response, status, headers, text)
  if (status === 200) return text.startsWith('{"errors"') ? 'PARTIAL' : 'OK'
  return codeIn(text) ?? 'INTERNAL'
}

/** Apollo wrote this text from entries that format-error.ts made. */
function earlyErrors(text: string): unknown {
  const value: unknown = JSON.parse(text)
  return typeof value === 'object' && value !== null && 'errors' in value ? value.errors : []
}

function headersOf(request: IncomingMessage): HeaderMap {
  const headers = new HeaderMap()
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value)
  }
  return headers
}

/** The query of the address with its `?`; '' where there is none. */
export function searchOf(request: IncomingMessage): string {
  const url = request.url ?? ''
  const mark = url.indexOf('?')
  return mark === -1 ? '' : url.slice(mark)
}

function closing(parts: ServeParts): Record<string, string> {
  return parts.draining() ? { connection: 'close' } : {}
}

/** A refusal with an HTTP status or headers of its own. */
export class Refusal extends Error {
  readonly error: CitygraphError
  readonly status: number
  readonly headers: Record<string, string>
  constructor(error: CitygraphError, status: number, headers: Record<string, string> = {}) {
    super(error.message)
    this.name = 'Refusal'
    this.error = error
    this.status = status
    this.headers = headers
  }
}
