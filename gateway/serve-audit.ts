// GET /audit/<log>/…: the newest signed head and the key that signs it for everybody; tiles (C2SP tlog-tiles) and proofs for an
// auditor, each such reading recorded before it is answered. No value is in a log, and nothing here says more than a log does.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { bearsKey } from '../audit/checkpoint.ts'
import type { LogReader } from '../audit/proofs.ts'
import { verifierKeyText } from '../audit/signed-note.ts'
import type { NoteVerifier } from '../audit/signed-note.ts'
import { TILE_WIDTH } from '../audit/tiles.ts'
import { CitygraphError, isCitygraphError } from '../core/errors.ts'
import { errorFacts } from '../core/logger.ts'
import { requestIdOf } from '../core/request-id.ts'
import type { Caller } from '../policy-engine/decision.ts'
import { isRecorded } from './record-refusal.ts'
import { send, sendError } from './respond.ts'
import { identify, Refusal } from './serve-graphql.ts'
import type { ServeParts } from './serve-graphql.ts'

/** A log that the gateway can read. `verifier`: of the key that this process knows as its signer's. */
export type ServedLog = { readonly reader: LogReader; readonly verifier: NoteVerifier }

export type ServeAuditParts = Pick<ServeParts, 'authenticate' | 'suspensions' | 'engine' | 'rates' | 'records' | 'logger'> & {
  /** By name; other logs are not found. */
  readonly logs: ReadonlyMap<string, ServedLog>
}

type Answer = { readonly type: string; readonly body: string | Buffer }

/** Resolves when the answer is written; never rejects. `path` begins with /audit/. */
export async function serveAudit(request: IncomingMessage, response: ServerResponse, path: string, parts: ServeAuditParts): Promise<void> {
  const about = { requestId: requestIdOf(request.headers['x-request-id']), policyVersion: parts.engine.head().hash }
  let caller: Caller | undefined
  try {
    if (request.method !== 'GET') throw new Refusal(new CitygraphError('BAD_USER_INPUT', { hint: 'Use GET.' }), 405, { allow: 'GET' })
    const [, name = '', what = ''] = /^\/audit\/([a-z-]+)\/(.+)$/.exec(path) ?? []
    const log = parts.logs.get(name)
    const address = request.socket.remoteAddress ?? 'unknown'
    let answer: Answer
    if (what === 'checkpoint' || what === 'key') {
      await parts.rates.callers.take(address)
      if (log === undefined) throw notFound()
      answer = await (what === 'key' ? key(log) : checkpoint(log))
    } else {
      caller = await auditor(request, about.requestId, parts)
      if (log === undefined) throw notFound()
      const reading = readingOf(what, new URL(request.url ?? '/', 'http://localhost').searchParams)
      await parts.records.read({ ...about, caller }, [`Audit.${reading.name}(${name}${reading.record === undefined ? '' : `/${reading.record}`})`])
      answer = await reading.of(log, name)
    }
    send(response, 200, { 'content-type': answer.type, 'x-request-id': about.requestId }, answer.body)
  } catch (thrown) {
    const refusal = thrown instanceof Refusal ? thrown : undefined
    const cause = refusal?.error ?? thrown
    const error = isCitygraphError(cause) ? cause : new CitygraphError('INTERNAL', { hint: 'The log cannot be read at the moment.' })
    if (!isCitygraphError(cause)) parts.logger.error('log not readable', { requestId: about.requestId, ...errorFacts(cause) })
    if (isRecorded(error.code)) await parts.records.refused({ ...about, ...(caller === undefined ? {} : { caller }), code: error.code })
    const status = refusal?.status ?? (isCitygraphError(cause) ? undefined : 503)
    sendError(response, error, about, { ...(status === undefined ? {} : { status }), ...(refusal === undefined ? {} : { headers: refusal.headers }) })
  }

  async function auditor(of: IncomingMessage, requestId: string, { suspensions, rates }: ServeAuditParts): Promise<Caller> {
    const found = await identify(of, requestId, parts)
    if (found.kind === 'public') {
      await rates.addresses.take(of.socket.remoteAddress ?? 'unknown')
      throw new CitygraphError('UNAUTHENTICATED')
    }
    caller = found
    await suspensions.require(found)
    // As policies/governance.cedar and levels.cedar say it for access records; proofs tell no less.
    if (found.kind !== 'operator' || !found.roles.includes('auditor') || found.assurance < 2 || found.zone === 'abroad') throw new CitygraphError('FORBIDDEN')
    return found
  }
}

async function checkpoint({ reader }: ServedLog): Promise<Answer> {
  const head = await reader.newestHead()
  if (head === undefined) throw notFound('No head of this log is signed yet.')
  return { type: 'text/plain; charset=utf-8', body: head.note }
}

/** A department may sign with a key that the gateway does not have; then it is the one to ask. */
async function key({ reader, verifier }: ServedLog): Promise<Answer> {
  const head = await reader.newestHead()
  if (head !== undefined && !bearsKey(head.note, verifier)) throw notFound('This log is signed by another process; ask there for its key.')
  return { type: 'text/plain; charset=utf-8', body: `${verifierKeyText(verifier)}\n` }
}

/** What an auditor asks for; `name`, and which record's leaf he gets, is what the record says of it. Throws Refusal where there is no such thing to ask for. */
type Reading = { readonly name: 'inclusion' | 'consistency' | 'tile'; readonly record?: string; readonly of: (log: ServedLog, name: string) => Promise<Answer> }

function readingOf(what: string, asked: URLSearchParams): Reading {
  if (what === 'proof/inclusion') {
    const record = recordId(asked)
    return { name: 'inclusion', record, of: inclusion(record, asked) }
  }
  if (what === 'proof/consistency') return { name: 'consistency', of: consistency(asked) }
  const [, level, groups, width] = /^tile\/(0|[1-9]|[1-5]\d|6[0-3])\/((?:x\d{3}\/){0,4}\d{3})(?:\.p\/([1-9]\d{0,2}))?$/.exec(what) ?? []
  // A number has one path only.
  if (level === undefined || groups === undefined || groups.startsWith('x000') || Number(width ?? 0) >= TILE_WIDTH) throw notFound()
  const at = { level: Number(level), place: Number(groups.replaceAll(/[x/]/g, '')) }
  return {
    name: 'tile',
    async of({ reader }) {
      const hashes = await reader.tile(at, width === undefined ? TILE_WIDTH : Number(width))
      if (hashes === undefined) throw notFound()
      return { type: 'application/octet-stream', body: hashes }
    },
  }
}

/** A record's id has a letter (its time has, for centuries); digits alone may spell a number, and the id is recorded. */
function recordId(asked: URLSearchParams): string {
  const record = asked.get('record') ?? ''
  if (!/^(?=.*[a-f])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(record)) throw badInput('record', 'Name the record by its id.')
  return record
}

function inclusion(record: string, asked: URLSearchParams): Reading['of'] {
  const size = asked.has('size') ? count(asked, 'size') : undefined
  return async ({ reader }, log) => {
    const found = await reader.inclusion(record, size)
    if (found === 'UNKNOWN') throw notFound('There is no such record or no signed head of that size.')
    if (found === 'UNSIGNED') throw notFound('The head does not reach that record; ask again in a second, or for a later head.')
    const { index, leaf, head, proof } = found
    return json({ log, record, index, size: head.size, leaf, checkpoint: head.note, proof: proof.map(base64) })
  }
}

function consistency(asked: URLSearchParams): Reading['of'] {
  const [from, to] = [count(asked, 'from'), count(asked, 'to')]
  return async ({ reader }, log) => {
    const proof = await reader.consistency(from, to)
    if (proof === undefined) throw notFound('The log is not signed so far, or the sizes are the wrong way round.')
    return json({ log, from, to, proof: proof.map(base64) })
  }
}

function count(asked: URLSearchParams, name: string): number {
  const text = asked.get(name) ?? ''
  if (!/^[1-9]\d{0,14}$/.test(text)) throw badInput(name, `The parameter ${name} is the size of a head.`)
  return Number(text)
}

function base64(hash: Buffer): string {
  return hash.toString('base64')
}

function json(value: unknown): Answer {
  return { type: 'application/json; charset=utf-8', body: `${JSON.stringify(value)}\n` }
}

function badInput(argument: string, hint: string): Refusal {
  return new Refusal(new CitygraphError('BAD_USER_INPUT', { argument, hint }), 400)
}

function notFound(hint = 'There is nothing at this path.'): Refusal {
  return new Refusal(new CitygraphError('BAD_USER_INPUT', { hint }), 404)
}
