// POST /oauth/token: client credentials (RFC 6749 4.4) for holders of an API key, whose id is the client's and whose text is its secret; and
// what clients read of it beforehand (RFC 8414). Answers and errors are of the form the RFC gives; nothing that was sent is repeated.

import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { OpenKey } from '../../audit/open-keys.ts'
import { isCitygraphError } from '../../core/errors.ts'
import type { ErrorCode } from '../../core/errors.ts'
import { errorFacts } from '../../core/logger.ts'
import { requestIdOf } from '../../core/request-id.ts'
import { KEY_ID, readKey } from '../../open/api-key.ts'
import { refuseKeyInAddress } from '../key-in-address.ts'
import type { RateLimiter } from '../rate-limit.ts'
import { collect } from '../read-body.ts'
import { send } from '../respond.ts'
import type { ServeParts } from '../serve-graphql.ts'
import type { OpenAccess } from './open-access.ts'
import { callerOf } from './open-caller.ts'
import type { OpenTokens } from './open-tokens.ts'

export const TOKEN_PATH = '/oauth/token'
export const METADATA_PATH = '/.well-known/oauth-authorization-server'

export type TokenParts = Pick<ServeParts, 'suspensions' | 'rates' | 'records' | 'engine' | 'metrics' | 'logger'> & {
  readonly access: OpenAccess
  readonly tokens: OpenTokens
  /** How many tokens one key may have. */
  readonly issued: RateLimiter
  /** Whether there is an open query of that id. */
  readonly knows: (id: string) => boolean
}

type Code = 'invalid_request' | 'invalid_client' | 'unauthorized_client' | 'unsupported_grant_type' | 'invalid_scope' | 'temporarily_unavailable'

/** RFC 6749 5.2. `known`: what the records call it. */
class TokenRefused extends Error {
  readonly code: Code
  readonly status: number
  readonly known: ErrorCode
  readonly headers: OutgoingHttpHeaders
  constructor(code: Code, status: number, known: ErrorCode, description: string, headers: OutgoingHttpHeaders = {}) {
    super(description)
    this.name = 'TokenRefused'
    this.code = code
    this.status = status
    this.known = known
    this.headers = headers
  }
}

/** Resolves when the answer is written; never rejects. */
export async function serveToken(request: IncomingMessage, response: ServerResponse, parts: TokenParts): Promise<void> {
  const arrived = performance.now()
  const requestId = requestIdOf(request.headers['x-request-id'])
  const known: { key?: OpenKey } = {}
  let outcome = 'OK'
  try {
    const granted = await grant(request, known, parts)
    json(response, 200, granted, { 'x-request-id': requestId })
  } catch (thrown) {
    const refused = refusedBy(thrown)
    outcome = refused.known
    if (refused.known === 'INTERNAL' && !request.destroyed) parts.logger.error('request failed', { requestId, ...errorFacts(thrown) })
    const caller = known.key === undefined ? undefined : callerOf(known.key, parts.access)
    if (refused.status < 500) await parts.records.refused({ requestId, policyVersion: parts.engine.head().hash, code: refused.known, ...(caller === undefined ? {} : { caller }) })
    json(response, refused.status, { error: refused.code, error_description: refused.message }, { 'x-request-id': requestId, ...refused.headers })
  } finally {
    parts.metrics.answered(outcome, (performance.now() - arrived) / 1_000)
  }
}

/** RFC 8414. `issuer`: the address of this gateway, without a slash at its end. */
export function metadata(issuer: string): Readonly<Record<string, unknown>> {
  return {
    issuer,
    token_endpoint: `${issuer}${TOKEN_PATH}`,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    grant_types_supported: ['client_credentials'],
    response_types_supported: [],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
  }
}

async function grant(request: IncomingMessage, known: { key?: OpenKey }, parts: TokenParts): Promise<Readonly<Record<string, unknown>>> {
  refuseKeyInAddress(request)
  if (request.method !== 'POST') throw new TokenRefused('invalid_request', 405, 'METHOD_NOT_ALLOWED', 'Use POST.', { allow: 'POST' })
  const form = await readForm(request)
  const client = clientOf(request, form)
  const key = await parts.access.keys.byHash(client.hash)
  const caller = key === undefined || key.id !== client.id ? undefined : callerOf(key, parts.access)
  if (key === undefined || caller === undefined) throw await failed(request, parts)
  known.key = key
  await parts.rates.callers.take(`${caller.org}/${caller.sub}`)
  await parts.issued.take(key.id)
  await parts.suspensions.require(caller)
  const type = form.get('grant_type')
  if (type === undefined) throw new TokenRefused('invalid_request', 400, 'BAD_USER_INPUT', 'grant_type is missing.')
  if (type !== 'client_credentials') throw new TokenRefused('unsupported_grant_type', 400, 'BAD_USER_INPUT', 'grant_type is client_credentials.')
  const scope = scopeOf(form.get('scope'), key, parts.knows)
  const { token, expiresIn } = await parts.tokens.issue({ keyId: key.id, version: key.version, scope }, key.until)
  return { access_token: token, token_type: 'Bearer', expires_in: expiresIn, ...(scope === undefined ? {} : { scope: scope.join(' ') }) }
}

const LONGEST_BODY = 8_192

async function readForm(request: IncomingMessage): Promise<ReadonlyMap<string, string>> {
  const wrong = (description: string, status = 400): TokenRefused => new TokenRefused('invalid_request', status, 'BAD_USER_INPUT', description)
  if (!/^application\/x-www-form-urlencoded\s*(;\s*charset\s*=\s*"?utf-?8"?\s*)?$/i.test(request.headers['content-type'] ?? '')) throw wrong('Send content-type application/x-www-form-urlencoded.', 415)
  const encoding = request.headers['content-encoding']
  if (encoding !== undefined && encoding !== 'identity') throw wrong('Send the body without content-encoding.', 415)
  const chunks = await collect(request, LONGEST_BODY)
  if (chunks === undefined) throw wrong('The body is too large.', 413)
  const form = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(Buffer.concat(chunks).toString('utf8'))) {
    if (form.has(name)) throw wrong('A parameter is given twice.')
    // RFC 6749 3.2: without a value is left out.
    if (value !== '') form.set(name, value)
  }
  return form
}

/** client_secret_basic or client_secret_post, one of them. A secret is the key's text, or what stands in it behind the id. */
function clientOf(request: IncomingMessage, form: ReadonlyMap<string, string>): { readonly id: string; readonly hash: string } {
  const { authorization } = request.headers
  const posted = form.get('client_secret')
  if (authorization !== undefined && posted !== undefined) throw new TokenRefused('invalid_request', 400, 'BAD_USER_INPUT', 'Authenticate once.')
  const given = authorization === undefined ? [form.get('client_id') ?? '', posted ?? ''] : basic(authorization)
  const [id, secret] = given
  if (form.has('client_id') && form.get('client_id') !== id) throw new TokenRefused('invalid_request', 400, 'BAD_USER_INPUT', 'client_id is another one.')
  const read = secret === undefined ? undefined : readKey(secret.startsWith('cgk_') ? secret : `cgk_${id ?? ''}_${secret}`)
  // Not to be found: it goes the way of every other that is wrong.
  return read !== undefined && id !== undefined && KEY_ID.test(id) && read.id === id ? { id, hash: read.hash } : { id: '', hash: '' }
}

/** RFC 6749 2.3.1: both parts are form-encoded before base64. */
function basic(authorization: string): readonly (string | undefined)[] {
  const [, encoded] = /^Basic +([A-Za-z0-9+/]+={0,2})$/i.exec(authorization) ?? []
  const [, id, secret] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded ?? '', 'base64').toString('utf8')) ?? []
  return [id, secret].map((part) => {
    try {
      return part === undefined ? undefined : decodeURIComponent(part.replaceAll('+', ' '))
    } catch {
      return undefined
    }
  })
}

/** Part of what the key is for; left out: all of that. */
function scopeOf(wanted: string | undefined, { queries }: OpenKey, knows: (id: string) => boolean): readonly string[] | undefined {
  if (wanted === undefined) return queries
  const ids = [...new Set(wanted.split(' '))]
  if (ids.some((id) => !(queries?.includes(id) ?? true) || !knows(id))) throw new TokenRefused('invalid_scope', 400, 'FORBIDDEN', 'A scope is the id of an open query that the key is for.')
  return ids.sort()
}

/** Counts by address, as failed tokens do. */
async function failed(request: IncomingMessage, { rates }: TokenParts): Promise<TokenRefused> {
  await rates.addresses.take(request.socket.remoteAddress ?? 'unknown')
  return new TokenRefused('invalid_client', 401, 'UNAUTHENTICATED', 'The client is unknown, its secret wrong or its key over.', { 'www-authenticate': 'Basic realm="citygraph"' })
}

function refusedBy(thrown: unknown): TokenRefused {
  if (thrown instanceof TokenRefused) return thrown
  if (!isCitygraphError(thrown)) return new TokenRefused('temporarily_unavailable', 500, 'INTERNAL', 'Something went wrong on our side.')
  switch (thrown.code) {
    case 'RATE_LIMITED':
      return new TokenRefused('temporarily_unavailable', 429, thrown.code, 'Too many requests; use a token until it ends.', { 'retry-after': '60' })
    case 'FORBIDDEN':
      return new TokenRefused('unauthorized_client', 400, thrown.code, thrown.message)
    case 'BAD_USER_INPUT':
      return new TokenRefused('invalid_request', 400, thrown.code, thrown.message)
    default:
      return new TokenRefused('temporarily_unavailable', 503, thrown.code, 'Try again later.', { 'retry-after': '5' })
  }
}

function json(response: ServerResponse, status: number, value: unknown, headers: OutgoingHttpHeaders): void {
  send(response, status, { 'content-type': 'application/json; charset=utf-8', pragma: 'no-cache', ...headers }, `${JSON.stringify(value)}\n`)
}
