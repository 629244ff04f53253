// W5 by hand: the rows of the open query `metro-stations` as JSON, from the database at each request, or (`memory`) read once and given
// from memory ever after. Decides and records nothing. Argument: a JSON object {folder, memory}.

import { createServer } from 'node:http'
import { attachDatabases } from '../../cli/city-databases.ts'
import { readConfig } from '../../core/config.ts'
import { serveUntilEnd } from '../serving.ts'
import { openDepartments } from './department-pools.ts'

export type StationsOptions = { readonly folder: string; readonly memory: boolean }

export const STATIONS = 50
type Station = { readonly code: unknown; readonly name: unknown; readonly location: unknown; readonly lines: { readonly nodes: unknown[] } }

const text = `SELECT station.station_code AS code, station.station_name AS name, station.lng::text, station.lat::text, line.line_no, line.line_name
  FROM (SELECT * FROM trf_metro_station WHERE NOT is_deleted AND in_service ORDER BY station_code LIMIT $1::bigint) AS station
  LEFT JOIN LATERAL (
    SELECT at.line_no, its.line_name FROM trf_line_station AS at JOIN trf_metro_line AS its ON its.line_no = at.line_no
    WHERE at.station_code = station.station_code AND NOT at.is_deleted AND NOT its.is_deleted AND its.in_service ORDER BY at.line_no LIMIT 5) AS line ON true
  ORDER BY station.station_code, line.line_no`

export async function run([argument = '']: readonly string[]): Promise<number> {
  // Written by open.ts of this version.
  const { folder, memory }: StationsOptions = JSON.parse(argument)
  const { departments, close } = openDepartments(attachDatabases(readConfig({ CITYGRAPH_FOLDER: folder })))
  const read = async (): Promise<string> => {
    const stations = new Map<string | null, Station>()
    for (const { code = null, name, lng, lat, line_no: lineNo, line_name: lineName } of await departments.transport('stations', text, [STATIONS])) {
      const station: Station = stations.get(code) ?? { code, name, location: { lat: Number(lat), lng: Number(lng) }, lines: { nodes: [] } }
      if (lineNo !== null) station.lines.nodes.push({ lineNo, name: lineName })
      stations.set(code, station)
    }
    return JSON.stringify({ data: [...stations.values()] })
  }
  const kept = memory ? await read() : undefined
  const server = createServer((request, response) => {
    request.resume()
    const answer = (body: string): void => {
      response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(body) })
      response.end(body)
    }
    if (kept !== undefined) answer(kept)
    else read().then(answer, () => response.writeHead(500, { 'content-length': 0 }).end())
  })
  await serveUntilEnd(server)
  await close()
  return 0
}
