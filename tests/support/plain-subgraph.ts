// A plain Federation 2 subgraph over node:http for tests of the gateway: the city's real SDL, a few resolvers of the test's, no
// policies and no records. What our own subgraphs add is tested with them.

import http from 'node:http'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { graphql, parse } from 'graphql'
import { decodeProtectedHeader } from 'jose'

export type PlainSubgraph = {
  readonly url: string
  /** Headers of every request that came. */
  readonly seen: http.IncomingHttpHeaders[]
  stop(): Promise<void>
}

type Behaviour = (response: http.ServerResponse) => boolean

/** `misbehave` may answer instead (true: it did). `decorate` adds to the answer. */
export async function startPlainSubgraph(options: {
  readonly sdl: string
  readonly resolvers: Record<string, Record<string, unknown>>
  readonly misbehave?: Behaviour
  readonly decorate?: (answer: object) => object
  readonly port?: number
}): Promise<PlainSubgraph> {
  const schema = buildSubgraphSchema({ typeDefs: parse(options.sdl), resolvers: options.resolvers as never })
  const seen: http.IncomingHttpHeaders[] = []
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      seen.push(request.headers)
      if (options.misbehave?.(response) === true) return
      const asked = JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}') as { query: string; variables?: Record<string, unknown>; operationName?: string }
      void graphql({ schema, source: asked.query, variableValues: asked.variables ?? null, operationName: asked.operationName ?? null }).then((answer) => {
        response.setHeader('content-type', 'application/json')
        response.end(JSON.stringify(options.decorate?.(answer) ?? answer))
      })
    })
  })
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}/graphql`,
    seen,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** The type of a compact JWS, as its header says. */
export function typeOfToken(token: unknown): string | undefined {
  return typeof token === 'string' ? decodeProtectedHeader(token).typ : undefined
}
