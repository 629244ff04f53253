// HTTP/1.1 replies as subgraphs send them (RFC 9112): status, the few headers that frame a body, the body as text. Knows lengths,
// chunks and bodies that end with the connection; refuses whatever leaves room for two readings of where a reply ends.

/** `keep`: nothing speaks against asking again on the connection. */
export type HttpReply = { readonly status: number; readonly text: string; readonly keep: boolean; readonly idleMs: number | undefined }

/** A reply that cannot be read; `code` says why. */
export class UnreadableReply extends Error {
  readonly code: 'MALFORMED_REPLY' | 'TOO_LARGE'
  constructor(code: UnreadableReply['code']) {
    super('a reply that cannot be read')
    this.name = 'UnreadableReply'
    this.code = code
  }
}

type Head = { readonly status: number; readonly length: number | 'chunked' | 'until the end'; readonly keep: boolean; readonly idleMs: number | undefined }
/** Text of a reply whose bytes come in pieces. */
export type ReplyReader = {
  /** Takes a piece (copied); the reply when it is complete. Throws UnreadableReply. */
  push(bytes: Buffer): HttpReply | undefined
  /** The connection ended: the reply, if it was to end so. */
  end(): HttpReply | undefined
}

const MAX_HEAD = 16 * 1024
const MAX_LINE = 1024
const blankLine = Buffer.from('\r\n\r\n')

/** A reply that lies whole in the first bytes read, the ordinary case: undefined if it does not, or is not followed by nothing. */
export function wholeReply(bytes: Buffer, maxBytes: number): HttpReply | undefined {
  const end = bytes.indexOf(blankLine)
  if (end < 0 || end > MAX_HEAD) return undefined
  const head = readHead(bytes.toString('latin1', 0, end))
  if (head.status < 200 || typeof head.length !== 'number' || bytes.length !== end + 4 + head.length || head.length > maxBytes) return undefined
  return { status: head.status, text: bytes.toString('utf8', end + 4, bytes.length), keep: head.keep, idleMs: head.idleMs }
}

export function replyReader(maxBytes: number): ReplyReader {
  let pending: Buffer = Buffer.alloc(0)
  let head: Head | undefined
  let left = 0
  let step: 'size' | 'data' | 'after data' | 'trailer' = 'size'
  const parts: Buffer[] = []
  let size = 0

  /** Moves up to `most` bytes of the pending ones into the body. */
  const take = (most: number): void => {
    const part = pending.subarray(0, most)
    size += part.length
    if (size > maxBytes) throw new UnreadableReply('TOO_LARGE')
    if (part.length > 0) parts.push(part)
    left -= part.length
    pending = pending.subarray(part.length)
  }
  const line = (): string | undefined => {
    const end = pending.indexOf('\r\n')
    if (end > MAX_LINE || (end < 0 && pending.length > MAX_LINE)) throw new UnreadableReply('MALFORMED_REPLY')
    if (end < 0) return undefined
    const text = pending.toString('latin1', 0, end)
    pending = pending.subarray(end + 2)
    return text
  }
  const made = ({ status, keep, idleMs }: Head): HttpReply => ({ status, text: Buffer.concat(parts).toString('utf8'), keep: keep && pending.length === 0, idleMs })

  const chunks = (): boolean => {
    for (;;) {
      if (step === 'data') {
        take(left)
        if (left > 0) return false
        step = 'after data'
      }
      const text = line()
      if (text === undefined) return false
      if (step === 'after data') {
        if (text !== '') throw new UnreadableReply('MALFORMED_REPLY')
        step = 'size'
      } else if (step === 'trailer') {
        if (text === '') return true
      } else {
        const digits = /^([0-9A-Fa-f]{1,8})[\t ]*(?:;.*)?$/.exec(text)?.[1]
        if (digits === undefined) throw new UnreadableReply('MALFORMED_REPLY')
        left = Number.parseInt(digits, 16)
        step = left === 0 ? 'trailer' : 'data'
      }
    }
  }

  return {
    push(bytes) {
      pending = Buffer.concat([pending, bytes])
      while (head === undefined) {
        const end = pending.indexOf(blankLine)
        if (end > MAX_HEAD || (end < 0 && pending.length > MAX_HEAD)) throw new UnreadableReply('MALFORMED_REPLY')
        if (end < 0) return undefined
        const found = readHead(pending.toString('latin1', 0, end))
        pending = pending.subarray(end + 4)
        // 1xx: the reply itself is still to come.
        if (found.status >= 200) head = found
        if (typeof found.length === 'number') left = found.length
        if (left > maxBytes) throw new UnreadableReply('TOO_LARGE')
      }
      if (head.length === 'chunked') return chunks() ? made(head) : undefined
      take(head.length === 'until the end' ? pending.length : left)
      return head.length !== 'until the end' && left === 0 ? made(head) : undefined
    },
    end: () => (head?.length === 'until the end' ? made(head) : undefined),
  }
}

/** Throws UnreadableReply for what is no head, or frames its body in two ways. */
function readHead(text: string): Head {
  const lines = text.split('\r\n')
  // A dot matches no line break, so that a lone one is refused here and below.
  const first = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: .*)?$/.exec(lines[0] ?? '')
  if (first === null) throw new UnreadableReply('MALFORMED_REPLY')
  const status = Number(first[2])
  let keep = first[1] === '1'
  let length: string | undefined
  let coding: string | undefined
  let idleMs: number | undefined
  for (let index = 1; index < lines.length; index += 1) {
    const [, name = '', value = ''] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[\t ]*(.*?)[\t ]*$/.exec(lines[index] ?? '') ?? []
    switch (name.toLowerCase()) {
      case '':
        throw new UnreadableReply('MALFORMED_REPLY')
      case 'content-length':
        if (length !== undefined || !/^\d{1,15}$/.test(value)) throw new UnreadableReply('MALFORMED_REPLY')
        length = value
        break
      case 'transfer-encoding':
        if (coding !== undefined || value.toLowerCase() !== 'chunked') throw new UnreadableReply('MALFORMED_REPLY')
        coding = value
        break
      case 'connection':
        if (/(^|,)[\t ]*(close|upgrade)[\t ]*(,|$)/i.test(value)) keep = false
        break
      case 'keep-alive': {
        const seconds = /(?:^|[,\t ])timeout=(\d{1,6})/i.exec(value)?.[1]
        if (seconds !== undefined) idleMs = Number(seconds) * 1000
        break
      }
    }
  }
  if (status === 101 || (length !== undefined && coding !== undefined)) throw new UnreadableReply('MALFORMED_REPLY')
  if (status < 200 || status === 204 || status === 304) return { status, length: 0, keep, idleMs }
  if (coding !== undefined) return { status, length: 'chunked', keep, idleMs }
  return length === undefined ? { status, length: 'until the end', keep: false, idleMs } : { status, length: Number(length), keep, idleMs }
}
