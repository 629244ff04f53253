// gzip and br (RFC 9110, 8.4). What is short stays as it is. Bodies are compressed although they may stand beside what a caller chose: no
// parameter is repeated in a body, and no browser sends a credential by itself (docs/open-serving.md).

import { promisify } from 'node:util'
import zlib from 'node:zlib'
import type { BrotliCompress, Gzip } from 'node:zlib'

export type Coding = 'br' | 'gzip'

/** Bytes; what is shorter does not get smaller by much. */
const WORTH_IT = 1_024
const brotli = { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 4, [zlib.constants.BROTLI_PARAM_LGWIN]: 18 } }
const packBrotli = promisify(zlib.brotliCompress)
const packGzip = promisify(zlib.gzip)

/** The one liked best, br of two that are liked equally. */
export function acceptedCoding(acceptEncoding: string | string[] | undefined): Coding | undefined {
  const wanted = new Map<string, number>()
  for (const part of String(acceptEncoding ?? '').toLowerCase().split(',')) {
    const [name = '', q = 'q=1'] = part.split(';').map((text) => text.trim())
    const quality = /^q=(0(\.\d{0,3})?|1(\.0{0,3})?)$/.test(q) ? Number(q.slice(2)) : 0
    if (!wanted.has(name)) wanted.set(name, quality)
  }
  const of = (coding: Coding): number => wanted.get(coding) ?? wanted.get('*') ?? 0
  const [br, gzip] = [of('br'), of('gzip')]
  if (br === 0 && gzip === 0) return undefined
  return br >= gzip ? 'br' : 'gzip'
}

/** The body and how it is coded. */
export async function coded(body: Buffer, coding: Coding | undefined): Promise<{ readonly bytes: Buffer; readonly coding: Coding | undefined }> {
  if (coding === undefined || body.length < WORTH_IT) return { bytes: body, coding: undefined }
  return { bytes: await (coding === 'br' ? packBrotli(body, brotli) : packGzip(body)), coding }
}

export function coder(coding: Coding): BrotliCompress | Gzip {
  return coding === 'br' ? zlib.createBrotliCompress(brotli) : zlib.createGzip()
}
