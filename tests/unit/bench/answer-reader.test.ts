import { describe, expect, it } from 'vitest'
import { answerReader } from '../../../bench/answer-reader.ts'

const sized = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5\r\n\r\nabcde'
const chunked = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=1\r\n0123456789\r\n0\r\n\r\n'
const refused = 'HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n'

/** Reads the text in parts of so many bytes. */
function read(text: string, size: number): readonly (readonly [number, number])[] {
  const found: (readonly [number, number])[] = []
  const take = answerReader((status, bytes) => found.push([status, bytes]))
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += size) take(bytes.subarray(at, at + size))
  return found
}

describe('the load generator reads answers', () => {
  for (const size of [1, 2, 3, 7, 1_000]) {
    it(`of both forms, one after the other, in parts of ${size} bytes`, () => {
      expect(read(`${sized}${chunked}${refused}${sized}`, size)).toEqual([[200, 5], [200, 13], [503, 0], [200, 5]])
    })
  }

  it('tells nothing of an answer that is not complete', () => {
    expect(read(sized.slice(0, -1), 10)).toEqual([])
    expect(read(chunked.slice(0, -2), 10)).toEqual([])
  })

  it('refuses what has no length', () => {
    expect(() => read('HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nabc', 100)).toThrow(RangeError)
    expect(() => read('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n', 100)).toThrow(RangeError)
  })
})
