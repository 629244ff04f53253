// How rows are written: a text before them, one for each, one behind. Formats write row by row, so that a page and a million rows are
// written alike.

import type { OpenQuery } from './open-query.ts'

export type Row = Readonly<Record<string, unknown>>

export type RowFormat = {
  /** Of the answer. */
  readonly contentType: string
  readonly before: string
  /** `first`: no row was written before it. */
  row(row: Row, first: boolean): string
  readonly after: string
}

/** What formats know of a query. */
export type Described = Pick<OpenQuery, 'id' | 'version' | 'rows'>
