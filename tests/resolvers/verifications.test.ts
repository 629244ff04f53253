// Questions about persons: answers without data, one answer for "not there" and "not to be verified", refusals before the database.

import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RowCondition } from '../../policy-engine/row-condition.ts'
import { denied, handMadePlan, masked } from '../support/hand-made-plan.ts'
import { resolverCity, type ResolverCity } from '../support/resolver-city.ts'
import { idNumbers, OUTDATED_PID, pidOf, populationRows, type ScenarioPerson } from '../support/scenario-rows.ts'

let population: ResolverCity

beforeAll(async () => {
  population = await resolverCity('population', 'scenario_rows', populationRows)
})
afterAll(async () => {
  await population?.close()
})

const idOf = (person: ScenarioPerson): string => population.ids.encipher('EDU', 'Person', pidOf(person))
const notMinor: RowCondition = { kind: 'not', term: { kind: 'truth', attribute: 'minor' } }

async function ask(query: string, plan = handMadePlan(), pid?: string): Promise<unknown> {
  const { data, errors } = await population.ask(query, { plan, org: 'EDU', ...(pid === undefined ? {} : { pid }) })
  return errors?.[0]?.extensions ?? JSON.parse(JSON.stringify(data))
}

test('matches a name with a number', async () => {
  const verify = (name: string, idNo: string): string => `verifyIdentity(name: "${name}", idNo: "${idNo}")`
  expect(await ask(`{ a: ${verify('张伟', idNumbers.zhangWei)} b: ${verify('李伟', idNumbers.zhangWei)} c: ${verify('陈', '31019920000229031x ')} d: ${verify('谁', '11010519491231002X')} }`))
    .toEqual({ a: 'MATCH', b: 'MISMATCH', c: 'MATCH', d: 'NOT_FOUND' })
})

test('answers NOT_FOUND where the row may not be verified, with the same statement', async () => {
  const plan = handMadePlan({ verify: { verifyIdentity: notMinor } })
  const query = (name: string, idNo: string): string => `{ verifyIdentity(name: "${name}", idNo: "${idNo}") }`
  population.statements()
  expect(await ask(query('王子涵', idNumbers.wang), plan)).toEqual({ verifyIdentity: 'NOT_FOUND' })
  expect(await ask(query('赵一鸣', idNumbers.zhao), plan)).toEqual({ verifyIdentity: 'MATCH' })
  expect(await ask(query('钱一鸣', idNumbers.qian), plan)).toEqual({ verifyIdentity: 'NOT_FOUND' })
  const [first, ...others] = population.statements()
  expect(others).toEqual([first, first])
})

test('refuses a wrong number before the database and does not repeat it', async () => {
  population.statements()
  for (const idNo of ['310199198503070113', '310199198502300115', '3101991985030701', '310199850307011', '31019919850307011\u0000']) {
    const { errors } = await population.ask('query($n: String!) { verifyIdentity(name: "x", idNo: $n) resolvePerson(idNo: $n) { name } }', { plan: handMadePlan(), variables: { n: idNo } })
    expect(errors?.map(({ extensions }) => extensions)).toEqual([{ code: 'BAD_USER_INPUT', argument: 'idNo' }, { code: 'BAD_USER_INPUT', argument: 'idNo' }])
    expect(JSON.stringify(errors)).not.toContain(idNo)
  }
  expect(population.statements()).toEqual([])
})

test('resolves a whole number to the row, which is then decided like any other', async () => {
  const query = `{ resolvePerson(idNo: "${idNumbers.zhangWei}") { id idNo name } }`
  population.statements()
  expect(await ask(query, handMadePlan({ fields: { 'Person.idNo': masked, 'Person.name': denied } }))).toEqual({ resolvePerson: { id: idOf('zhangWei'), idNo: '31**************12', name: null } })
  expect(population.statements().join().replaceAll(/mask\.\w+\([^()]*\)/g, '').match(/"id_no"/g)).toHaveLength(1) // the WHERE alone
  expect(await ask(query, handMadePlan({ rows: { Person: { kind: 'truth', attribute: 'minor' } } }))).toEqual({ resolvePerson: null })
  expect(await ask(query, handMadePlan({ fields: { 'Query.resolvePerson': denied } }))).toEqual({ resolvePerson: null })
})

test('knows guardians, residence, insurance and school age', async () => {
  const [wang, ouyang, zhang] = [idOf('wang'), idOf('ouyang'), idOf('zhangWei')]
  expect(await ask(`{
    guardian: verifyGuardian(ward: "${wang}", guardian: "${ouyang}") stranger: verifyGuardian(ward: "${wang}", guardian: "${zhang}") nobody: verifyGuardian(ward: "x", guardian: "${ouyang}")
    r24: checkResidence(person: "${ouyang}", division: "310101", minMonths: 24) r36: checkResidence(person: "${ouyang}", division: "310101", minMonths: 36)
    ended: checkResidence(person: "${ouyang}", division: "310115", minMonths: 1) none: checkResidence(person: "x", division: "310115", minMonths: 1)
    i24: checkInsurance(person: "${ouyang}", scheme: "PEN", minMonths: 24) i27: checkInsurance(person: "${ouyang}", scheme: "PEN", minMonths: 27) med: checkInsurance(person: "${ouyang}", scheme: "MED", minMonths: 1)
    born: bornBetween(person: "${wang}", from: "2016-05-20", to: "2016-05-20") before: bornBetween(person: "${wang}", from: "2010-01-01", to: "2016-05-19")
    old: bornBetween(person: "${population.ids.encipher('EDU', 'Person', OUTDATED_PID)}", from: "1985-03-07", to: "1985-03-07")
  }`)).toEqual({
    guardian: 'MATCH', stranger: 'MISMATCH', nobody: 'NOT_FOUND', r24: true, r36: false, ended: false, none: null, i24: true, i27: false, med: false, born: true, before: false, old: true,
  })
  expect(await ask(`{ verifyGuardian(ward: "${wang}", guardian: "${ouyang}") bornBetween(person: "${wang}", from: "2016-05-20", to: "2016-05-20") }`, handMadePlan({ verify: { verifyGuardian: notMinor, bornBetween: { kind: 'never' } } })))
    .toEqual({ verifyGuardian: 'NOT_FOUND', bornBetween: null })
})

test('tells the access record of both people that a question is about', async () => {
  const [wang, ouyang] = [idOf('wang'), idOf('ouyang')]
  const subjects = async (ward: string, guardian: string): Promise<readonly string[]> =>
    (await population.ask(`{ verifyGuardian(ward: "${ward}", guardian: "${guardian}") }`, { plan: handMadePlan(), org: 'EDU' })).subjects
  expect([...(await subjects(wang, ouyang))].sort()).toEqual([pidOf('wang'), pidOf('ouyang')].sort())
  expect([...(await subjects(wang, idOf('zhangWei')))].sort()).toEqual([pidOf('wang'), pidOf('zhangWei')].sort())
  expect(await subjects(wang, 'x')).toEqual([pidOf('wang')])
  expect(await subjects('x', ouyang)).toEqual([pidOf('ouyang')])
})

test('tells the access record of whoever was asked about, found or not, there or not, verifiable or not', async () => {
  const nobody = '00000000-0000-4000-8000-00000000dead'
  const about = async (query: string, plan = handMadePlan()): Promise<readonly unknown[]> => {
    const { data, subjects } = await population.ask(`{ answer: ${query} }`, { plan, org: 'EDU' })
    return [data?.['answer'], ...subjects]
  }
  const questions = (id: string): readonly string[] => [
    `checkInsurance(person: "${id}", scheme: "PEN", minMonths: 1)`,
    `checkResidence(person: "${id}", division: "31", minMonths: 1)`,
    `bornBetween(person: "${id}", from: "2010-01-01", to: "2010-01-02")`,
  ]
  const hidden = handMadePlan({ verify: { checkInsurance: notMinor, checkResidence: notMinor, bornBetween: notMinor, verifyGuardian: notMinor, verifyIdentity: notMinor } })
  const unknown = population.ids.encipher('EDU', 'Person', nobody)
  for (const question of questions(unknown)) expect(await about(question)).toEqual([null, nobody])
  for (const question of questions(idOf('wang'))) expect(await about(question, hidden)).toEqual([null, pidOf('wang')])
  for (const question of questions('x')) expect(await about(question)).toEqual([null])
  expect(await about(`verifyGuardian(ward: "${unknown}", guardian: "${idOf('ouyang')}")`)).toEqual(['NOT_FOUND', nobody, pidOf('ouyang')])
  expect(await about(`verifyIdentity(name: "王子涵", idNo: "${idNumbers.wang}")`, hidden)).toEqual(['NOT_FOUND', pidOf('wang')])
  expect(await about('verifyIdentity(name: "谁", idNo: "11010519491231002X")')).toEqual(['NOT_FOUND'])
})

test('reads rows by an edge, of which a key may have several, in an order of their own, so that the first one is always the same', async () => {
  population.statements()
  await ask(`{ person(id: "${idOf('wang')}") { name household { memberCount } } }`)
  const statements = population.statements()
  expect(statements.length).toBeGreaterThanOrEqual(2)
  // A person has one row, a household one for each of its present members.
  for (const statement of statements) expect(/ORDER BY/.test(statement)).toBe(!/FROM unnest\(\$1::uuid\[\]\) AS wanted\(key\)\s+LEFT JOIN "pop_pid_alias"/.test(statement))
})

test('refuses operands out of their form', async () => {
  const person = idOf('ouyang')
  for (const [field, argument] of [
    [`checkResidence(person: "${person}", division: "3101015", minMonths: 1)`, 'division'],
    [`checkResidence(person: "${person}", division: "31%", minMonths: 1)`, 'division'],
    [`checkResidence(person: "${person}", division: "31", minMonths: -1)`, 'minMonths'],
    [`checkInsurance(person: "${person}", scheme: "pen", minMonths: 1)`, 'scheme'],
    [`bornBetween(person: "${person}", from: "2016-02-30", to: "2016-05-20")`, 'from'],
  ]) {
    expect(await ask(`{ ${field} }`)).toEqual({ code: 'BAD_USER_INPUT', argument })
  }
})

test('gives a citizen their own row and nobody else anything', async () => {
  const own: RowCondition = { kind: 'compare', operator: '==', left: { kind: 'attribute', name: 'subject' }, right: { kind: 'parameter', name: 'pid' } }
  const plan = handMadePlan({ rows: { Person: own } })
  expect(await ask('{ me { name } people { nodes { name } } }', plan, pidOf('ayiguli'))).toEqual({ me: { name: '阿依古丽·买买提' }, people: { nodes: [{ name: '阿依古丽·买买提' }] } })
  expect(await ask('{ me { name } people { nodes { name } } }', plan)).toEqual({ me: null, people: { nodes: [] } })
})

test('gives the household, its members and wards by edges', async () => {
  const answer = await ask(`{ person(id: "${idOf('wang')}") { household { memberCount address members { nodes { relation person { name } } } } guardianships { nodes { relation guardian { name } } } socialInsurances { nodes { scheme } } } me { name } }`, handMadePlan({ fields: { 'Household.address': masked } }), pidOf('ouyang'))
  expect(answer).toEqual({
    person: {
      household: { memberCount: 2, address: '上海市黄浦区****', members: { nodes: [{ relation: '01', person: { name: '欧阳静怡' } }, { relation: '20', person: { name: '王子涵' } }] } },
      guardianships: { nodes: [{ relation: '51', guardian: { name: '欧阳静怡' } }] },
      socialInsurances: { nodes: [] },
    },
    me: { name: '欧阳静怡' },
  })
})

test('answers a reference to a driver with the number alone, masked like an identity number', async () => {
  const id = population.ids.encipher('EDU', 'Driver', pidOf('sima'))
  const asPerson = population.ids.encipher('EDU', 'Person', pidOf('sima'))
  const { data } = await population.ask('query($r: [_Any!]!) { _entities(representations: $r) { ... on Driver { id licenseNo } } }', {
    plan: handMadePlan({ fields: { 'Driver.licenseNo': masked, 'Person.gender': denied } }),
    org: 'EDU',
    variables: { r: [{ __typename: 'Driver', id }, { __typename: 'Driver', id: asPerson }] },
  })
  expect(JSON.parse(JSON.stringify(data))).toEqual({ _entities: [{ id, licenseNo: '31***************6' }, null] })
})
