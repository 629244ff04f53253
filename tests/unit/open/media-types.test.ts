import { describe, expect, it } from 'vitest'
import { acceptedFormat, namedFormat } from '../../../open/media-types.ts'
import type { Format } from '../../../open/open-query.ts'
import { acceptedCoding } from '../../../gateway/open/content-coding.ts'

const offered: readonly Format[] = ['json', 'csv', 'xml', 'geojson']

describe('the format that a caller gets', () => {
  it.each([
    [undefined, 'json'], ['', 'json'], ['*/*', 'json'], ['text/csv', 'csv'], ['TEXT/CSV;charset=utf-8', 'csv'], ['text/*', 'csv'], ['application/*', 'json'],
    ['text/xml', 'xml'], ['application/json;q=0.5, text/csv', 'csv'], ['text/csv;q=0.1, */*;q=0.2', 'json'], ['application/json;q=0, */*', 'csv'],
    ['application/geo+json', 'geojson'], ['text/html, application/xml;q=0.9, */*;q=0.8', 'xml'], ['*/*;q=0', undefined], ['image/png', undefined],
    ['application/x-ndjson', undefined], ['text/csv;q=2', undefined], ['text/csv;q=nan', undefined], [',,;;,', undefined], ['text', undefined], ['*', undefined], ['__proto__/constructor', undefined],
    [`${'a/b,'.repeat(3_000)}text/csv`, 'csv'],
  ])('for Accept %j is %s', (accept, format) => {
    expect(acceptedFormat(accept, offered)).toBe(format)
  })

  it('is one of those the query has, by name', () => {
    expect(namedFormat('csv', offered)).toBe('csv')
    for (const name of ['ndjson', 'CSV', '__proto__', 'constructor', '']) expect(namedFormat(name, offered), name).toBeUndefined()
  })
})

describe('the coding of an answer', () => {
  it.each([
    [undefined, undefined], ['', undefined], ['gzip', 'gzip'], ['gzip, br', 'br'], ['br;q=0.1, gzip', 'gzip'], ['identity', undefined], ['*', 'br'], ['*;q=0', undefined], ['br;q=0, *', 'gzip'], ['gzip;q=x', undefined], ['deflate', undefined],
  ])('for Accept-Encoding %j is %s', (header, coding) => {
    expect(acceptedCoding(header)).toBe(coding)
  })
})
