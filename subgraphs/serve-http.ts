// A subgraph as a process of its own: node:http outside, @apollo/server for the GraphQL-over-HTTP protocol where a request is not a
// plain one, `subgraph.answer` for everything that is said. A request without a seal or a router's credential is refused and recorded
// before its body is read.

import http from 'node:http'
import { answerWhenFree, createDrain } from '../core/drain.ts'
import { CitygraphError } from '../core/errors.ts'
import { sayFarewell } from '../core/http-farewell.ts'
import { openPort } from '../core/open-port.ts'
import type { Logger } from '../core/logger.ts'
import { requestIdOf } from '../core/request-id.ts'
import { SEAL_HEADER, type Opener } from './access-context.ts'
import { ownError, writtenError, type SubgraphAnswer } from './answer-shape.ts'
import { apolloProtocol, type Proved } from './apollo-protocol.ts'
import { answerText, plainOperation } from './plain-post.ts'
import { readBody } from './read-body.ts'
import { ROUTER_HEADER, type RouterMode } from './router-mode.ts'
import type { Subgraph } from './subgraph.ts'

export type SubgraphServer = {
  readonly port: number
  /** Stops listening, answers what was sent (within nine seconds, then refuses it), closes every connection. */
  stop(): Promise<void>
}

export type ServeParts = {
  readonly subgraph: Subgraph
  readonly opener: Opener
  /** Absent: only our gateway is heard. */
  readonly router?: RouterMode
  /** Whether database and audit log answer; false or a throw makes /health/ready 503. */
  readonly ready: () => Promise<boolean>
  readonly logger: Logger
  readonly port: number
  readonly host?: string
}

const BODY_LIMIT = 1024 * 1024
const DRAIN_MS = 9_000
const json = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' }
const text = { 'content-type': 'text/plain; charset=utf-8' }

/** Listens; resolves when the port is open (`port` 0 chooses a free one). */
export async function serveSubgraph(parts: ServeParts): Promise<SubgraphServer> {
  const { subgraph, logger } = parts
  const apollo = await apolloProtocol(subgraph)
  const drain = createDrain()
  const away = new CitygraphError('SUBGRAPH_UNAVAILABLE', { domain: subgraph.domain })

  const server = http.createServer(
    // Seals of large operations outgrow Node's 16 KiB for all headers together.
    { maxHeaderSize: 64 * 1024, requestTimeout: 30_000, headersTimeout: 10_000, keepAliveTimeout: 65_000 },
    (request, response) => {
      response.on('error', () => undefined)
      drain.started(response, () => say(response, 503, json, JSON.stringify({ errors: [writtenError(away)] })))
      handle(request, response).catch((error: unknown) => {
        ownError(error, { domain: subgraph.domain, requestId: 'unknown', logger })
        say(response, 500, {}, '')
      })
    },
  )

  /** Once; what is answered while stopping does not keep its connection. */
  const say = (response: http.ServerResponse, status: number, headers: http.OutgoingHttpHeaders, body: string): void => {
    answerWhenFree(response, () => {
      if (response.headersSent || response.destroyed) return
      // Without its length the answer would leave in chunks.
      response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body), ...(drain.draining() ? { connection: 'close' } : {}) })
      response.end(body)
    })
  }
  const written = (response: http.ServerResponse, { status, ...body }: SubgraphAnswer): void => say(response, status, json, JSON.stringify(body))
  const plain = (response: http.ServerResponse, status: number): void => say(response, status, text, status === 200 ? 'ok\n' : 'not ok\n')

  const handle = async (request: http.IncomingMessage, response: http.ServerResponse): Promise<void> => {
    const { url = '/' } = request
    const path = url === '/graphql' ? url : url.split('?')[0]
    if (path === '/health/live') return plain(response, 200)
    if (path === '/health/ready') return plain(response, !drain.draining() && (await parts.ready().catch(() => false)) ? 200 : 503)
    if (path !== '/' && path !== '/graphql') return plain(response, 404)
    const requestId = requestIdOf(request.headers['x-request-id'])
    let proved: Proved
    try {
      proved = await prove(request, requestId, parts)
    } catch (error) {
      const known = ownError(error, { domain: subgraph.domain, requestId, logger })
      response.setHeader('connection', 'close')
      return written(response, await subgraph.refuse({ error: known, requestId }))
    }
    const body = request.method === 'POST' ? await readBody(request, BODY_LIMIT) : 'MALFORMED'
    if (body === 'TOO_LARGE' || body === 'MALFORMED') {
      response.setHeader('connection', 'close')
      const error = new CitygraphError(body === 'TOO_LARGE' ? 'TOO_COSTLY' : 'BAD_USER_INPUT')
      return written(response, await subgraph.refuse({ error, requestId, access: proved.access }))
    }
    const operation = plainOperation(request.headers, body)
    if (operation !== undefined) {
      const answer = await subgraph.answer({ ...operation, ...proved })
      return say(response, answer.status, json, answerText(answer))
    }
    const answered = await apollo.answer(request, body, proved)
    if (answered === undefined) return written(response, await subgraph.refuse({ error: new CitygraphError('BAD_USER_INPUT'), requestId, access: proved.access }))
    say(response, answered.status, answered.headers, answered.text)
  }

  const port = await openPort(server, parts)
  return {
    port,
    async stop() {
      await sayFarewell(server, (notListening) => drain.drain(DRAIN_MS, notListening))
      await apollo.stop()
    },
  }
}

/** A seal of our gateway or a router's credential; FORBIDDEN when there is neither. */
async function prove(request: http.IncomingMessage, requestId: string, { opener, router }: ServeParts): Promise<Proved> {
  // One value: Node joins several with a comma, which a seal never holds.
  const header = (name: string): string | undefined => {
    const value = request.headers[name]
    if (typeof value !== 'string' || !value.includes(',')) return typeof value === 'string' ? value : undefined
    const values = request.headersDistinct[name]
    return values?.length === 1 ? values[0] : undefined
  }
  const seal = header(SEAL_HEADER)
  if (seal !== undefined) return { access: await opener.open(seal), route: 'seal', requestId }
  if (router !== undefined && header(ROUTER_HEADER) !== undefined) return { access: await router.open(header), route: 'router', requestId }
  throw new CitygraphError('FORBIDDEN')
}
