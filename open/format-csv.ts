// CSV (RFC 4180): UTF-8, CRLF, a header of dotted paths. Null is an empty cell, the empty text is "". A text that a spreadsheet would take
// for a formula gets an apostrophe before it, and so does a text that begins with one: taking one apostrophe away gives every text back.

import type { Column } from './open-query.ts'
import type { RowFormat } from './row-format.ts'

/** `path`: of the value in its row. */
export type CsvColumn = { readonly path: readonly string[] }

/** In their order. A list is one cell of JSON; a place (GridPoint) is two numbers. */
export function csvColumns(columns: readonly Column[], above: readonly string[] = []): readonly CsvColumn[] {
  return columns.flatMap((column) => {
    const path = [...above, column.name]
    if (column.list) return [{ path }]
    if (column.scalar === undefined) return csvColumns(column.columns, path)
    return column.scalar === 'GridPoint' ? [{ path: [...path, 'lat'] }, { path: [...path, 'lng'] }] : [{ path }]
  })
}

export function csvFormat(columns: readonly Column[], bom: boolean): RowFormat {
  const cells = csvColumns(columns)
  return {
    contentType: 'text/csv; charset=utf-8; header=present',
    before: `${bom ? '\uFEFF' : ''}${cells.map(({ path }) => quoted(path.join('.'))).join(',')}\r\n`,
    row: (row) => `${cells.map(({ path }) => cellOf(valueAt(row, path))).join(',')}\r\n`,
    after: '',
  }
}

function valueAt(row: unknown, path: readonly string[]): unknown {
  return path.reduce((value, name) => (typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as Readonly<Record<string, unknown>>)[name] : undefined), row)
}

function cellOf(value: unknown): string {
  if (value === null || value === undefined) return ''
  // Numbers and booleans cannot be formulas: -1 stays -1.
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return quoted(FORMULA.test(text) ? `'${text}` : text)
}

/** What spreadsheets begin formulas with (full-width signs too), what they skip before one, and our own sign. */
const FORMULA = /^[=+\-@\t\r\n'＝＋－＠]/

function quoted(text: string): string {
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
