// Reading the log: operators see who asked for what, departments who read their own data. Facts, never values.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { scenarioPeople } from '../../synthetic-city/scenario.ts'
import { runningCity } from '../support/running-city.ts'
import type { Answer, RunningCity } from '../support/running-city.ts'

const { zhangWei } = scenarioPeople
type Field = { readonly field: string; readonly owner: string; readonly decision: string; readonly category: string; readonly policies: readonly string[] }
type Node = { readonly id: string; readonly log: string; readonly callerOrg: string; readonly callerKind: string; readonly callerSub: string | null; readonly outcome: string; readonly code: string | null; readonly fields: { readonly nodes: readonly Field[] } }

const RECORDS = `query ($where: AccessRecordWhere, $first: Int = 100, $after: String) { accessRecords(where: $where, first: $first, after: $after) {
  nodes { id log at requestId callerOrg callerKind callerSub callerClient purpose caseNo authorizationRef operationName operationHash entries subjectCount rowCount
    policyVersion outcome code fields(first: 100) { nodes { field owner category decision policies } } } pageInfo { hasNextPage endCursor } } }`

let city: RunningCity
const asked = new Map<string, Answer>()

const nodes = (answer: Answer): readonly Node[] => answer.data.accessRecords.nodes

beforeAll(async () => {
  city = await runningCity()
  const police = { caller: 'psb-officer', purpose: 'PSB-0001', caseNo: 'PSB-2026-0001' }
  asked.set('people', await city.ask('query People { people(first: 4) { nodes { name birthDate maritalStatus } } }', police))
  asked.set('resolve', await city.ask('query ($idNo: String!) { resolvePerson(idNo: $idNo) { name mobile } }', { ...police, variables: { idNo: zhangWei.idNo } }))
  asked.set('enterprises', await city.ask('{ enterprises(first: 2) { nodes { name creditRating { grade score } legalRepresentative { name } } } }', { caller: 'appr-clerk', purpose: 'APPR-0102' }))
  asked.set('me', await city.ask('{ me { name mobile } }', { caller: 'zhang-wei' }))
  asked.set('refused', await city.ask('{ __typename }', { caller: 'psb-officer', purpose: 'NO-0001' }))
  await city.city.follower.caughtUp()
}, 300_000)
afterAll(() => city.stop())

describe('an operator', () => {
  it('sees every record, with what was asked for and decided', async () => {
    const all = await city.ask(RECORDS, { caller: 'auditor' })
    expect(all.errors).toEqual([])
    const ids = nodes(all).map(({ id }) => id)
    for (const answer of asked.values()) for (const { id } of answer.sharing.records) expect(ids).toContain(id)
    const people = nodes(all).find(({ id }) => id === asked.get('people')?.sharing.records[0]?.id)
    expect(people).toMatchObject({ log: 'population', callerOrg: 'PSB', callerKind: 'department', callerSub: 'psb-officer', purpose: 'PSB-0001', caseNo: 'PSB-2026-0001', operationName: 'People', subjectCount: 4, outcome: 'ANSWERED' })
    expect(people?.fields.nodes).toContainEqual({ field: 'Person.name', owner: 'PSB', category: 'PERSON_IDENTITY', decision: 'CLEAR', policies: expect.arrayContaining(['owner-restricted']) })
    expect(people?.fields.nodes).toContainEqual(expect.objectContaining({ field: 'Person.maritalStatus', owner: 'CAB', decision: 'DENIED' }))
    expect(nodes(all)).toContainEqual(expect.objectContaining({ log: 'gateway', outcome: 'REFUSED', code: 'PURPOSE_UNKNOWN' }))
  })

  it('sees no value and nobody by name, number or token', async () => {
    const all = await city.ask(RECORDS, { caller: 'auditor' })
    for (const value of [zhangWei.name, zhangWei.idNo, zhangWei.mobile ?? '', 'subjects']) expect(all.text).not.toContain(value)
  })

  it.each([
    [{ callerOrg: { eq: 'APPR' } }, ({ callerOrg }: Node) => callerOrg === 'APPR'],
    [{ log: { in: ['credit', 'gateway'] } }, ({ log }: Node) => log === 'credit' || log === 'gateway'],
    [{ outcome: { eq: 'REFUSED' } }, ({ outcome }: Node) => outcome === 'REFUSED'],
    [{ callerSub: { eq: 'psb-officer' } }, ({ callerSub }: Node) => callerSub === 'psb-officer'],
    [{ at: { gte: '2026-03-01T10:00:00+08:00', lt: '2026-03-01T10:00:01+08:00' } }, () => true],
  ])('finds by %j', async (where, holds) => {
    const all = nodes(await city.ask(RECORDS, { caller: 'auditor', variables: { where: { log: { in: ['population', 'enterprises', 'credit', 'gateway'] } } } }))
    const found = await city.ask(RECORDS, { caller: 'auditor', variables: { where: { log: { in: ['population', 'enterprises', 'credit', 'gateway'] }, ...where } } })
    expect(found.errors).toEqual([])
    expect(nodes(found).length).toBeGreaterThan(0)
    expect(nodes(found).map(({ id }) => id)).toEqual(all.filter(holds).map(({ id }) => id))
  })

  it('gets the same in pages of two', async () => {
    const where = { log: { in: ['population', 'enterprises', 'credit', 'gateway'] } }
    const whole = nodes(await city.ask(RECORDS, { caller: 'auditor', variables: { where } })).map(({ id }) => id)
    const paged: string[] = []
    for (let after: string | null = null; ; ) {
      const { accessRecords }: Answer['data'] = (await city.ask(RECORDS, { caller: 'auditor', variables: { where, first: 2, after } })).data
      paged.push(...accessRecords.nodes.map(({ id }: Node) => id))
      if (!accessRecords.pageInfo.hasNextPage) break
      after = accessRecords.pageInfo.endCursor
    }
    expect(paged).toEqual(whole)
  })
})

describe('a department', () => {
  it.each([['psb-officer', 'PSB'], ['credit-officer', 'CREDIT'], ['amr-officer', 'AMR'], ['tpb-officer', 'TPB']])('%s sees the reads of its own data and its own fields alone', async (caller, org) => {
    const all = nodes(await city.ask(RECORDS, { caller: 'auditor' }))
    const own = await city.ask(RECORDS, { caller })
    expect(own.errors).toEqual([])
    const served = ({ fields, outcome }: Node): boolean =>
      outcome === 'ANSWERED' && fields.nodes.some(({ field, owner, decision }) => owner === org && decision !== 'DENIED' && (!field.startsWith('Query.') || decision === 'VERIFY'))
    const reachable = new Set(nodes(own).map(({ id }) => id))
    expect([...reachable].sort()).toEqual(all.filter(served).map(({ id }) => id).sort())
    for (const { fields } of nodes(own)) expect(fields.nodes.every(({ owner }) => owner === org)).toBe(true)
  })

  it('learns which official or application read, but not which citizen', async () => {
    const own = nodes(await city.ask(RECORDS, { caller: 'psb-officer' }))
    expect(own).toContainEqual(expect.objectContaining({ callerKind: 'department', callerSub: 'psb-officer' }))
    const citizen = own.find(({ id }) => asked.get('me')?.sharing.records.some((record) => record.id === id))
    expect(citizen).toMatchObject({ callerOrg: 'CITIZEN', callerKind: 'subject', callerSub: null })
  })
})

it.each([['anybody', undefined], ['a partner', 'bank-a'], ['a citizen', 'zhang-wei']])('%s gets no records', async (_who, caller) => {
  const answer = await city.ask('{ accessRecords { nodes { id } pageInfo { hasNextPage } } }', caller === undefined ? {} : { caller })
  expect(answer.data).toEqual({ accessRecords: null })
  expect(answer.sharing.decisions).toContainEqual(expect.objectContaining({ path: 'accessRecords', decision: 'DENIED' }))
})
