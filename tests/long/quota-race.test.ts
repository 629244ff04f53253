// Passing a limit together: parallel requests, copies of the city, subgraphs asked past the gateway; and answers that leave before
// they are counted.

import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Caller } from '../../policy-engine/decision.ts'
import { accessOf, citySubgraph } from '../support/city-subgraph.ts'
import { httpCity } from '../support/http-city.ts'
import { auditSql, quotaCity, said } from '../support/quota-city.ts'
import type { QuotaCity } from '../support/quota-city.ts'
import type { Answer, Asked } from '../support/running-city.ts'

const LIMIT = 10
const limits = { A: [3, 30], B: [3, 30], C: [LIMIT, 30] } as const
const trans: Asked = { caller: 'trans-officer', purpose: 'TRANS-0001' }
const officer: Caller = { kind: 'department', org: 'TRANS', sub: 'trans-officer', roles: [], assurance: 2, zone: 'intranet' }

let of: QuotaCity
let copy: QuotaCity
let pages: readonly string[]
beforeAll(async () => {
  of = await quotaCity(limits)
  // Twenty pages of two different people each.
  const cursors: (string | undefined)[] = [undefined]
  for (let n = 1; n < 20; n += 1) {
    const after = cursors[n - 1] === undefined ? '' : `, after: "${cursors[n - 1]}"`
    cursors.push((await of.ask(`{ people(first: 2${after}) { pageInfo { endCursor } nodes { id } } }`, trans)).data.people.pageInfo.endCursor)
  }
  pages = cursors.map((cursor) => `{ people(first: 2${cursor === undefined ? '' : `, after: "${cursor}"`}) { nodes { id name } } }`)
})
afterAll(() => of.city.stop())
afterEach(async () => {
  await auditSql(of.city, 'TRUNCATE audit.supply, audit.quota_passed')
  for (const city of [of, copy]) city?.wait(15 * 60_000)
})

/** Ids of people whose name an answer holds. */
const given = (answers: readonly Answer[]): readonly string[] =>
  answers.flatMap(({ data }) => data.people.nodes.flatMap(({ id, name }: { id: string; name: string | null }) => (name === null ? [] : [id])))
const charged = async (): Promise<number> => Number((await auditSql(of.city, `SELECT count(*) FROM audit.supply WHERE org = 'TRANS' AND bulk_class = 'C'`))[0]?.['count'])

describe('a limit holds in copies of the city', () => {
  beforeAll(async () => {
    copy = await quotaCity(limits, { databases: of.city.databases })
  })
  // Closed again before the next: each city has its own connections to the tests' one server.
  afterAll(() => copy.city.stop())

  it('when twenty requests race for it, through one gateway and through two', async () => {
    for (const copies of [[of], [of, copy]]) {
      const answers = await Promise.all(pages.map((query, n) => (copies[n % copies.length] ?? of).ask(query, trans)))
      const people = new Set(given(answers))
      expect(people.size).toBeLessThanOrEqual(LIMIT)
      expect(people.size).toBeGreaterThan(0)
      expect(await charged()).toBeGreaterThanOrEqual(people.size)
      for (const answer of answers) expect(said(answer)['people.nodes.name']).toMatch(answer.data.people.nodes.every(({ name }: { name: unknown }) => name === null) ? /QUOTA$/ : /^MIXED (?!QUOTA)/)
      await auditSql(of.city, 'TRUNCATE audit.supply, audit.quota_passed')
      of.wait(15 * 60_000)
      copy.wait(15 * 60_000)
    }
  })

  it('in a copy that never met it, for people that it did not serve itself', async () => {
    for (const query of pages.slice(0, 5)) await of.ask(query, trans)
    expect(said(await of.ask(pages[5] ?? '', trans))['people.nodes.name']).toBe('DENIED QUOTA')
    for (const query of [pages[0] ?? '', pages[6] ?? '']) {
      expect(said(await copy.ask(query, trans))['people.nodes.name']).toBe('DENIED QUOTA')
      expect(said(await copy.ask(query, { ...trans, headers: { 'x-dry-run': 'decisions' } }))['people.nodes.name']).toBe('DENIED QUOTA')
    }
  })
})

describe('a limit holds', () => {
  it('where departments and gateway are processes of their own, and the gateway says what they served', async () => {
    const apart = await httpCity(of.city, { policies: of.policies })
    try {
      const answers: Answer[] = []
      for (const query of pages.slice(0, 6)) answers.push(await apart.ask(query, trans))
      expect(answers.map((answer) => said(answer)['people.nodes.name']).map((word) => word === 'DENIED QUOTA')).toEqual([false, false, false, false, false, true])
      expect(given(answers.slice(5))).toEqual([])
      expect(given(answers)).toHaveLength(LIMIT)
    } finally {
      await apart.stop()
    }
  })

  it('in a subgraph that another router asks', async () => {
    const population = citySubgraph(of.city, 'population')
    const access = { ...accessOf(of.city, officer, { purpose: 'TRANS-0001' }), operation: { hash: 'unknown', singleSubject: false, fields: [] } }
    const answers = []
    for (const query of pages.slice(0, 6)) answers.push(await population.subgraph.answer({ query, access, requestId: '00000000-0000-4000-8000-000000000000', route: 'router' }))
    await population.close()
    const lowered = answers.map(({ extensions }) => extensions.sharing.decisions.some(({ field, decision, code }) => field === 'Person.name' && decision === 'DENIED' && code === 'QUOTA'))
    expect(lowered).toEqual([false, false, false, false, false, true])
    expect(JSON.stringify(answers[5]?.data)).not.toMatch(/"name":"/)
  })

  it('across the departments of one operation', async () => {
    const amr: Asked = { caller: 'amr-officer', purpose: 'AMR-0001', caseNo: 'SH-2026-0001' }
    const ids = (await of.ask('{ people(first: 4) { nodes { id } } }', amr)).data.people.nodes.map(({ id }: { id: string }) => id)
    const asked = ids.map((id: string, n: number) => `c${n}: checkOfficerEligibility(person: "${id}") { result }`).join(' ')
    const answer = await of.ask(`{ ${asked} people(first: 5) { nodes { name } } }`, amr)
    // Four people asked about at once pass the limit of three: credit refuses, population goes on serving names.
    expect(said(answer)).toMatchObject({ c0: 'DENIED QUOTA', c3: 'DENIED QUOTA' })
    expect(said(answer)['people.nodes.name']).not.toContain('QUOTA')
    expect(answer.data.c0).toBeNull()
    expect(answer.data.people.nodes[0].name).toEqual(expect.any(String))
  })
})

describe('nothing leaves before it is counted', () => {
  it('no data when the ledger cannot be written, and again as soon as it can', async () => {
    const blocker = new pg.Client(of.city.databases.audit.owner)
    await blocker.connect()
    await blocker.query('BEGIN; LOCK TABLE audit.supply IN ACCESS EXCLUSIVE MODE')
    const answer = await of.ask(pages[0] ?? '', trans)
    expect([answer.status, answer.data, answer.errors[0]?.extensions.code]).toEqual([503, undefined, 'AUDIT_UNAVAILABLE'])
    expect((await of.ask(pages[0] ?? '', { caller: 'psb-officer', purpose: 'PSB-0001' })).status).toBe(200)
    await blocker.query('ROLLBACK')
    await blocker.end()
    expect((await of.ask(pages[0] ?? '', trans)).status).toBe(200)
  })

  it('and what is remembered as counted is asked about only once', async () => {
    await of.ask(pages[0] ?? '', trans)
    const before = await auditSql(of.city, 'SELECT xmin::text, last_at FROM audit.supply ORDER BY subject')
    await Promise.all(Array.from({ length: 20 }, () => of.ask(pages[0] ?? '', trans)))
    expect(await auditSql(of.city, 'SELECT xmin::text, last_at FROM audit.supply ORDER BY subject')).toEqual(before)
  })
})
