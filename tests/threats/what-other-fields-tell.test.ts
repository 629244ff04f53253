// What is denied in one place must not be told by another: the gaps a denial leaves, and other fields that hold the same datum.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { scenarioPeople } from '../../synthetic-city/scenario.ts'
import { runningCity } from '../support/running-city.ts'
import type { RunningCity } from '../support/running-city.ts'

const nobody = '440524188001010014'
let city: RunningCity

beforeAll(async () => {
  city = await runningCity()
})
afterAll(async () => {
  await city.stop()
})

describe('that somebody is a child', () => {
  it.each([
    { caller: 'amr-officer', purpose: 'AMR-0001', caseNo: 'SH-2026-0001' },
    { caller: 'trans-officer', purpose: 'TRANS-0802', caseNo: 'TR-2026-0001' },
  ])('is not told to $caller by resolving a number', async (how) => {
    const ask = async (idNo: string): Promise<unknown> => (await city.ask('query ($idNo: String!) { resolvePerson(idNo: $idNo) { id name } }', { ...how, variables: { idNo } })).data
    expect(await ask(scenarioPeople.wangZihan.idNo)).toEqual(await ask(nobody))
    expect(await ask(scenarioPeople.qianYiming.idNo)).toEqual(await ask(nobody))
    expect(await ask(scenarioPeople.zhaoYiming.idNo)).toMatchObject({ resolvePerson: { name: '赵一鸣' } })
  })

  it.each([{ caller: 'amr-officer' }, { caller: 'huangpu-investment' }, { caller: 'edu-clerk', purpose: 'EDU-0701', caseNo: 'EDU-2026-0001' }, { caller: 'psb-officer', purpose: 'PSB-0001' }])(
    'is not told to $caller by gaps in a list of people',
    async (how) => {
      const people: { gender: string | null; vitalStatus: string | null }[] = []
      for (let after: string | null = null, more = true; more;) {
        const answer = await city.ask('query ($after: String) { people(first: 100, after: $after) { nodes { gender vitalStatus } pageInfo { hasNextPage endCursor } } }', { ...how, variables: { after } })
        people.push(...answer.data.people.nodes)
        more = answer.data.people.pageInfo.hasNextPage
        after = answer.data.people.pageInfo.endCursor
      }
      expect(people.length).toBeGreaterThan(10)
      expect(people.filter(({ gender, vitalStatus }) => gender === null || vitalStatus === null)).toEqual([])
    },
  )
})

describe('where the owner of an individual business lives', () => {
  type Business = { domicile: string | null; annualReports: { nodes: { postalAddress: string | null; phone: string | null; email: string | null }[] }; changes: { nodes: { before: string | null; after: string | null }[] } }
  const businesses = async (how: { caller?: string }): Promise<readonly Business[]> => {
    const query = '{ enterprises(first: 100) { nodes { uscc domicile annualReports { nodes { postalAddress phone email } } changes { nodes { before after } } } } }'
    const { nodes } = (await city.ask(query, how)).data.enterprises
    return nodes.filter(({ uscc }: { uscc: string }) => uscc.startsWith('92'))
  }

  it('is not told to the public by annual reports', async () => {
    const found = await businesses({})
    const reports = found.flatMap(({ annualReports }) => annualReports.nodes)
    expect(reports.length).toBeGreaterThan(2)
    expect(reports.filter(({ postalAddress, phone, email }) => postalAddress !== null || phone !== null || email !== null)).toEqual([])
  })

  it('nor to departments by the texts of changes', async () => {
    const changes = (await businesses({ caller: 'appr-clerk' })).flatMap((business) => business.changes.nodes)
    expect(changes.length).toBeGreaterThan(0)
    expect(changes.filter(({ before, after }) => before !== null || after !== null)).toEqual([])
  })
})
