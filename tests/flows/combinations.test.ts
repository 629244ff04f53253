// Fields that tell more together than one by one (DOMAIN 2.6 K2–K4): which operations lower which cells, however they are written;
// that the masked value is what comes back; and that report, dry run and records say the same.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Caller } from '../../policy-engine/decision.ts'
import type { SubgraphAnswer } from '../../subgraphs/answer-shape.ts'
import { scenarioPeople } from '../../synthetic-city/scenario.ts'
import { accessOf, citySubgraph } from '../support/city-subgraph.ts'
import { combiningPolicies, grantee, loweredIn, recordedFields } from '../support/combining-city.ts'
import { runningCity } from '../support/running-city.ts'
import type { Answer, Asked, RunningCity } from '../support/running-city.ts'
import { decisionsOf, idOf, valueAt } from '../support/use-cases.ts'

const { simaGuangming } = scenarioPeople
const E1 = '91310199MA1K0T2A0A'

let city: RunningCity
let sima: string
beforeAll(async () => {
  city = await runningCity({ policies: combiningPolicies() })
  sima = await idOf(city, 'simaGuangming', grantee)
})
afterAll(() => city.stop())

/** What a row of the table expects at a path of the answer. */
const full = { birth: '1979-01-30', mobile: simaGuangming.mobile, address: simaGuangming.address, name: simaGuangming.name }
const year = '1979'
const district = '上海市浦东新区****'
const K2 = ['Person.age K2', 'Person.ageBand K2', 'Person.birthDate K2']
const born = (...others: readonly string[]): readonly string[] => K2.filter((one) => others.some((other) => one === `Person.${other} K2`))

type Row = readonly [what: string, query: string, values: Readonly<Record<string, unknown>>, lowered: readonly string[], how?: Partial<Asked>]
const P = (selection: string): string => `query ($id: ID!) { person(id: $id) { ${selection} } }`

const table: readonly Row[] = [
  // K2, with and without each member.
  ['birth, sex and place', P('birthDate gender hukouDivision'), { 'person.birthDate': year }, born('birthDate')],
  ['birth and sex', P('birthDate gender'), { 'person.birthDate': full.birth, 'person.gender': '1' }, []],
  ['birth and place', P('birthDate hukouDivision'), { 'person.birthDate': full.birth }, []],
  ['sex and place', P('gender hukouDivision'), { 'person.gender': '1' }, []],
  ['birth alone', P('birthDate'), { 'person.birthDate': full.birth }, []],
  ['another place', P('birthDate gender residenceDivision'), { 'person.birthDate': year }, born('birthDate')],
  ['an address as the place', P('birthDate gender residenceAddress'), { 'person.birthDate': year, 'person.residenceAddress': full.address }, born('birthDate')],
  ['the household as the place', P('birthDate gender household { division }'), { 'person.birthDate': year }, born('birthDate')],
  ['the sex as a digit of a masked number', P('birthDate idNo hukouDivision'), { 'person.birthDate': year }, born('birthDate')],
  ['the sex as a digit of the licence number', P('birthDate hukouDivision driver { licenseNo }'), { 'person.birthDate': year }, born('birthDate')],
  ['an age beside it, which is no better', P('birthDate age ageBand gender hukouDivision'), { 'person.birthDate': year, 'person.age': null, 'person.ageBand': null }, born('birthDate', 'age', 'ageBand')],
  ['an age without the birth date', P('age gender hukouDivision'), { 'person.age': 47 }, []],
  // The same, however it is written.
  ['aliases', 'query ($id: ID!) { p: person(id: $id) { a: birthDate b: gender c: hukouDivision } }', { 'p.a': year }, born('birthDate')],
  ['a named fragment', 'query ($id: ID!) { person(id: $id) { ...f gender } } fragment f on Person { birthDate ...g } fragment g on Person { hukouDivision }', { 'person.birthDate': year }, born('birthDate')],
  ['inline fragments', P('... on Person { birthDate } ... { gender ... on Person { hukouDivision } }'), { 'person.birthDate': year }, born('birthDate')],
  ['the same field twice', P('one: birthDate two: birthDate gender hukouDivision'), { 'person.one': year, 'person.two': year }, born('birthDate')],
  ['two roots about one person', 'query ($id: ID!) { a: person(id: $id) { birthDate } b: person(id: $id) { gender hukouDivision } }', { 'a.birthDate': year }, born('birthDate')],
  ['two roots about two people', 'query ($id: ID!) { person(id: $id) { birthDate } people(first: 1) { nodes { gender hukouDivision } } }', { 'person.birthDate': year }, born('birthDate')],
  ['an edge from an enterprise', `{ enterprise(uscc: "${E1}") { legalRepresentative { birthDate gender hukouDivision } } }`, { 'enterprise.legalRepresentative.birthDate': '1985' }, born('birthDate')],
  ['parts at two edges', `query ($id: ID!) { enterprise(uscc: "${E1}") { legalRepresentative { birthDate } keyPersons { nodes { person { gender } } } } person(id: $id) { hukouDivision } }`, { 'enterprise.legalRepresentative.birthDate': '1985' }, born('birthDate')],
  ['@include that is true', 'query ($id: ID!, $on: Boolean!) { person(id: $id) { birthDate gender hukouDivision @include(if: $on) } }', { 'person.birthDate': year }, born('birthDate'), { variables: { on: true } }],
  ['@include that is false', 'query ($id: ID!, $on: Boolean!) { person(id: $id) { birthDate gender hukouDivision @include(if: $on) } }', { 'person.birthDate': full.birth }, [], { variables: { on: false } }],
  ['@skip that is false', 'query ($id: ID!, $off: Boolean = false) { person(id: $id) { birthDate ... @skip(if: $off) { gender } hukouDivision } }', { 'person.birthDate': year }, born('birthDate')],
  ['@skip that is true', 'query ($id: ID!, $off: Boolean = false) { person(id: $id) { birthDate ... @skip(if: $off) { gender } hukouDivision } }', { 'person.birthDate': full.birth }, [], { variables: { off: true } }],
  ['@skip of a whole fragment', 'query ($id: ID!) { person(id: $id) { birthDate ...f @skip(if: true) } } fragment f on Person { gender hukouDivision }', { 'person.birthDate': full.birth }, []],
  // K4.
  ['name, mobile and address', P('name mobile residenceAddress'), { 'person.name': full.name, 'person.mobile': full.mobile, 'person.residenceAddress': district }, ['Person.residenceAddress K4']],
  ['name and mobile', P('name mobile'), { 'person.name': full.name, 'person.mobile': full.mobile }, []],
  ['name and address', P('name residenceAddress'), { 'person.residenceAddress': full.address }, []],
  ['mobile and address', P('mobile residenceAddress'), { 'person.residenceAddress': full.address }, []],
  ['every address', P('n: name m: mobile residenceAddress hukouAddress household { address }'), { 'person.residenceAddress': district, 'person.m': full.mobile }, ['Household.address K4', 'Person.hukouAddress K4', 'Person.residenceAddress K4']],
  ['a name that the register publishes', `{ enterprise(uscc: "${E1}") { legalRepName legalRepresentative { mobile residenceAddress } } }`, { 'enterprise.legalRepName': '张伟', 'enterprise.legalRepresentative.mobile': '15400001234', 'enterprise.legalRepresentative.residenceAddress': '上海市黄浦区****' }, ['Person.residenceAddress K4']],
  ['two sets at once', P('name birthDate gender mobile residenceAddress'), { 'person.birthDate': year, 'person.residenceAddress': district }, ['Person.birthDate K2', 'Person.residenceAddress K4']],
  // K3.
  ['a trajectory', P('driver { violations { nodes { plateNo occurredAt place location } } }'), { 'person.driver.violations.nodes.plateNo': ['沪AD00001'], 'person.driver.violations.nodes.occurredAt': ['2026-02-14T08+08:00'], 'person.driver.violations.nodes.location': [{ lat: 31.235, lng: 121.475 }], 'person.driver.violations.nodes.place': ['上海市黄浦区****'] }, ['TrafficViolation.location K3', 'TrafficViolation.occurredAt K3', 'TrafficViolation.place K3']],
  ['a trajectory without a number: the edge holds it together', P('driver { violations { nodes { t: occurredAt p: place } } }'), { 'person.driver.violations.nodes.t': ['2026-02-14T08+08:00'], 'person.driver.violations.nodes.p': ['上海市黄浦区****'] }, ['TrafficViolation.occurredAt K3', 'TrafficViolation.place K3']],
  ['times without places', P('driver { violations { nodes { plateNo occurredAt code } } }'), { 'person.driver.violations.nodes.occurredAt': ['2026-02-14T08:47:12+08:00'] }, []],
  ['places without times', P('driver { violations { nodes { plateNo location } } }'), { 'person.driver.violations.nodes.location': [{ lat: 31.23456, lng: 121.47891 }] }, []],
  // Nothing of a set, with a set's field far away.
  ['a public place', 'query ($id: ID!) { person(id: $id) { birthDate gender } roadSections(first: 1) { nodes { division } } }', { 'person.birthDate': full.birth }, []],
]

async function ask(query: string, how: Partial<Asked> = {}): Promise<Answer> {
  return city.ask(query, { ...grantee, ...how, ...(query.includes('$id') ? { variables: { ...how.variables, id: sima } } : {}) })
}

describe('an operation that asks for', () => {
  it.each(table.map((row) => ({ what: row[0], row })))('$what', async ({ row: [, query, values, lowered, how] }) => {
    const answer = await ask(query, how)
    expect(answer.errors).toEqual([])
    for (const [path, value] of Object.entries(values)) expect([path, valueAt(answer.data, path)]).toEqual([path, value])
    const recorded = await recordedFields(city, answer)
    expect(loweredIn(recorded)).toEqual(lowered)
    // A caller is told POLICY (or what it can do about it) and no rule's name.
    expect(JSON.stringify(answer.sharing.decisions)).not.toMatch(/combination|K[0-9]/)

    const dry = await ask(query, { ...how, headers: { 'x-dry-run': 'decisions' } })
    expect(dry.data).toBeNull()
    expect(decisionsOf(dry)).toEqual(decisionsOf(answer))
    // What the gateway decides is what each department decided, policy by policy.
    const said = new Map((await recordedFields(city, dry)).map((one) => [one.field, one]))
    const common = recorded.filter(({ field }) => said.has(field))
    expect(common.length).toBeGreaterThan(0)
    for (const one of common) expect(one).toEqual(said.get(one.field))
    for (const one of lowered) expect(common.map(({ field }) => field)).toContain(one.split(' ')[0])
  })

  it('has more than thirty rows in this table', () => {
    expect(table.length).toBeGreaterThan(30)
  })
})

describe('nothing is lowered', () => {
  it('for the owner of the register', async () => {
    const owner = { caller: 'psb-officer', purpose: 'PSB-0001', caseNo: 'PSB-2026-0001' }
    const answer = await city.ask('query ($id: ID!) { person(id: $id) { name birthDate age gender hukouDivision mobile residenceAddress idNo } }', { ...owner, variables: { id: await idOf(city, 'simaGuangming', owner) } })
    expect(answer.data.person).toMatchObject({ name: full.name, birthDate: full.birth, age: 47, mobile: full.mobile, residenceAddress: full.address, idNo: simaGuangming.idNo })
    expect(loweredIn(await recordedFields(city, answer))).toEqual([])
  })

  it('for the owner of vehicles and violations', async () => {
    const answer = await city.ask('{ vehicles(first: 50) { nodes { id plateNo violations { nodes { occurredAt location place plateNo } } } } }', { caller: 'tpb-officer', purpose: 'TPB-0001', caseNo: 'TPB-2026-0001' })
    const found: readonly { occurredAt: string }[] = answer.data.vehicles.nodes.flatMap(({ violations }: { violations: { nodes: readonly { occurredAt: string }[] } }) => violations.nodes)
    expect(found.length).toBeGreaterThan(0)
    for (const { occurredAt } of found) expect(occurredAt).toMatch(/:\d\d:\d\d\+08:00$/)
    expect(loweredIn(await recordedFields(city, answer))).toEqual([])
  })

  it('for the person, about whom all of it is', async () => {
    const answer = await city.ask('{ me { name birthDate age gender hukouDivision mobile residenceAddress vehicles { nodes { id plateNo violations { nodes { occurredAt location } } } } positions { nodes { name enterprise { legalRepName } } } } }', { caller: 'zhang-wei' })
    expect(answer.data.me).toMatchObject({ name: '张伟', birthDate: '1985-03-07', mobile: '15400001234', residenceAddress: scenarioPeople.zhangWei.address })
    expect(loweredIn(await recordedFields(city, answer))).toEqual([])
  })
})

describe('a router that is not ours', () => {
  const officer: Caller = { kind: 'department', org: 'TRANS', sub: 'trans-officer', roles: ['official'], assurance: 2, zone: 'intranet' }
  const answered = async (query: string, how: { readonly route: 'router' | 'seal'; readonly fields?: readonly string[]; readonly who?: Caller; readonly occasion?: Parameters<typeof accessOf>[2] }): Promise<SubgraphAnswer> => {
    const population = citySubgraph(city, 'population')
    try {
      const access = accessOf(city, how.who ?? officer, how.occasion ?? { purpose: 'TRANS-0802', caseNo: 'TR-2026-0001' }, how.fields ?? [])
      const operation = how.route === 'router' ? { hash: 'unknown', singleSubject: false, fields: [] } : access.operation
      return await population.subgraph.answer({ query, access: { ...access, operation }, requestId: '00000000-0000-4000-8000-000000000000', route: how.route })
    } finally {
      await population.close()
    }
  }
  const recordOf = async ({ extensions }: SubgraphAnswer): Promise<readonly string[]> => {
    const { record } = extensions.sharing
    return loweredIn(await recordedFields(city, { sharing: { requestId: '', policyVersion: '', decisions: [], records: record === undefined ? [] : [record] } }))
  }

  it('does not tell what else is asked for, so each subgraph decides as if everything were', async () => {
    const query = `{ person(id: "${sima}") { birthDate residenceAddress mobile } }`
    const sealed = await answered(query, { route: 'seal', fields: ['Query.person', 'Person.birthDate', 'Person.residenceAddress', 'Person.mobile'] })
    expect(sealed.data).toMatchObject({ person: { birthDate: full.birth, residenceAddress: full.address } })
    expect(await recordOf(sealed)).toEqual([])
    const unknown = await answered(query, { route: 'router' })
    expect(unknown.data).toMatchObject({ person: { birthDate: year, residenceAddress: district, mobile: full.mobile } })
    expect(await recordOf(unknown)).toEqual(['Person.birthDate K2', 'Person.residenceAddress K4'])
  })

  it('gives a subgraph the facts of the whole operation, not of its own part, when it is ours', async () => {
    const fields = ['Query.person', 'Person.birthDate', 'Person.gender', 'Person.driver', 'Driver.violations', 'Person.hukouDivision']
    const part = await answered(`{ person(id: "${sima}") { birthDate } }`, { route: 'seal', fields })
    expect(part.data).toMatchObject({ person: { birthDate: year } })
  })

  it('lowers nothing of the owner\'s own register', async () => {
    const who = { ...officer, org: 'PSB', sub: 'psb-officer' }
    const occasion = { purpose: 'PSB-0001', caseNo: 'PSB-2026-0001' }
    const id = await idOf(city, 'simaGuangming', { caller: 'psb-officer', ...occasion })
    const answer = await answered(`{ person(id: "${id}") { name birthDate gender hukouDivision mobile residenceAddress } }`, { route: 'router', who, occasion })
    expect(answer.data).toMatchObject({ person: { name: full.name, birthDate: full.birth, mobile: full.mobile, residenceAddress: full.address } })
    expect(await recordOf(answer)).toEqual([])
  })
})

describe('what the rules do not cover', () => {
  it('is one set asked for by two operations: each leaves its record with the same case', async () => {
    const parts = [await ask(P('birthDate')), await ask(P('gender hukouDivision'))]
    expect(parts[0]?.data.person.birthDate).toBe(full.birth)
    expect(parts[1]?.data.person.gender).toBe('1')
    for (const part of parts) expect((await recordedFields(city, part)).length).toBeGreaterThan(0)
  })
})

describe('a name, which is clear together or not at all (M8)', () => {
  it('is named by the record', async () => {
    const answer = await city.ask('{ licenses(first: 20, where: { holderKind: { eq: "1" } }) { nodes { holderName holder { name } } } }', { caller: 'bdc-officer', purpose: 'BDC-0001', caseNo: 'BDC-2026-0001' })
    expect(loweredIn(await recordedFields(city, answer))).toEqual(['License.holderName M8'])
  })
})
