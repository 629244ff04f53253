// Replies of subgraphs, however their bytes arrive: read one way only, or refused.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { replyReader, UnreadableReply, wholeReply } from '../../../gateway/http-reply.ts'
import type { HttpReply } from '../../../gateway/http-reply.ts'

const body = '{"data":{"name":"上海"}}'
const length = Buffer.byteLength(body)
const chunk = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`
const reply = (head: string, text = body): string => `HTTP/1.1 200 OK\r\n${head}\r\n\r\n${text}`
const ofLength = reply(`Content-Length: ${length}`)

function read(text: string, cuts: readonly number[] = [], maxBytes = 1_000): HttpReply | undefined {
  const bytes = Buffer.from(text)
  const reader = replyReader(maxBytes)
  const ends = [...new Set([...cuts.filter((cut) => cut < bytes.length), bytes.length])].sort((a, b) => a - b)
  let from = 0
  for (const end of ends) {
    const made = reader.push(bytes.subarray(from, end))
    from = end
    if (made !== undefined) return from === bytes.length ? made : { ...made, keep: false }
  }
  return reader.end()
}

describe('a reply', () => {
  it.each([
    ['by its length', ofLength, true],
    ['by its length, with blanks', reply(`content-length:${length}  \r\nx: y`), true],
    ['in chunks', reply('Transfer-Encoding: chunked', `${chunk('{"data":{"name":')}${chunk('"上海"}}')}0\r\n\r\n`), true],
    ['in chunks with extensions and trailers', reply('transfer-encoding: chunked', `${length.toString(16)};a=b\r\n${body}\r\n0\r\nx: y\r\n\r\n`), true],
    ['after an early hint', `HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n${ofLength}`, true],
    ['by the end of the connection', reply('x: y'), false],
    ['of a connection that closes', reply(`content-length: ${length}\r\nconnection: Close`), false],
    ['of HTTP/1.0', ofLength.replace('1.1', '1.0'), false],
  ])('that comes %s is read however its bytes are cut', (_, text, keep) => {
    const bytes = Buffer.byteLength(text)
    expect(read(text)).toMatchObject({ status: 200, text: body, keep })
    expect(read(text, Array.from({ length: bytes }, (_unused, at) => at + 1))).toMatchObject({ status: 200, text: body, keep })
    fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: bytes })), (cuts) => {
      expect(read(text, cuts)).toMatchObject({ status: 200, text: body, keep })
    }), { verbose: true })
  })

  it.each([
    ['two lengths', reply(`content-length: ${length}\r\ncontent-length: ${length}`)],
    ['a length and chunks', reply(`content-length: ${length}\r\ntransfer-encoding: chunked`)],
    ['a length that is no number', reply('content-length: 0x10')],
    ['a coding it does not know', reply('transfer-encoding: gzip, chunked')],
    ['a folded header', reply('x: y\r\n z')],
    ['a blank before a colon', reply(`content-length : ${length}`)],
    ['a lone line feed', reply(`x: y\ncontent-length: ${length}`)],
    ['a chunk of no size', reply('transfer-encoding: chunked', 'zz\r\n')],
    ['a chunk that does not end where it says', reply('transfer-encoding: chunked', '2\r\nabc\r\n0\r\n\r\n')],
    ['another protocol', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
    ['no head', `<html>${'x'.repeat(20_000)}`],
    ['a body beyond the limit', reply('content-length: 1001', 'x')],
    ['chunks beyond the limit', reply('transfer-encoding: chunked', `${chunk('x'.repeat(600))}${chunk('x'.repeat(600))}`)],
  ])('with %s is refused', (_, text) => {
    expect(() => read(text)).toThrow(UnreadableReply)
  })

  it('that breaks off is none', () => {
    expect(read(ofLength.slice(0, -1))).toBeUndefined()
    expect(read(reply('transfer-encoding: chunked', chunk(body)))).toBeUndefined()
    expect(read('HTTP/1.1 200 OK\r\n')).toBeUndefined()
  })

  it('that lies whole in the first bytes is read from them as from pieces, and nothing else is', () => {
    expect(wholeReply(Buffer.from(ofLength), 1_000)).toEqual(read(ofLength))
    for (const text of [ofLength.slice(0, -1), `${ofLength}x`, reply('x: y'), reply('transfer-encoding: chunked', '0\r\n\r\n')]) expect(wholeReply(Buffer.from(text), 1_000)).toBeUndefined()
    expect(wholeReply(Buffer.from(ofLength), 5)).toBeUndefined()
    expect(read(`${ofLength}HTTP/1.1 200 OK`)).toMatchObject({ text: body, keep: false })
  })
})
