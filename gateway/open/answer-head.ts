// The header fields of answers: what they are, who decided it, how they may be kept, where more is, and which web pages may read them.

import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import { addressOf } from '../../open/open-query.ts'
import type { OpenQuery } from '../../open/open-query.ts'
import { endingOf } from './deprecation.ts'
import { methodsOf } from './read-asked.ts'
import type { Asked } from './read-asked.ts'
import type { Sharing } from './run-open-query.ts'

/** Longest field of decisions or records; the whole is in JSON, and records have the request's id. */
const LONGEST = 4_000

/** On everything that is said of a query, problems too. `links` are for the Link field. */
export function headOf(request: IncomingMessage, query: OpenQuery | undefined, now: Date): OutgoingHttpHeaders {
  if (query === undefined) return {}
  const { headers, links } = endingOf(query, now)
  return {
    'x-open-query': `${query.id};v=${query.version}`,
    vary: 'accept, accept-encoding, authorization, x-api-key',
    ...headers,
    ...(links.length === 0 ? {} : { link: links.join(', ') }),
    ...(readByPages(request, query) ? { 'access-control-allow-origin': '*', 'access-control-expose-headers': EXPOSED, 'cross-origin-resource-policy': 'cross-origin' } : {}),
  }
}

const EXPOSED = 'deprecation, etag, link, retry-after, sunset, x-decisions, x-next-cursor, x-open-query, x-policy-version, x-records, x-request-id'

/** What everybody may read, any web page may; nothing that a credential was sent for. */
function readByPages(request: IncomingMessage, { audience }: OpenQuery): boolean {
  return audience === 'public' && request.headers.authorization === undefined && request.headers['x-api-key'] === undefined
}

/** Of an answer to OPTIONS, a preflight among them. */
export function preflightHead(query: OpenQuery): OutgoingHttpHeaders {
  const allow = methodsOf(query)
  if (query.audience !== 'public') return { allow }
  return { allow, 'access-control-allow-origin': '*', 'access-control-allow-methods': allow, 'access-control-allow-headers': 'content-type, x-request-id', 'access-control-max-age': '600' }
}

export function sharingHead({ policyVersion, records, decisions }: Sharing): OutgoingHttpHeaders {
  return {
    'x-policy-version': policyVersion,
    ...listed('x-records', records.map(({ log, id }) => `${log}/${id}`)),
    ...listed('x-decisions', decisions.map(({ path, decision, code }) => `${path};${decision};${code}`)),
  }
}

function listed(name: string, values: readonly string[]): OutgoingHttpHeaders {
  if (values.length === 0) return {}
  const text = values.join(', ')
  return { [name]: text.length <= LONGEST ? text : `${text.slice(0, text.lastIndexOf(', ', LONGEST))}, more` }
}

/** RFC 8288: the same address with the next cursor. Of POST the cursor alone, for the next body. */
export function pagingHead(request: IncomingMessage, query: OpenQuery, { search }: Asked, next: string | undefined, head: OutgoingHttpHeaders): OutgoingHttpHeaders {
  if (next === undefined) return {}
  if (request.method === 'POST') return { 'x-next-cursor': next }
  const further = new URLSearchParams(search)
  further.set('cursor', next)
  const link = `<${addressOf(query)}?${further.toString()}>; rel="next"`
  return { link: head['link'] === undefined ? link : `${link}, ${String(head['link'])}`, 'x-next-cursor': next }
}
