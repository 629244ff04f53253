// Conditions of callers: what is not clear cannot be compared with, and hostile text is only text.

import { afterAll, beforeAll, expect, test } from 'vitest'
import { denied, handMadePlan, masked, mixed } from '../support/hand-made-plan.ts'
import { resolverCity, type ResolverCity } from '../support/resolver-city.ts'
import { E1, E2, E3, enterpriseRows, populationRows } from '../support/scenario-rows.ts'

let enterprises: ResolverCity
let population: ResolverCity

beforeAll(async () => {
  enterprises = await resolverCity('enterprises', 'scenario_rows', enterpriseRows)
  population = await resolverCity('population', 'scenario_rows', populationRows)
})
afterAll(async () => {
  await enterprises?.close()
  await population?.close()
})

async function found(where: string, plan = handMadePlan()): Promise<unknown> {
  const { data, errors } = await enterprises.ask(`{ enterprises(where: ${where}) { nodes { uscc } } }`, { plan })
  return errors?.[0]?.extensions ?? (data?.enterprises as { nodes: { uscc: string }[] }).nodes.map(({ uscc }) => uscc)
}

test.each([
  [`{ uscc: { eq: "${E1}" } }`, [E1]],
  [`{ uscc: { in: ["${E1}", "${E3}", "x"] } }`, [E1, E3]],
  [`{ uscc: { in: [] } }`, []],
  [`{ name: { startsWith: "上海示例" } }`, [E1, E2]],
  [`{ name: { startsWith: "%" } }`, []],
  [`{ name: { startsWith: "_海" } }`, []],
  [`{ registeredCapital: { gte: "5000000", lt: "100000000" } }`, [E1]],
  [`{ registeredCapital: { lte: "15000" } }`, [E3]],
  [`{ registeredCapital: { lt: "15000.000001" } }`, [E3]],
  [`{ establishedOn: { eq: "2015-06-01" }, division: { eq: "310115" } }`, [E2]],
  [`{ division: { startsWith: "3101" }, status: { in: ["1"] } }`, [E1, E2, E3].filter((uscc) => uscc !== E2)],
  ['{}', [E1, E2, E3]],
])('finds by %s', async (where, expected) => {
  expect(await found(where)).toEqual(expected)
})

test('refuses a field that is not clear on every row, or may not be filtered by, and names the argument', async () => {
  const notFilterable = (argument: string) => ({ code: 'NOT_FILTERABLE', argument })
  const where = '{ name: { eq: "上海示例出行科技有限公司" } }'
  for (const decision of [masked, denied, mixed({ kind: 'always' })]) {
    expect(await found(where, handMadePlan({ fields: { 'Enterprise.name': decision } }))).toEqual(notFilterable('where.name'))
  }
  expect(await found(where, handMadePlan({ notFilterable: ['Enterprise.name'] }))).toEqual(notFilterable('where.name'))
  enterprises.statements()
  const ordered = await enterprises.ask('{ enterprises(orderBy: [NAME_ASC]) { nodes { uscc } } }', { plan: handMadePlan({ fields: { 'Enterprise.name': masked } }) })
  expect(ordered.errors?.[0]?.extensions).toEqual(notFilterable('orderBy'))
  expect(enterprises.statements()).toEqual([])
  // A key is public, whatever the plan says of other fields.
  expect(await found(`{ uscc: { eq: "${E1}" } }`, handMadePlan({ fields: { 'Enterprise.*': denied } }))).toEqual([E1])
})

test('refuses what is no value of the kind, without repeating it', async () => {
  for (const [where, argument] of [
    ['{ establishedOn: { eq: "2015-02-30" } }', 'where.establishedOn.eq'],
    ['{ establishedOn: { lt: "yesterday" } }', 'where.establishedOn.lt'],
    ['{ registeredCapital: { lt: "1e9" } }', 'where.registeredCapital.lt'],
    ['{ registeredCapital: { lt: "NaN" } }', 'where.registeredCapital.lt'],
    [`{ name: { eq: "${'长'.repeat(201)}" } }`, 'where.name.eq'],
    ['{ name: { eq: "a\\u0000b" } }', 'where.name.eq'],
    ['{ name: null }', 'where.name'],
    ['{ name: { eq: null } }', 'where.name.eq'],
    [`{ uscc: { in: [${'"x",'.repeat(101)}] } }`, 'where.uscc.in'],
  ] as const) {
    const { errors } = await enterprises.ask(`{ enterprises(where: ${where}) { nodes { uscc } } }`, { plan: handMadePlan() })
    expect(errors?.[0]?.extensions, where).toEqual({ code: 'BAD_USER_INPUT', argument })
    expect(errors?.[0]?.message).toBe('The request is not well formed.')
  }
})

test('refuses half a character, which would reach PostgreSQL as another one', async () => {
  const { errors } = await enterprises.ask('query($t: String) { enterprises(where: { name: { startsWith: $t } }) { nodes { uscc } } }', { plan: handMadePlan(), variables: { t: '\ud83d' } })
  expect(errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', argument: 'where.name.startsWith' })
})

test.each(["' OR '1'='1", "'; DROP TABLE ent_base; --", '$1', '\\', '"', '__proto__', 'constructor', '😀', '｜%_', 'a\nb', '\u202e', '{"eq":"x"}', '${jndi:x}'])('takes %j as text', async (text) => {
  const { data, errors } = await enterprises.ask(
    'query($t: String, $i: ID!) { byName: enterprises(where: { name: { eq: $t } }) { nodes { uscc } } byStart: enterprises(where: { name: { startsWith: $t } }) { nodes { uscc } } enterprise(uscc: $i) { name } }',
    { plan: handMadePlan(), variables: { t: text, i: text } },
  )
  expect(errors).toBeUndefined()
  expect(JSON.parse(JSON.stringify(data))).toEqual({ byName: { nodes: [] }, byStart: { nodes: [] }, enterprise: null })
  const person = await population.ask('query($i: ID!) { person(id: $i) { name } }', { plan: handMadePlan(), variables: { i: text } })
  expect(JSON.parse(JSON.stringify(person.data))).toEqual({ person: null })
  expect(person.errors).toBeUndefined()
})

test('never reads what nobody selected from what a representation brought along', async () => {
  const { data, errors } = await enterprises.ask('query($r: [_Any!]!) { _entities(representations: $r) { ... on Enterprise { uscc name legalRepName } ... on Person { id positions { nodes { name } } } } }', {
    plan: handMadePlan({ fields: { 'Enterprise.name': denied, 'Person.positions': denied } }),
    variables: { r: [
      { __typename: 'Enterprise', uscc: E1, name: 'forged', legalRepName: 'forged' },
      { __typename: 'Person', id: enterprises.ids.encipher('BANK-A', 'Person', '00000000-0000-4000-8000-000000000009'), positions: { nodes: [{ name: 'forged' }] }, keys: ['x'] },
      { __typename: 'Person', id: 12 },
      { __typename: 'Enterprise', uscc: { $gt: '' } },
      { __typename: 'Enterprise' },
    ] },
  })
  expect(errors).toBeUndefined()
  expect(JSON.parse(JSON.stringify(data))).toEqual({ _entities: [{ uscc: E1, name: null, legalRepName: '张伟' }, { id: expect.any(String), positions: null }, null, null, null] })
})
