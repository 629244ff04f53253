// One POST of JSON over an agent of the caller's, as clients in load tests send it.

import http from 'node:http'

export type Posted = { readonly url: string; readonly body: string; readonly headers?: Readonly<Record<string, string>> | undefined }

/** An answer to its last byte, or why there was none: what the socket said, `BROKEN_OFF` within an answer, `DEADLINE`. */
export type Exchanged = { readonly status: number; readonly text: string } | { readonly code: string }

/** Never rejects. */
export function exchange({ url, body, headers }: Posted, agent: http.Agent, patienceMs?: number): Promise<Exchanged> {
  return new Promise((resolve) => {
    const request = http.request(url, { method: 'POST', agent, headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), ...headers } }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (part: string) => (text += part))
      response.on('end', () => settle(response.complete ? { status: response.statusCode ?? 0, text } : { code: 'BROKEN_OFF' }))
      response.on('error', () => settle({ code: 'BROKEN_OFF' }))
    })
    const deadline = patienceMs === undefined ? undefined : setTimeout(() => settle({ code: 'DEADLINE' }), patienceMs)
    const settle = (ended: Exchanged): void => {
      clearTimeout(deadline)
      if ('code' in ended && ended.code === 'DEADLINE') request.destroy()
      resolve(ended)
    }
    request.on('error', (error) => settle({ code: 'code' in error && typeof error.code === 'string' ? error.code : error.message }))
    request.end(body)
  })
}
