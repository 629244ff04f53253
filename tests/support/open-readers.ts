// Reads the formats of open queries back, independently of what writes them: csv-parse and saxes (strict), JSON.parse for the rest. Gives
// rows as JSON has them, by the columns; where a format cannot tell two things apart, `comparable` makes both the same in JSON too.

import { parse } from 'csv-parse/sync'
import { SaxesParser } from 'saxes'
import type { Column } from '../../open/open-query.ts'

export type Json = null | string | number | boolean | readonly Json[] | { readonly [name: string]: Json }
export type JsonRow = Readonly<Record<string, Json>>

/** Whether the cell was there at all (null) or an empty text: csv-parse tells by its quotes. */
export function readCsv(text: string, columns: readonly Column[]): readonly JsonRow[] {
  const records: readonly (readonly (string | null)[])[] = parse(text, { bom: true, record_delimiter: '\r\n', cast: (value, { quoting }) => (value === '' && !quoting ? null : value) })
  const [names = [], ...lines] = records
  return lines.map((cells) => Object.fromEntries(columns.map((column) => [column.name, csvValue(column, [column.name], new Map(names.map((name, at) => [name ?? '', cells[at] ?? null])))])))
}

function csvValue(column: Column, path: readonly string[], cells: ReadonlyMap<string, string | null>): Json {
  const cell = (...further: readonly string[]): string | null => {
    const found = cells.get([...path, ...further].join('.'))
    if (found === undefined) throw new RangeError(`no column ${[...path, ...further].join('.')}`)
    return found === null ? null : found.replace(/^'/, '')
  }
  if (column.list) {
    const text = cell()
    return text === null ? null : (JSON.parse(text) as Json)
  }
  if (column.scalar === undefined) return Object.fromEntries(column.columns.map((below) => [below.name, csvValue(below, [...path, below.name], cells)]))
  if (column.scalar === 'GridPoint') {
    const [lat, lng] = [cell('lat'), cell('lng')]
    return lat === null || lng === null ? null : { lat: Number(lat), lng: Number(lng) }
  }
  return leaf(cell(), column)
}

function leaf(text: string | null, { scalar }: Column): Json {
  if (text === null) return null
  return scalar === 'Int' || scalar === 'Float' ? Number(text) : scalar === 'Boolean' ? text === 'true' : text
}

type Element = { readonly name: string; readonly attributes: Readonly<Record<string, string>>; readonly children: Element[]; text: string }

/** Throws for what is not well formed. */
export function readXml(text: string, columns: readonly Column[]): readonly JsonRow[] {
  const parser = new SaxesParser()
  const open: Element[] = [{ name: '', attributes: {}, children: [], text: '' }]
  parser.on('error', (error) => { throw error })
  parser.on('opentag', ({ name, attributes }) => {
    const made: Element = { name, attributes: attributes as Record<string, string>, children: [], text: '' }
    open.at(-1)?.children.push(made)
    open.push(made)
  })
  parser.on('text', (part) => { const here = open.at(-1); if (here !== undefined) here.text += part })
  parser.on('closetag', () => void open.pop())
  parser.write(text).close()
  const [rows] = open[0]?.children ?? []
  if (rows?.name !== 'rows') throw new RangeError('the root is not rows')
  return rows.children.map((row) => xmlObject(row, columns))
}

function xmlObject(element: Element, columns: readonly Column[]): JsonRow {
  return Object.fromEntries(columns.map((column) => {
    const found = element.children.find(({ name }) => name === column.name)
    if (found === undefined) throw new RangeError(`no element ${column.name}`)
    return [column.name, column.list ? xmlList(found, column) : xmlValue(found, column)]
  }))
}

function xmlList(element: Element, column: Column): Json {
  return element.attributes['xsi:nil'] === 'true' ? null : element.children.map((item) => xmlValue(item, column))
}

function xmlValue(element: Element, column: Column): Json {
  if (element.attributes['xsi:nil'] === 'true') return null
  if (column.scalar === undefined) return xmlObject(element, column.columns)
  if (column.scalar === 'GridPoint') return Object.fromEntries(element.children.map(({ name, text }) => [name, Number(text)]))
  return leaf(element.attributes['json'] === 'true' ? String(JSON.parse(element.text)) : element.text, column)
}

export function readNdjson(text: string): readonly JsonRow[] {
  if (text !== '' && !text.endsWith('\n')) throw new RangeError('the last line is not ended')
  return text.split('\n').slice(0, -1).map((line) => JSON.parse(line) as JsonRow)
}

/** `place`: path of the column that is the geometry. */
export function readGeojson(text: string, place: readonly string[]): readonly JsonRow[] {
  const collection = JSON.parse(text) as { readonly type: string; readonly features: readonly { readonly type: string; readonly geometry: null | { readonly type: string; readonly coordinates: readonly number[] }; readonly properties: JsonRow }[] }
  if (collection.type !== 'FeatureCollection') throw new RangeError('no FeatureCollection')
  return collection.features.map(({ type, geometry, properties }) => {
    if (type !== 'Feature' || (geometry !== null && (geometry.type !== 'Point' || geometry.coordinates.length !== 2))) throw new RangeError('no Feature with a Point')
    const [lng = Number.NaN, lat = Number.NaN] = geometry?.coordinates ?? []
    return put(properties, place, geometry === null ? null : { lat, lng })
  })
}

function put(row: JsonRow, [name = '', ...below]: readonly string[], value: Json): JsonRow {
  if (below.length === 0) return { ...row, [name]: value }
  const inner = row[name]
  return typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? { ...row, [name]: put(inner as JsonRow, below, value) } : row
}

/** In CSV an object that is null and one of nulls are the same empty cells. */
export function comparable(rows: readonly JsonRow[], columns: readonly Column[]): readonly JsonRow[] {
  return rows.map((row) => Object.fromEntries(columns.map((column) => [column.name, flattened(row[column.name] ?? null, column)])))
}

function flattened(value: Json, column: Column): Json {
  if (column.list || column.scalar !== undefined) return value
  const inner = (value ?? {}) as JsonRow
  return Object.fromEntries(column.columns.map((below) => [below.name, flattened(inner[below.name] ?? null, below)]))
}
