// Kept connections to one subgraph, one exchange at a time on each: undici's pool, by its dispatch interface, which costs half of
// node:http's client. Whatever fails is told as a kind of failure, without the address or the body in it.

import { Pool } from 'undici'
import type { Dispatcher } from 'undici'

export type ConnectionLimits = { readonly timeoutMs: number; readonly maxReplyBytes: number; readonly maxSockets: number }

export type HttpReply = { readonly status: number; readonly text: string }

/** Says what kind of failure it was and nothing else; `code` goes to the log. `stale`: the connection was closed before anything was heard on it. */
export class LinkFailure extends Error {
  readonly code: string
  readonly stale: boolean
  constructor(code: string, stale = false) {
    super('the subgraph did not answer')
    this.name = 'LinkFailure'
    this.code = code
    this.stale = stale
  }
}

/** `path` with its query; `headers` as name, value, name, value… */
export type HttpRequest = { readonly method: 'GET' | 'POST'; readonly path: string; readonly headers: string[]; readonly body?: string }

export type Connections = {
  /** One request and its whole reply, waiting for a connection included within the time limit. Throws LinkFailure. */
  exchange(request: HttpRequest): Promise<HttpReply>
  /** Fails what is under way. */
  close(): void
}

/** Our own subgraphs keep a connection for 65 s. */
const IDLE_MS = 30_000

/** `address`: http or https; its path is the request's matter. Connects when first asked. */
export function createConnections(address: URL, { timeoutMs, maxReplyBytes, maxSockets }: ConnectionLimits): Connections {
  const pool = new Pool(address.origin, {
    connections: maxSockets, pipelining: 1, keepAliveTimeout: IDLE_MS, keepAliveMaxTimeout: IDLE_MS, connectTimeout: timeoutMs,
    // The whole exchange has one time limit, below.
    headersTimeout: 0, bodyTimeout: 0,
    connect: { noDelay: true, keepAlive: true },
  })
  let closed = false

  return {
    exchange: (request) => new Promise((resolve, reject) => {
      const exchange = new Exchange(maxReplyBytes, timeoutMs, resolve, reject)
      if (closed) exchange.fail(new LinkFailure('CLOSED'))
      else pool.dispatch(request, exchange)
    }),
    close: () => {
      closed = true
      void pool.destroy(new LinkFailure('CLOSED')).catch(() => undefined)
    },
  }
}

/** One exchange as undici tells it; a class, since undici wants its handlers to be of one shape. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #maxBytes: number
  readonly #timer: NodeJS.Timeout
  readonly #resolve: (reply: HttpReply) => void
  readonly #reject: (failure: LinkFailure) => void
  #controller: Dispatcher.DispatchController | undefined
  #over = false
  #status = 0
  #size = 0
  #first: Buffer | undefined
  #parts: Buffer[] | undefined

  constructor(maxBytes: number, timeoutMs: number, resolve: (reply: HttpReply) => void, reject: (failure: LinkFailure) => void) {
    this.#maxBytes = maxBytes
    this.#resolve = resolve
    this.#reject = reject
    this.#timer = setTimeout(() => this.fail(new LinkFailure('TIMEOUT')), timeoutMs)
  }

  fail(failure: LinkFailure): void {
    if (this.#end()) this.#reject(failure)
    this.#controller?.abort(failure)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    // It waited too long for a connection: nothing is sent.
    if (this.#over) controller.abort(new LinkFailure('TIMEOUT'))
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number): void {
    this.#status = status
  }

  onResponseData(_controller: Dispatcher.DispatchController, bytes: Buffer): void {
    this.#size += bytes.length
    if (this.#size > this.#maxBytes) this.fail(new LinkFailure('TOO_LARGE'))
    else if (this.#first === undefined) this.#first = bytes
    else (this.#parts ??= [this.#first]).push(bytes)
  }

  onResponseEnd(): void {
    if (!this.#end()) return
    const bytes = this.#parts === undefined ? this.#first : Buffer.concat(this.#parts)
    this.#resolve({ status: this.#status, text: bytes === undefined ? '' : bytes.toString('utf8') })
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (!this.#end()) return
    const code = 'code' in error && typeof error.code === 'string' ? error.code : 'NETWORK'
    const cut = code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || code === 'EPIPE'
    this.#reject(error instanceof LinkFailure ? error : new LinkFailure(code, cut && this.#status === 0))
  }

  /** False when it had ended before. */
  #end(): boolean {
    if (this.#over) return false
    this.#over = true
    clearTimeout(this.#timer)
    return true
  }
}
