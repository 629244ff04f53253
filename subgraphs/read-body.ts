// The body of a request as JSON, within a bound. Refuses with a word instead of an error: both are ordinary.

import type { IncomingMessage } from 'node:http'

/** The parsed body; `TOO_LARGE` beyond `limit` bytes, `MALFORMED` for what is not a JSON object in UTF-8 or breaks off. */
export async function readBody(request: IncomingMessage, limit: number): Promise<object | 'TOO_LARGE' | 'MALFORMED'> {
  if (Number(request.headers['content-length'] ?? 0) > limit) return 'TOO_LARGE'
  const chunks: Buffer[] = []
  let size = 0
  try {
    // The socket must live on for the answer.
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      const bytes: Buffer = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk))
      size += bytes.length
      if (size > limit) return 'TOO_LARGE'
      chunks.push(bytes)
    }
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : 'MALFORMED'
  } catch {
    return 'MALFORMED'
  }
}
