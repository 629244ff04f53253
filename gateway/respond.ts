// Writes answers: security headers on every one, JSON for errors, `connection: close` once the gateway drains.

import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { answerWhenFree } from '../core/drain.ts'
import { CitygraphError, errorCatalogue } from '../core/errors.ts'
import { entryOf } from './format-error.ts'
import { sharingExtensions } from './request-state.ts'
import type { RequestState } from './request-state.ts'

/** Nothing of an answer may be run, framed, guessed at or kept by a cache. */
const everywhere: OutgoingHttpHeaders = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}

/** Does nothing when the response has begun or its client has gone. */
export function send(response: ServerResponse, status: number, headers: OutgoingHttpHeaders, body: string | Buffer): void {
  answerWhenFree(response, () => {
    if (response.headersSent || response.destroyed) return
    response.writeHead(status, { ...everywhere, ...headers, 'content-length': Buffer.byteLength(body) })
    response.end(body)
  })
}

/** An answer that is an error alone, before or beside Apollo Server. */
export function sendError(
  response: ServerResponse,
  error: CitygraphError,
  about: Pick<RequestState, 'requestId' | 'policyVersion'>,
  options: { readonly status?: number; readonly headers?: OutgoingHttpHeaders; readonly accept?: string | undefined } = {},
): void {
  const { code } = error
  const headers: OutgoingHttpHeaders = {
    'content-type': mediaType(options.accept),
    'x-request-id': about.requestId,
    ...(code === 'UNAUTHENTICATED' ? { 'www-authenticate': 'Bearer realm="citygraph"' } : {}),
    ...(code === 'RATE_LIMITED' ? { 'retry-after': '1' } : {}),
    ...options.headers,
  }
  const body = { errors: [entryOf(error)], extensions: sharingExtensions({ ...about, records: [], decisions: [] }) }
  send(response, options.status ?? errorCatalogue[code].status, headers, `${JSON.stringify(body)}\n`)
}

function mediaType(accept: string | undefined): string {
  const graphql = accept?.includes('application/graphql-response+json') === true && !accept.includes('application/json')
  return `${graphql ? 'application/graphql-response+json' : 'application/json'}; charset=utf-8`
}
