// Of how many people an organisation may read data of a bulk class (DOMAIN 2.6): what counts, what it does, and when it ends.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { auditSql, quotaCity, quotasYaml, said } from '../support/quota-city.ts'
import type { QuotaCity } from '../support/quota-city.ts'
import type { Answer, Asked } from '../support/running-city.ts'

const HOUR = 3_600_000
const trans: Asked = { caller: 'trans-officer', purpose: 'TRANS-0001' }
const page = (first: number, after?: unknown, fields = 'name'): string => `{ people(first: ${first}${typeof after === 'string' ? `, after: "${after}"` : ''}) { nodes { id gender ${fields} } pageInfo { endCursor } } }`
const names = (answer: Answer): readonly unknown[] => answer.data.people.nodes.map(({ name }: { name: unknown }) => name)
const NAME = 'people.nodes.name'

let of: QuotaCity
beforeAll(async () => {
  of = await quotaCity({ A: [3, 30], B: [3, 30], C: [5, 8] })
})
afterAll(async () => {
  await of.city.stop()
})
afterEach(async () => {
  await auditSql(of.city, 'TRUNCATE audit.supply, audit.quota_passed')
  // Forgets what the processes remember of charges and refusals.
  of.wait(15 * 60_000)
})

describe('a quota', () => {
  it('serves people up to the limit and lowers what would pass it, with the code QUOTA, the same in a dry run', async () => {
    const five = await of.ask(page(5), trans)
    expect(names(five).every((name) => typeof name === 'string')).toBe(true)
    expect(said(five)[NAME]).not.toContain('QUOTA')
    const sixth = await of.ask(page(1, five.data.people.pageInfo.endCursor), trans)
    expect(names(sixth)).toEqual([null])
    expect(said(sixth)).toMatchObject({ [NAME]: 'DENIED QUOTA' })
    expect(sixth.data.people.nodes[0].gender).not.toBeNull()
    expect(sixth.errors).toEqual([])
    const dry = await of.ask(page(1), { ...trans, headers: { 'x-dry-run': 'decisions' } })
    expect(said(dry)).toEqual(said(sixth))
    const asErrors = await of.ask(page(1), { ...trans, headers: { 'x-denied': 'errors' } })
    expect(asErrors.errors.map(({ path, extensions }) => [path?.join('.'), extensions.code])).toContainEqual([NAME, 'FORBIDDEN'])
    const record = await auditSql(of.city, `SELECT convert_from(leaf, 'UTF8') AS leaf FROM audit.record WHERE id = '${sixth.sharing.records[0]?.id}'`)
    expect(JSON.parse(String(record[0]?.['leaf'])).fields).toContainEqual({ field: 'Person.name', decision: 'DENIED', policies: expect.arrayContaining(['quota/C']) })
  })

  it('charges the same people once, however often and under however many names they are read', async () => {
    const aliased = `{ a: people(first: 5) { nodes { name other: name } } b: people(first: 5) { nodes { ...Named } } } fragment Named on Person { name }`
    for (let time = 0; time < 3; time += 1) expect(said(await of.ask(aliased, trans))['a.nodes.name']).not.toContain('QUOTA')
    expect(await count()).toEqual([{ org: 'TRANS', bulk_class: 'C', count: 5 }])
  })

  it('adds up pages, aliases, purposes, operations and users', async () => {
    const three = await of.ask(page(3), trans)
    const { endCursor } = three.data.people.pageInfo
    const further = await of.ask(`{ x: people(first: 2, after: "${endCursor}") { nodes { name } pageInfo { endCursor } } }`, { caller: 'trans-officer' })
    expect(said(further)['x.nodes.name']).not.toContain('QUOTA')
    const last = await of.ask(`{ a: people(first: 1) { nodes { name } } b: people(first: 1, after: "${further.data.x.pageInfo.endCursor}") { nodes { n: name } } }`, { ...trans, purpose: 'TRANS-0802', caseNo: 'SH-2026-0001' })
    // Its grant opens names; one level higher it gives no more than masks.
    expect(said(last)).toMatchObject({ 'a.nodes.name': 'MIXED QUOTA', 'b.nodes.n': 'MIXED QUOTA' })
    expect(last.data.a.nodes[0].name).toMatch(/\*|^$/)
  })

  it('is of one organisation, not of others, and never of the owner or of the person', async () => {
    await of.ask(page(6), trans)
    expect(said(await of.ask(page(5), { caller: 'credit-officer', purpose: 'CREDIT-0001' }))[NAME]).not.toContain('QUOTA')
    const owner = await of.ask(page(50), { caller: 'psb-officer', purpose: 'PSB-0001', caseNo: 'SH-2026-0001' })
    expect(JSON.stringify(owner.sharing.decisions)).not.toContain('QUOTA')
    const me = await of.ask('{ me { name mobile residenceRegistrations { nodes { continuousMonths } } vehicles { nodes { plateNo } } } }', { caller: 'zhang-wei' })
    expect(me.data.me.name).toBe('张伟')
    expect((await count()).map(({ org }) => org)).toEqual(['CREDIT'])
  })

  it('lowers a request that is too large by itself, and serves a smaller one after it', async () => {
    expect(said(await of.ask(page(6), trans))[NAME]).toBe('DENIED QUOTA')
    expect(said(await of.ask(page(4), trans))[NAME]).not.toContain('QUOTA')
    expect(await count()).toEqual([{ org: 'TRANS', bulk_class: 'C', count: 4 }])
  })

  it('once passed is passed for people known before as well, so that nobody learns who they are', async () => {
    const five = await of.ask(page(5), trans)
    const known = await of.ask(page(5), trans)
    expect(said(known)[NAME]).not.toContain('QUOTA')
    await of.ask(page(1, five.data.people.pageInfo.endCursor), trans)
    for (const later of [0, 6_000, 11 * 60_000]) {
      of.wait(later)
      expect(said(await of.ask(page(5), trans))[NAME]).toBe('DENIED QUOTA')
    }
  })

  it('ends when people leave the window of 24 hours, to the millisecond, and not before', async () => {
    const five = await of.ask(page(5), trans)
    const further = page(1, five.data.people.pageInfo.endCursor)
    expect(said(await of.ask(further, trans))[NAME]).toBe('DENIED QUOTA')
    of.wait(24 * HOUR - 1)
    expect(said(await of.ask(further, trans))[NAME]).toBe('DENIED QUOTA')
    of.wait(1)
    // The refusal a millisecond ago is remembered for five seconds.
    of.wait(5_000)
    expect(said(await of.ask(further, trans))[NAME]).not.toContain('QUOTA')
  })

  it('has a limit of 30 days beside', async () => {
    const day1 = await of.ask(page(5), trans)
    of.wait(25 * HOUR)
    const day2 = await of.ask(page(3, day1.data.people.pageInfo.endCursor), trans)
    expect(said(day2)[NAME]).not.toContain('QUOTA')
    of.wait(25 * HOUR)
    const further = page(1, day2.data.people.pageInfo.endCursor)
    expect(said(await of.ask(further, trans))[NAME]).toBe('DENIED QUOTA')
    of.wait(30 * 24 * HOUR)
    expect(said(await of.ask(further, trans))[NAME]).not.toContain('QUOTA')
  })

  it('does not count what is not served or has no class', async () => {
    await of.ask(page(50, undefined, 'mobile vitalStatus'), trans)
    await of.ask('{ enterprises(first: 20) { nodes { name legalRepName keyPersons { nodes { name } } } } }', trans)
    expect(await count()).toEqual([])
  })

  it('counts a verification for the person asked about, found or not, and then answers no more', async () => {
    const amr: Asked = { caller: 'amr-officer', purpose: 'AMR-0001', caseNo: 'SH-2026-0001' }
    const people = await of.ask('{ people(first: 4) { nodes { id } } }', amr)
    const answers: Answer[] = []
    for (const { id } of people.data.people.nodes) answers.push(await of.ask(`{ checkOfficerEligibility(person: "${id}") { result } }`, amr))
    expect(answers.map(({ data }) => data.checkOfficerEligibility?.result ?? null)).toEqual(['ELIGIBLE', 'ELIGIBLE', 'ELIGIBLE', null])
    expect(answers.map((answer) => said(answer)['checkOfficerEligibility'])).toEqual([...Array(3).fill(expect.stringMatching(/^VERIFY /)), 'DENIED QUOTA'])
  })

  it('is raised by an edit of the officers within seconds, for what was refused as well', async () => {
    await of.ask(page(5), trans)
    expect(said(await of.ask(page(6), trans))[NAME]).toBe('DENIED QUOTA')
    const before = of.city.city.core.engine.head().hash
    writeFileSync(join(of.policies, 'quotas.yaml'), quotasYaml({ A: [3, 30], B: [3, 30], C: [6, 8] }))
    for (let waited = 0; of.city.city.core.engine.head().hash === before && waited < 100; waited += 1) await pause(50)
    expect(said(await of.ask(page(6), trans))[NAME]).not.toContain('QUOTA')
    writeFileSync(join(of.policies, 'quotas.yaml'), quotasYaml({ A: [3, 30], B: [3, 30], C: [5, 8] }))
    for (let waited = 0; of.city.city.core.engine.head().hash !== before && waited < 100; waited += 1) await pause(50)
  })
})

async function count(): Promise<readonly Record<string, unknown>[]> {
  return auditSql(of.city, 'SELECT org, bulk_class, count(*)::integer FROM audit.supply GROUP BY 1, 2 ORDER BY 1, 2')
}
