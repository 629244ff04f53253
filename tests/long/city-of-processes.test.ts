import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { subgraphNames } from '../../core/domains.ts'
import { askingCallers, askings } from '../support/askings.ts'
import { cityFolder, command } from '../support/command.ts'
import type { CityFolder, Command } from '../support/command.ts'
import { post } from '../support/running-city.ts'
import type { Answer } from '../support/running-city.ts'

// Seven processes of one folder, as README and docs/operations.md start them, and the same folder again as `citygraph start`.

let folder: CityFolder
let environment: Record<string, string>
const running: Command[] = []
const tokens = new Map<string, string>()
beforeAll(() => {
  folder = cityFolder()
  environment = { CITYGRAPH_FOLDER: folder.path, CITYGRAPH_NOW: '2026-03-01T10:00:00+08:00' }
})
afterAll(async () => {
  for (const one of running.toReversed()) await one.stop()
  folder.remove()
})

async function tokenOf(caller: string): Promise<string> {
  const known = tokens.get(caller)
  if (known !== undefined) return known
  const asked = command(['token', caller], environment)
  expect((await asked.ended).code, asked.err()).toBe(0)
  tokens.set(caller, asked.out().trim())
  return asked.out().trim()
}

/** Public ids differ from caller to caller: those that need one are asked in tests/long/http-equals-embedded.test.ts. */
const general = Object.entries(askings).filter(([, { query }]) => !/\$(person|ward)/.test(query))

async function askAll(url: string): Promise<Map<string, unknown>> {
  const said = new Map<string, unknown>()
  for (const [who, how] of Object.entries(askingCallers)) {
    const token = how.caller === undefined ? undefined : await tokenOf(how.caller)
    for (const [what, asking] of general) said.set(`${who}: ${what}`, withoutIds(await post(url, asking.query, { ...how, ...asking }, token)))
  }
  return said
}

function withoutIds({ status, text, sharing }: Answer): unknown {
  const { data, errors } = JSON.parse(text) as { data?: unknown; errors?: unknown }
  return { status, data: JSON.stringify(data), errors, decisions: sharing.decisions, policyVersion: sharing.policyVersion, logs: sharing.records.map(({ log }) => log).toSorted() }
}

describe('a city of seven processes', () => {
  it('answers byte for byte like the same city in one', async () => {
    const databases = command(['databases', '--size', '400'], environment)
    running.push(databases)
    await databases.says(/The databases are ready/)
    const subgraphs = subgraphNames.map((domain) => ({ domain, process: command(['subgraph', domain, '--port', '0'], environment) }))
    running.push(...subgraphs.map(({ process }) => process))
    const addresses = await Promise.all(subgraphs.map(async ({ domain, process }) => `${domain}=${(await process.says(/is ready at (http:\/\/localhost:\d+\/graphql)/))[1]}`))
    const gateway = command(['gateway', '--port', '0'], { ...environment, SUBGRAPHS: addresses.join(',') })
    running.push(gateway)
    const [, url = ''] = await gateway.says(/ready at (http:\/\/localhost:\d+)\/graphql/)
    const apart = await askAll(url)
    expect((await fetch(`${url}/health/ready`)).status).toBe(200)

    // One department's process ends: its fields are empty, the rest is served.
    const credit = subgraphs.find(({ domain }) => domain === 'credit')?.process
    expect((await credit?.stop())?.code).toBe(0)
    const partial = await post(url, '{ enterprise(uscc: "91310199MA1K0T2A0A") { name creditSummary { recordCount } } }', {}, undefined)
    expect([partial.status, partial.data.enterprise.name, partial.data.enterprise.creditSummary]).toEqual([200, '上海示例出行科技有限公司', null])
    expect(partial.errors).toMatchObject([{ extensions: { code: 'SUBGRAPH_UNAVAILABLE', domain: 'credit' } }])

    for (const one of running.splice(0).toReversed()) expect((await one.stop()).code, one.err()).toBe(0)
    expect(folder.postgres()).toBeUndefined()

    const whole = command(['start', '--size', '400', '--port', '0'], environment)
    running.push(whole)
    const [, at = ''] = await whole.says(/citygraph is ready after .*: (http:\/\/localhost:\d+)/)
    const together = await askAll(at)
    expect(apart.size).toBeGreaterThanOrEqual(40)
    for (const [what, said] of together) expect(apart.get(what), what).toEqual(said)
  })
})
