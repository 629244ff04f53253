// Rows on their way into tables: typed by the table they are for, written in PostgreSQL's COPY text format.

import { getTableColumns, getTableName, type Table } from 'drizzle-orm'
import type { PgTable } from 'drizzle-orm/pg-core'
import { CITY_INSTANT } from './days.ts'

/** Takes one row of one table; keys are the column properties of migrations/<domain>/tables*.ts. */
export type Put = <T extends PgTable>(table: T, row: T['$inferInsert']) => void

/** The COPY statement of a table and how one of its rows is written (a line with its newline). */
export type TableFormat = { readonly name: string; readonly copy: string; readonly line: (row: Readonly<Record<string, unknown>>) => string }

const SYSTEM = { updatedAt: CITY_INSTANT, sourceSystem: 'synthetic-city', batchNo: 'city', isDeleted: false } as const

/** The format of a table: all columns but those that the database generates. Missing keys are NULL or the column's default. */
export function tableFormat(table: Table): TableFormat {
  const columns = Object.entries(getTableColumns(table)).filter(([, column]) => column.generated === undefined)
  const properties = columns.map(([property, column]) => ({
    property,
    // Their strings hold nothing that COPY would misread.
    write: PLAIN_TYPES.has(column.columnType) ? plainCell : cell,
    fallback: cell(column.hasDefault && !(property in SYSTEM) ? column.default : Reflect.get(SYSTEM, property)),
  }))
  const name = getTableName(table)
  return {
    name,
    copy: `COPY "${name}" (${columns.map(([, column]) => `"${column.name}"`).join(', ')}) FROM STDIN`,
    line: (row) => {
      let line = ''
      for (const { property, write, fallback } of properties) {
        const value = row[property]
        line += `${line === '' ? '' : '\t'}${value === undefined ? fallback : write(value)}`
      }
      return `${line}\n`
    },
  }
}

const PLAIN_TYPES: ReadonlySet<string> = new Set(['PgUUID', 'PgDateString', 'PgNumeric'])

function plainCell(value: unknown): string {
  return typeof value === 'string' ? value : cell(value)
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return '\\N'
  if (typeof value === 'string') return escaped(value)
  if (typeof value === 'number') return String(value)
  if (typeof value === 'boolean') return value ? 't' : 'f'
  if (value instanceof Date) return value.toISOString()
  if (Array.isArray(value)) return escaped(`{${value.map((item) => `"${String(item).replace(/["\\]/g, '\\$&')}"`).join(',')}}`)
  throw new TypeError('a value that has no form in COPY')
}

function escaped(text: string): string {
  return /[\\\t\n\r]/.test(text) ? text.replace(/[\\\t\n\r]/g, (character) => ESCAPES[character] ?? character) : text
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }
