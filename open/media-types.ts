// Which format a caller gets: the one named by `format`, else the one that its Accept header likes best (RFC 9110, 12.5.1). Undefined where
// nothing that the query has is wanted.

import { formats } from './open-query.ts'
import type { Format } from './open-query.ts'

/** The first is what answers say; the others are asked for too. */
export const mediaTypes: Readonly<Record<Format, readonly string[]>> = {
  json: ['application/json'],
  ndjson: ['application/x-ndjson', 'application/ndjson'],
  csv: ['text/csv'],
  xml: ['application/xml', 'text/xml'],
  geojson: ['application/geo+json'],
}

export function namedFormat(name: string, offered: readonly Format[]): Format | undefined {
  return formats.find((format) => format === name && offered.includes(format))
}

/** Of formats that are liked equally, the one that the query names first. */
export function acceptedFormat(accept: string | undefined, offered: readonly Format[]): Format | undefined {
  if (accept === undefined || accept.trim() === '') return offered[0]
  const ranges = accept.split(',').flatMap(rangeOf)
  let best: { readonly format: Format; readonly quality: number } | undefined
  for (const format of offered) {
    const quality = Math.max(...mediaTypes[format].map((type) => qualityOf(type, ranges)))
    if (quality > (best?.quality ?? 0)) best = { format, quality }
  }
  return best?.format
}

type Range = { readonly type: string; readonly quality: number }

/** Parameters but `q` say nothing here. What is no range accepts nothing. */
function rangeOf(text: string): readonly Range[] {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase())
  if (!/^[^\s/]+\/[^\s/]+$/.test(type)) return []
  const q = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2)
  if (q === undefined) return [{ type, quality: 1 }]
  return /^(0(\.\d{0,3})?|1(\.0{0,3})?)$/.test(q) ? [{ type, quality: Number(q) }] : []
}

/** The range that says most about the type counts, not the one with the highest quality. */
function qualityOf(type: string, ranges: readonly Range[]): number {
  for (const wanted of [type, `${type.split('/', 1)[0] ?? ''}/*`, '*/*']) {
    const found = ranges.find((range) => range.type === wanted)
    if (found !== undefined) return found.quality
  }
  return 0
}
