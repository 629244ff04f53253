// Kept connections to one subgraph, one exchange at a time on each: node:net (or node:tls) and no more HTTP than a GraphQL fetch
// needs, since node:http's client costs more than the fetch itself. A connection on which anything was out of the ordinary is
// closed, never asked again, so that no exchange can read another's reply.

import net from 'node:net'
import tls from 'node:tls'
import { replyReader, UnreadableReply, wholeReply } from './http-reply.ts'
import type { HttpReply, ReplyReader } from './http-reply.ts'

export type ConnectionLimits = { readonly timeoutMs: number; readonly maxReplyBytes: number; readonly maxSockets: number }

/** Says what kind of failure it was and nothing else; `code` goes to the log. `stale`: a kept connection that the other side had just closed. */
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

export type Connections = {
  /** Sends the text of one whole request; `timeoutMs` from now, waiting for a connection included. Throws LinkFailure. */
  exchange(request: string): Promise<HttpReply>
  /** Fails what is under way. */
  close(): void
}

type Exchange = { readonly request: string; resolve(reply: HttpReply): void; reject(failure: LinkFailure): void; timer?: NodeJS.Timeout; over: boolean; on?: Connection }
type Connection = { readonly socket: net.Socket; exchange: Exchange | undefined; reader: ReplyReader | undefined; heard: boolean; used: boolean; idleSince: number; idleMs: number; ended: boolean }

/** Our own subgraphs keep a connection for 65 s. */
const IDLE_MS = 30_000
/** Our clock and theirs, and the way between. */
const IDLE_MARGIN_MS = 1_000
const READ_BYTES = 32 * 1024

/** `address`: http or https; its path is the request's matter. Connects when first asked. */
export function createConnections(address: URL, { timeoutMs, maxReplyBytes, maxSockets }: ConnectionLimits): Connections {
  const all = new Set<Connection>()
  const idle: Connection[] = []
  const waiting: Exchange[] = []

  function exchange(request: string): Promise<HttpReply> {
    return new Promise((resolve, reject) => {
      const made: Exchange = { request, resolve, reject, over: false }
      made.timer = setTimeout(() => (made.on === undefined ? fail(made, new LinkFailure('TIMEOUT')) : drop(made.on, 'TIMEOUT')), timeoutMs)
      const connection = free() ?? (all.size < maxSockets ? connect() : undefined)
      if (connection === undefined) waiting.push(made)
      else begin(connection, made)
    })
  }

  /** The connection used last, if it may still be asked. */
  function free(): Connection | undefined {
    for (let last = idle.pop(); last !== undefined; last = idle.pop()) {
      if (performance.now() - last.idleSince < last.idleMs) return last
      drop(last, 'IDLE')
    }
    return undefined
  }

  function begin(connection: Connection, made: Exchange): void {
    connection.exchange = made
    made.on = connection
    connection.heard = false
    if (connection.used) connection.socket.ref()
    connection.socket.write(made.request)
  }

  function connect(): Connection {
    const onread = { buffer: Buffer.allocUnsafeSlow(READ_BYTES), callback: (length: number, buffer: Uint8Array): boolean => take(connection, Buffer.from(buffer.buffer, buffer.byteOffset, length)) }
    const connection: Connection = { socket: openSocket(address, onread), exchange: undefined, reader: undefined, heard: false, used: false, idleSince: 0, idleMs: IDLE_MS, ended: false }
    const { socket } = connection
    all.add(connection)
    socket.on('error', (error) => drop(connection, 'code' in error && typeof error.code === 'string' ? error.code : 'NETWORK'))
    socket.on('end', () => {
      connection.ended = true
      const reply = connection.reader?.end()
      if (reply === undefined) drop(connection, 'ABORTED')
      else finish(connection, reply)
    })
    socket.on('close', () => drop(connection, 'ABORTED'))
    // Sockets of TLS hand their bytes over as events.
    if (socket instanceof tls.TLSSocket) socket.on('data', (bytes: Buffer) => take(connection, bytes))
    return connection
  }

  /** False stops reading. */
  function take(connection: Connection, bytes: Buffer): boolean {
    connection.heard = true
    try {
      // Said without being asked.
      if (connection.exchange === undefined) throw new UnreadableReply('MALFORMED_REPLY')
      const whole = connection.reader === undefined ? wholeReply(bytes, maxReplyBytes) : undefined
      if (whole !== undefined) finish(connection, whole)
      else {
        connection.reader ??= replyReader(maxReplyBytes)
        const reply = connection.reader.push(bytes)
        if (reply !== undefined) finish(connection, reply)
      }
      return true
    } catch (error) {
      drop(connection, error instanceof UnreadableReply ? error.code : 'NETWORK')
      return false
    }
  }

  function finish(connection: Connection, reply: HttpReply): void {
    const made = connection.exchange
    const { socket } = connection
    connection.exchange = undefined
    connection.reader = undefined
    connection.used = true
    // What was answered before it was sent whole leaves its rest in the socket.
    if (reply.keep && socket.writableLength === 0 && !connection.ended) rest(connection, reply.idleMs)
    else drop(connection, 'OVER')
    if (made !== undefined && over(made)) made.resolve(reply)
  }

  function rest(connection: Connection, told: number | undefined): void {
    connection.idleSince = performance.now()
    connection.idleMs = Math.min(IDLE_MS, told === undefined ? IDLE_MS : told - IDLE_MARGIN_MS)
    const next = waiting.shift()
    if (next !== undefined) return begin(connection, next)
    connection.socket.unref()
    idle.push(connection)
  }

  /** Closes a connection; what was under way on it fails. */
  function drop(connection: Connection, code: string): void {
    if (!all.delete(connection)) return
    const at = idle.indexOf(connection)
    if (at >= 0) idle.splice(at, 1)
    connection.socket.destroy()
    const made = connection.exchange
    connection.exchange = undefined
    if (made !== undefined) fail(made, new LinkFailure(code, connection.used && !connection.heard && code !== 'TIMEOUT'))
    const next = all.size < maxSockets ? waiting.shift() : undefined
    if (next !== undefined) begin(connect(), next)
  }

  function fail(made: Exchange, failure: LinkFailure): void {
    const at = made.on === undefined ? waiting.indexOf(made) : -1
    if (at >= 0) waiting.splice(at, 1)
    if (over(made)) made.reject(failure)
  }

  function over(made: Exchange): boolean {
    if (made.over) return false
    made.over = true
    clearTimeout(made.timer)
    return true
  }

  return {
    exchange,
    close: () => {
      for (const made of waiting.splice(0)) fail(made, new LinkFailure('CLOSED'))
      for (const connection of all) drop(connection, 'CLOSED')
    },
  }
}

function openSocket(address: URL, onread: net.OnReadOpts): net.Socket {
  const secure = address.protocol === 'https:'
  const host = address.hostname.replace(/^\[|\]$/g, '')
  const port = address.port === '' ? (secure ? 443 : 80) : Number(address.port)
  if (!secure) return net.connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: 10_000, onread })
  return tls.connect({ host, port, ...(net.isIP(host) === 0 ? { servername: host } : {}), ALPNProtocols: ['http/1.1'] }).setNoDelay(true)
}
