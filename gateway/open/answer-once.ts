// One page as a whole: kept or made, counted, recorded, written. A 304 is a reading like any other: everything but the body happens.

import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { OpenQuery } from '../../open/open-query.ts'
import { begin, send } from '../respond.ts'
import { operationOf } from './open-parts.ts'
import type { OpenParts } from './open-parts.ts'
import type { Admission } from './admission.ts'
import { pagingHead, sharingHead } from './answer-head.ts'
import { acceptedCoding, coded } from './content-coding.ts'
import { bodyOf, makeAnswer } from './make-answer.ts'
import type { Made } from './make-answer.ts'
import type { Asked } from './read-asked.ts'
import { readPage } from './read-page.ts'
import type { Sharing } from './run-open-query.ts'

/** `head`: what is said of the query on every answer. */
export type Exchange = { readonly request: IncomingMessage; readonly response: ServerResponse; readonly query: OpenQuery; readonly asked: Asked; readonly admission: Admission; readonly requestId: string; readonly head: OutgoingHttpHeaders }

export async function answerOnce(exchange: Exchange, parts: OpenParts): Promise<void> {
  const { request, response, query, asked, admission, requestId, head } = exchange
  const { made, sharing } = await answerOf(exchange, parts)
  const { bytes, coding } = await coded(Buffer.from(bodyOf(query, asked.format, made, sharing)), acceptedCoding(request.headers['accept-encoding']))
  const etag = request.method === 'POST' ? undefined : tagOf(made, asked, coding)
  const headers = {
    ...head,
    'x-request-id': requestId,
    'cache-control': parts.kept.mayKeep(query, admission.caller, asked) && request.method !== 'POST' ? `public, max-age=${query.cache}` : 'private, no-store',
    'accept-ranges': 'none',
    ...sharingHead(sharing),
    ...pagingHead(request, query, asked, made.next, head),
    ...(etag === undefined ? {} : { etag }),
    ...admission.headers(),
    ...(parts.draining() ? { connection: 'close' } : {}),
  }
  if (etag !== undefined && isKnown(request.headers['if-none-match'], etag)) {
    if (await begin(response, 304, headers)) response.end()
    return
  }
  send(response, 200, { ...headers, ...contentHead(query, asked, made.contentType), ...(coding === undefined ? {} : { 'content-encoding': coding }) }, bytes)
}

async function answerOf(exchange: Exchange, parts: OpenParts): Promise<{ readonly made: Made; readonly sharing: Sharing }> {
  const { query, asked, admission, requestId } = exchange
  const { caller } = admission
  const { kept, suspensions } = parts
  const keeping = kept.mayKeep(query, caller, asked) ? kept.keeping(query, caller, asked, await suspensions.require(caller)) : undefined
  const found = keeping === undefined ? undefined : kept.find(keeping)
  if (found !== undefined) {
    await admission.rows(found.rows)
    const { policyVersion, decisions, fields } = found
    const record = await parts.records.read({ requestId, policyVersion, caller, occasion: asked.occasion, operation: operationOf(query) }, query.data.map(({ coordinate }) => coordinate), { fields, rowCount: found.rows })
    return { made: found, sharing: { requestId, policyVersion, records: [record], decisions } }
  }
  const page = await readPage({ query, variables: asked.variables, caller, occasion: asked.occasion, requestId }, parts)
  await admission.rows(page.rows.length)
  const made = makeAnswer(query, asked.format, asked.bom, page)
  if (keeping !== undefined) kept.keep(made, keeping, kept.keeping(query, caller, asked, await suspensions.require(caller)))
  return { made, sharing: page.sharing }
}

/** Of everything with a body. */
export function contentHead({ id }: OpenQuery, { format }: Asked, contentType: string): OutgoingHttpHeaders {
  return { 'content-type': contentType, ...(format === 'csv' ? { 'content-disposition': `attachment; filename="${id}.csv"` } : {}) }
}

/** Strong where the same digest is the same bytes; JSON names request and records, so that its tag is a weak one. */
function tagOf({ digest }: Made, { format }: Asked, coding: string | undefined): string {
  return format === 'json' ? `W/"${digest}"` : `"${digest}${coding === undefined ? '' : `-${coding}`}"`
}

/** Weak comparison (RFC 9110, 13.1.2). */
export function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false
  if (ifNoneMatch.trim() === '*') return true
  const opaque = etag.replace(/^W\//, '')
  return [...ifNoneMatch.matchAll(/(?:W\/)?("[\x21\x23-\x7e]*")/g)].some(([, tag]) => tag === opaque)
}
