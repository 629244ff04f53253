// DESIGN 5.2: Apollo's planner merges a client's alias into its own selection of keys and @requires inputs. An alias with such a
// name would leak a hidden key or choose a @requires input; gateway and subgraphs refuse it, each for itself.

import { isInterfaceType, isObjectType } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { domains } from '../../core/domains.ts'
import { publicCaller } from '../../gateway/authenticate.ts'
import { accessOf, citySubgraph } from '../support/city-subgraph.ts'
import type { CitySubgraph } from '../support/city-subgraph.ts'
import { runningCity } from '../support/running-city.ts'
import type { RunningCity } from '../support/running-city.ts'

const E1 = '91310199MA1K0T2A0A'

/** How a client comes to each type that has a key: `*` stands for the attack. */
const ways: Readonly<Record<string, readonly string[]>> = {
  Person: ['{ people(first: 2) { nodes { * } } }', '{ people(first: 2) { edges { node { * } } } }', `{ enterprise(uscc: "${E1}") { legalRepresentative { * } } }`, `{ enterprise(uscc: "${E1}") { shareholders { nodes { holderPerson { * } } } } }`],
  Enterprise: [`{ enterprise(uscc: "${E1}") { * } }`, '{ enterprises(first: 2) { nodes { * } } }', `{ enterprise(uscc: "${E1}") { shareholders { nodes { holderEnterprise { * } } } } }`],
  CreditRecord: ['{ creditRecords(first: 2) { nodes { * } } }', `{ enterprise(uscc: "${E1}") { creditRecords { edges { node { * } } } } }`],
  License: ['{ licenses(first: 2) { nodes { * } } }', `{ enterprise(uscc: "${E1}") { licenses { nodes { * } } } }`],
  LicenseType: ['{ licenseTypes { nodes { * } } }'],
  Vehicle: ['{ vehicles(first: 2) { nodes { * } } }', `{ enterprise(uscc: "${E1}") { vehicles { nodes { * } } } }`],
  Driver: ['{ people(first: 2) { nodes { driver { * } } } }'],
  MetroLine: ['{ metroLines { nodes { * } } }'],
  MetroStation: ['{ metroStations(first: 2) { nodes { * } } }', `{ enterprise(uscc: "${E1}") { nearestMetroStation { * } } }`],
  RoadSection: ['{ roadSections(first: 2) { nodes { * } } }'],
}

let city: RunningCity
const subgraphs: CitySubgraph[] = []
beforeAll(async () => {
  city = await runningCity()
  subgraphs.push(...domains.map((domain) => citySubgraph(city, domain)))
})
afterAll(async () => {
  for (const { close } of subgraphs) await close()
  await city.stop()
})

/** Names that may not be aliases on the type, and fields that could stand behind them. */
function attacksOn(type: string): readonly { alias: string; field: string }[] {
  const { classification } = city.city.core
  const names = [...classification.keys(type), ...classification.requiresInputs(type), '__typename', '__secret']
  const fields = classification.fields().filter((field) => field.type === type && classification.type(field.returns.named) === undefined)
  return names.flatMap((alias) => fields.filter(({ field }) => field !== alias).map(({ field }) => ({ alias, field })))
}

const caller = { caller: 'psb-officer', purpose: 'PSB-0001', caseNo: 'SH-2026-0001' }

async function expectRefused(query: string, how: Parameters<RunningCity['ask']>[1] = caller): Promise<void> {
  const answer = await city.ask(query, how)
  expect([answer.status, answer.errors.map(({ extensions }) => extensions.code)], query).toEqual([400, answer.errors.map(() => 'BAD_USER_INPUT')])
  expect(answer.errors.length, query).toBeGreaterThan(0)
  expect(answer.data, query).toBeUndefined()
}

describe('an alias onto a key or a @requires input', () => {
  it('is known for every type that has a key', () => {
    const { classification } = city.city.core
    expect(Object.keys(ways).sort()).toEqual(classification.types().filter(({ type }) => classification.keys(type).size > 0).map(({ type }) => type).sort())
    expect([...classification.requiresInputs('Enterprise')]).toContain('domicileGrid')
  })

  it('is refused by the gateway on every type, for every field, directly', async () => {
    for (const [type, [way = '']] of Object.entries(ways)) {
      for (const { alias, field } of attacksOn(type)) await expectRefused(way.replace('*', `${alias}: ${field}`), { caller: 'psb-officer' })
    }
  })

  it('is refused by the gateway in nested places, inline fragments, named fragments, fragments in fragments, behind @skip and @include', async () => {
    for (const [type, list] of Object.entries(ways)) {
      const [attack] = attacksOn(type)
      if (attack === undefined) throw new Error(`no attack on ${type}`)
      const { alias, field } = attack
      for (const way of list) {
        await expectRefused(way.replace('*', `... on ${type} { ${alias}: ${field} }`))
        await expectRefused(way.replace('*', `... { ... @include(if: true) { ${alias}: ${field} } }`))
        await expectRefused(`query Q ${way.replace('*', '...F')} fragment F on ${type} { ...G } fragment G on ${type} { ${alias}: ${field} }`)
        await expectRefused(`query Q($no: Boolean = false) ${way.replace('*', `${alias}: ${field} @include(if: $no) nothing: __typename`)}`)
      }
    }
  })

  it('is refused at the root, on introspection and where a sibling asks for the real field too', async () => {
    await expectRefused(`{ __typename: enterprise(uscc: "${E1}") { name } }`)
    await expectRefused(`{ __entities: enterprise(uscc: "${E1}") { name } }`)
    await expectRefused('{ __schema { __typename: queryType { name } } }')
    await expectRefused(`{ enterprise(uscc: "${E1}") { domicileGrid: division nearestMetroStation { name } } }`)
    await expectRefused(`{ enterprise(uscc: "${E1}") { nearestMetroStation { name } ... on Enterprise { domicileGrid: domicile } } }`)
    await expectRefused(`{ enterprise(uscc: "${E1}") { legalRepresentative { ...A } } } fragment A on Person { id: idNo name licenses { nodes { status } } }`)
  })

  it('leaves honest aliases and the names themselves alone', async () => {
    const answer = await city.ask(`{ e: enterprise(uscc: "${E1}") { uscc: uscc domicileGrid: domicileGrid title: name grid: domicileGrid n: nearestMetroStation { code label: name } } }`)
    expect(answer.errors).toEqual([])
    expect(answer.data.e).toMatchObject({ uscc: E1, title: '上海示例出行科技有限公司' })
    expect(answer.data.e.n.code).toEqual(expect.any(String))
  })

  it('is refused by each subgraph as well, on entries and _entities', async () => {
    const { classification } = city.city.core
    let attacks = 0
    for (const { subgraph, statements, log } of subgraphs) {
      // A caller who is refused more than a hundred times a minute is summed up; these come fifty at a time.
      const accessNow = () => accessOf(city, { ...publicCaller, kind: 'department', org: 'PSB', sub: `attacker-${Math.floor(attacks / 50)}`, zone: 'intranet', assurance: 2 }, { purpose: 'PSB-0001', caseNo: 'SH-2026-0001' })
      const before = statements()
      for (const type of Object.values(subgraph.schema.getTypeMap())) {
        if (!(isObjectType(type) || isInterfaceType(type)) || classification.keys(type.name).size === 0) continue
        const reserved = [...classification.keys(type.name), ...classification.requiresInputs(type.name), '__typename']
        const leaves = Object.values(type.getFields()).filter((field) => !reserved.includes(field.name) && !String(field.type).includes('Connection'))
        for (const alias of reserved) {
          for (const field of leaves) {
            const selection = `${alias}: ${field.name}`
            const queries = [`query($r: [_Any!]!) { _entities(representations: $r) { ... on ${type.name} { ${selection} } } }`, `query($r: [_Any!]!) { _entities(representations: $r) { ...F } } fragment F on ${type.name} { ${selection} }`]
            for (const query of queries) {
              const answer = await subgraph.answer({ query, variables: { r: [{ __typename: type.name, uscc: E1, id: 'x' }] }, access: accessNow(), requestId: '00000000-0000-4000-8000-000000000001' })
              expect([answer.status, answer.errors?.[0]?.extensions.code, answer.data], `${subgraph.domain} ${query}`).toEqual([400, 'BAD_USER_INPUT', undefined])
              expect(answer.extensions.sharing.record?.log).toBe(subgraph.domain)
              attacks += 1
            }
          }
        }
      }
      const entity = await subgraph.answer({ query: 'query($r: [_Any!]!) { _entities(representations: $r) { id: __typename } }', variables: { r: [] }, access: accessNow(), requestId: '00000000-0000-4000-8000-000000000001' })
      expect([entity.status, entity.data]).toEqual([400, undefined])
      expect(statements()).toBe(before)
      expect(log()).not.toContain(E1)
    }
    expect(attacks).toBeGreaterThan(100)
  })

  it('leaves a record of each attempt, without the text', async () => {
    const { default: pg } = await import('pg')
    const client = new pg.Client(city.databases.audit.owner)
    await client.connect()
    try {
      const count = async (): Promise<number> => Number((await client.query<{ n: string }>(`SELECT count(*) AS n FROM audit.record WHERE log = 'gateway' AND convert_from(leaf, 'UTF8') LIKE '%BAD_USER_INPUT%'`)).rows[0]?.n)
      const before = await count()
      await expectRefused(`query Sly { enterprise(uscc: "${E1}") { uscc: name } }`, { caller: 'bdc-officer', purpose: 'BDC-0001' })
      expect(await count()).toBe(before + 1)
      const { rows } = await client.query<{ leaf: string }>(`SELECT convert_from(leaf, 'UTF8') AS leaf FROM audit.record`)
      expect(rows.map(({ leaf }) => leaf).join('\n')).not.toContain(E1)
    } finally {
      await client.end()
    }
  })
})
