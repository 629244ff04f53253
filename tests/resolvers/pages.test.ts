// Pages by position over real rows: every row once, in order, NULLs in their place, and cursors that fit only their own list.

import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { people } from '../../migrations/population/tables.ts'
import { handMadePlan, masked } from '../support/hand-made-plan.ts'
import { resolverCity, type ResolverCity } from '../support/resolver-city.ts'
import { E1, E2, E3, enterpriseRows, populationRows } from '../support/scenario-rows.ts'

/** Three persons whose birth date nobody knows. */
const unknownBirths = ['甲', '乙', '丙'].map((name, index) => ({ pid: `00000000-0000-4000-8000-0000000000a${index}`, idType: '414', idNo: `E000000${index}`, name }))

let enterprises: ResolverCity
let population: ResolverCity

beforeAll(async () => {
  enterprises = await resolverCity('enterprises', 'scenario_rows', enterpriseRows)
  population = await resolverCity('population', 'unknown_births', [...populationRows, [people, unknownBirths]])
})
afterAll(async () => {
  await enterprises?.close()
  await population?.close()
})

type Connection = { edges: { cursor: string; node: { id?: string; uscc?: string; name: string } }[]; pageInfo: { hasNextPage: boolean; endCursor: string | null; startCursor: string | null } }

async function allPages(city: ResolverCity, list: string, args: string, first: number): Promise<string[]> {
  const names: string[] = []
  let after: string | null = null
  for (let page = 0; page < 50; page += 1) {
    const answer = await city.ask(`query($after: String) { ${list}(first: ${first}, after: $after${args}) { edges { cursor node { name } } pageInfo { hasNextPage endCursor startCursor } } }`, {
      plan: handMadePlan(),
      variables: { after },
    })
    expect(answer.errors).toBeUndefined()
    const { edges, pageInfo } = answer.data?.[list] as Connection
    names.push(...edges.map(({ node }) => node.name))
    expect(pageInfo.endCursor === null).toBe(edges.length === 0)
    if (!pageInfo.hasNextPage) return names
    after = pageInfo.endCursor
  }
  throw new Error('pages without end')
}

const NAMES = ['上海示例出行科技有限公司', '上海示例投资有限公司', '示例区欧阳面馆']

test.each([
  ['', NAMES],
  [', orderBy: [NAME_DESC]', [...NAMES].reverse()],
  [', orderBy: [REGISTERED_CAPITAL_ASC]', ['示例区欧阳面馆', '上海示例出行科技有限公司', '上海示例投资有限公司']],
  [', orderBy: [ESTABLISHED_ON_DESC, NAME_ASC]', NAMES],
])('reads every enterprise once whatever the page size (%s)', async (args, expected) => {
  for (const first of [1, 2, 3, 100]) expect(await allPages(enterprises, 'enterprises', args, first)).toEqual(expected)
})

test('puts rows without a birth date last ascending and first descending, on every page size', async () => {
  const owner = await population.ask('{ people(orderBy: [BIRTH_DATE_ASC]) { nodes { name } } }', { plan: handMadePlan() })
  const ascending = (owner.data?.people as { nodes: { name: string }[] }).nodes.map(({ name }) => name)
  expect(ascending[0]).toBe('阿依古丽·买买提')
  expect(ascending.slice(-3)).toEqual(['甲', '乙', '丙'])
  for (const first of [1, 3, 4]) {
    expect(await allPages(population, 'people', ', orderBy: [BIRTH_DATE_ASC]', first)).toEqual(ascending)
    expect(await allPages(population, 'people', ', orderBy: [BIRTH_DATE_DESC]', first)).toEqual(['甲', '乙', '丙', ...ascending.slice(0, -3).reverse()])
  }
})

test('gives no rows but the truth about a next page for first: 0, and refuses a first outside 0 to 100', async () => {
  const none = await enterprises.ask('{ enterprises(first: 0) { nodes { name } pageInfo { hasNextPage endCursor } } }', { plan: handMadePlan() })
  expect(JSON.parse(JSON.stringify(none.data))).toEqual({ enterprises: { nodes: [], pageInfo: { hasNextPage: true, endCursor: null } } })
  for (const first of [-1, 101, 2147483647]) {
    const answer = await enterprises.ask(`{ enterprises(first: ${first}) { nodes { name } } enterprise(uscc: "${E1}") { shareholders(first: ${first}) { nodes { holderName } } } }`, { plan: handMadePlan() })
    expect(answer.errors?.map(({ extensions }) => extensions)).toEqual([{ code: 'BAD_USER_INPUT', argument: 'first' }, { code: 'BAD_USER_INPUT', argument: 'first' }])
  }
})

test('accepts a cursor only for the same list, conditions, order, parent and organisation', async () => {
  const cursorOf = async (query: string): Promise<string> => {
    const answer = await enterprises.ask(query, { plan: handMadePlan() })
    const text = JSON.stringify(answer.data)
    return /"endCursor":"([^"]+)"/.exec(text)?.[1] ?? ''
  }
  const cursor = await cursorOf('{ enterprises(first: 1, where: { division: { startsWith: "31" } }) { pageInfo { endCursor } } }')
  const shareholders = await cursorOf(`{ enterprise(uscc: "${E1}") { shareholders(first: 1) { pageInfo { endCursor } } } }`)
  const refusedFor = async (query: string, org = 'AMR'): Promise<void> => {
    const answer = await enterprises.ask(query, { plan: handMadePlan(), org })
    expect(answer.errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', argument: 'after' })
    expect(JSON.stringify(answer.errors)).not.toContain(cursor)
  }
  const same = `{ enterprises(after: "${cursor}", where: { division: { startsWith: "31" } }) { nodes { uscc } } }`
  expect(JSON.parse(JSON.stringify((await enterprises.ask(same, { plan: handMadePlan() })).data))).toEqual({ enterprises: { nodes: [{ uscc: E2 }, { uscc: E3 }] } })
  await refusedFor(same, 'BANK-A')
  await refusedFor(`{ enterprises(after: "${cursor}", where: { division: { startsWith: "3101" } }) { nodes { uscc } } }`)
  await refusedFor(`{ enterprises(after: "${cursor}", where: { division: { startsWith: "31" } }, orderBy: [NAME_ASC]) { nodes { uscc } } }`)
  await refusedFor(`{ enterprise(uscc: "${E2}") { shareholders(after: "${shareholders}") { nodes { holderName } } } }`)
  await refusedFor(`{ enterprise(uscc: "${E1}") { keyPersons(after: "${shareholders}") { nodes { name } } } }`)
  const next = await enterprises.ask(`{ enterprise(uscc: "${E1}") { shareholders(after: "${shareholders}") { nodes { holderName } pageInfo { hasPreviousPage } } } }`, { plan: handMadePlan() })
  expect(JSON.parse(JSON.stringify(next.data))).toEqual({ enterprise: { shareholders: { nodes: [{ holderName: '上海示例投资有限公司' }], pageInfo: { hasPreviousPage: true } } } })
})

test('batches the lists of all rows of a page into one statement', async () => {
  enterprises.statements()
  await enterprises.ask('{ enterprises { nodes { uscc shareholders(first: 1) { nodes { holderName } } annualReports { nodes { year } } } } }', { plan: handMadePlan() })
  expect(enterprises.statements()).toHaveLength(3)
})

test('falls back to the order of keys where the default order would tell a masked value', async () => {
  const query = `{ people(where: { gender: { eq: "2" } }) { nodes { residenceRegistrations { nodes { firstRegisteredOn continuousMonths } } } } }`
  const months = async (plan: Parameters<ResolverCity['ask']>[1]['plan']): Promise<unknown> => {
    const { data } = await population.ask(query, { plan })
    return (data?.people as { nodes: { residenceRegistrations: { nodes: { continuousMonths: number }[] } }[] }).nodes.flatMap((node) => node.residenceRegistrations.nodes.map((row) => row.continuousMonths))
  }
  population.statements()
  expect(await months(handMadePlan())).toEqual([30, 12])
  expect(population.statements().join()).toMatch(/ORDER BY "pop_residence_reg"."first_registered_on" DESC/)
  await months(handMadePlan({ fields: { 'ResidenceRegistration.firstRegisteredOn': masked } }))
  expect(population.statements().join()).not.toMatch(/ORDER BY "pop_residence_reg"."first_registered_on"/)
})

test('reads every row once for any order and page size (property)', async () => {
  const orders = ['NAME_ASC', 'NAME_DESC', 'BIRTH_DATE_ASC', 'BIRTH_DATE_DESC']
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(fc.constantFrom(...orders), { maxLength: 2 }), fc.integer({ min: 1, max: 5 }), async (orderBy, first) => {
      const names = await allPages(population, 'people', orderBy.length === 0 ? '' : `, orderBy: [${orderBy.join(', ')}]`, first)
      expect(new Set(names).size).toBe(12)
      expect(names).toHaveLength(12)
    }),
    { numRuns: 12 },
  )
})

test('pages below many parents keep their order without a sort above them: they are read by a nested loop, parent by parent', async () => {
  enterprises.statements()
  await enterprises.ask('{ enterprises(first: 20) { nodes { uscc shareholders(first: 2) { nodes { holderName } } changes(first: 2) { nodes { item } } } } }', { plan: handMadePlan() })
  const pages = enterprises.statements().filter((text) => text.includes('LATERAL'))
  expect(pages).toHaveLength(2)
  const client = await enterprises.pool.connect()
  try {
    // Whatever the planner thinks of nested loops: a LATERAL page with a LIMIT has no other way.
    for (const setting of ['on', 'off']) {
      await client.query(`SET enable_nestloop = ${setting}`)
      for (const text of pages) {
        const { rows } = await client.query<{ 'QUERY PLAN': string }>(`EXPLAIN (GENERIC_PLAN) ${text}`)
        expect(rows[0]?.['QUERY PLAN']).toMatch(/^Nested Loop/)
        expect(rows[1]?.['QUERY PLAN']).toMatch(/(Disabled|Function Scan on unnest parent)/)
      }
    }
  } finally {
    client.release(true)
  }
})
