// The catalogue as everybody reads it: found by words of both languages, counted by facets, in step with the officers' files, and read
// like any other data: by policy, with a record.

import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { policiesFolder } from '../../cli/city-parts.ts'
import { openQueriesFolder } from '../../cli/open-queries.ts'
import { queryFiles } from '../../open/library.ts'
import { graphItems } from '../../schema/graph-items.ts'
import { allSubgraphSdl } from '../../schema/load.ts'
import { logLeaves } from '../support/log-leaves.ts'
import { runningCity, type Asked, type RunningCity } from '../support/running-city.ts'

let city: RunningCity
const policies = mkdtempSync(join(tmpdir(), 'citygraph-catalogue-'))
beforeAll(async () => {
  cpSync(policiesFolder, policies, { recursive: true })
  city = await runningCity({ policies })
  await city.city.follower.caughtUp()
}, 300_000)
afterAll(async () => city.stop())

type Item = Readonly<Record<string, unknown>> & { readonly coordinate: string }
const find = async (variables: Readonly<Record<string, unknown>>, fields = 'coordinate', how: Asked = {}): Promise<readonly Item[]> => {
  const answer = await city.ask(`query ($search: String, $where: CatalogueItemWhere, $order: [CatalogueItemOrder!]) { catalogue(search: $search, where: $where, orderBy: $order, first: 100) { nodes { ${fields} } } }`, { ...how, variables })
  expect(answer.errors).toEqual([])
  return answer.data.catalogue.nodes
}
const all = async (fields = 'coordinate'): Promise<readonly Item[]> => {
  const items: Item[] = []
  let after: string | null = null
  do {
    const answer = await city.ask(`query ($after: String) { catalogue(first: 100, after: $after) { nodes { ${fields} } pageInfo { endCursor hasNextPage } } }`, { variables: { after } })
    items.push(...answer.data.catalogue.nodes)
    after = answer.data.catalogue.pageInfo.hasNextPage ? answer.data.catalogue.pageInfo.endCursor : null
  } while (after !== null)
  return items
}

describe('the catalogue', () => {
  it('has one item for each item of the graph and each open query that is served, page by page, for callers without a token', async () => {
    const items = await all()
    const queries = (await queryFiles(openQueriesFolder)).map(({ name }) => `open:${name.replace('.graphql', '')}`)
    expect(items.map(({ coordinate }) => coordinate).sort()).toEqual([...graphItems(allSubgraphSdl()).map(({ coordinate }) => coordinate), ...queries].sort())
  })

  it('says of a field what schema and officers say', async () => {
    const fields = 'coordinate kind domain type field title titleZh description level category owner ownerNameZh collector sharing opening mask personal sensitive legalBasis standard updateCycle format dataType related publishedOn state negativeBasis answeredWithinDays'
    const [idNo] = await find({ where: { coordinate: { eq: 'Person.idNo' } } }, fields)
    expect(idNo).toEqual({
      coordinate: 'Person.idNo', kind: 'FIELD', domain: 'population', type: 'Person', field: 'idNo', title: 'Resident identity number', titleZh: '公民身份号码', description: '公民身份号码 (GB 11643).',
      level: 'L4', category: 'PERSON_IDENTITY', owner: 'PSB', ownerNameZh: '公安局', collector: 'PSB', sharing: 'CONDITIONAL', opening: 'NONE', mask: 'ID_NO', personal: true, sensitive: false,
      legalBasis: null, standard: 'GB 11643', updateCycle: 'DAILY', format: 'GraphQL (JSON)', dataType: 'IdNumber', related: [], publishedOn: '2025-12-01', state: 'PUBLISHED', negativeBasis: null, answeredWithinDays: null,
    })
    const [detail] = await find({ where: { coordinate: { eq: 'DriverQualification.backgroundDetail' } } }, 'coordinate sharing negativeBasis sensitive')
    expect(detail).toEqual({ coordinate: 'DriverQualification.backgroundDetail', sharing: 'NONE', negativeBasis: '个人信息保护法 28; 公安机关内部信息', sensitive: true })
    const [key] = await find({ where: { coordinate: { eq: 'Enterprise.uscc' } } }, 'coordinate kind level owner')
    expect(key).toEqual({ coordinate: 'Enterprise.uscc', kind: 'KEY', level: null, owner: 'AMR' })
    const [tax] = await find({ where: { coordinate: { eq: 'AnnualReport.totalTax' } } }, 'coordinate answeredWithinDays updateCycle')
    expect(tax).toEqual({ coordinate: 'AnnualReport.totalTax', answeredWithinDays: 5, updateCycle: 'DAILY' })
  })

  it.each([
    ['法定代表人', 'Enterprise.legalRepresentative'],
    ['legal representative', 'Enterprise.legalRepresentative'],
    ['Legal Repres', 'Enterprise.legalRepName'],
    ['legalRepName', 'Enterprise.legalRepName'],
    ['身份号码', 'Person.idNo'],
    ['户', 'Household'],
    ['metro station 车站', 'MetroStation'],
    ['GB/T 2261.1', 'Person.gender'],
    ['公安局 姓名', 'Person.name'],
  ])('is found by %s', async (search, coordinate) => {
    expect((await find({ search })).map((item) => item.coordinate)).toContain(coordinate)
  })

  it('gives the best fit first, and nothing for words that are not all there', async () => {
    expect((await find({ search: '法定代表人' }))[0]?.coordinate).toMatch(/^Enterprise\.legalRep/)
    expect(await find({ search: 'legal spaceship' })).toEqual([])
    expect(await find({ search: '法定飞船' })).toEqual([])
  })

  it.each([['a search without words', '…'], ['too many words', 'a b c d e f g h i j k l m n o p q'], ['too long a search', 'x'.repeat(101)], ['an injected operator alone', "'&|!:*"]])('refuses %s', async (_what, search) => {
    const { errors } = await city.ask('query ($s: String) { catalogue(search: $s) { nodes { coordinate } } }', { variables: { s: search } })
    expect(errors).toEqual([expect.objectContaining({ extensions: expect.objectContaining({ code: 'BAD_USER_INPUT', argument: 'search' }) })])
    expect(JSON.stringify(errors)).not.toContain(search)
  })

  it('pages through a search without losing or repeating an item', async () => {
    const whole = (await find({ search: '信用' })).map(({ coordinate }) => coordinate)
    const found: string[] = []
    let after: string | null = null
    do {
      const { data, errors } = await city.ask('query ($after: String) { catalogue(search: "信用", first: 7, after: $after) { nodes { coordinate } pageInfo { endCursor hasNextPage } } }', { variables: { after } })
      expect(errors).toEqual([])
      found.push(...data.catalogue.nodes.map(({ coordinate }: Item) => coordinate))
      after = data.catalogue.pageInfo.hasNextPage ? data.catalogue.pageInfo.endCursor : null
    } while (after !== null && found.length < 500)
    expect(found).toEqual(whole)
    expect(whole.length).toBeGreaterThan(10)
  })

  it('is ordered by day of publication when the newest are asked for', async () => {
    const newest = await find({ where: { kind: { eq: 'TYPE' } }, order: ['PUBLISHED_ON_DESC'] }, 'coordinate domain publishedOn')
    expect(newest[0]).toMatchObject({ domain: 'governance', publishedOn: '2026-02-01' })
    const days = newest.map(({ publishedOn }) => String(publishedOn))
    expect(days).toEqual([...days].sort().reverse())
  })
})

describe('facets', () => {
  type Facet = { readonly facet: string; readonly value: string | null; readonly count: number }
  const facets = async (variables: Readonly<Record<string, unknown>> = {}, how: Asked = {}): Promise<readonly Facet[]> => {
    const { data, errors } = await city.ask('query ($search: String, $where: CatalogueItemWhere) { catalogueFacets(search: $search, where: $where) { facet value count } }', { ...how, variables })
    expect(errors).toEqual([])
    return data.catalogueFacets
  }
  const sums = (found: readonly Facet[]): Readonly<Record<string, number>> => Object.fromEntries([...new Set(found.map(({ facet }) => facet))].map((name) => [name, found.filter(({ facet }) => facet === name).reduce((sum, { count }) => sum + count, 0)]))
  const six = (count: number): Readonly<Record<string, number>> => ({ CATEGORY: count, DOMAIN: count, LEVEL: count, OPENING: count, OWNER: count, SHARING: count })

  it('each add up to all items, and each value to the items that have it', async () => {
    const items = await all('coordinate domain category owner level sharing opening')
    const found = await facets()
    expect(sums(found)).toEqual(six(items.length))
    for (const { facet, value, count } of found) expect(items.filter((item) => item[facet.toLowerCase()] === value), `${facet} ${value}`).toHaveLength(count)
  })

  it('count what a search and conditions leave', async () => {
    const matching = await find({ search: '信用', where: { level: { eq: 'L1' } } })
    const found = await facets({ search: '信用', where: { level: { eq: 'L1' } } })
    expect(sums(found)).toEqual(six(matching.length))
    expect(found.filter(({ facet }) => facet === 'LEVEL')).toEqual([{ facet: 'LEVEL', value: 'L1', count: matching.length }])
  })

  it('are the same for the public, a department, an operator', async () => {
    const of = await Promise.all([undefined, 'amr-officer', 'auditor', 'zhang-wei', 'bank-a'].map((caller) => facets({}, caller === undefined ? {} : { caller })))
    for (const found of of) expect(found).toEqual(of[0])
  })
})

describe('the catalogue follows', () => {
  it('an edit of the officers, and an edit that is refused changes nothing', async () => {
    const file = join(policies, 'catalogue.yaml')
    const before = readFileSync(file, 'utf8')
    writeFileSync(file, `${before}withdrawn:\n  - { id: W-1, fields: [MetroStation.name], reason: 名称核对, since: 2026-03-01 }\n`)
    const state = async (): Promise<unknown> => {
      await city.city.follower.caughtUp()
      return (await find({ where: { coordinate: { eq: 'MetroStation.name' } } }, 'coordinate state'))[0]?.['state']
    }
    const name = async (caller: string): Promise<unknown> => (await city.ask('{ metroStations(first: 1) { nodes { code name } } }', { caller })).data.metroStations.nodes[0].name
    await expect.poll(state, { timeout: 15_000 }).toBe('WITHDRAWN')
    expect([await name('amr-officer'), await name('bank-a')]).toEqual([null, null])
    expect(await name('trans-officer')).not.toBeNull()
    const { sharing } = await city.ask('{ metroStations(first: 1) { nodes { name } } }', { caller: 'amr-officer' })
    expect(sharing.decisions).toEqual([{ path: 'metroStations.nodes.name', decision: 'DENIED', code: 'POLICY' }])

    writeFileSync(file, `${before}wihtdrawn: []\n`)
    await expect.poll(() => city.log().includes('policies refused'), { timeout: 15_000 }).toBe(true)
    expect(await state()).toBe('WITHDRAWN')
    writeFileSync(file, before)
    await expect.poll(state, { timeout: 15_000 }).toBe('PUBLISHED')
    expect(await name('amr-officer')).not.toBeNull()
  })

  it('the negative list, which holds back from everybody but the owner what was open before', async () => {
    const file = join(policies, 'negative-list.yaml')
    const before = readFileSync(file, 'utf8')
    const industry = async (caller?: string): Promise<unknown> => (await city.ask('{ enterprises(first: 1) { nodes { industry } } }', caller === undefined ? {} : { caller })).data.enterprises.nodes[0].industry
    expect(await industry()).not.toBeNull()
    writeFileSync(file, `${before}- { id: NEG-AMR-0001, org: AMR, fields: [Enterprise.industry], legalBasis: 统计法 28, approvedBy: city-office, approvedOn: 2026-03-01 }\n`)
    const basis = async (): Promise<unknown> => {
      await city.city.follower.caughtUp()
      return (await find({ where: { coordinate: { eq: 'Enterprise.industry' } } }, 'coordinate negativeBasis'))[0]?.['negativeBasis']
    }
    await expect.poll(basis, { timeout: 15_000 }).toBe('统计法 28')
    for (const caller of [undefined, 'psb-officer', 'bank-a', 'zhang-wei']) expect(await industry(caller), caller).toBeNull()
    expect(await industry('amr-officer')).not.toBeNull()
    const { errors } = await city.ask('{ enterprises(where: { industry: { eq: "A" } }, first: 1) { nodes { uscc } } }', { caller: 'psb-officer' })
    expect(errors).toEqual([expect.objectContaining({ extensions: expect.objectContaining({ code: 'NOT_FILTERABLE' }) })])
    writeFileSync(file, before)
    await expect.poll(basis, { timeout: 15_000 }).toBeNull()
  })

  it('nobody else: reading it leaves a record with its fields and no word of the search', async () => {
    const answer = await city.ask('{ catalogue(search: "法定代表人", first: 3) { nodes { coordinate level } } catalogueFacets { count } }', { caller: 'bank-a' })
    const [record] = answer.sharing.records
    const leaf = (await logLeaves(city.databases.audit.owner, 'governance')).find(({ id }) => id === record?.id)
    expect(leaf).toMatchObject({ entries: ['Query.catalogue', 'Query.catalogueFacets'], outcome: 'ANSWERED', caller: { org: 'BANK-A' }, subjects: [] })
    expect(leaf?.fields?.map(({ field }: { readonly field: string }) => field).sort()).toEqual(expect.arrayContaining(['CatalogueFacet.count', 'CatalogueItem.coordinate', 'CatalogueItem.level']))
    expect(JSON.stringify(leaf)).not.toContain('法定')
  })
})
