import { execFile } from 'node:child_process'
import { createServer } from 'node:net'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { cityFolder, command, projectFolder, startedCity } from '../support/command.ts'
import type { CityFolder, Command } from '../support/command.ts'

// Each test starts whole processes, which take their time on a busy machine.
vi.setConfig({ testTimeout: 180_000 })

const query = '{ enterprise(uscc: "91310199MA1K0T2A0A") { name legalRepName creditRecords { nodes { id recordNo } } licenses { nodes { id status } } } people(first: 3) { nodes { id } } }'

let folder: CityFolder
let city: Command & { readonly url: string; readonly seconds: number }
let port: number
beforeAll(async () => {
  folder = cityFolder()
  port = await freePort()
  city = await startedCity(folder)
  await city.stop()
  // The same folder, now on a port of the environment and asked as printed.
})
afterAll(() => folder?.remove())

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}

async function ask(url: string, headers: Record<string, string> = {}): Promise<unknown> {
  const response = await fetch(`${url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify({ query }) })
  const { data } = (await response.json()) as { data?: unknown }
  return data
}

const environment = (): Record<string, string> => ({ CITYGRAPH_FOLDER: folder.path })
const tokenOf = async (caller: string): Promise<string> => {
  const asked = command(['token', caller], environment())
  expect((await asked.ended).code).toBe(0)
  return asked.out().trim()
}

describe('a city that is started again', () => {
  it('has its data, keys and records, and is there sooner', async () => {
    const first = city.seconds
    city = await startedCity(folder)
    const one = await ask(city.url, { authorization: `Bearer ${await tokenOf('psb-officer')}`, 'x-purpose': 'PSB-0001' })
    expect(one).toMatchObject({ enterprise: { legalRepName: '张伟' }, people: { nodes: [{ id: expect.any(String) }, {}, {}] } })
    expect(city.err()).not.toMatch(/Loaded|Applied/)
    await city.stop()
    const second = city.seconds
    city = await startedCity(folder)
    expect(await ask(city.url, { authorization: `Bearer ${await tokenOf('psb-officer')}`, 'x-purpose': 'PSB-0001' })).toEqual(one)
    const shown = command(['audit', 'show', '--log', 'population', '--last', '50'], environment())
    expect((await shown.ended).code).toBe(0)
    expect(shown.out().match(/"sub":"psb-officer"/g)?.length).toBeGreaterThanOrEqual(2)
    process.stderr.write(`first start ${first.toFixed(1)} s, second ${second.toFixed(1)} s, third ${city.seconds.toFixed(1)} s\n`)
    expect(Math.min(second, city.seconds)).toBeLessThan(first)
  })

  it('refuses a second one beside it, naming the process, and goes on', async () => {
    const beside = command(['start', '--size', '400', '--port', '0'], environment())
    expect((await beside.ended).code).toBe(1)
    expect(beside.err()).toBe(`citygraph already runs on ${folder.path} (process ${city.child.pid}); stop it first, or use another folder\n`)
    expect(beside.out()).toBe('')
    expect(await ask(city.url)).toMatchObject({ enterprise: { legalRepName: '张伟' } })
  })

  it('refuses a port that is taken in a sentence, and stops what it had started', async () => {
    const taken = new URL(city.url).port
    await city.stop()
    const other = createServer().listen(Number(taken))
    const refused = command(['start', '--size', '400', '--port', taken], environment())
    expect((await refused.ended).code).toBe(1)
    expect(refused.err()).toContain(`port ${taken}`)
    expect(refused.err()).not.toMatch(/ at .*\.ts:\d+|EADDRINUSE.*:::/)
    expect(folder.postgres()).toBeUndefined()
    await new Promise((resolve) => other.close(resolve))
  })

  it('refuses another size, saying how to begin anew, and keeps the city', async () => {
    const other = command(['start', '--size', '500', '--port', '0'], environment())
    expect((await other.ended).code).toBe(1)
    expect(other.err()).toMatch(/holds a city of 400 people.*not of 500.*start with that size, or remove the data folder to make a new city/)
    expect(other.err()).not.toMatch(/ at .*\.ts:\d+/)
    expect(folder.postgres()).toBeUndefined()
  })
})

describe('what a start prints', () => {
  it('works as printed: one query, three callers, three answers', async () => {
    const running = command(['start', '--size', '400'], { ...environment(), PORT: String(port) })
    await running.says(/x-case-no.*\n/)
    expect(running.out()).toContain(`http://localhost:${port}`)
    const printed = running.out().split('\n').filter((line) => line.startsWith('curl '))
    expect(printed).toHaveLength(3)
    const answers: { data: { enterprise: Record<string, unknown> }; extensions: { sharing: { decisions: { path: string }[] } } }[] = []
    for (const line of printed) {
      const { stdout } = await promisify(execFile)('bash', ['-c', line], { cwd: projectFolder, env: { ...process.env, ...environment() } })
      answers.push(JSON.parse(stdout))
    }
    expect(new Set(answers.map(({ extensions }) => JSON.stringify(extensions.sharing.decisions))).size).toBe(3)
    const [open, bank, market] = answers.map(({ data }) => data.enterprise)
    expect(open).toMatchObject({ legalRepName: '张伟', legalRepresentative: null, creditRating: null })
    expect(bank).toMatchObject({ creditRating: { grade: expect.stringMatching(/^[A-D]$/), score: null } })
    expect(market).toMatchObject({ legalRepresentative: { name: '张伟', idNo: '31**************12' } })
    expect((await running.stop()).code).toBe(0)
  })
})

describe('tokens', () => {
  it('are listed with what each caller may try, and made for those callers only', async () => {
    const list = command(['token', '--list'], environment())
    expect((await list.ended).code).toBe(0)
    for (const name of ['psb-officer', 'bank-a', 'zhang-wei', 'auditor']) expect(list.out()).toContain(name)
    const unknown = command(['token', 'nobody'], environment())
    expect((await unknown.ended).code).toBe(2)
    expect(unknown.err()).not.toContain('nobody')
    const elsewhere = command(['token', 'bank-a'], { CITYGRAPH_FOLDER: `${folder.path}/none` })
    expect((await elsewhere.ended).code).toBe(1)
    expect(elsewhere.err()).toMatch(/^No city was ever started in this folder/)
  })
})
