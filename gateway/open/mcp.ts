// /mcp: the open queries as tools of the Model Context Protocol (streamable HTTP), under the caller's own key or token, decisions and
// records. Stateless: every request stands alone, so there is no session to take over or to exhaust. For programs, not for web pages: what
// comes with an Origin is refused, which is what keeps a page whose name was pointed here (DNS rebinding) out.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js'
import { CallToolRequestSchema, ErrorCode, ListToolsRequestSchema, McpError } from '@modelcontextprotocol/sdk/types.js'
import { CitygraphError, isCitygraphError } from '../../core/errors.ts'
import { errorFacts } from '../../core/logger.ts'
import { requestIdOf } from '../../core/request-id.ts'
import type { About } from '../../open/about.ts'
import type { OpenQuery } from '../../open/open-query.ts'
import type { Caller } from '../../policy-engine/decision.ts'
import { refuseKeyInAddress } from '../key-in-address.ts'
import { readBody } from '../read-body.ts'
import { isRecorded } from '../record-refusal.ts'
import { send, sendError } from '../respond.ts'
import { Refusal } from '../serve-graphql.ts'
import type { ServeParts } from '../serve-graphql.ts'
import { callTool } from './mcp-call.ts'
import type { CallParts } from './mcp-call.ts'
import { instructions, toolOf, toolsFor } from './mcp-tools.ts'
import type { Asker } from './mcp-tools.ts'

export const TOOLS_PATH = '/mcp'

export type ToolParts = CallParts & Pick<ServeParts, 'limits' | 'metrics'> & {
  /** Those that are answered now: asked when they are needed, since a body may take its time and a query be withdrawn meanwhile. */
  readonly inForce: () => readonly OpenQuery[]
  readonly about: () => About
  /** The caller behind a key or a token. Throws UNAUTHENTICATED, RATE_LIMITED. */
  readonly who: (request: IncomingMessage, requestId: string) => Promise<Asker>
  readonly draining: () => boolean
}

/** Never compiles a schema: this server asks its clients for nothing that it would have to check. */
const noSchemas = { getValidator: () => () => ({ valid: false as const, data: undefined, errorMessage: 'not checked here' }) }

/** Resolves when the answer is written; never rejects. */
export async function serveTools(request: IncomingMessage, response: ServerResponse, parts: ToolParts): Promise<void> {
  const arrived = performance.now()
  const requestId = requestIdOf(request.headers['x-request-id'])
  let known: { caller?: Caller } = {}
  let outcome = 'OK'
  const closing: Record<string, string> = parts.draining() ? { connection: 'close' } : {}
  try {
    refuseKeyInAddress(request)
    if (request.headers.origin !== undefined) throw new Refusal(new CitygraphError('FORBIDDEN', { hint: 'Tools are for programs; this came from a web page.' }), 403)
    if (request.method !== 'POST') throw new Refusal(new CitygraphError('BAD_USER_INPUT', { hint: 'Use POST; there are no sessions or streams.' }), 405, { allow: 'POST' })
    const asker = await parts.who(request, requestId)
    known = { caller: asker.caller }
    const body = await readBody(request, parts.limits.bodyBytes)
    if ('error' in body) throw new Refusal(body.error, body.status)
    // Left out of the protocol in its version 2025-06-18; one request is one call.
    if (Array.isArray(body.value)) throw new CitygraphError('BAD_USER_INPUT', { hint: 'One message a request.' })
    const answer = await exchange(request, body.value, asker, requestId, parts)
    const headers: Record<string, string> = { 'x-request-id': requestId, ...closing }
    const type = answer.headers.get('content-type')
    if (type !== null) headers['content-type'] = type
    send(response, answer.status, headers, await answer.text())
  } catch (thrown) {
    const refusal = thrown instanceof Refusal ? thrown : undefined
    const cause = refusal?.error ?? thrown
    const error = isCitygraphError(cause) ? cause : new CitygraphError('INTERNAL', {}, { cause })
    outcome = error.code
    if (!isCitygraphError(cause) && !request.destroyed) parts.logger.error('request failed', { requestId, ...errorFacts(cause) })
    const policyVersion = parts.engine.head().hash
    if (isRecorded(error.code)) await parts.records.refused({ requestId, policyVersion, code: error.code, ...known })
    sendError(response, error, { requestId, policyVersion }, { ...(refusal === undefined ? {} : { status: refusal.status }), headers: { ...refusal?.headers, ...closing } })
  } finally {
    parts.metrics.answered(outcome, (performance.now() - arrived) / 1_000)
  }
}

async function exchange(request: IncomingMessage, message: unknown, asker: Asker, requestId: string, parts: ToolParts): Promise<Response> {
  const server = new Server({ name: 'citygraph', version: '1' }, { capabilities: { tools: {} }, instructions, jsonSchemaValidator: noSchemas })
  server.setRequestHandler(ListToolsRequestSchema, () => told(requestId, parts, () => {
    const about = parts.about()
    return { tools: toolsFor(asker, parts.inForce(), about.bundle).map((query) => toolOf(query, about)) }
  }))
  server.setRequestHandler(CallToolRequestSchema, async ({ params }) => {
    const query = told(requestId, parts, () => parts.inForce().find(({ id }) => id === params.name))
    // The name is not repeated: it may hold anything.
    if (query === undefined) throw new McpError(ErrorCode.InvalidParams, 'There is no such tool.')
    return callTool(request, query, params.arguments ?? {}, requestId, parts)
  })
  const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true })
  try {
    await server.connect(transport)
    const headers = new Headers()
    for (const name of ['accept', 'content-type', 'mcp-protocol-version']) {
      const value = request.headers[name]
      if (typeof value === 'string') headers.set(name, value)
    }
    // The library wants a whole address; nothing of this one is used.
    return await transport.handleRequest(new Request(`http://localhost${TOOLS_PATH}`, { method: 'POST', headers }), { parsedBody: message })
  } finally {
    await server.close()
  }
}

/** The library gives the words of what is thrown to the client: they are those of the catalogue. */
function told<T>(requestId: string, { logger }: ToolParts, make: () => T): T {
  try {
    return make()
  } catch (thrown) {
    if (isCitygraphError(thrown)) throw thrown
    logger.error('request failed', { requestId, ...errorFacts(thrown) })
    throw new CitygraphError('INTERNAL')
  }
}
