// Paths that say what there is: the pages under /open/, the documents, and the tools for assistants. Everything of them is published;
// nothing of a request but the search of the list comes back, escaped.

import { readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { GraphQLSchema } from 'graphql'
import { shanghaiDay } from '../../core/clock.ts'
import type { Clock } from '../../core/clock.ts'
import { isCitygraphError } from '../../core/errors.ts'
import { requestIdOf } from '../../core/request-id.ts'
import { isEnded } from '../../open/ending.ts'
import type { OpenQueries } from '../../open/library.ts'
import type { OpenQuery } from '../../open/open-query.ts'
import { refuseKeyInAddress } from '../key-in-address.ts'
import { send, sendError } from '../respond.ts'
import { searchOf } from '../serve-graphql.ts'
import { createDocuments } from './documents.ts'
import { htmlText } from './html.ts'
import type { Markup } from './html.ts'
import { serveTools, TOOLS_PATH } from './mcp.ts'
import type { ToolParts } from './mcp.ts'
import { filtersOf, listPage } from './page-list.ts'
import { queryPage } from './page-query.ts'
import { OPEN_PREFIX } from './serve-open.ts'

export type DocumentationParts = Omit<ToolParts, 'inForce'> & {
  readonly schema: GraphQLSchema
  readonly queries: OpenQueries
  readonly clock: Clock
}

/** Answers the paths of documentation and tools and says whether it did. */
export type Documentation = { serve(request: IncomingMessage, response: ServerResponse, path: string): Promise<boolean> }

const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
const files: ReadonlyMap<string, { readonly file: string; readonly type: string }> = new Map([
  ['/open.js', { file: 'open.js', type: 'text/javascript; charset=utf-8' }],
  ['/open.css', { file: 'open.css', type: 'text/css; charset=utf-8' }],
])
const PAGES = '/open/'

export function createDocumentation(parts: DocumentationParts): Documentation {
  const documents = createDocuments(parts.schema)
  const today = (): string => shanghaiDay(parts.clock.now())
  const inForce = (): readonly OpenQuery[] => parts.queries.all().filter((query) => !isEnded(query, today()))

  async function served(request: IncomingMessage, response: ServerResponse, path: string): Promise<boolean> {
    // A search is shown again. Queries say it themselves, in their own form.
    if (!path.startsWith(OPEN_PREFIX)) refuseKeyInAddress(request)
    if (await documents.serve(request, response, path, () => ({ queries: inForce(), version: parts.queries.version(), about: parts.about(), today: today() }))) return true
    const file = files.get(path)
    if (file !== undefined) {
      send(response, 200, { 'content-type': file.type }, await readFile(new URL(`./page-files/${file.file}`, import.meta.url)))
      return true
    }
    if (path === '/open') {
      send(response, 308, { location: PAGES }, '')
      return true
    }
    if (path === PAGES) {
      const search = new URLSearchParams(searchOf(request))
      sendPage(response, listPage(inForce(), filtersOf(search), parts.about()))
      return true
    }
    const query = path.startsWith(PAGES) ? parts.queries.get(path.slice(PAGES.length)) : undefined
    if (query === undefined) return false
    sendPage(response, queryPage(query, parts.about(), isEnded(query, today())))
    return true
  }

  return {
    async serve(request, response, path) {
      if (path === TOOLS_PATH) {
        await serveTools(request, response, { ...parts, inForce })
        return true
      }
      if (request.method !== 'GET' && request.method !== 'HEAD') return false
      try {
        return await served(request, response, path)
      } catch (error) {
        // What was withdrawn is not known: nothing is said of queries.
        if (!isCitygraphError(error)) throw error
        sendError(response, error, { requestId: requestIdOf(request.headers['x-request-id']), policyVersion: parts.engine.head().hash })
        return true
      }
    },
  }
}

function sendPage(response: ServerResponse, page: Markup): void {
  send(response, 200, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy }, htmlText(page))
}
