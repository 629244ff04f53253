// Grants that come in from files: how they are named, when they begin, and what is none. And the story that is told, where there is no city.

import { existsSync, mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { run as tellStory } from '../../cli/demo.ts'
import { beginClock } from '../../cli/demonstration-clock.ts'
import { bringIn, heldAt } from '../../cli/policy-register.ts'
import { UsageError } from '../../cli/usage.ts'
import { post, runningCity, TEST_DAY, type Answer, type RunningCity } from '../support/running-city.ts'
import { signedToken } from '../support/signed-token.ts'

let city: RunningCity
let now = new Date(TEST_DAY)
let folder: string
beforeAll(async () => {
  city = await runningCity({ clock: { now: () => now } })
  folder = mkdtempSync(join(tmpdir(), 'citygraph-grants-'))
})
afterAll(async () => {
  await city.stop()
  rmSync(folder, { recursive: true, force: true })
})

const file = (id: string, from: string, to: string, field: string): string => `id: ${id}
org: NAV-B
purpose: NAV-0801
scenario: Size of enterprises
legalBasis: 上海市数据条例 41
fields:
  - { mode: MASKED, fields: [${field}] }
validFrom: ${from}
validTo: ${to}
approvals:
  - { role: OWNER, person: amr-data-lead, at: 2026-02-27 }
  - { role: REVIEW, person: bdc-reviewer, at: 2026-02-27 }
agreementRef: OPEN-2026-0002
status: ACTIVE
`
const bring = async (): Promise<readonly string[]> => {
  const lines = (await bringIn(folder, { reader: city.databases.audit.query, writer: city.databases.audit.writer('governance'), clock: { now: () => now } }, { apply: true })).lines
  await city.city.core.engine.reloadRegister()
  return lines
}
const asked = async (query: string, purpose?: string): Promise<Answer> =>
  post(city.url, query, purpose === undefined ? {} : { purpose }, await signedToken(city, { subject: 'nav-b', claims: { org: 'NAV-B', kind: 'partner', roles: ['application'], zone: 'mainland' }, livesS: 90 * 86_400 }))
const bands = async (): Promise<boolean> => (await asked('{ enterprises(first: 20) { nodes { annualReports(first: 1) { nodes { totalAssets } } } } }', 'NAV-0801')).text.includes('万')

describe('a grant from a file', () => {
  it.each([['"0815"'], ["'1e5'"], ['"null"']])('of the id %s comes in under one of the register, as it is', async (id) => {
    const name = `id-${id.replace(/\W/g, '')}.yaml`
    writeFileSync(join(folder, name), file(id, '2026-03-01', `2026-04-${String(10 + id.length)}`, 'AnnualReport.totalRevenue').replace('Size of', `Size ${id.replace(/\W/g, '')} of`))
    expect(await bring()).toContainEqual(expect.stringContaining(`${name}: in force, 2026-03-01`))
    const [held] = (await heldAt(city.databases.audit.query)).slice(-1)
    expect(held?.id).toMatch(/^G_[0-9a-f-]{36}$/)
    expect(city.city.core.engine.bundle().grants.get(held?.id ?? '')).toMatchObject({ org: 'NAV-B', status: 'ACTIVE' })
    expect(city.city.core.engine.bundle().leftOut).toEqual([])
    expect(await bring()).toContainEqual(`${name}: nothing to do`)
    rmSync(join(folder, name))
  })

  it('of an id that is a number, of several in a list, or no file at all, is refused by its name', async () => {
    writeFileSync(join(folder, 'number.yaml'), file('815', '2026-03-01', '2026-05-01', 'AnnualReport.totalProfit'))
    writeFileSync(join(folder, 'list.yaml'), `- ${file('L-1', '2026-03-01', '2026-05-01', 'AnnualReport.totalProfit').trimEnd().replaceAll('\n', '\n  ')}\n`)
    mkdirSync(join(folder, 'sub.yaml'))
    const before = (await heldAt(city.databases.audit.query)).length
    expect(await bring()).toEqual(['list.yaml: refused, a file holds one grant, not a list', expect.stringMatching(/^number\.yaml: refused, /), 'sub.yaml: refused, it is a folder'])
    expect(await heldAt(city.databases.audit.query)).toHaveLength(before)
    for (const name of ['number.yaml', 'list.yaml', 'sub.yaml']) rmSync(join(folder, name), { recursive: true })
  })

  it('that begins on a later day says UPCOMING and gives nothing before, and ACTIVE from then on', async () => {
    writeFileSync(join(folder, 'later.yaml'), file('LATER', '2026-04-01', '2026-04-30', 'AnnualReport.totalAssets'))
    expect(await bring()).toEqual(['later.yaml: in force later, 2026-04-01 to 2026-04-30, approved by amr-data-lead, bdc-reviewer'])
    const [held] = (await heldAt(city.databases.audit.query)).slice(-1)
    await city.city.follower.caughtUp()
    const state = async (): Promise<unknown> => (await asked(`{ grants(where: { id: { eq: "${held?.id}" } }) { nodes { state startsAt } } }`)).data.grants.nodes[0]
    await expect.poll(state, { timeout: 20_000, interval: 500 }).toEqual({ state: 'UPCOMING', startsAt: '2026-04-01T00:00:00+08:00' })
    expect(await bands()).toBe(false)
    now = new Date('2026-04-01T00:00:00+08:00')
    expect(await state()).toMatchObject({ state: 'ACTIVE' })
    expect(await bands()).toBe(true)
    now = new Date(TEST_DAY)
  })
})

describe('the contract of an emergency', () => {
  it('tells its end by the clock of the city, like the days beside it', async () => {
    const input = { purpose: 'CAB-0901', scenario: 'Flood', legalBasis: '自然灾害救助条例 14', fields: [{ field: 'Person.birthDate', mode: 'MASKED' }] }
    const { id } = (await city.ask('mutation ($input: EmergencyApplication!) { breakGlass(input: $input) { id } }', { caller: 'relief-officer', variables: { input } })).data.breakGlass
    expect((await city.ask('mutation ($id: ID!) { confirmBreakGlass(id: $id) { id } }', { caller: 'relief-second', variables: { id } })).errors).toEqual([])
    const { contract, contractZh } = (await city.ask(`{ grants(where: { id: { eq: "G_${id}" } }) { nodes { contract contractZh } } }`, { caller: 'relief-officer' })).data.grants.nodes[0]
    expect(contract).toContain('from 2026-03-01 to 2026-03-01 14:00 (Shanghai time), for')
    expect(contractZh).toContain('自 2026-03-01 起至 2026-03-01 14:00（北京时间），')
  })
})

describe('the story of governance', () => {
  it('says in a sentence that no city runs in the folder, and makes none of its keys', async () => {
    const before = process.env['CITYGRAPH_FOLDER']
    const empty = join(folder, 'no-city')
    process.env['CITYGRAPH_FOLDER'] = empty
    try {
      await expect(tellStory(['governance'])).rejects.toThrow(UsageError)
      await expect(tellStory(['governance'])).rejects.toThrow(/No city runs in the folder .*no-city: `npm start` starts one/)
      expect(existsSync(empty)).toBe(false)
      // A city that ended badly, or one of another folder.
      mkdirSync(empty)
      writeFileSync(join(empty, 'city.json'), '{}')
      beginClock(empty, TEST_DAY)
      await expect(tellStory(['governance', '--port', '1'])).rejects.toThrow(/No city answers on port 1: .*--port names another port/)
      await expect(tellStory(['governance', '--port', new URL(city.url).port])).rejects.toThrow(/is no city of the folder .*no-city: name its folder by CITYGRAPH_FOLDER/)
    } finally {
      if (before === undefined) delete process.env['CITYGRAPH_FOLDER']
      else process.env['CITYGRAPH_FOLDER'] = before
    }
  })
})
