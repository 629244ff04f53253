// Grants of the register go out as files and come back in from files, so that git stays usable; what a file lacks is not made up.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeGrantFolder } from '../../cli/grant-folder.ts'
import { bringIn, heldAt } from '../../cli/policy-register.ts'
import { logLeaves } from '../support/log-leaves.ts'
import { runningCity, type RunningCity } from '../support/running-city.ts'

let city: RunningCity
let folder: string
beforeAll(async () => {
  city = await runningCity()
  folder = mkdtempSync(join(tmpdir(), 'citygraph-grants-'))
})
afterAll(async () => {
  await city.stop()
  rmSync(folder, { recursive: true, force: true })
})

const input = {
  purpose: 'NAV-0801', scenario: 'Size of enterprises: "large" or small', legalBasis: '上海市数据条例 41', days: 30, agreementRef: 'OPEN-2026-0001',
  fields: [{ field: 'AnnualReport.totalAssets', mode: 'MASKED' }],
}
const place = () => ({ reader: city.databases.audit.query, writer: city.databases.audit.writer('governance'), clock: city.city.core.clock })
const bring = async (apply: boolean): Promise<readonly string[]> => (await bringIn(folder, place(), { apply })).lines
const granted = async (): Promise<boolean> => {
  await city.city.core.engine.reloadRegister()
  return [...city.city.core.engine.bundle().grants.values()].some(({ id, status }) => id.startsWith('G_') && status === 'ACTIVE')
}
const held = () => heldAt(city.databases.audit.query)

describe('grants as files', () => {
  it('are what was approved, and bring nothing back while they are unchanged', async () => {
    const made = await city.ask('mutation ($input: GrantApplication!) { applyForGrant(input: $input) { id } }', { caller: 'nav-b', variables: { input } })
    const { id } = made.data.applyForGrant
    for (const caller of ['amr-data-owner', 'second-officer']) {
      expect((await city.ask('mutation ($id: ID!) { approveApplication(id: $id, version: 1) { id } }', { caller, variables: { id } })).errors).toEqual([])
    }
    expect(writeGrantFolder(await held(), folder)).toBe(1)
    expect(readdirSync(folder)).toEqual([`G_${id}.yaml`])
    const text = readFileSync(join(folder, `G_${id}.yaml`), 'utf8')
    for (const line of [`id: G_${id}`, 'org: NAV-B', 'purpose: NAV-0801', 'validFrom: 2026-03-01', 'validTo: 2026-03-30', 'person: second-officer', 'agreementRef: OPEN-2026-0001', 'status: ACTIVE']) expect(text).toContain(line)
    expect(await bring(true)).toEqual([`G_${id}.yaml: nothing to do`])
    expect(await held()).toHaveLength(1)
  })

  it('that say something else than was approved are refused', async () => {
    const [name = ''] = readdirSync(folder)
    const text = readFileSync(join(folder, name), 'utf8')
    writeFileSync(join(folder, name), text.replace('validTo: 2026-03-30', 'validTo: 2026-12-31'))
    expect(await bring(true)).toEqual([`${name}: refused, it differs from what was approved; apply anew`])
    writeFileSync(join(folder, name), text)
  })

  it('that say REVOKED revoke, once it is applied, and never come back', async () => {
    const [name = ''] = readdirSync(folder)
    const text = readFileSync(join(folder, name), 'utf8')
    writeFileSync(join(folder, name), text.replace('status: ACTIVE', 'status: REVOKED'))
    expect(await bring(false)).toEqual([`${name}: would be revoked`])
    expect(await granted()).toBe(true)
    expect(await bring(true)).toEqual([`${name}: revoked`])
    expect(await granted()).toBe(false)
    writeFileSync(join(folder, name), text)
    expect(await bring(true)).toEqual([`${name}: refused, the register has revoked it`])
    rmSync(join(folder, name))
  })

  it('that are new come in with every approval that approvals.yaml demands, and without one do not', async () => {
    const text = (approvals: string): string => `id: NAV-0801
org: NAV-B
purpose: NAV-0801
scenario: Size of enterprises
legalBasis: 上海市数据条例 41
fields:
  - { mode: MASKED, fields: [AnnualReport.totalRevenue] }
validFrom: 2026-03-01
validTo: 2026-06-30
approvals:
${approvals}
agreementRef: OPEN-2026-0002
status: ACTIVE
`
    const owner = '  - { role: OWNER, person: amr-data-lead, at: 2026-02-27 }'
    const review = '  - { role: REVIEW, person: bdc-reviewer, at: 2026-02-27 }'
    writeFileSync(join(folder, 'nav.yaml'), text(owner))
    expect(await bring(true)).toEqual(['nav.yaml: refused, it lacks the approval of REVIEW BDC'])
    writeFileSync(join(folder, 'nav.yaml'), text(`${owner}\n${review.replace('bdc-reviewer', 'amr-data-lead')}`))
    expect(await bring(true)).toEqual(['nav.yaml: refused, one person may not approve twice'])
    expect(await granted()).toBe(false)
    writeFileSync(join(folder, 'nav.yaml'), text(`${owner}\n${review}`))
    expect(await bring(false)).toEqual(['nav.yaml: would be in force, 2026-03-01 to 2026-06-30, approved by amr-data-lead, bdc-reviewer'])
    expect(await granted()).toBe(false)
    expect(await bring(true)).toEqual(['nav.yaml: in force, 2026-03-01 to 2026-06-30, approved by amr-data-lead, bdc-reviewer'])
    expect(await granted()).toBe(true)
    expect(await bring(true)).toEqual(['nav.yaml: nothing to do'])
    const served = await city.ask('{ enterprises(first: 20) { nodes { annualReports(first: 1) { nodes { totalRevenue } } } } }', { caller: 'nav-b', purpose: 'NAV-0801' })
    expect(served.text).toContain('万')
    const written = (await logLeaves(city.databases.audit.owner, 'governance')).filter(({ by }) => by?.sub === 'policy-import').map(({ event }) => event)
    expect(written).toEqual(['REVOCATION', 'APPLICATION'])
  })
})
