// A page as the text of an answer, and the texts around rows that only JSON has. What differs from request to request (its id, its
// records) is put in last, so that the rest can be kept.

import { createHmac, randomBytes } from 'node:crypto'
import type { Format, OpenQuery } from '../../open/open-query.ts'
import { rowFormat, rowsText } from '../../open/write-rows.ts'
import type { ReportedDecision } from '../report.ts'
import type { Page } from './read-page.ts'
import type { Sharing } from './run-open-query.ts'

/** `text`: the whole body; of JSON, what stands under `data`. `digest`: of what the caller was given, as a tag. */
export type Made = {
  readonly contentType: string
  readonly text: string
  readonly rows: number
  readonly next: string | undefined
  readonly decisions: readonly ReportedDecision[]
  readonly policyVersion: string
  readonly digest: string
}

/** Tags of what is not public tell nothing to who sees them alone; they hold as long as this process. */
const OWN_KEY = randomBytes(32)

export function makeAnswer(query: OpenQuery, format: Format, bom: boolean, { rows, next, sharing }: Page): Made {
  const writer = rowFormat(format, query, bom)
  const [first] = rows
  const text = format === 'json' && query.rows.kind === 'ONE' ? (first === undefined ? 'null' : JSON.stringify(first)) : rowsText(writer, rows)
  const { decisions, policyVersion } = sharing
  const digest = createHmac('sha256', query.audience === 'public' ? 'public' : OWN_KEY)
    .update(JSON.stringify([query.hash, format, decisions, next !== undefined])).update(text).digest('base64url')
  return { contentType: writer.contentType, text, rows: rows.length, next, decisions, policyVersion, digest }
}

export function bodyOf(query: OpenQuery, format: Format, { text, next }: Made, sharing: Sharing): string {
  if (format !== 'json') return text
  return `${jsonBefore(query)}${text}${jsonAfter(query, next, sharing)}`
}

export function jsonBefore({ id, version }: OpenQuery): string {
  return `{"query":${JSON.stringify({ id, version })},"data":`
}

export function jsonAfter({ rows }: OpenQuery, next: string | undefined, sharing: Sharing & { readonly moreRecords?: number }): string {
  return `${rows.kind === 'MANY' ? `,"page":${JSON.stringify({ next: next ?? null })}` : ''},"sharing":${JSON.stringify(sharing)}}\n`
}
