// No oracle (DESIGN promise 4, DOMAIN 3.2 M7): where and orderBy work only with what is clear to the caller on every row. Everything
// else is NOT_FILTERABLE with the argument's name, before the database is asked, whatever the value is.

import { getNamedType, isEnumType, isInputObjectType, isObjectType, buildClientSchema, getIntrospectionQuery } from 'graphql'
import type { GraphQLField, GraphQLSchema, IntrospectionQuery } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { domains } from '../../core/domains.ts'
import type { Domain } from '../../core/domains.ts'
import { publicCaller } from '../../gateway/authenticate.ts'
import type { Caller } from '../../policy-engine/decision.ts'
import { scenarioPeople } from '../../synthetic-city/scenario.ts'
import { accessOf, citySubgraph } from '../support/city-subgraph.ts'
import type { CitySubgraph } from '../support/city-subgraph.ts'
import { runningCity } from '../support/running-city.ts'
import type { Answer, Asked, RunningCity } from '../support/running-city.ts'
import { signedToken } from '../support/signed-token.ts'

const E1 = '91310199MA1K0T2A0A'
let city: RunningCity
let schema: GraphQLSchema
const subgraphs = new Map<Domain, CitySubgraph>()

beforeAll(async () => {
  city = await runningCity()
  for (const domain of domains) subgraphs.set(domain, citySubgraph(city, domain))
  schema = buildClientSchema((await city.ask(getIntrospectionQuery())).data as IntrospectionQuery)
})
afterAll(async () => {
  for (const { close } of subgraphs.values()) await close()
  await city.stop()
})

/** A list with conditions: where it stands, the type of its rows, the arguments of one comparison or order. */
type Attempt = { readonly name: string; readonly list: string; readonly type: string; readonly field: string; readonly argument: string; readonly query: string; readonly variables?: Record<string, unknown> }

const onEnterprise = (field: string): string => `enterprise(uscc: "${E1}") { ${field} }`
const onPerson = (field: string): string => `people(first: 2) { nodes { ${field} } }`

function attempts(): readonly Attempt[] {
  const made: Attempt[] = []
  for (const [parent, wrap] of [['Query', (field: string) => field], ['Enterprise', onEnterprise], ['Person', onPerson]] as const) {
    const type = schema.getType(parent)
    if (!isObjectType(type)) throw new Error(parent)
    for (const field of Object.values(type.getFields())) {
      const rows = getNamedType(field.type).name.replace(/Connection$/, '')
      for (const { argument, field: compared, text, variable, variableType } of argumentsOf(field)) {
        const required = field.name === 'trafficFlow' ? ', section: "x", from: "2026-03-01T00:00:00Z", to: "2026-03-01T01:00:00Z"' : ''
        const rowsOf = getNamedType(field.type).name.endsWith('Connection') ? '{ nodes { __typename } }' : '{ __typename }'
        const call = (value: string): string => wrap(`${field.name}(${argument.split('.')[0]}: ${value}${required}) ${rowsOf}`)
        made.push({ name: `${parent}.${field.name} ${argument} ${text}`, list: `${parent}.${field.name}`, type: rows, field: compared, argument, query: `{ ${call(text)} }` })
        made.push({ name: `${parent}.${field.name} ${argument} by variable`, list: `${parent}.${field.name}`, type: rows, field: compared, argument, query: `query($v: ${variableType}) { ${call('$v')} }`, variables: { v: variable } })
      }
    }
  }
  return made
}

type Condition = { readonly argument: string; readonly field: string; readonly text: string; readonly variable: unknown; readonly variableType: string }

function argumentsOf(field: GraphQLField<unknown, unknown>): readonly Condition[] {
  return field.args.flatMap((argument): readonly Condition[] => {
    const type = getNamedType(argument.type)
    if (argument.name === 'where' && isInputObjectType(type)) {
      return Object.values(type.getFields()).flatMap((compared) => {
        const operators = getNamedType(compared.type)
        if (!isInputObjectType(operators)) throw new Error(compared.name)
        return Object.values(operators.getFields()).map((operator) => {
          const wanted = getNamedType(operator.type)
          const one = isEnumType(wanted) ? wanted.getValues()[0]?.name : /Date/.test(wanted.name) ? (wanted.name === 'Date' ? '1985-03-07' : '1985-03-07T00:00:00Z') : wanted.name === 'Int' ? 1 : wanted.name === 'Boolean' ? true : '1'
          const listed = String(operator.type).startsWith('[')
          const literal = isEnumType(wanted) ? String(one) : JSON.stringify(one)
          return {
            argument: `where.${compared.name}`, field: compared.name,
            text: `{ ${compared.name}: { ${operator.name}: ${listed ? `[${literal}]` : literal} } }`,
            variable: { [compared.name]: { [operator.name]: listed ? [one] : one } }, variableType: type.name,
          }
        })
      })
    }
    if (argument.name === 'orderBy' && isEnumType(type)) {
      return type.getValues().map(({ name }) => ({ argument: 'orderBy', field: camel(name), text: `[${name}]`, variable: [name], variableType: String(argument.type) }))
    }
    return []
  })
}

const camel = (entry: string): string => entry.replace(/_(ASC|DESC)$/, '').toLowerCase().replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())

/** DOMAIN 2.4 for callers without grant and purpose: L1 open data alone is clear on every row; everything at L2 and above is not, or not on minors' rows. */
const clearToAll = ({ type: rows, field }: Attempt): boolean => {
  const { classification } = city.city.core
  // Facets count items of the catalogue, and are conditioned like these.
  const type = rows === 'CatalogueFacet' ? 'CatalogueItem' : rows
  const found = classification.field(type, field)
  return classification.keys(type).has(field) || (found?.level === 1 && found.opening === 'UNCONDITIONAL')
}

const listed = (answer: Answer, list: string): unknown => {
  const [parent, name = ''] = list.split('.')
  if (parent === 'Query') return answer.data?.[name]
  if (parent === 'Enterprise') return answer.data?.enterprise?.[name]
  return answer.data?.people?.nodes?.map((one: Record<string, unknown>) => one[name]).find((one: unknown) => one !== null)
}

const ownAffairs: readonly string[] = ['Application', 'Grant', 'Stop', 'Publication', 'Correction', 'CorrectionNotice', 'Demand', 'ApiKey']

/** Each caller tries one of so many attempts, others try the rest: one caller each. tests/long lets everybody try one in two. */
const SHARE = Number(process.env['FILTERS_SHARE'] ?? 8)

describe('conditions on what is not clear', () => {
  const callers: readonly (readonly [string, () => Promise<Asked>])[] = [
    ['the public', async () => ({})],
    ['a partner without grant', async () => ({ caller: 'nav-b' })],
    ['a partner with a grant', async () => ({ caller: 'bank-a', purpose: 'BANK-0602' })],
    ['an auditor', async () => ({ caller: 'auditor' })],
    ['a citizen', async () => ({ caller: 'zhang-wei' })],
    ['a department without grant', async () => ({ headers: { authorization: `Bearer ${await signedToken(city)}` } })],
    ['an owner without purpose', async () => ({ caller: 'psb-officer' })],
    ['a district office', async () => ({ caller: 'huangpu-investment', purpose: 'DIST-0601' })],
  ]
  for (const [at, [who, asked]] of callers.entries()) {
    it(`are NOT_FILTERABLE with the argument’s name for ${who}, or the list is closed`, async () => {
      const how = await asked()
      let refusals = 0
      // Attempts are in pairs, literal and variable: literals for every other caller, variables for the rest.
      for (const attempt of attempts().filter((_, n) => n % SHARE === at % SHARE)) {
        const answer = await city.ask(attempt.query, { ...how, ...(attempt.variables === undefined ? {} : { variables: attempt.variables }) })
        const found = answer.errors.map(({ extensions }) => `${extensions.code} ${extensions.argument}`)
        const closed = answer.sharing.decisions.some(({ path, decision }) => decision === 'DENIED' && attempt.query.includes(path.split('.')[0] ?? ''))
        const rows = listed(answer, attempt.list) ?? null
        // Of these everybody sees what is their own organisation's or about their own data (tests/threats/grants, corrections, stop-switch).
        if (ownAffairs.includes(attempt.type) && !closed && /auditor|department|owner|partner|district/.test(who)) continue
        // How many use what is for auditors to see (tests/flows/catalogue-use).
        if (attempt.field === 'callers' && who === 'an auditor') continue
        // What the log tells those who may read it is theirs to search (tests/threats/access-log-reading says who that is).
        if (['AccessRecord', 'Alert', 'Suspension'].includes(attempt.type) && !closed && /auditor|department|owner/.test(who)) continue
        if (clearToAll(attempt)) {
          expect(found, `${who}: ${attempt.name}`).toEqual([])
          continue
        }
        // Owned departments may filter by what is internal (L2) to them on rows without minors; psb-officer owns Person, so nothing here.
        expect(rows, `${who}: ${attempt.name}`).toBeNull()
        if (closed) expect(found, `${who}: ${attempt.name}`).toEqual([])
        else expect([...new Set(found)], `${who}: ${attempt.name}`).toEqual([`NOT_FILTERABLE ${attempt.argument}`])
        refusals += found.length
        expect(answer.text).not.toMatch(/SELECT|column|stack|Did you mean|1985-03-07/)
      }
      if (who.includes('department') || who.includes('owner')) expect(refusals).toBeGreaterThan(80 / SHARE)
    })
  }

  it('are refused beside conditions that are allowed, in lists of orders, and nested', async () => {
    const owner: Asked = { caller: 'psb-officer' }
    for (const [query, argument] of [
      ['{ people(orderBy: [NAME_ASC, BIRTH_DATE_DESC]) { nodes { id } } }', 'orderBy'],
      ['{ people(orderBy: [BIRTH_DATE_DESC], where: {}) { nodes { id } } }', 'orderBy'],
      ['{ people(where: { hukouDivision: { startsWith: "31" }, name: { eq: "张伟" } }) { nodes { id } } }', 'where.name'],
      ['query($w: PersonWhere = { birthDate: { lt: "1990-01-01" } }) { people(where: $w) { nodes { id } } }', 'where.birthDate'],
      [`{ enterprise(uscc: "${E1}") { licenses(where: { status: { eq: "VALID" } }) { nodes { id } } } }`, 'where.status'],
      ['{ creditRecords(orderBy: [DECIDED_ON_ASC], first: 1) { nodes { enterprise { vehicles(where: { status: { eq: "A" } }) { nodes { id } } } } } }', 'where.status'],
    ] as const) {
      const answer = await city.ask(query, owner)
      expect([...new Set(answer.errors.map(({ extensions }) => `${extensions.code} ${extensions.argument}`))], query).toEqual(answer.sharing.decisions.some(({ path, decision }) => decision === 'DENIED' && path.endsWith('vehicles')) ? [] : [`NOT_FILTERABLE ${argument}`])
    }
  })

  it('never reach the database, whatever the value: found, not found, hostile, empty', async () => {
    const population = subgraphs.get('population')
    if (population === undefined) throw new Error('population')
    const caller: Caller = { ...publicCaller, kind: 'department', org: 'EDU', zone: 'intranet', assurance: 2 }
    const access = accessOf(city, caller, {}, ['Query.people', 'Person.id'])
    const answers = new Set<string>()
    const before = population.statements()
    for (const value of [scenarioPeople.zhangWei.name, '没有这个人', '', '%', "' OR '1'='1", 'x'.repeat(200), '\u{1F600}']) {
      for (const operator of ['eq', 'startsWith']) {
        const answer = await population.subgraph.answer({ query: 'query($w: PersonWhere) { people(where: $w) { nodes { id } } }', variables: { w: { name: { [operator]: value } } }, access, requestId: '00000000-0000-4000-8000-000000000001' })
        const { record: _record, ...sharing } = answer.extensions.sharing
        answers.add(JSON.stringify({ ...answer, extensions: { sharing } }))
      }
    }
    expect(answers.size).toBe(1)
    expect([...answers][0]).toContain('NOT_FILTERABLE')
    expect(population.statements()).toBe(before)
  })
})

describe('places and times in arguments', () => {
  const near = 'query($near: Near) { metroStations(near: $near, first: 3) { nodes { name } } }'
  it('take a radius of at most 2,000 metres and a place on earth', async () => {
    const good = await city.ask(near, { variables: { near: { lat: 31.23, lng: 121.47, radiusM: 2_000 } } })
    expect(good.errors).toEqual([])
    expect(good.data.metroStations.nodes.length).toBeGreaterThan(0)
    for (const place of [{ lat: 31.23, lng: 121.47, radiusM: 2_001 }, { lat: 31.23, lng: 121.47, radiusM: 0 }, { lat: 31.23, lng: 121.47, radiusM: -1 }, { lat: 31.23, lng: 121.47, radiusM: 2_147_483_647 }, { lat: 91, lng: 121 }, { lat: -90.1, lng: 121 }, { lat: 31, lng: 180.5 }, { lat: 1e308, lng: 0 }]) {
      const answer = await city.ask(near, { variables: { near: place } })
      expect([answer.errors.map(({ extensions }) => extensions.code), answer.data?.metroStations ?? null], JSON.stringify(place)).toEqual([['BAD_USER_INPUT'], null])
      expect(answer.errors[0]?.extensions.argument).toMatch(/^near/)
    }
    for (const place of [{ lat: 'a', lng: 1 }, { lat: null, lng: 1 }, {}, { lat: 31, lng: 121, radiusM: 1.5 }, { lat: 31, lng: 121, radiusM: 1e12 }, { lat: 31, lng: 121, more: 1 }]) {
      const answer = await city.ask(near, { variables: { near: place } })
      expect([answer.status, answer.errors.map(({ extensions }) => extensions.code)], JSON.stringify(place)).toEqual([400, ['BAD_USER_INPUT']])
    }
  })

  it('take at most 24 hours of traffic flow, in the right order, with an offset', async () => {
    const flow = 'query($from: DateTime!, $to: DateTime!) { trafficFlow(section: "x", from: $from, to: $to) { nodes { at } } }'
    expect((await city.ask(flow, { variables: { from: '2026-03-01T00:00:00+08:00', to: '2026-03-02T00:00:00+08:00' } })).errors).toEqual([])
    for (const [from, to] of [['2026-03-01T00:00:00+08:00', '2026-03-02T00:00:01+08:00'], ['2026-03-02T00:00:00Z', '2026-03-01T00:00:00Z'], ['2026-03-01T00:00:00Z', '2026-03-01T00:00:00Z'], ['2026-03-01', '2026-03-02'], ['0000-00-00T00:00:00Z', '2026-03-02T00:00:00Z'], ['yesterday', 'today'], ['2026-03-01T00:00:00', '2026-03-01T01:00:00'], ['1', '2']]) {
      const answer = await city.ask(flow, { variables: { from, to } })
      expect(answer.errors.map(({ extensions }) => extensions.code), `${from} ${to}`).toEqual(['BAD_USER_INPUT'])
      expect(answer.data?.trafficFlow ?? null).toBeNull()
    }
  })

  it('take pages from 0 to 100', async () => {
    for (const first of [0, 1, 100]) expect((await city.ask(`{ enterprises(first: ${first}) { nodes { uscc } } }`)).errors).toEqual([])
    for (const first of [-1, 101, 1_000_000, 2_147_483_647, -2_147_483_648]) {
      const answer = await city.ask(`{ enterprises(first: ${first}) { nodes { uscc } } }`)
      expect(answer.errors.map(({ extensions }) => `${extensions.code} ${extensions.argument}`), String(first)).toEqual(['BAD_USER_INPUT first'])
    }
  })
})
