// Writes answers: security headers on every one, JSON for errors, `connection: close` once the gateway drains.

import type { OutgoingHttpHeader, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { answerWhenFree } from '../core/drain.ts'
import { CitygraphError, errorCatalogue } from '../core/errors.ts'
import { utf8Of } from '../core/utf8.ts'
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

const everywhereNames = Object.keys(everywhere)

/** Does nothing when the response has begun or its client has gone. */
export function send(response: ServerResponse, status: number, headers: OutgoingHttpHeaders, body: string | Buffer): void {
  answerWhenFree(response, () => {
    if (response.headersSent || response.destroyed) return
    const bytes = typeof body === 'string' ? utf8Of(body) : body
    response.writeHead(status, pairs(headers, bytes.length))
    response.end(bytes)
  })
}

/** The head alone, of an answer whose body comes bit by bit or not at all. Resolves when it may be written; false where there is nobody to write to. */
export function begin(response: ServerResponse, status: number, headers: OutgoingHttpHeaders): Promise<boolean> {
  return new Promise((resolve) => {
    answerWhenFree(response, () => {
      if (response.headersSent || response.destroyed) return resolve(false)
      response.writeHead(status, pairs(headers))
      resolve(true)
    })
  })
}

/** Names and values in turn, as node:http takes them without making an object of them first. What `headers` say goes before what stands on every answer. */
function pairs(headers: OutgoingHttpHeaders, length?: number): OutgoingHttpHeader[] {
  const list: OutgoingHttpHeader[] = []
  for (const name of everywhereNames) if (headers[name] === undefined) list.push(name, everywhere[name] ?? '')
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) list.push(name, value)
  if (length !== undefined) list.push('content-length', length)
  return list
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
