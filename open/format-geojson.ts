// GeoJSON (RFC 7946): a FeatureCollection. The geometry is the first place among the columns, longitude first; it is null where the place
// is. What else a row holds are the feature's properties.

import { isObject } from '../core/is-object.ts'
import type { Column } from './open-query.ts'
import { placeOf } from './place.ts'
import type { Row, RowFormat } from './row-format.ts'

/** Throws RangeError for columns without a place; read-query.ts refuses the format for them. */
export function geojsonFormat(columns: readonly Column[]): RowFormat {
  const place = placeOf(columns)
  if (place === undefined) throw new RangeError('GeoJSON needs a column that is a place')
  return {
    contentType: 'application/geo+json; charset=utf-8',
    before: '{"type":"FeatureCollection","features":[',
    row: (row, first) => `${first ? '' : ','}\n${JSON.stringify(feature(row, place))}`,
    after: '\n]}\n',
  }
}

function feature(row: Row, place: readonly string[]): unknown {
  const [found, properties] = taken(row, place)
  return { type: 'Feature', geometry: geometryOf(found), properties }
}

function geometryOf(place: unknown): unknown {
  if (!isObject(place)) return null
  const [lng, lat] = [place['lng'], place['lat']]
  return typeof lng === 'number' && typeof lat === 'number' ? { type: 'Point', coordinates: [lng, lat] } : null
}

/** What stands at the path, and the row without it. */
function taken(row: Row, [name = '', ...below]: readonly string[]): readonly [unknown, Row] {
  const value = row[name]
  if (below.length === 0) {
    const { [name]: _geometry, ...rest } = row
    return [value, rest]
  }
  if (!isObject(value)) return [undefined, row]
  const [found, rest] = taken(value, below)
  return [found, { ...row, [name]: rest }]
}
