// More connections than a city can serve at once: every request is answered or refused with a code, none hangs, and what follows is
// served as before.

import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { cityFolder, command, startedCity } from '../support/command.ts'
import type { CityFolder } from '../support/command.ts'
import { askInTurn } from '../support/ask-in-turn.ts'

vi.setConfig({ testTimeout: 600_000 })

const CONNECTIONS = 512
const EACH = 12
/** Of one request: longer is as good as hanging. */
const PATIENCE_MS = 60_000

let folder: CityFolder
beforeEach(() => {
  folder = cityFolder()
})
afterEach(() => folder.remove())

const query = `query W1($first: Int!) { enterprises(first: $first) { nodes { uscc name type industry registeredCapital establishedOn
  legalRepresentative { name gender birthDate hukouDivision } creditRecords(first: 3) { nodes { recordNo decidedOn } } } } }`

it(`answers or refuses all of ${CONNECTIONS * EACH} requests on ${CONNECTIONS} connections`, async () => {
  const city = await startedCity(folder)
  const token = command(['token', 'bank-a'], { CITYGRAPH_FOLDER: folder.path })
  await token.ended
  const question = { body: JSON.stringify({ query, variables: { first: 20 } }), headers: { authorization: `Bearer ${token.out().trim()}`, 'x-purpose': 'BANK-0602' } }
  const url = `${city.url}/graphql`
  const [alone] = (await askInTurn({ url, question, clients: 1, each: 1, patienceMs: PATIENCE_MS })).bodies
  const { statuses, unanswered, slowestMs, bodies } = await askInTurn({ url, question, clients: CONNECTIONS, each: EACH, patienceMs: PATIENCE_MS })
  console.log(`statuses ${JSON.stringify(statuses)}, slowest ${slowestMs.toFixed(0)} ms`)
  expect(unanswered).toEqual([])
  expect(Object.values(statuses).reduce((sum, count) => sum + count, 0)).toBe(CONNECTIONS * EACH)
  expect(statuses['200']).toBeGreaterThan(CONNECTIONS)
  const dataOf = (body: string): unknown => JSON.parse(body).data
  for (const body of bodies) {
    const { data, errors } = JSON.parse(body)
    // Whole or refused: what is partly away says whose part.
    if (errors === undefined) expect(data).toEqual(dataOf(alone ?? ''))
    else for (const { extensions } of errors) expect(['SUBGRAPH_UNAVAILABLE', 'AUDIT_UNAVAILABLE', 'RATE_LIMITED', 'INTERNAL']).toContain(extensions.code)
  }
  const after = await askInTurn({ url, question, clients: 1, each: 5, patienceMs: PATIENCE_MS })
  expect(after.statuses).toEqual({ 200: 5 })
  expect((await city.stop()).code).toBe(0)
})
