// GraphQL over HTTP as @apollo/server speaks it, for requests that are not as plain as a gateway's: media types, methods, odd bodies.
// `subgraph.answer` says everything that is said (through the hook `responseForOperation`; Apollo executes nothing).

import type http from 'node:http'
import { ApolloServer, HeaderMap } from '@apollo/server'
import type { AccessContext } from './access-context.ts'
import type { Subgraph } from './subgraph.ts'

/** Who asks, as it was proved. */
export type Proved = { readonly access: AccessContext; readonly route: 'seal' | 'router'; readonly requestId: string }
/** Apollo's context of one request (Apollo copies it, so what is noted stands one level down); `answered`: the subgraph has spoken. */
type HttpContext = Proved & { readonly noted: { answered: boolean } }

export type ApolloProtocol = {
  /** Undefined where Apollo refused: not GraphQL at all, or not our media types. Its own words may quote the request. */
  answer(request: http.IncomingMessage, body: object, proved: Proved): Promise<{ readonly status: number; readonly headers: http.OutgoingHttpHeaders; readonly text: string } | undefined>
  stop(): Promise<void>
}

/** The protocol over one subgraph, started. */
export async function apolloProtocol(subgraph: Subgraph): Promise<ApolloProtocol> {
  const apollo = apolloOver(subgraph)
  await apollo.start()
  return {
    async answer(request, body, proved) {
      const context: HttpContext = { ...proved, noted: { answered: false } }
      const head = { method: 'POST', headers: headersOf(request), search: '', body }
      const answered = await apollo.executeHTTPGraphQLRequest({ httpGraphQLRequest: head, context: async () => context })
      if (!context.noted.answered) return undefined
      if (answered.body.kind !== 'complete') throw new TypeError('an answer in parts')
      return { status: answered.status ?? 200, headers: Object.fromEntries(answered.headers), text: answered.body.string }
    },
    stop: () => apollo.stop(),
  }
}

function apolloOver(subgraph: Subgraph): ApolloServer<HttpContext> {
  return new ApolloServer<HttpContext>({
    schema: subgraph.schema,
    // `answer` parses and validates by its own, stricter rules.
    dangerouslyDisableValidation: true,
    introspection: true,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    parseOptions: { maxTokens: 15_000 },
    logger: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
    plugins: [
      {
        requestDidStart: async () => ({
          responseForOperation: async ({ request, contextValue }) => {
            const { access, requestId, route, noted } = contextValue
            noted.answered = true
            const { query = '', operationName, variables } = request
            const answer = await subgraph.answer({ query, ...(operationName == null ? {} : { operationName }), ...(variables == null ? {} : { variables }), access, requestId, route })
            const { status, ...singleResult } = answer
            return { http: { status, headers: new HeaderMap() }, body: { kind: 'single', singleResult } }
          },
        }),
      },
    ],
  })
}

/** The headers that the protocol looks at. */
function headersOf(request: http.IncomingMessage): HeaderMap {
  const headers = new HeaderMap()
  for (const name of ['content-type', 'accept', 'apollo-require-preflight']) {
    const value = request.headers[name]
    if (typeof value === 'string') headers.set(name, value)
  }
  return headers
}
