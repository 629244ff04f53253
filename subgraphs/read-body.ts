// The body of a request as JSON, within a bound. Refuses with a word instead of an error: both are ordinary.

import type { IncomingMessage } from 'node:http'
import { jsonOf } from '../core/json-body.ts'

type Body = object | 'TOO_LARGE' | 'MALFORMED'

/** The parsed body; `TOO_LARGE` beyond `limit` bytes, `MALFORMED` for what is not a JSON object in UTF-8 or breaks off. */
export function readBody(request: IncomingMessage, limit: number): Promise<Body> {
  if (Number(request.headers['content-length'] ?? 0) > limit) return Promise.resolve('TOO_LARGE')
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let size = 0
    const take = (chunk: Buffer): void => {
      size += chunk.length
      if (size <= limit) return void chunks.push(chunk)
      // The socket must live on for the answer.
      request.off('data', take)
      request.pause()
      resolve('TOO_LARGE')
    }
    const breaksOff = (): void => resolve('MALFORMED')
    request.on('data', take)
    request.on('end', () => resolve(parsed(chunks)))
    // A close after the end changes nothing any more.
    request.on('error', breaksOff)
    request.on('close', breaksOff)
  })
}

function parsed(chunks: readonly Buffer[]): Body {
  const value = jsonOf(chunks)
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : 'MALFORMED'
}
