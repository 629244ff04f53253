// Places: the real divisions of Shanghai (data/), invented addresses in them, and points near the middle of a district (WGS 84).

import { readFileSync } from 'node:fs'
import type { Random } from './random.ts'

export type Street = { readonly code: string; readonly name: string; readonly district: string; readonly districtName: string }
export type Places = { readonly streets: readonly Street[]; readonly districts: ReadonlyMap<string, string> }

/** Reads the divisions beside this file. Throws when the file is not what it was. */
export function readPlaces(): Places {
  const rows = readCsv('shanghai-divisions.csv')
  const districts = new Map(rows.filter(([, , level]) => level === 'district').map(([code = '', name = '']) => [code, name]))
  const streets = rows
    .filter(([, , level]) => level === 'street')
    .map(([code = '', name = '', , district = '']) => ({ code, name, district, districtName: districts.get(district) ?? '' }))
  if (districts.size !== 16 || streets.length !== 234) throw new Error('shanghai-divisions.csv is not complete')
  return { streets, districts }
}

/** The rows of a file in data/ without its heading; fields may be quoted, without quotes inside. */
export function readCsv(file: string): readonly (readonly string[])[] {
  const text = readFileSync(new URL(`./data/${file}`, import.meta.url), 'utf8')
  const lines = text.split(/\r?\n/).filter((line) => line !== '').slice(1)
  return lines.map((line) => Array.from(line.matchAll(/(?:^|,)(?:"([^"]*)"|([^,]*))/g), ([, quoted, plain]) => (quoted ?? plain ?? '').trim()))
}

/** An address that does not exist, in a street that does. */
export function address(random: Random, street: Street): string {
  const road = street.name.endsWith('镇') ? `示例镇示例路` : '示例路'
  return `上海市${street.districtName}${road}${random.int(1, 999)}弄${random.int(1, 60)}号${random.int(1, 24)}0${random.int(1, 8)}室`
}

export type Point = { readonly lng: string; readonly lat: string }

/** A point within about 2.5 km of the district's middle, six decimals. */
export function pointNear(random: Random, district: string): Point {
  const [lng, lat] = CENTRES[district] ?? [121.4737, 31.2304]
  return { lng: (lng + (random.next() - 0.5) * 0.05).toFixed(6), lat: (lat + (random.next() - 0.5) * 0.045).toFixed(6) }
}

/** Roughly where the districts' governments are. */
const CENTRES: Readonly<Record<string, readonly [lng: number, lat: number]>> = {
  '310101': [121.4846, 31.2319],
  '310104': [121.4366, 31.1886],
  '310105': [121.4244, 31.2204],
  '310106': [121.4474, 31.2278],
  '310107': [121.3956, 31.2495],
  '310109': [121.505, 31.2646],
  '310110': [121.526, 31.2595],
  '310112': [121.3815, 31.1128],
  '310113': [121.4892, 31.4054],
  '310114': [121.2655, 31.3747],
  '310115': [121.5447, 31.2215],
  '310116': [121.342, 30.7418],
  '310117': [121.2277, 31.0322],
  '310118': [121.1242, 31.1497],
  '310120': [121.474, 30.9179],
  '310151': [121.3974, 31.6227],
}
