// All metro stations, page by page: `node --import tsx examples/typescript/stations.ts` beside a city that runs.

import { openCity } from './client.ts'

const city = openCity(process.env['CITYGRAPH_URL'] ?? 'http://localhost:4000')
for await (const { code, name, location } of city.rows('metro-stations', { limit: 100 })) {
  process.stdout.write(`${code}\t${name ?? '–'}\t${location === null ? '–' : `${location.lat}, ${location.lng}`}\n`)
}
