// Subgraphs over HTTP on kept connections (http-connections.ts). Sends the signed seal; whatever goes wrong is thrown without the
// address or the body in it.

import { boundedCache } from '../core/bounded-cache.ts'
import { SEAL_HEADER } from '../subgraphs/access-context.ts'
import { createConnections, LinkFailure } from './http-connections.ts'
import type { HttpReply, HttpRequest } from './http-connections.ts'
import type { SubgraphConnection, SubgraphFetch, SubgraphLink, SubgraphReply } from './link.ts'

export type HttpLinkOptions = {
  /** Whole exchange, milliseconds. */
  readonly timeoutMs?: number
  readonly maxReplyBytes?: number
  readonly maxSockets?: number
  /** Addresses by subgraph name instead of the supergraph's. */
  readonly urls?: Readonly<Record<string, string>>
}

/** Planners send the same few texts; longer ones are written anew. */
const WRITTEN = { texts: 500, length: 10_000 }

/** Throws RangeError, when a connection is made, for an address that is not http(s). */
export function httpLink(options: HttpLinkOptions = {}): SubgraphLink {
  const { timeoutMs = 5_000, maxReplyBytes = 32 * 1024 * 1024, maxSockets = 64, urls = {} } = options
  return (name, url) => {
    const address = parseAddress(urls[name] ?? url, name)
    const connections = createConnections(address, { timeoutMs, maxReplyBytes, maxSockets })
    const credential = credentialOf(address)
    const path = `${address.pathname}${address.search}`
    const written = boundedCache<string, { readonly operationName: string | undefined; readonly text: string }>(WRITTEN.texts)
    return {
      ask: (fetch) => ask(fetch, !isAct(fetch)),
      ready: () => probe().catch(() => false),
      close: () => connections.close(),
    } satisfies SubgraphConnection

    async function ask(fetch: SubgraphFetch, mayRetry: boolean): Promise<SubgraphReply> {
      const seal = headerValue(await fetch.seal.token())
      const headers = ['content-type', 'application/json', 'accept', 'application/json', SEAL_HEADER, seal, 'x-request-id', headerValue(fetch.requestId), ...credential]
      const request: HttpRequest = { method: 'POST', path, headers, body: `${operationText(fetch)}${JSON.stringify(fetch.variables)}}` }
      const { status, text } = await exchanged(request, mayRetry)
      const value = parsed(text)
      if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new LinkFailure('NOT_AN_OBJECT')
      return { ...value, status }
    }

    async function exchanged(request: HttpRequest, mayRetry: boolean): Promise<HttpReply> {
      try {
        return await connections.exchange(request)
      } catch (error) {
        // A kept connection that the other side had just closed: nothing was answered, and this fetch only reads.
        if (mayRetry && error instanceof LinkFailure && error.stale) return connections.exchange(request)
        throw error
      }
    }

    async function probe(): Promise<boolean> {
      const { status } = await exchanged({ method: 'GET', path: '/health/ready', headers: ['accept', 'application/json', ...credential] }, true)
      // A foreign subgraph without that route still answers.
      return status < 500
    }

    /** The body up to its variables. */
    function operationText({ query, operationName }: SubgraphFetch): string {
      const known = written.get(query)
      if (known !== undefined && known.operationName === operationName) return known.text
      const text = `{"query":${JSON.stringify(query)},${operationName === undefined ? '' : `"operationName":${JSON.stringify(operationName)},`}"variables":`
      if (text.length <= WRITTEN.length) written.set(query, { operationName, text })
      return text
    }
  }
}

/** Whether the operation sealed for the fetch changes something: never sent twice. */
function isAct({ seal }: SubgraphFetch): boolean {
  return seal.context.operation.fields.some((field) => field.startsWith('Mutation.'))
}

/** A seal or an id: letters, digits and a few signs, so that it cannot end its header. */
function headerValue(value: string): string {
  if (!/^[\w.-]+$/.test(value)) throw new LinkFailure('HEADER')
  return value
}

function credentialOf({ username, password }: URL): readonly string[] {
  if (username === '' && password === '') return []
  return ['authorization', `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')}`]
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new LinkFailure('NOT_JSON')
  }
}

function parseAddress(url: string, name: string): URL {
  const address = URL.canParse(url) ? new URL(url) : undefined
  if (address === undefined || !/^https?:$/.test(address.protocol)) throw new RangeError(`the address of subgraph ${name} is not an http(s) URL`)
  return address
}
