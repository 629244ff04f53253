// One row a line, each a JSON object and a line feed. A line that was cut off is no JSON: its object is not closed.

import type { RowFormat } from './row-format.ts'

export const ndjsonFormat: RowFormat = {
  contentType: 'application/x-ndjson; charset=utf-8',
  before: '',
  row: (row) => `${JSON.stringify(row)}\n`,
  after: '',
}
