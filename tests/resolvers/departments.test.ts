// Credit, licenses and transport over the scenario's rows: checks, edges from stubs, summaries, stations.

import { afterAll, beforeAll, expect, test } from 'vitest'
import { metroLines, lineStations, metroStations, roadSections, trafficFlows } from '../../migrations/transport/tables-network.ts'
import { scenarioIds } from '../../synthetic-city/scenario.ts'
import { handMadePlan, masked, mixed, denied } from '../support/hand-made-plan.ts'
import { resolverCity, type Answer, type ResolverCity } from '../support/resolver-city.ts'
import { scenarioRows, theScenario } from '../support/scenario-city.ts'

let credit: ResolverCity
let licenses: ResolverCity
let transport: ResolverCity
const { people, enterprises: [e1] } = theScenario()

/** Vehicles counted in five minutes of the night. */
const fewVehicles: Readonly<Record<number, number | null>> = { 15: 5, 20: 4, 25: 0, 30: null }

beforeAll(async () => {
  credit = await resolverCity('credit', 'scenario_records', scenarioRows('credit'))
  licenses = await resolverCity('licenses', 'scenario_records', scenarioRows('licenses'))
  transport = await resolverCity('transport', 'scenario_records', [
    ...scenarioRows('transport'),
    [metroLines, [{ lineNo: '1', name: '1号线', operatorUscc: '123101994250100B1A', inService: true }]],
    [metroStations, [
      { code: 'S1', name: '人民广场', lng: '121.475000', lat: '31.233000', inService: true },
      { code: 'S2', name: '黄陂南路', lng: '121.473000', lat: '31.223000', inService: true },
      { code: 'S3', name: '远方', lng: '121.600000', lat: '31.400000', inService: true },
    ]],
    [lineStations, [{ lineNo: '1', code: 'S2', seq: 1 }, { lineNo: '1', code: 'S1', seq: 2 }]],
    [roadSections, [{ sectionId: 'R1', name: '示例高架', division: '310101', lng: '121.478910', lat: '31.234560' }]],
    [trafficFlows, [0, 5, 10, 15, 20, 25, 30].map((minutes) => ({ flowId: minutes + 1, sectionId: 'R1', division: '310101', at: new Date(Date.parse('2026-03-01T08:00:00+08:00') + minutes * 60_000), volume: minutes in fewVehicles ? fewVehicles[minutes] : 100 + minutes, averageSpeed: '42.5', congestionIndex: '3.40' }))],
  ])
})
afterAll(async () => {
  await credit?.close()
  await licenses?.close()
  await transport?.close()
})

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
const dataOf = (answer: Answer): unknown => {
  expect(answer.errors).toBeUndefined()
  return plain(answer.data)
}
const inForceOnly = handMadePlan({ rows: { CreditRecord: { kind: 'truth', attribute: 'inForce' } } })

test('counts two records of E1 on 2026-03-01 and one on the next day', async () => {
  const query = `{ creditCheck(uscc: "${e1.uscc}", matterCode: "3101990102") { blocked commitmentAllowed recordCount reasons } }`
  expect(dataOf(await credit.ask(query, { plan: handMadePlan() }))).toEqual({ creditCheck: { blocked: false, commitmentAllowed: true, recordCount: 2, reasons: [] } })
  expect(dataOf(await credit.ask(query, { plan: handMadePlan(), now: '2026-03-02T10:00:00+08:00' }))).toMatchObject({ creditCheck: { recordCount: 1 } })
  // Half past midnight in Shanghai is still the day before in UTC.
  expect(dataOf(await credit.ask(query, { plan: handMadePlan(), now: '2026-03-01T16:30:00Z' }))).toMatchObject({ creditCheck: { recordCount: 1 } })
})

test('tells who may be an officer, with a reason code and no case', async () => {
  const ask = (name: 'liNa' | 'zhangWei') => credit.ids.encipher('AMR', 'Person', people[name].pid)
  const query = `{ liNa: checkOfficerEligibility(person: "${ask('liNa')}") { result reasons } zhangWei: checkOfficerEligibility(person: "${ask('zhangWei')}") { result reasons } nobody: checkOfficerEligibility(person: "x") { result } }`
  const answer = await credit.ask(query, { plan: handMadePlan() })
  expect(dataOf(answer)).toEqual({ liNa: { result: 'NOT_ELIGIBLE', reasons: ['JUDGMENT_DEBTOR'] }, zhangWei: { result: 'ELIGIBLE', reasons: [] }, nobody: null })
  // That nothing stands against somebody is said of them too.
  expect([...answer.subjects].sort()).toEqual([people.liNa.pid, people.zhangWei.pid].sort())
})

test('tells the access record of a person whose credit was checked, whatever was found, and of nobody behind an organisation', async () => {
  const check = async (named: string) => (await credit.ask(`{ creditCheck(${named}, matterCode: "3101990102") { recordCount } }`, { plan: handMadePlan() })).subjects
  for (const { pid } of [people.liNa, people.zhangWei]) expect(await check(`person: "${credit.ids.encipher('AMR', 'Person', pid)}"`)).toEqual([pid])
  expect(await check(`uscc: "${e1.uscc}"`)).toEqual([])
})

test('answers about a row that may not be verified as about none', async () => {
  const id = credit.ids.encipher('AMR', 'Person', people.liNa.pid)
  const plan = handMadePlan({ verify: { checkOfficerEligibility: { kind: 'truth', attribute: 'organisation' }, creditCheck: { kind: 'never' } } })
  expect(dataOf(await credit.ask(`{ checkOfficerEligibility(person: "${id}") { result reasons } creditCheck(person: "${id}", matterCode: "1") { blocked } }`, { plan })))
    .toEqual({ checkOfficerEligibility: { result: 'ELIGIBLE', reasons: [] }, creditCheck: null })
})

test('gives records in force, newest first, with their details scrubbed', async () => {
  const query = `{ creditRecords(where: { kind: { eq: ADMIN_PENALTY } }) { nodes { recordNo decidedOn disputed enterprise { uscc } authority { uscc } penalty { facts fineAmount } judgmentDebtor { name } } } }`
  const plan = handMadePlan({ rows: { CreditRecord: { kind: 'truth', attribute: 'inForce' } }, fields: { 'AdministrativePenalty.facts': masked } })
  expect(dataOf(await credit.ask(query, { plan }))).toEqual({ creditRecords: { nodes: [
    { recordNo: 'XY-E1-2024', decidedOn: '2024-11-02', disputed: false, enterprise: { uscc: e1.uscc }, authority: { uscc: expect.any(String) },
      penalty: { facts: '当事人张*（身份证号31**************12，电话154****1234）驾驶沪A1***5未按规定停车', fineAmount: '200' }, judgmentDebtor: null },
    { recordNo: 'XY-E1-2021', decidedOn: '2021-02-01', disputed: false, enterprise: { uscc: e1.uscc }, authority: { uscc: expect.any(String) }, penalty: { facts: '营运车辆未按期检验。', fineAmount: '20000' }, judgmentDebtor: null },
  ] } })
})

const entities = (representations: readonly object[], fragment: string): { query: string; variables: Record<string, unknown> } => ({
  query: `query($r: [_Any!]!) { _entities(representations: $r) { ${fragment} } }`,
  variables: { r: representations },
})

test('summarises what may be seen for many enterprises with one statement', async () => {
  const { query, variables } = entities(
    [{ __typename: 'Enterprise', uscc: e1.uscc }, { __typename: 'Enterprise', uscc: '91310199MA1K0T3B5G' }, { __typename: 'Enterprise', uscc: "'; DROP TABLE crd_record; --" }],
    '... on Enterprise { uscc creditSummary { recordCount penaltyCount latestDecidedOn } creditRating { grade score } }',
  )
  credit.statements()
  const plan = handMadePlan({ rows: { CreditRecord: { kind: 'truth', attribute: 'inForce' } }, fields: { 'CreditRating.score': masked } })
  expect(dataOf(await credit.ask(query, { plan, variables }))).toEqual({ _entities: [
    { uscc: e1.uscc, creditSummary: { recordCount: 2, penaltyCount: 2, latestDecidedOn: '2024-11-02' }, creditRating: { grade: 'B', score: '80-89' } },
    { uscc: '91310199MA1K0T3B5G', creditSummary: { recordCount: 0, penaltyCount: 0, latestDecidedOn: null }, creditRating: { grade: 'D', score: '0-59' } },
    null,
  ] })
  expect(credit.statements()).toHaveLength(2)
})

test('decides an edge from a person on the rows at its other end', async () => {
  const self = { kind: 'compare', operator: '==', left: { kind: 'attribute', name: 'subject' }, right: { kind: 'parameter', name: 'pid' } } as const
  const plan = handMadePlan({ fields: { 'Person.creditRecords': mixed(self) } })
  const id = credit.ids.encipher('AMR', 'Person', people.liNa.pid)
  const { query, variables } = entities([{ __typename: 'Person', id }], '... on Person { creditRecords { nodes { recordNo judgmentDebtor { caseNo } } } }')
  const own = { creditRecords: { nodes: [{ recordNo: 'XY-LN-2025', judgmentDebtor: { caseNo: '（2025）示0199执125号' } }] } }
  expect(dataOf(await credit.ask(query, { plan, variables, pid: people.liNa.pid }))).toEqual({ _entities: [own] })
  expect(dataOf(await credit.ask(query, { plan, variables, pid: people.zhangWei.pid }))).toEqual({ _entities: [{ creditRecords: { nodes: [] } }] })
  expect(dataOf(await credit.ask(query, { plan, variables }))).toEqual({ _entities: [{ creditRecords: { nodes: [] } }] })
  expect(dataOf(await credit.ask(query, { plan: handMadePlan({ fields: { 'Person.creditRecords': denied } }), variables }))).toEqual({ _entities: [{ creditRecords: null }] })
})

test('gives a licence by its public id with items under their own mask, and verifies it', async () => {
  const id = licenses.ids.encipher('AMR', 'License', scenarioIds.ayiguliDriving)
  const plan = handMadePlan({ fields: { 'License.certNo': masked, 'License.holderName': masked, 'LicenseItem.value': mixed({ kind: 'compare', operator: '<=', left: { kind: 'attribute', name: 'itemLevel' }, right: { kind: 'constant', value: 3 } }, { kind: 'always' }) } })
  const answer = dataOf(await licenses.ask(`{ license(id: "${id}") { id certNo holderName validTo type { name issuer { uscc } } holder { id } items { nodes { key value } } } }`, { plan }))
  expect(answer).toMatchObject({ license: {
    id, certNo: '31**************65', holderName: '阿**', type: { name: '机动车驾驶证' }, holder: { id: licenses.ids.encipher('AMR', 'Person', people.ayiguli.pid) },
    items: { nodes: [{ key: 'name', value: '阿依古丽·买买提' }, { key: 'idNo', value: '*****************5' }, { key: 'address' }, { key: 'classes', value: 'C1' }] },
  } })
  const byIdentifier = '1.2.156.3005.2.113101990024700A8N001.113101990024700A8N.2026000000000001.001.S'
  expect(dataOf(await licenses.ask(`{ ok: verifyLicense(identifier: "${byIdentifier}") { status validTo } e2: verifyLicense(certNo: "91310199MA1K0T3B5G", typeCode: "113101990024700A8N002") { status } none: verifyLicense(certNo: "X", typeCode: "113101990024700A8N002") { status } }`, { plan })))
    .toMatchObject({ ok: { status: 'VALID' }, e2: { status: 'REVOKED' }, none: { status: 'NOT_FOUND' } })
  const wrong = await licenses.ask(`{ verifyLicense(identifier: "${byIdentifier.slice(0, -1)}T") { status } }`, { plan })
  expect(wrong.errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', argument: 'identifier' })
})

test('admits and refuses drivers with reason codes', async () => {
  const id = (name: keyof typeof people): string => transport.ids.encipher('AMR', 'Person', people[name].pid)
  const answer = dataOf(await transport.ask(
    `{ a: checkDriver(person: "${id('simaGuangming')}", category: "TAXI") { result reasons } b: checkDriver(person: "${id('simaGuangming')}", category: "RIDE_HAILING") { result reasons }
       c: checkDriver(person: "${id('liNa')}", category: "RIDE_HAILING") { result reasons } d: checkDriver(person: "${id('chen')}", category: "TAXI") { result reasons } e: checkDriver(person: "?", category: "TAXI") { result reasons } }`,
    { plan: handMadePlan() },
  ))
  const pass = { result: 'PASS', reasons: [] }
  const nobody = { result: 'FAIL', reasons: ['NO_LICENSE'] }
  expect(answer).toEqual({ a: pass, b: pass, c: { result: 'FAIL', reasons: ['FULL_POINTS_CYCLE'] }, d: nobody, e: nobody })
})

test('finds stations near a place in order of distance, page by page', async () => {
  const near = 'near: { lat: 31.2329, lng: 121.4751, radiusM: 2000 }'
  const first = await transport.ask(`{ metroStations(${near}, first: 1) { nodes { code name location lines { nodes { name operator { uscc } } } } pageInfo { hasNextPage endCursor } } }`, { plan: handMadePlan() })
  expect(dataOf(first)).toMatchObject({ metroStations: { nodes: [{ code: 'S1', location: { lat: 31.233, lng: 121.475 }, lines: { nodes: [{ name: '1号线', operator: { uscc: '123101994250100B1A' } }] } }], pageInfo: { hasNextPage: true } } })
  const cursor = (first.data?.metroStations as { pageInfo: { endCursor: string } }).pageInfo.endCursor
  const second = await transport.ask(`{ metroStations(${near}, first: 1, after: "${cursor}") { nodes { code } pageInfo { hasNextPage hasPreviousPage } } }`, { plan: handMadePlan() })
  expect(dataOf(second)).toEqual({ metroStations: { nodes: [{ code: 'S2' }], pageInfo: { hasNextPage: false, hasPreviousPage: true } } })
  const elsewhere = await transport.ask(`{ metroStations(near: { lat: 31.2, lng: 121.4751, radiusM: 2000 }, after: "${cursor}") { nodes { code } } }`, { plan: handMadePlan() })
  expect(elsewhere.errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', argument: 'after' })
  const hidden = await transport.ask(`{ metroStations(${near}) { nodes { code } } }`, { plan: handMadePlan({ fields: { 'MetroStation.location': masked } }) })
  expect(hidden.errors?.[0]?.extensions).toEqual({ code: 'NOT_FILTERABLE', argument: 'near' })
})

test('gives lines with their stations in order, the nearest station of a cell, flows and vehicles', async () => {
  const { query, variables } = entities(
    [{ __typename: 'Enterprise', uscc: e1.uscc, domicileGrid: { lat: 31.235, lng: 121.475 } }],
    '... on Enterprise { nearestMetroStation { name } vehicles { nodes { plateNo useNature ownerEnterprise { uscc } violations { nodes { occurredAt place location plateNo } } } } }',
  )
  const plan = handMadePlan({ fields: { 'TrafficViolation.*': masked } })
  expect(dataOf(await transport.ask(query, { plan, variables }))).toEqual({ _entities: [{ nearestMetroStation: { name: '人民广场' }, vehicles: { nodes: [
    { plateNo: '沪AD00001', useNature: 'D', ownerEnterprise: { uscc: e1.uscc }, violations: { nodes: [{ occurredAt: '2026-02-14T08+08:00', place: '上海市黄浦区****', location: { lat: 31.235, lng: 121.475 }, plateNo: '沪AD****1' }] } },
    { plateNo: '沪AD00002', useNature: 'D', ownerEnterprise: { uscc: e1.uscc }, violations: { nodes: [] } },
  ] } }] })
  expect(dataOf(await transport.ask(
    '{ metroLines { nodes { lineNo stations { nodes { code } } } } trafficFlow(section: "R1", from: "2026-03-01T08:00:00+08:00", to: "2026-03-01T08:10:00+08:00") { nodes { at volume congestionIndex section { name deviceLocation } } } }',
    { plan: handMadePlan({ fields: { 'RoadSection.deviceLocation': masked } }) },
  ))).toEqual({
    metroLines: { nodes: [{ lineNo: '1', stations: { nodes: [{ code: 'S2' }, { code: 'S1' }] } }] },
    trafficFlow: { nodes: [0, 5].map((minutes) => ({ at: `2026-03-01T08:0${minutes}:00+08:00`, volume: 100 + minutes, congestionIndex: '3.4', section: { name: '示例高架', deviceLocation: { lat: 31.235, lng: 121.475 } } })) },
  })
})

test('tells nothing of fewer than five vehicles (K6): nor how many, nor how fast', async () => {
  const { trafficFlow } = dataOf(await transport.ask('{ trafficFlow(section: "R1", from: "2026-03-01T08:15:00+08:00", to: "2026-03-01T08:35:00+08:00") { nodes { at v: volume averageSpeed congestionIndex } } }', { plan: handMadePlan() })) as { trafficFlow: unknown }
  const nothing = { v: null, averageSpeed: null, congestionIndex: null }
  expect(trafficFlow).toEqual({ nodes: [
    { at: '2026-03-01T08:15:00+08:00', v: 5, averageSpeed: '42.5', congestionIndex: '3.4' },
    ...[20, 25, 30].map((minutes) => ({ at: `2026-03-01T08:${minutes}:00+08:00`, ...nothing })),
  ] })
})

test('gives a person their driver under an id of its own kind, with counts', async () => {
  const id = transport.ids.encipher('TRANS', 'Person', people.simaGuangming.pid)
  const { query, variables } = entities([{ __typename: 'Person', id }], '... on Person { id driver { id classes points violationCount firstIssuedOn fileNo qualifications { nodes { category backgroundPassed employer { uscc } } } } }')
  expect(dataOf(await transport.ask(query, { plan: handMadePlan({ fields: { 'Driver.firstIssuedOn': masked, 'Driver.fileNo': masked } }), variables, org: 'TRANS' }))).toEqual({ _entities: [{ id, driver: {
    id: transport.ids.encipher('TRANS', 'Driver', people.simaGuangming.pid), classes: 'C1', points: 3, violationCount: 1, firstIssuedOn: '2005', fileNo: '3100******78',
    qualifications: { nodes: ['TAXI', 'RIDE_HAILING'].map((category) => ({ category, backgroundPassed: true, employer: { uscc: e1.uscc } })) },
  } }] })
})

test('leaves rows of the law out of every list', async () => {
  expect(dataOf(await credit.ask('{ creditRecords { nodes { recordNo } } }', { plan: inForceOnly }))).toEqual({ creditRecords: { nodes: [{ recordNo: 'XY-LN-2025' }, { recordNo: 'XY-E1-2024' }, { recordNo: 'XY-E1-2021' }] } })
})
