// A demand that duties promise opens one application, for the department that needs the data, which owners and the data centre decide
// like any other; nothing of it is anybody's until they did.

import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { policiesFolder } from '../../cli/city-parts.ts'
import { logLeaves } from '../support/log-leaves.ts'
import { runningCity, type RunningCity } from '../support/running-city.ts'

let city: RunningCity
const policies = mkdtempSync(join(tmpdir(), 'citygraph-demands-'))
beforeAll(async () => {
  cpSync(policiesFolder, policies, { recursive: true })
  city = await runningCity({ policies })
  await city.city.follower.caughtUp()
}, 300_000)
afterAll(async () => city.stop())

const LIST = '{ applications(where: { org: { eq: "DIST" } }) { nodes { id org bySub status purpose route fields { nodes { field mode owner } } approvals { nodes { role org } } } } }'
type Filed = { readonly id: string; readonly bySub: string | null; readonly status: string; readonly fields: { readonly nodes: readonly { readonly field: string; readonly mode: string }[] } }
const filed = async (caller: string): Promise<readonly Filed[]> => (await city.ask(LIST, { caller })).data.applications.nodes
const edited = async (file: string, from: string, to: string): Promise<void> => {
  const path = join(policies, file)
  const text = readFileSync(path, 'utf8')
  expect(text).toContain(from)
  writeFileSync(path, text.replace(from, to))
  await city.city.core.engine.reload()
  await city.city.follower.caughtUp()
}

describe('a demand', () => {
  it('that duties promise opens one application, by nobody’s name, and it is in the log', async () => {
    const [one, ...others] = await filed('auditor')
    expect(others).toEqual([])
    expect(one).toMatchObject({
      org: 'DIST', bySub: 'demands', status: 'PENDING', purpose: 'DIST-0601',
      fields: { nodes: [{ field: 'AnnualReport.totalRevenue', mode: 'MASKED', owner: 'AMR' }, { field: 'AnnualReport.totalTax', mode: 'MASKED', owner: 'AMR' }, { field: 'CreditRating.grade', mode: 'MASKED', owner: 'CREDIT' }] },
    })
    const events = (await logLeaves(city.databases.audit.owner, 'governance')).filter(({ event }) => event === 'APPLICATION')
    expect(events).toMatchObject([{ about: one?.id, by: { org: 'CITYGRAPH', sub: 'demands' } }])
  })

  it('that stays as it is opens no second one, whatever else changes', async () => {
    await edited('duties.yaml', 'days: 5', 'days: 6')
    await city.city.follower.caughtUp()
    expect(await filed('auditor')).toHaveLength(1)
  })

  it('that is changed opens another one, and one that is not promised none', async () => {
    await edited('demands.yaml', 'fields: [AnnualReport.totalRevenue, AnnualReport.totalTax, CreditRating.grade]', 'fields: [AnnualReport.totalTax]')
    expect((await filed('auditor')).map(({ fields }) => fields.nodes.map(({ field }) => field))).toContainEqual(['AnnualReport.totalTax'])
    expect(await filed('auditor')).toHaveLength(2)
    await edited('demands.yaml', 'fields: [AnnualReport.totalTax]', 'fields: [AnnualReport.totalTax, Enterprise.legalRepresentative]')
    expect(await filed('auditor')).toHaveLength(2)
  })

  it('is decided by owners and the data centre, whoever else tries', async () => {
    const [{ id } = { id: '' }] = await filed('auditor')
    const approve = (caller: string) => city.ask('mutation ($id: ID!) { approveApplication(id: $id, version: 1) { status } }', { caller, variables: { id } })
    expect((await approve('psb-owner')).errors.map(({ extensions }) => extensions.code)).toEqual(['APPROVER_NOT_ENTITLED'])
    expect((await approve('security-officer')).data.approveApplication.status).toBe('PENDING')
    expect((await approve('amr-data-owner')).data.approveApplication.status).toMatch(/PENDING|APPROVED/)
  })
})
