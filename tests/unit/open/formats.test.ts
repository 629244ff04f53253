// Every format holds the same values, whatever texts and numbers they are: written by the product, read by independent readers.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Column, Format } from '../../../open/open-query.ts'
import { placeOf } from '../../../open/place.ts'
import { rowFormat, rowsText } from '../../../open/write-rows.ts'
import { comparable, readCsv, readGeojson, readNdjson, readXml } from '../../support/open-readers.ts'
import type { Json, JsonRow } from '../../support/open-readers.ts'

const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 31)
const column = (name: string, scalar: string | undefined, more: Partial<Column> = {}): Column => ({ name, coordinate: `T.${name}`, scalar, columns: [], list: false, nullable: true, ...more })
const inner = [column('title', 'String'), column('count', 'Int'), column('tags', 'String', { list: true })]
const columns: readonly Column[] = [
  column('code', 'ID'), column('name', 'PersonName'), column('amount', 'Float'), column('whole', 'Int'), column('open', 'Boolean'),
  column('owner', undefined, { columns: [...inner, column('place', 'GridPoint')] }), column('lines', undefined, { columns: [column('nodes', undefined, { list: true, columns: inner })] }),
]

const hostile = ['', ' ', "'", "''", '=1+1', '+1', '-1', '@x', '\t=1', '\r=1', '\n', '\r\n', '＝1', '"', '""', 'a,b', ',', '<b>&amp;', ']]>', '\u0000', '\u000b', '\ufffe', '\uffff', '\u0085', '\u2028', '\u007f', 'null', '张伟', '😀', '\uFEFFx', '{"a":1}', '&#13;', 'true', '1e400']
const text = fc.oneof(fc.constantFrom(...hostile), fc.string({ unit: 'binary', maxLength: 8 }), fc.tuple(fc.constantFrom(...hostile), fc.constantFrom(...hostile)).map(([one, other]) => one + other))
const maybe = (value: fc.Arbitrary<Json>): fc.Arbitrary<Json> => fc.option(value, { nil: null, freq: 4 })
const number = fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (Object.is(value, -0) ? 0 : value)))
const place = fc.record({ lat: fc.double({ min: -90, max: 90, noNaN: true }).map((value) => value + 0), lng: fc.double({ min: -180, max: 180, noNaN: true }).map((value) => value + 0) })
const innerRow = { title: maybe(text), count: maybe(fc.integer()), tags: maybe(fc.array(maybe(text), { maxLength: 3 })) }
const row: fc.Arbitrary<JsonRow> = fc.record({
  code: text, name: maybe(text), amount: maybe(number), whole: maybe(fc.integer()), open: maybe(fc.boolean()),
  owner: maybe(fc.record({ ...innerRow, place: maybe(place) })), lines: maybe(fc.record({ nodes: maybe(fc.array(fc.record(innerRow), { maxLength: 3 })) })),
})
const query = { id: 'a-query', version: 1, rows: { kind: 'MANY' as const, path: [], page: [], columns, pageSize: 10 } }
const written = (format: Format, rows: readonly JsonRow[], bom = false): string => {
  const whole = rowsText(rowFormat(format, query, bom), rows)
  // As it arrives: in UTF-8.
  return Buffer.from(whole).toString('utf8')
}

describe('the formats of an open query', () => {
  it(`hold the same values as JSON (seed ${seed})`, () => {
    console.log(`seed ${seed}`)
    fc.assert(fc.property(fc.array(row, { maxLength: 6 }), (rows) => {
      expect(JSON.parse(written('json', rows))).toEqual(rows)
      expect(readNdjson(written('ndjson', rows))).toEqual(rows)
      expect(readXml(written('xml', rows), columns)).toEqual(rows)
      expect(readGeojson(written('geojson', rows), placeOf(columns) ?? [])).toEqual(rows)
      expect(readCsv(written('csv', rows), columns)).toEqual(comparable(rows, columns))
      expect(readCsv(written('csv', rows, true), columns)).toEqual(comparable(rows, columns))
    }), { seed, numRuns: 400 })
  })

  it('hold a text of half a character in all that can: JSON, NDJSON, GeoJSON and XML', () => {
    const rows = [{ code: 'a\ud800b', name: '\udc00', amount: 1, whole: -1, open: true, owner: null, lines: { nodes: [] } }]
    expect(readNdjson(written('ndjson', rows))).toEqual(rows)
    expect(readXml(written('xml', rows), columns)).toEqual(rows)
    expect(readGeojson(written('geojson', rows), ['owner', 'place'])).toEqual(rows)
    expect(readCsv(written('csv', rows), columns)[0]?.['code']).toBe('a\ufffdb')
  })
})

describe('CSV', () => {
  const line = (name: Json, amount: Json = null): string => {
    const simple = { ...query, rows: { ...query.rows, columns: [column('name', 'String'), column('amount', 'Float')] } }
    return rowsText(rowFormat('csv', simple, false), [{ name, amount }]).split('\r\n').slice(1).join('\r\n')
  }
  it.each([
    ['=SUM(A1)', `'=SUM(A1)`], ['-1', `'-1`], ['@x', `'@x`], [`'tis`, `''tis`], ['＝1', `'＝1`], ['', '""'], ['a,b', '"a,b"'], ['say "x"', '"say ""x"""'], ['\t1', `'\t1`], ['\r1', `"'\r1"`], [' =1', ' =1'],
  ])('writes the text %j as %j', (value, cell) => {
    expect(line(value)).toBe(`${cell},\r\n`)
  })

  it('writes numbers as they are, negative ones too, and null as nothing', () => {
    expect(line(null, -1.5)).toBe(',-1.5\r\n')
  })

  it('begins with a byte order mark only where it is asked for, and has paths of dots above', () => {
    expect(written('csv', [])).toBe('code,name,amount,whole,open,owner.title,owner.count,owner.tags,owner.place.lat,owner.place.lng,lines.nodes\r\n')
    expect(written('csv', [], true).startsWith('\uFEFFcode,')).toBe(true)
  })
})

describe('XML', () => {
  it('says where a text is written as JSON, because XML cannot hold it', () => {
    const simple = { ...query, rows: { ...query.rows, columns: [column('name', 'String')] } }
    expect(rowsText(rowFormat('xml', simple, false), [{ name: 'a\u0000<b' }, { name: '' }, { name: null }])).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n<rows xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" query="a-query" version="1">\n<row><name json="true">"a\\u0000&lt;b"</name></row>\n<row><name></name></row>\n<row><name xsi:nil="true"/></row>\n</rows>\n')
  })
})
