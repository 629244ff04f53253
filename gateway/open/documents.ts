// What is said of open queries as files: OpenAPI, the DCAT-AP catalogue, the graph's own schema. The same for every caller, made anew when
// a query, the officers' files or the day is another; each has a tag, so that asking again costs little.

import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { GraphQLSchema } from 'graphql'
import { dcatCatalogue } from '../../open/dcat.ts'
import type { OpenQuery } from '../../open/open-query.ts'
import type { About } from '../../open/about.ts'
import { openApi } from '../../open/openapi.ts'
import { apiSchemaText } from '../../schema/api-schema.ts'
import { begin, send } from '../respond.ts'
import { isKnown } from './answer-once.ts'

export type InForce = {
  /** Those that are answered today. */
  readonly queries: readonly OpenQuery[]
  readonly about: About
  /** Of the queries. */
  readonly version: string
  /** In Asia/Shanghai, YYYY-MM-DD. */
  readonly today: string
}

/** The Big Data Centre runs the catalogue. */
const PUBLISHER = 'BDC'

type Document = { readonly type: string; readonly make: (now: InForce) => string }
type Kept = { readonly of: string; readonly text: string; readonly etag: string }

export type Documents = {
  /** Whether it was one of them. */
  serve(request: IncomingMessage, response: ServerResponse, path: string, inForce: () => InForce): Promise<boolean>
}

export function createDocuments(schema: GraphQLSchema): Documents {
  const documents = new Map<string, Document>([
    ['/open/v1/openapi.json', { type: 'application/json; charset=utf-8', make: ({ queries, about, today }) => `${JSON.stringify(openApi(queries, about, today))}\n` }],
    ['/catalog.jsonld', { type: 'application/ld+json; charset=utf-8', make: ({ queries, about }) => `${JSON.stringify(dcatCatalogue(queries, about, PUBLISHER))}\n` }],
  ])
  const kept = new Map<string, Kept>()
  let graph: Kept | undefined
  return {
    async serve(request, response, path, inForce) {
      if (path === '/schema.graphql') {
        graph ??= keep('', apiSchemaText(schema))
        await sendKept(request, response, graph, 'text/plain; charset=utf-8')
        return true
      }
      const document = documents.get(path)
      if (document === undefined) return false
      const now = inForce()
      const of = [now.about.bundle.hash, now.today, now.version].join(' ')
      let found = kept.get(path)
      if (found?.of !== of) kept.set(path, (found = keep(of, document.make(now))))
      await sendKept(request, response, found, document.type)
      return true
    },
  }
}

function keep(of: string, text: string): Kept {
  return { of, text, etag: `"${createHash('sha256').update(text).digest('base64url')}"` }
}

/** May be kept by anybody who asks each time whether it still holds: a withdrawal shows at once. */
async function sendKept(request: IncomingMessage, response: ServerResponse, { text, etag }: Kept, type: string): Promise<void> {
  const headers = { etag, 'cache-control': 'public, no-cache', 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' }
  if (isKnown(request.headers['if-none-match'], etag)) {
    if (await begin(response, 304, headers)) response.end()
  } else send(response, 200, { ...headers, 'content-type': type }, text)
}
