import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { setTimeout as sleep } from 'node:timers/promises'
import { processIdentity } from '../../migrations/process-identity.ts'
import { cityFolder, command, startedCity } from '../support/command.ts'
import type { CityFolder } from '../support/command.ts'
import { load } from '../support/http-load.ts'

// Each test starts whole processes, which take their time on a busy machine.
vi.setConfig({ testTimeout: 180_000 })

let folder: CityFolder
beforeEach(() => {
  folder = cityFolder()
})
afterEach(() => folder.remove())

const body = JSON.stringify({ query: '{ enterprises(first: 5) { nodes { name legalRepName creditSummary { recordCount } licenses { nodes { status } } } } }' })

describe('the farewell of a city', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('ends on %s under load within ten seconds, cutting nobody off, PostgreSQL last', async (signal) => {
    const city = await startedCity(folder)
    const postgres = folder.postgres()
    expect(postgres).toBeDefined()
    const kept = load({ url: `${city.url}/graphql`, clients: 12, body })
    const fresh = load({ url: `${city.url}/graphql`, clients: 4, body, keepAlive: false })
    while (kept.answered() < 60) await sleep(20)
    const { code, signal: killedBy, milliseconds } = await city.stop(signal)
    const ends = await Promise.all([kept.result, fresh.result])
    expect({ code, killedBy }).toEqual({ code: 0, killedBy: null })
    expect(milliseconds).toBeLessThan(10_000)
    for (const { cut, statuses, refused } of ends) {
      expect(cut).toEqual([])
      expect(Object.keys(statuses).filter((status) => status !== '200' && status !== '503')).toEqual([])
      expect(refused).toBeGreaterThan(0)
    }
    expect(folder.postgres()).toBeUndefined()
    expect(processIdentity(postgres ?? 0)).toBeUndefined()
    expect(city.err()).toMatch(/Stopping/)
    expect(city.err()).not.toMatch(/ at .*\.ts:\d+|"level":50/)
  })

  it('stops in the middle of loading, keeps nothing of the city and leaves no PostgreSQL', async () => {
    const begun = command(['start', '--size', '60000', '--port', '0'], { CITYGRAPH_FOLDER: folder.path })
    await begun.says(/Loading the synthetic city/)
    const postgres = folder.postgres()
    const { code, milliseconds } = await begun.stop()
    expect(code).not.toBeNull()
    expect(milliseconds).toBeLessThan(10_000)
    expect(begun.err()).toMatch(/nothing was kept/)
    expect(begun.err()).not.toMatch(/ at .*\.ts:\d+/)
    expect(processIdentity(postgres ?? 0)).toBeUndefined()
    const again = await startedCity(folder)
    expect((await again.stop()).code).toBe(0)
  })
})
