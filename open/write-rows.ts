// The format of a name. Each holds the same values (docs/open-serving.md says how they are read back).

import { csvFormat } from './format-csv.ts'
import { geojsonFormat } from './format-geojson.ts'
import { jsonRows } from './format-json.ts'
import { ndjsonFormat } from './format-ndjson.ts'
import { xmlFormat } from './format-xml.ts'
import type { Format } from './open-query.ts'
import type { Described, Row, RowFormat } from './row-format.ts'

/** `bom`: CSV begins with a byte order mark, for spreadsheets. Of JSON: the list of rows alone. */
export function rowFormat(format: Format, query: Described, bom: boolean): RowFormat {
  switch (format) {
    case 'json':
      return jsonRows
    case 'ndjson':
      return ndjsonFormat
    case 'csv':
      return csvFormat(query.rows.columns, bom)
    case 'xml':
      return xmlFormat(query)
    case 'geojson':
      return geojsonFormat(query.rows.columns)
  }
}

/** All rows as one text. */
export function rowsText(format: RowFormat, rows: readonly Row[]): string {
  return `${format.before}${rows.map((row, at) => format.row(row, at === 0)).join('')}${format.after}`
}
