// XML 1.0: rows of elements named as the columns. Null is xsi:nil; a list has an item element for each of its values. A text with a
// character that XML cannot hold is written as a JSON string, and its element says so: json="true".

import type { Described, RowFormat } from './row-format.ts'

const INSTANCE = 'http://www.w3.org/2001/XMLSchema-instance'

export function xmlFormat({ id, version }: Described): RowFormat {
  return {
    contentType: 'application/xml; charset=utf-8',
    before: `<?xml version="1.0" encoding="UTF-8"?>\n<rows xmlns:xsi="${INSTANCE}" query="${id}" version="${version}">\n`,
    row: (row) => `${element('row', row)}\n`,
    after: '</rows>\n',
  }
}

/** `name` is one of GraphQL's, which are XML's too. */
function element(name: string, value: unknown): string {
  if (value === null || value === undefined) return `<${name} xsi:nil="true"/>`
  if (Array.isArray(value)) return `<${name}>${value.map((item) => element('item', item)).join('')}</${name}>`
  if (typeof value === 'object') return `<${name}>${Object.entries(value).map(([below, item]) => element(below, item)).join('')}</${name}>`
  const text = String(value)
  return UNHELD.test(text) ? `<${name} json="true">${escaped(asJson(text))}</${name}>` : `<${name}>${escaped(text)}</${name}>`
}

/** Outside `Char` of XML 1.0; halves of a surrogate pair that stand alone. */
const UNHELD = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u

function asJson(text: string): string {
  return JSON.stringify(text).replace(/[\u007f\ufffe\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** A carriage return as it stands would be read as a line feed. */
function escaped(text: string): string {
  return text.replace(/[&<>\r]/g, (character) => ESCAPES[character] ?? character)
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#13;' }
