// A request's body as JSON: bounded, UTF-8, an object. Refuses everything else as BAD_USER_INPUT with the fitting status.

import type { IncomingMessage } from 'node:http'
import { CitygraphError } from '../core/errors.ts'

/** A refusal with an HTTP status of its own (405, 413, 415) under the catalogue's code. */
export type RefusedWith = { readonly error: CitygraphError; readonly status: number }

export type Body = { readonly value: unknown } | RefusedWith

/** Never throws for what a client sends; rejects when the client goes away. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Body> {
  const type = request.headers['content-type'] ?? ''
  if (!/^application\/json\s*(;\s*charset\s*=\s*"?utf-?8"?\s*)?$/i.test(type)) return refused(415, 'Send content-type application/json.')
  const encoding = request.headers['content-encoding']
  if (encoding !== undefined && encoding !== 'identity') return refused(415, 'Send the body without content-encoding.')
  const tooLarge = (): RefusedWith => refused(413, `The body is larger than ${maxBytes / 1024} KiB.`)
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return tooLarge()
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue
    size += chunk.length
    // Leaving the loop ends the request stream; the rest of the body is never read.
    if (size > maxBytes) return tooLarge()
    chunks.push(chunk)
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks))
    return { value: JSON.parse(text) }
  } catch {
    return refused(400, 'The body is not JSON.')
  }
}

function refused(status: number, hint: string): RefusedWith {
  return { status, error: new CitygraphError('BAD_USER_INPUT', { hint }) }
}
