// The quota of a grant (DOMAIN 2.5): applied for and approved with it, told in its contract, and kept by every copy of the gateway.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { auditSql, quotaCity, said } from '../support/quota-city.ts'
import type { QuotaCity } from '../support/quota-city.ts'
import { runningCity } from '../support/running-city.ts'
import type { Answer, Asked, RunningCity } from '../support/running-city.ts'

const HOUR = 3_600_000
const BIRTH = 'people.nodes.birthDate'
const page = (first: number, after?: unknown): string => `{ people(first: ${first}${typeof after === 'string' ? `, after: "${after}"` : ''}) { nodes { id gender birthDate } pageInfo { endCursor } } }`
const relief: Asked = { caller: 'relief-officer', purpose: 'CAB-0901', caseNo: 'SH-2026-0001' }
const APPLY = 'mutation ($input: GrantApplication!) { applyForGrant(input: $input) { id perDay } }'
const input = { purpose: 'CAB-0901', scenario: 'Whom the relief office is to visit', legalBasis: '自然灾害救助条例 14', days: 30, fields: [{ field: 'Person.birthDate', mode: 'MASKED' }] }
const years = ({ data }: Answer): number => data.people.nodes.filter(({ birthDate }: { birthDate: unknown }) => birthDate !== null).length
const cursor = ({ data }: Answer): string => data.people.pageInfo.endCursor

let of: QuotaCity
let copy: RunningCity
beforeAll(async () => {
  of = await quotaCity({ A: [3, 30], B: [3, 30], C: [50, 500] })
  copy = await runningCity({ databases: of.city.databases, policies: of.policies })
})
afterAll(async () => {
  await copy.stop()
  await of.city.stop()
})

async function granted(more: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const made = await of.ask(APPLY, { caller: 'relief-officer', variables: { input: { ...input, ...more } } })
  expect(made.errors).toEqual([])
  const { id } = made.data.applyForGrant
  for (const caller of ['security-officer', 'psb-owner']) {
    expect((await of.ask('mutation ($id: ID!) { approveApplication(id: $id, version: 1) { id } }', { caller, variables: { id } })).errors).toEqual([])
  }
  return `G_${id}`
}

describe('the quota of a grant', () => {
  it('is filled in by bulk class where nobody said it, or as it was asked for, and no more than the rest is changed unapproved', async () => {
    const ask = async (more: Readonly<Record<string, unknown>>): Promise<unknown> => {
      const { data, errors } = await of.ask(APPLY, { caller: 'relief-officer', variables: { input: { ...input, ...more } } })
      return errors[0]?.extensions ?? data.applyForGrant.perDay
    }
    expect(await ask({})).toBe(50)
    expect(await ask({ perDay: 7 })).toBe(7)
    expect(await ask({ bulk: true, piaRef: 'PIA-2026-0001' })).toBe(500)
    expect(await ask({ perDay: 0 })).toEqual({ code: 'APPLICATION_INVALID', argument: 'perDay' })
    const listed = await of.ask('{ applications(where: { org: { eq: "CAB" } }) { nodes { id perDay } } }', { caller: 'psb-owner' })
    const { id } = listed.data.applications.nodes.find(({ perDay }: { perDay: number }) => perDay === 7)
    const edit = 'mutation ($id: ID!, $input: GrantApplication!) { editApplication(id: $id, version: 1, input: $input) { version perDay } }'
    expect((await of.ask(edit, { caller: 'relief-officer', variables: { id, input: { ...input, perDay: 8_000 } } })).data.editApplication).toEqual({ version: 2, perDay: 8_000 })
    expect((await of.ask('mutation ($id: ID!) { approveApplication(id: $id, version: 1) { id } }', { caller: 'psb-owner', variables: { id } })).errors[0]?.extensions.code).toBe('APPLICATION_CHANGED')
  })

  it('serves so many people in 24 hours in all copies together, says QUOTA then, and serves nobody known either', async () => {
    const id = await granted({ perDay: 5 })
    const told = await of.ask('{ grants(where: { org: { eq: "CAB" } }) { nodes { id perDay contract contractZh } } }', { caller: 'relief-officer' })
    expect(told.data.grants.nodes).toContainEqual({ id, perDay: 5, contract: expect.stringContaining('At most 5 different people in any 24 hours'), contractZh: expect.stringContaining('至多涉及 5 人') })

    const three = await of.ask(page(3), relief)
    expect(years(three)).toBeGreaterThan(0)
    expect(said(three)[BIRTH]).not.toContain('QUOTA')
    await copy.city.core.engine.reloadRegister()
    const two = await copy.ask(page(2, cursor(three)), relief)
    expect(said(two)[BIRTH]).not.toContain('QUOTA')
    const further = page(1, cursor(two))
    const sixth = await of.ask(further, relief)
    expect(said(sixth)).toMatchObject({ [BIRTH]: 'DENIED QUOTA' })
    expect([years(sixth), sixth.errors]).toEqual([0, []])
    expect(sixth.data.people.nodes[0].gender).not.toBeNull()
    const record = await auditSql(of.city, `SELECT convert_from(leaf, 'UTF8') AS leaf FROM audit.record WHERE id = '${sixth.sharing.records[0]?.id}'`)
    expect(JSON.parse(String(record[0]?.['leaf'])).fields).toContainEqual({ field: 'Person.birthDate', decision: 'DENIED', policies: expect.arrayContaining([`quota/grant/${id}`]) })

    // Whoever is still served would be somebody whom a colleague had read.
    for (const known of [await of.ask(page(3), relief), await copy.ask(page(3), relief), await copy.ask(page(2, cursor(three)), relief)]) {
      expect([said(known)[BIRTH], years(known)]).toEqual(['DENIED QUOTA', 0])
    }
    const dry = { ...relief, headers: { 'x-dry-run': 'decisions' } }
    for (const city of [of, copy]) expect(said(await city.ask(page(1), dry))[BIRTH]).toBe('DENIED QUOTA')
    expect((await of.ask('{ people(first: 1, orderBy: [BIRTH_DATE_ASC]) { nodes { id } } }', relief)).errors[0]?.extensions.code).toBe('NOT_FILTERABLE')
    // The organisation's own quotas are as they were.
    expect(await auditSql(of.city, `SELECT bulk_class, count(*)::integer FROM audit.supply WHERE org = 'CAB' GROUP BY 1 ORDER BY 1`)).toEqual([{ bulk_class: 'C', count: 5 }, { bulk_class: `grant/${id}`, count: 5 }])

    of.wait(24 * HOUR + 5_000)
    expect(said(await of.ask(further, relief))[BIRTH]).not.toContain('QUOTA')
  })

  it('holds where requests race in two copies', async () => {
    await auditSql(of.city, 'TRUNCATE audit.supply, audit.quota_passed')
    const pages: string[] = []
    for (let at: string | undefined; pages.length < 8;) {
      pages.push(page(1, at))
      at = cursor(await of.ask(`{ people(first: 1${at === undefined ? '' : `, after: "${at}"`}) { pageInfo { endCursor } } }`, relief))
    }
    of.wait(15 * 60_000)
    const answers = await Promise.all(pages.flatMap((query) => [of.ask(query, relief), copy.ask(query, relief)]))
    expect(answers.every(({ status }) => status === 200)).toBe(true)
    const served = new Set(answers.filter((answer) => !String(said(answer)[BIRTH]).includes('QUOTA')).map(({ data }) => data.people.nodes[0].id))
    expect(served.size).toBeGreaterThan(0)
    expect(served.size).toBeLessThanOrEqual(5)
  })
})
