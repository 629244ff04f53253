// The list of rows as JSON (RFC 8259); what stands around it is serving's (gateway/open/json-answer.ts).

import type { RowFormat } from './row-format.ts'

export const jsonRows: RowFormat = {
  contentType: 'application/json; charset=utf-8',
  before: '[',
  row: (row, first) => `${first ? '' : ','}${JSON.stringify(row)}`,
  after: ']',
}
