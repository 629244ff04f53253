// Every page of a list, one after the other, as one answer. Each page is asked for like a request of its own: the caller is admitted
// again, the query still in force, decided by the policies, stops and suspensions of that moment, counted and recorded before it is
// written. Between pages nothing is held but a cursor. What fails on the way cuts the connection.

import { setTimeout as pause } from 'node:timers/promises'
import { CitygraphError, isCitygraphError } from '../../core/errors.ts'
import { reserved } from '../../open/parameters.ts'
import { rowFormat } from '../../open/write-rows.ts'
import type { RecordReference } from '../request-state.ts'
import { begin } from '../respond.ts'
import { Refusal } from '../serve-graphql.ts'
import type { Admission } from './admission.ts'
import { sharingHead } from './answer-head.ts'
import { contentHead } from './answer-once.ts'
import type { Exchange } from './answer-once.ts'
import { acceptedCoding } from './content-coding.ts'
import { refuseEnded } from './deprecation.ts'
import { jsonAfter, jsonBefore } from './make-answer.ts'
import type { OpenParts } from './open-parts.ts'
import { pacedWriter, ReaderGone } from './paced-writer.ts'
import { readPage } from './read-page.ts'
import type { Page } from './read-page.ts'

/** A caller is admitted anew at a page, but not more often: a stream counts as one request in this time. */
const ADMITTED_MS = 1_000
/** So long a stream waits where its caller asks too often, which a minute ends; it goes on more slowly then. */
const WAIT_MS = 65_000
/** Records that JSON names; further ones are found by the request's id. */
const NAMED_RECORDS = 1_000

export async function streamPages(exchange: Exchange, parts: OpenParts): Promise<void> {
  const { request, response, query, asked, requestId, head } = exchange
  const format = rowFormat(asked.format, query, asked.bom)
  const coding = acceptedCoding(request.headers['accept-encoding'])
  const again = admittedAgain(exchange, parts)
  let { admission } = exchange
  let page = await pageAt(undefined, admission)
  const { sharing: first } = page
  const headers = {
    ...head, ...contentHead(query, asked, format.contentType), 'x-request-id': requestId, 'cache-control': 'private, no-store', 'accept-ranges': 'none',
    ...sharingHead(first), ...(coding === undefined ? {} : { 'content-encoding': coding }), ...admission.headers(),
    ...(parts.draining() ? { connection: 'close' } : {}),
  }
  if (!(await begin(response, 200, headers))) throw new ReaderGone()
  // Everything was done that is done for an answer with a body.
  if (request.method === 'HEAD') return void response.end()

  const writer = pacedWriter(response, coding, parts.patienceMs)
  const json = asked.format === 'json'
  const decisions = new Map(first.decisions.map((decision) => [decision.path, decision]))
  const records: RecordReference[] = []
  let read = 0
  try {
    await writer.write(`${json ? jsonBefore(query) : ''}${format.before}`)
    let rows = 0
    for (;;) {
      const { sharing, next } = page
      if (json) {
        for (const decision of sharing.decisions) decisions.set(decision.path, decision)
        records.push(...sharing.records.slice(0, NAMED_RECORDS - records.length))
        read += sharing.records.length
      }
      const before = rows
      await writer.write(page.rows.map((row, at) => format.row(row, before + at === 0)).join(''))
      rows += page.rows.length
      if (next === undefined) break
      admission = await again()
      if (parts.queries.get(query.id)?.hash !== query.hash) throw new CitygraphError('NOT_FOUND')
      refuseEnded(query, parts.clock.now())
      page = await pageAt(next, admission)
    }
    const whole = { ...page.sharing, records, decisions: [...decisions.values()], ...(read > records.length ? { moreRecords: read - records.length } : {}) }
    await writer.write(`${format.after}${json ? jsonAfter(query, undefined, whole) : ''}`)
    await writer.end()
  } catch (error) {
    writer.cut()
    throw error
  }

  async function pageAt(cursor: string | undefined, { caller, rows }: Admission): Promise<Page> {
    const variables = cursor === undefined ? asked.variables : { ...asked.variables, [reserved.cursor]: cursor }
    const found = await readPage({ query, variables, caller, occasion: asked.occasion, requestId }, parts)
    await rows(found.rows.length)
    return found
  }
}

function admittedAgain({ request, query, requestId, admission: first }: Exchange, { admit }: OpenParts): () => Promise<Admission> {
  let admission = first
  let at = performance.now()
  return async () => {
    if (performance.now() - at < ADMITTED_MS) return admission
    const began = performance.now()
    for (;;) {
      try {
        admission = await admit(request, query, requestId)
        at = performance.now()
        return admission
      } catch (error) {
        if (!endsSoon(error) || request.socket.destroyed || performance.now() - began > WAIT_MS) throw error
        await pause(ADMITTED_MS)
      }
    }
  }
}

/** Of requests of a minute, not of rows of a day. */
function endsSoon(thrown: unknown): boolean {
  const error = thrown instanceof Refusal ? thrown.error : thrown
  return isCitygraphError(error) && error.code === 'RATE_LIMITED' && !(thrown instanceof Refusal && Number(thrown.headers['retry-after']) > 60)
}
