// Cells as the database gives them: clear, masked, by row, not at all.

import { afterAll, beforeAll, expect, test } from 'vitest'
import { always, type RowCondition } from '../../policy-engine/row-condition.ts'
import { clear, denied, handMadePlan, masked, mixed } from '../support/hand-made-plan.ts'
import { resolverCity, type ResolverCity } from '../support/resolver-city.ts'
import { enterpriseRows, pidOf, populationRows } from '../support/scenario-rows.ts'

let population: ResolverCity
let enterprises: ResolverCity

beforeAll(async () => {
  population = await resolverCity('population', 'scenario_rows', populationRows)
  enterprises = await resolverCity('enterprises', 'scenario_rows', enterpriseRows)
})
afterAll(async () => {
  await population?.close()
  await enterprises?.close()
})

const notMinor: RowCondition = { kind: 'not', term: { kind: 'truth', attribute: 'minor' } }
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
const idOf = (name: Parameters<typeof pidOf>[0], org = 'AMR') => population.ids.encipher(org, 'Person', pidOf(name))

test('serves clear cells in their written form', async () => {
  const { data, errors } = await population.ask(
    `{ person(id: "${idOf('zhangWei')}") { id idNo name gender birthDate age ageBand hukouDivision residenceAddress formerName mobile vitalStatus } }`,
    { plan: handMadePlan() },
  )
  expect(errors).toBeUndefined()
  expect(plain(data?.person)).toEqual({
    id: '1TcJCaof5xxUCwLTSxxCHxw', idNo: '310199198503070112', name: '张伟', gender: '1', birthDate: '1985-03-07', age: 40, ageBand: '40-49',
    hukouDivision: '310101002', residenceAddress: '上海市示例路100弄5号602室', formerName: '张小伟', mobile: '15400001234', vitalStatus: '1',
  })
})

test('masks in the statement and selects no raw column that is only masked', async () => {
  population.statements()
  const plan = handMadePlan({ fields: { 'Person.*': masked, 'Person.gender': clear, 'Person.hukouDivision': masked, 'Person.mobile': denied } })
  const { data } = await population.ask(`{ person(id: "${idOf('zhangWei')}") { idNo name birthDate hukouDivision hukouAddress mobile photo } }`, { plan })
  expect(plain(data?.person)).toEqual({
    idNo: '31**************12', name: '张*', birthDate: '1985', hukouDivision: '310101', hukouAddress: '上海市黄浦区****', mobile: null, photo: null,
  })
  const [statement = ''] = population.statements()
  expect(statement).not.toContain('"mobile"')
  expect(statement).not.toContain('photo_ref')
  expect(statement.replaceAll(/mask\.\w+\([^()]*\)/g, '')).not.toContain('"full_name"')
})

test('hides the gender digit and the province where the plan does not give them', async () => {
  const plan = handMadePlan({ fields: { 'Person.idNo': masked, 'Person.gender': denied, 'Person.hukouDivision': denied } })
  const { data } = await population.ask(`{ person(id: "${idOf('zhangWei')}") { idNo } }`, { plan })
  expect(data?.person).toMatchObject({ idNo: '*****************2' })
})

test('decides a mixed cell row by row, minors on their birthday included', async () => {
  const plan = handMadePlan({ fields: { 'Person.name': mixed(notMinor), 'Person.birthDate': mixed({ kind: 'never' }, notMinor) } })
  const { data } = await population.ask(`{ people(where: { hukouDivision: { in: ["310110001"] } }) { nodes { name birthDate } } }`, { plan })
  const rows = data?.people as { nodes: { name: string | null; birthDate: string | null }[] }
  expect(rows.nodes.map((node) => ({ ...node }))).toEqual(expect.arrayContaining([
    { name: '陈', birthDate: '2000' }, { name: '赵一鸣', birthDate: '2012' }, { name: null, birthDate: null },
  ]))
})

test('shows only rows that may be seen, and never deleted ones', async () => {
  const plan = handMadePlan({ rows: { Person: { kind: 'under', left: { kind: 'attribute', name: 'division' }, right: { kind: 'constant', value: '310101' } } } })
  const { data, subjects, rows } = await population.ask(`{ people { nodes { id name } } }`, { plan })
  expect((data?.people as { nodes: { name: string }[] }).nodes.map(({ name }) => name).sort()).toEqual(['张伟', '欧阳静怡', '王子涵'].sort())
  expect(rows).toBe(3)
  expect([...subjects].sort()).toEqual([pidOf('zhangWei'), pidOf('ouyang'), pidOf('wang')].sort())
})

test('follows a replaced token and answers a forged or malformed id with null', async () => {
  const outdated = population.ids.encipher('AMR', 'Person', '00000000-0000-4000-8000-000000000001')
  const { data, errors } = await population.ask(
    `{ old: person(id: "${outdated}") { name } forged: person(id: "1AAAAAAAAAAAAAAAAAAAAAA") { name } malformed: person(id: "' OR 1=1 --") { name } other: person(id: "${idOf('zhangWei', 'BANK-A')}") { name } }`,
    { plan: handMadePlan() },
  )
  expect(errors).toBeUndefined()
  expect(JSON.parse(JSON.stringify(data))).toEqual({ old: { name: '张伟' }, forged: null, malformed: null, other: null })
})

test('gives enterprises in CNY, their domicile as a cell and their people as public ids', async () => {
  const { data, errors } = await enterprises.ask(
    `{ enterprise(uscc: "91310199MA1K0T2A0A") { uscc name registeredCapital establishedOn domicile domicileArea domicileGrid operatesTo
        legalRepresentative { id } shareholders { nodes { holderName subscribedAmount holderEnterprise { name status } holderPerson { id positions { nodes { position enterprise { name } } } } } }
        changes { nodes { changedOn after } } annualReports(first: 1) { nodes { year totalRevenue } pageInfo { hasNextPage } } } }`,
    { plan: handMadePlan({ fields: { 'Enterprise.domicile': masked, 'EnterpriseChange.after': masked, 'AnnualReport.totalRevenue': mixed({ kind: 'truth', attribute: 'disclosed' }, { kind: 'always' }) } }) },
  )
  expect(errors).toBeUndefined()
  expect(JSON.parse(JSON.stringify(data))).toEqual({
    enterprise: {
      uscc: '91310199MA1K0T2A0A', name: '上海示例出行科技有限公司', registeredCapital: '5000000', establishedOn: '2015-06-01', domicile: '上海市黄浦区****',
      domicileArea: '黄浦区', domicileGrid: { lat: 31.235, lng: 121.475 }, operatesTo: null,
      legalRepresentative: { id: '1TcJCaof5xxUCwLTSxxCHxw' },
      shareholders: { nodes: [
        { holderName: '张伟', subscribedAmount: '3000000', holderEnterprise: null, holderPerson: { id: '1TcJCaof5xxUCwLTSxxCHxw', positions: { nodes: [
          { position: '01', enterprise: { name: '上海示例出行科技有限公司' } }, { position: '02', enterprise: { name: '上海示例投资有限公司' } },
        ] } } },
        { holderName: '上海示例投资有限公司', subscribedAmount: '2000000', holderEnterprise: { name: '上海示例投资有限公司', status: '2' }, holderPerson: null },
      ] },
      changes: { nodes: [{ changedOn: '2020-01-02', after: '新名' }, { changedOn: '2018-01-02', after: '法定代表人：张*（31**************12）' }] },
      annualReports: { nodes: [{ year: '2024', totalRevenue: '1000万-5000万' }], pageInfo: { hasNextPage: true } },
    },
  })
})

test('leaves an edge out where it is denied, and lists empty where it is denied on the row', async () => {
  const plan = handMadePlan({ fields: {
    'Enterprise.legalRepresentative': mixed({ kind: 'truth', attribute: 'home' }),
    'Enterprise.keyPersons': denied,
    'Enterprise.shareholders': mixed({ kind: 'truth', attribute: 'home' }),
  } })
  const { data } = await enterprises.ask(`{ enterprises { nodes { uscc legalRepresentative { id } keyPersons { nodes { name } } shareholders { nodes { holderName } } } } }`, { plan })
  expect(JSON.parse(JSON.stringify(data))).toEqual({ enterprises: { nodes: [
    { uscc: '91310199MA1K0T2A0A', legalRepresentative: null, keyPersons: null, shareholders: { nodes: [] } },
    { uscc: '91310199MA1K0T3B5G', legalRepresentative: null, keyPersons: null, shareholders: { nodes: [] } },
    { uscc: '92310199MA1K0T4CXE', legalRepresentative: { id: enterprises.ids.encipher('AMR', 'Person', pidOf('ouyang')) }, keyPersons: null, shareholders: { nodes: [] } },
  ] } })
})

test('decides a cell once for all rows only where every row is already as the cell demands', async () => {
  const query = `{ people(where: { hukouDivision: { in: ["310110001"] } }) { nodes { name mobile gender } } }`
  const fields = { 'Person.name': mixed(notMinor, always), 'Person.mobile': mixed(notMinor), 'Person.gender': mixed({ kind: 'not', term: notMinor }) }
  const all = await population.ask(query, { plan: handMadePlan({ fields }) })
  population.statements()
  const adults = await population.ask(query, { plan: handMadePlan({ fields, rows: { Person: { kind: 'and', terms: [notMinor, { kind: 'has', attribute: 'division' }] } } }) })
  const [statement = ''] = population.statements()
  // The gender of minors alone is asked for row by row; there are none among these rows.
  expect(statement.match(/CASE/g)).toHaveLength(1)
  const nodesOf = ({ data }: typeof all) => (data?.people as { nodes: { name: string | null; mobile: string | null; gender: string | null }[] }).nodes.map((node) => ({ ...node }))
  // Minors: a masked name, no mobile, a gender. Everybody else is the same in both answers.
  const grown = nodesOf(all).filter(({ gender }) => gender === null)
  expect(nodesOf(all).length).toBeGreaterThan(grown.length)
  expect(grown.length).toBeGreaterThan(0)
  expect(nodesOf(adults)).toEqual(grown)
  for (const minor of nodesOf(all).filter(({ gender }) => gender !== null)) expect(minor).toMatchObject({ name: expect.stringContaining('*'), mobile: null })
})
