// A request's body as JSON: bounded, in UTF-8. Refuses everything else as BAD_USER_INPUT with the fitting status.

import type { IncomingMessage } from 'node:http'
import { CitygraphError } from '../core/errors.ts'
import { jsonOf } from '../core/json-body.ts'

/** A refusal with an HTTP status of its own (405, 413, 415) under the catalogue's code. */
type RefusedWith = { readonly error: CitygraphError; readonly status: number }

export type Body = { readonly value: unknown } | RefusedWith

/** Never throws for what a client sends; rejects when the client goes away. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Body> {
  const type = request.headers['content-type'] ?? ''
  if (type !== 'application/json' && !JSON_TYPE.test(type)) return refused(415, 'Send content-type application/json.')
  const encoding = request.headers['content-encoding']
  if (encoding !== undefined && encoding !== 'identity') return refused(415, 'Send the body without content-encoding.')
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return tooLarge(maxBytes)
  const chunks = await collect(request, maxBytes)
  if (chunks === undefined) return tooLarge(maxBytes)
  const value = jsonOf(chunks)
  return value === undefined ? refused(400, 'The body is not JSON.') : { value }
}

const JSON_TYPE = /^application\/json\s*(;\s*charset\s*=\s*"?utf-?8"?\s*)?$/i

function tooLarge(maxBytes: number): RefusedWith {
  return refused(413, `The body is larger than ${maxBytes / 1024} KiB.`)
}

/** The bytes. Undefined as soon as the body is too large; what is left of it is read and forgotten, so that the connection stays usable. */
export function collect(request: IncomingMessage, maxBytes: number): Promise<readonly Buffer[] | undefined> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = []
    let size = 0
    let ended = false
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= maxBytes) chunks.push(chunk)
      else {
        chunks = []
        resolve(undefined)
      }
    })
    request.on('end', () => {
      ended = true
      resolve(chunks)
    })
    request.on('error', reject)
    request.on('close', () => {
      if (!ended) reject(new ClientGone())
    })
  })
}

class ClientGone extends Error {
  override name = 'ClientGone'
}

function refused(status: number, hint: string): RefusedWith {
  return { status, error: new CitygraphError('BAD_USER_INPUT', { hint }) }
}
