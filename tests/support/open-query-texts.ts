// Open queries made for tests of documentation: what the shipped ones have none of (an end, a hostile title, every kind of parameter),
// read against the city's own graph like those.

import { readQueries } from '../../open/library.ts'
import type { OpenQueries } from '../../open/library.ts'
import type { About } from '../../open/about.ts'
import type { OpenQuery } from '../../open/open-query.ts'
import { apiSchemaOf } from '../../schema/api-schema.ts'
import { readClassification } from '../../schema/classification.ts'
import { allSubgraphSdl, committedSupergraphSdl } from '../../schema/load.ts'
import { createPolicyEngine } from '../../policy-engine/engine.ts'
import { policiesFolder } from '../../cli/city-parts.ts'
import { openQueriesFolder } from '../../cli/open-queries.ts'
import { queryFiles } from '../../open/library.ts'
import { frozenClock } from '../../core/clock.ts'

export const HOSTILE = `</title><script>alert(1)</script>"'><img src=x onerror=alert(2)>&`

const stations = `query Stations($first: Int = 50, $after: String) {
  metroStations(first: $first, after: $after) { nodes { code name location } pageInfo { hasNextPage endCursor } }
}`
const header = (id: string, further: readonly string[]): string =>
  [`id: ${id}`, 'version: 1', 'owner: TRANS', ...further].map((line) => `# ${line}`).join('\n')
const titled = 'title: { zh: 站点, en: Stations }'
const shown = 'examples: [{ title: { zh: 全部, en: All } }]'

/** By id. */
export const madeTexts: Readonly<Record<string, string>> = {
  'hostile-words': `${header('hostile-words', [`title: { zh: ${JSON.stringify(HOSTILE)}, en: ${JSON.stringify(HOSTILE)} }`, `summary: { zh: ${JSON.stringify(HOSTILE)}, en: ${JSON.stringify(HOSTILE)} }`, 'audience: public', 'formats: [json]', `keywords: [${JSON.stringify(HOSTILE.slice(0, 60))}]`, `examples: [{ title: { zh: ${JSON.stringify(HOSTILE)}, en: ${JSON.stringify(HOSTILE)} }, parameters: { cursor: ${JSON.stringify(HOSTILE)} } }]`])}\n${stations}`,
  'ends-soon': `${header('ends-soon', [titled, 'audience: public', 'formats: [json, ndjson, csv, xml, geojson]', 'deprecated: { from: 2026-02-01, until: 2026-03-10, successor: metro-stations }', shown])}\n${stations}`,
  'has-ended': `${header('has-ended', [titled, 'audience: public', 'formats: [json]', 'deprecated: { from: 2026-01-01, until: 2026-03-01 }', shown])}\n${stations}`,
  'for-keys': `${header('for-keys', [titled, 'audience: key', 'formats: [json, csv]', shown])}\n${stations}`,
  'a-bank-only': `${header('a-bank-only', ['title: { zh: 评级, en: Rating }', 'audience: grant', 'purpose: BANK-0602', 'formats: [json]', 'examples: [{ title: { zh: 一家, en: One }, parameters: { uscc: 91310199MA1K0T2A0A }, authorizationRef: AUTH-2026-0007 }]'])}\nquery Rating($uscc: ID!) { enterprise(uscc: $uscc) { name creditRating { grade } } }`,
}

export type City = { readonly about: About; readonly shipped: readonly OpenQuery[]; readonly made: readonly OpenQuery[] }

/** The shipped queries and those above, with what documentation says of them. Throws what is wrong with one. */
export async function documentedCity(): Promise<City> {
  const classification = readClassification(allSubgraphSdl())
  const engine = await createPolicyEngine({ directory: policiesFolder, classification, clock: frozenClock('2026-03-01T10:00:00+08:00') })
  const graph = { schema: apiSchemaOf(committedSupergraphSdl()), classification }
  const read = (files: Parameters<typeof readQueries>[0]): readonly OpenQuery[] => {
    const { queries, problems } = readQueries(files, graph, engine.bundle().combinations.sets)
    if (problems.length > 0) throw new Error(problems.map(({ file, message }) => `${file}: ${message}`).join('\n'))
    return queries
  }
  const made = read(Object.entries(madeTexts).map(([id, text]) => ({ name: `${id}.graphql`, text })))
  return { about: { bundle: engine.bundle(), classification }, shipped: read(await queryFiles(openQueriesFolder)), made }
}

/** As a city serves them. */
export function inForce(queries: readonly OpenQuery[]): OpenQueries {
  return { get: (id) => queries.find((query) => query.id === id), all: () => [...queries].sort((one, other) => one.id.localeCompare(other.id)), version: () => queries.map(({ hash }) => hash).join(' ') }
}
