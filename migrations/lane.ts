// One connection on which many statements are under way at a time, each ended by its own Sync: the answers come in the order in which
// the statements were sent, and one that fails fails alone. `pg` connects and authenticates; from then on this file speaks on its
// socket. Only statements that read may travel here: they are asked again elsewhere when the connection is lost.

import { Socket } from 'node:net'
import pg from 'pg'
import type { DatabaseAddress } from './address.ts'
import { closeMessage, decodersOf, executionHead, executionMessages, failureOf, FROM_SERVER, HEADER_BYTES, prepareMessages, rowOf, type BoundValue, type Decoders } from './lane-wire.ts'

/** Named statements that one connection keeps; the one not used for the longest time is deallocated. */
export const STATEMENTS_PER_CONNECTION = 200

/** What is asked: one name always means one text. */
export type NamedStatement = { readonly name: string; readonly text: string }

export type Rows = readonly (readonly unknown[])[]

/** An answer; `lost` when this connection will not give it, and nobody knows whether the statement ran. */
export type Outcome = { readonly rows: Rows } | { readonly error: unknown } | 'lost'

export type LaneOptions = {
  readonly address: DatabaseAddress
  readonly settings: pg.ClientConfig
  /** A statement kept the server busy for two to three ticks, or (`quick`) was answered sooner. */
  readonly onPace: (name: string, pace: 'slow' | 'quick') => void
}

export type Lane = {
  /** Statements under way. */
  readonly busy: () => number
  /** Connected, and the statement at the front is not slow. */
  readonly free: () => boolean
  readonly ask: (statement: NamedStatement, values: readonly BoundValue[], done: (outcome: Outcome) => void) => void
  /** Settles once the connection is no more. */
  readonly ended: Promise<void>
  /** Waits for what is under way. */
  readonly close: () => Promise<void>
}

/** A statement that is in front for this many ticks is slow. A tick also lets the event loop read what has come. */
const TICK_MS = 10
const SLOW_TICKS = 2
/** What waits behind such a statement for so long is asked elsewhere. */
const OVERTAKEN_TICKS = 10
/** The client's own patience, should the server be gone without a word. */
const PATIENCE_MS = 7_000

type Prepared = { readonly name: string; readonly head: Buffer; decoders: Decoders; parsed: boolean }
type Sent = {
  readonly statement: NamedStatement
  readonly values: readonly BoundValue[]
  readonly prepared: Prepared
  readonly isSecond: boolean
  rows: unknown[][]
  error: (Error & { readonly code: string }) | undefined
  /** Undefined once nobody waits for it any more. */
  done: ((outcome: Outcome) => void) | undefined
}

/** Connects. Throws what `pg` throws when that fails. */
export async function openLane({ address, settings, onPace }: LaneOptions): Promise<Lane> {
  const client = new pg.Client({ ...settings, ...address })
  // What a lost connection says is heard at its end.
  client.on('error', () => undefined)
  await client.connect()
  const found = socketOf(client)
  if (found === undefined) {
    await client.end()
    throw new Error('this version of pg does not show its socket')
  }
  const socket: Socket = found
  const names = new Map<string, Prepared>()
  /** Sent and not yet answered, from `front` on. */
  let sent: Sent[] = []
  let front = 0
  let unread: Buffer | undefined
  let open = true
  let closing: (() => void) | undefined

  let ticking: NodeJS.Timeout | undefined
  let watched: Sent | undefined
  let watchedSince = 0
  let ticks = 0

  let ending: () => void = () => undefined
  const ended = new Promise<void>((resolve) => (ending = resolve))
  client.on('end', lose)
  socket.removeAllListeners('data')
  socket.on('data', (chunk: Buffer) => {
    try {
      read(chunk)
    } catch {
      // Not the protocol that this file knows: nothing more can be told apart.
      socket.destroy()
      lose()
    }
  })

  function ask(statement: NamedStatement, values: readonly BoundValue[], done: (outcome: Outcome) => void): void {
    if (open && closing === undefined) send(statement, values, false, done)
    else done('lost')
  }

  function send(statement: NamedStatement, values: readonly BoundValue[], isSecond: boolean, done: Sent['done']): void {
    const known = names.get(statement.name)
    const head = known?.head ?? executionHead(statement.name)
    // Throws for more parameters than the protocol has room for: before anything is noted or sent, or answers and questions would shift.
    const bytes = executionMessages(head, values)
    const prepared = known ?? prepare(statement, head)
    // A Map remembers the order of insertion: used again means young again.
    names.delete(statement.name)
    names.set(statement.name, prepared)
    sent.push({ statement, values, prepared, isSecond, rows: [], error: undefined, done })
    write(bytes)
    ticking ??= setInterval(tick, TICK_MS).unref()
  }

  function prepare({ name, text }: NamedStatement, head: Buffer): Prepared {
    const prepared: Prepared = { name, head, decoders: [], parsed: false }
    if (names.size >= STATEMENTS_PER_CONNECTION) {
      const [oldest] = names.keys()
      if (oldest !== undefined) {
        names.delete(oldest)
        write(closeMessage(oldest))
      }
    }
    write(prepareMessages(name, text))
    return prepared
  }

  let outgoing: Buffer[] = []
  function write(bytes: Buffer): void {
    outgoing.push(bytes)
    if (outgoing.length > 1) return
    // The first statement goes at once; behind others there is time for company, which saves system calls.
    if (sent.length - front <= 1) process.nextTick(flush)
    else setImmediate(flush)
  }

  function flush(): void {
    const [first] = outgoing
    if (first === undefined) return
    const bytes = outgoing.length === 1 ? first : Buffer.concat(outgoing)
    outgoing = []
    if (open) socket.write(bytes)
  }

  function read(chunk: Buffer): void {
    const bytes = unread === undefined ? chunk : Buffer.concat([unread, chunk])
    unread = undefined
    let at = 0
    while (at + HEADER_BYTES <= bytes.length) {
      const end = at + 1 + bytes.readUInt32BE(at + 1)
      if (end > bytes.length) break
      take(bytes, bytes[at] ?? 0, at + HEADER_BYTES, end)
      at = end
    }
    if (at < bytes.length) unread = bytes.subarray(at)
  }

  function take(bytes: Buffer, kind: number, start: number, end: number): void {
    const current = sent[front]
    switch (kind) {
      case FROM_SERVER.row:
        if (current?.done !== undefined) current.rows.push(rowOf(bytes, start, current.prepared.decoders))
        return
      case FROM_SERVER.ready:
        return settle()
      case FROM_SERVER.columns:
        if (current !== undefined) current.prepared.decoders = decodersOf(bytes, start)
        return
      case FROM_SERVER.parsed:
        if (current !== undefined) current.prepared.parsed = true
        return
      case FROM_SERVER.failed: {
        const { error, fatal } = failureOf(bytes, start, end)
        if (fatal || current === undefined) {
          socket.destroy()
          return lose()
        }
        current.error = error
        return
      }
      case FROM_SERVER.bound:
      case FROM_SERVER.done:
      case FROM_SERVER.closed:
      case FROM_SERVER.parameters:
      case FROM_SERVER.noColumns:
      case FROM_SERVER.empty:
      case FROM_SERVER.notice:
      case FROM_SERVER.setting:
      case FROM_SERVER.notification:
        return
      default:
        throw new RangeError('an unknown message')
    }
  }

  /** The statement in front is through. */
  function settle(): void {
    const current = sent[front++]
    if (front === sent.length) {
      sent = []
      front = 0
    } else if (front >= 1_024) {
      sent = sent.slice(front)
      front = 0
    }
    if (current === undefined) throw new RangeError('an answer to nothing')
    const { statement, values, prepared, rows, error, done } = current
    if (current !== watched || ticks < SLOW_TICKS) onPace(statement.name, 'quick')
    if (error !== undefined && names.get(statement.name) === prepared && (!prepared.parsed || isOutdated(error))) names.delete(statement.name)
    if (done !== undefined) {
      if (error === undefined) done({ rows })
      // The server forgot the statement, or its tables have changed: prepared anew once.
      else if (isOutdated(error) && !current.isSecond && open) send(statement, values, true, done)
      else done({ error })
    }
    if (front === sent.length) closing?.()
  }

  function tick(): void {
    const current = sent[front]
    if (current === undefined) {
      clearInterval(ticking)
      ticking = undefined
      watched = undefined
      return
    }
    if (current !== watched) {
      watched = current
      watchedSince = performance.now()
      ticks = 0
      return
    }
    ticks++
    if (ticks === SLOW_TICKS) onPace(current.statement.name, 'slow')
    if (ticks >= OVERTAKEN_TICKS) for (const behind of sent.slice(front + 1)) finish(behind, 'lost')
    if (performance.now() - watchedSince > PATIENCE_MS) {
      finish(current, { error: new Error('Query read timeout') })
      socket.destroy()
      lose()
    }
  }

  function finish(one: Sent, outcome: Outcome): void {
    const { done } = one
    one.done = undefined
    done?.(outcome)
  }

  function lose(): void {
    if (!open) return
    open = false
    clearInterval(ticking)
    const abandoned = sent.slice(front)
    sent = []
    front = 0
    for (const one of abandoned) finish(one, 'lost')
    closing?.()
    ending()
  }

  return {
    busy: () => sent.length - front,
    free: () => open && closing === undefined && (ticks < SLOW_TICKS || sent[front] !== watched || watched === undefined),
    ask,
    ended,
    close: async () => {
      if (open && sent.length > front) await new Promise<void>((resolve) => (closing = resolve))
      else closing = () => undefined
      lose()
      await client.end()
    },
  }
}

/** 0A000: a statement keeps the columns that it had when it was prepared. 26000: there is no such statement (any more). */
function isOutdated({ code }: { readonly code: string }): boolean {
  return code === '0A000' || code === '26000'
}

function socketOf(client: pg.Client): Socket | undefined {
  if (!('connection' in client)) return undefined
  const { connection } = client
  if (typeof connection !== 'object' || connection === null || !('stream' in connection)) return undefined
  return connection.stream instanceof Socket ? connection.stream : undefined
}
