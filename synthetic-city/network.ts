// The metro as it was in 2017 (data/), and invented road sections with one day of traffic before the city's instant.

import { lineStations, metroLines, metroStations, roadSections, trafficFlows } from '../migrations/transport/tables-network.ts'
import { metroOperator } from './authorities.ts'
import { CITY_INSTANT } from './days.ts'
import { pointNear, readCsv, type Places } from './places.ts'
import { random } from './random.ts'
import type { Put } from './rows.ts'

/** Lines, stations and which line serves which; a line's `seq` follows the file, not the track. */
export function metroRows(put: Put): void {
  for (const [, code = '', name = '', lng = '', lat = ''] of readCsv('metro-stations.csv')) {
    put(metroStations, { code, name, lng, lat, inService: true })
  }
  const codes = new Map(readCsv('metro-stations.csv').map(([, code = '', name = '']) => [name, code]))
  const stations = new Map<string, string[]>()
  for (const [name = '', lines = ''] of readCsv('metro-station-lines.csv')) {
    const code = codes.get(name)
    if (code === undefined) throw new Error('metro-station-lines.csv names a station that metro-stations.csv has not')
    for (const line of lines.split(',').map((text) => text.replace('Line', '').trim())) {
      stations.set(line, [...(stations.get(line) ?? []), code])
    }
  }
  for (const [lineNo, served] of [...stations].sort(([one], [other]) => Number(one) - Number(other))) {
    put(metroLines, { lineNo, name: `轨道交通${lineNo}号线`, operatorUscc: metroOperator.uscc, inService: true })
    for (const [index, code] of served.entries()) put(lineStations, { lineNo, code, seq: index + 1 })
  }
}

const SECTIONS = 100
const STEP_MS = 300_000
const STEPS = 288

/** Sections in all districts and their flow of every five minutes in the 24 hours before the city's instant. */
export function roadRows(places: Places, seed: number, put: Put): void {
  const stream = random(seed, 'roads')
  const districts = [...places.districts]
  const end = Date.parse(CITY_INSTANT)
  let flowId = 1
  for (let number = 0; number < SECTIONS; number++) {
    const [division = '', districtName = ''] = districts[number % districts.length] ?? []
    const sectionId = `SH-${String(number + 1).padStart(4, '0')}`
    put(roadSections, { sectionId, name: `${districtName}示例路${number + 1}号断面`, division, ...pointNear(stream, division) })
    const capacity = stream.int(80, 320)
    for (let step = 0; step < STEPS; step++) {
      const at = new Date(end - (STEPS - step) * STEP_MS)
      const load = Math.min(1, rush(at) * (0.8 + 0.4 * stream.next()))
      put(trafficFlows, {
        flowId: flowId++,
        sectionId,
        division,
        at,
        volume: Math.round(capacity * load),
        averageSpeed: (62 - 44 * load).toFixed(1),
        congestionIndex: (10 * load * load).toFixed(2),
      })
    }
  }
}

/** How full the roads are at an hour of the day in Shanghai, 0–1. */
function rush(at: Date): number {
  const hour = ((at.getTime() / 3_600_000 + 8) % 24 + 24) % 24
  const near = (peak: number, width: number): number => Math.exp(-((hour - peak) ** 2) / (2 * width ** 2))
  return 0.08 + 0.85 * near(8.3, 1.3) + 0.8 * near(18, 1.8) + 0.35 * near(13, 3)
}
