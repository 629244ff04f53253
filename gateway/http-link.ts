// Subgraphs over HTTP on a node:http keep-alive agent (PERFORMANCE.md: twice the default fetcher). Sends the signed seal; whatever
// goes wrong is thrown without the address or the body in it.

import http from 'node:http'
import https from 'node:https'
import { SEAL_HEADER } from '../subgraphs/access-context.ts'
import type { SubgraphConnection, SubgraphFetch, SubgraphLink, SubgraphReply } from './link.ts'

export type HttpLinkOptions = {
  /** Whole exchange, milliseconds. */
  readonly timeoutMs?: number
  readonly maxReplyBytes?: number
  readonly maxSockets?: number
  /** Addresses by subgraph name instead of the supergraph's. */
  readonly urls?: Readonly<Record<string, string>>
}

/** Throws RangeError, when a connection is made, for an address that is not http(s). */
export function httpLink(options: HttpLinkOptions = {}): SubgraphLink {
  const { timeoutMs = 5_000, maxReplyBytes = 32 * 1024 * 1024, maxSockets = 64, urls = {} } = options
  return (name, url) => {
    const address = parseAddress(urls[name] ?? url, name)
    const secure = address.protocol === 'https:'
    const settings = { keepAlive: true, maxSockets, scheduling: 'lifo' } as const
    const agent = secure ? new https.Agent(settings) : new http.Agent(settings)
    const request = secure ? https.request : http.request
    return {
      ask: (fetch) => ask(fetch, !isAct(fetch)),
      ready: () => probe().catch(() => false),
      close: () => agent.destroy(),
    } satisfies SubgraphConnection

    async function ask(fetch: SubgraphFetch, mayRetry: boolean): Promise<SubgraphReply> {
      const seal = await fetch.seal.token()
      const { query, operationName, variables } = fetch
      const body = Buffer.from(JSON.stringify({ query, variables, ...(operationName === undefined ? {} : { operationName }) }))
      const headers = {
        'content-type': 'application/json', accept: 'application/json', 'content-length': body.length, [SEAL_HEADER]: seal, 'x-request-id': fetch.requestId,
      }
      try {
        const { status, text } = await exchange('POST', address, headers, body)
        const value: unknown = JSON.parse(text)
        if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new LinkFailure('NOT_AN_OBJECT', false)
        return { ...value, status }
      } catch (error) {
        // A kept-alive socket that the other side had just closed: nothing was answered, and this fetch only reads.
        if (mayRetry && error instanceof LinkFailure && error.staleSocket) return ask(fetch, false)
        throw error instanceof LinkFailure ? error : new LinkFailure('NOT_JSON', false)
      }
    }

    async function probe(): Promise<boolean> {
      const { status } = await exchange('GET', new URL('/health/ready', address), { accept: 'application/json' }, undefined)
      // A foreign subgraph without that route still answers.
      return status < 500
    }

    function exchange(method: string, to: URL, headers: http.OutgoingHttpHeaders, body: Buffer | undefined): Promise<{ status: number; text: string }> {
      return new Promise((resolve, reject) => {
        const sent = request(to, { method, headers, agent })
        const fail = (code: string, stale = false): void => {
          clearTimeout(timer)
          reject(new LinkFailure(code, stale))
          sent.destroy()
        }
        const timer = setTimeout(() => fail('TIMEOUT'), timeoutMs)
        let answered = false
        sent.on('error', (error) => fail('code' in error && typeof error.code === 'string' ? error.code : 'NETWORK', sent.reusedSocket && !answered))
        sent.on('response', (response) => {
          answered = true
          const chunks: Buffer[] = []
          let size = 0
          response.on('data', (chunk: Buffer) => {
            size += chunk.length
            if (size > maxReplyBytes) fail('TOO_LARGE')
            else chunks.push(chunk)
          })
          response.on('error', () => fail('NETWORK'))
          response.on('aborted', () => fail('ABORTED'))
          response.on('end', () => {
            clearTimeout(timer)
            resolve({ status: response.statusCode ?? 502, text: Buffer.concat(chunks).toString('utf8') })
          })
        })
        sent.end(body)
      })
    }
  }
}

/** Whether the operation sealed for the fetch changes something: never sent twice. */
function isAct({ seal }: SubgraphFetch): boolean {
  return seal.context.operation.fields.some((field) => field.startsWith('Mutation.'))
}

/** Says what kind of failure it was and nothing else; `code` goes to the log. */
class LinkFailure extends Error {
  readonly code: string
  readonly staleSocket: boolean
  constructor(code: string, staleSocket: boolean) {
    super('the subgraph did not answer')
    this.name = 'LinkFailure'
    this.code = code
    this.staleSocket = staleSocket
  }
}

function parseAddress(url: string, name: string): URL {
  const address = URL.canParse(url) ? new URL(url) : undefined
  if (address === undefined || !/^https?:$/.test(address.protocol)) throw new RangeError(`the address of subgraph ${name} is not an http(s) URL`)
  return address
}
