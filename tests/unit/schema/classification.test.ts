import { describe, expect, it } from 'vitest'
import { composeSupergraph } from '../../../schema/compose.ts'
import { readClassification } from '../../../schema/classification.ts'
import { allSubgraphSdl, headSdl, joinSubgraph } from '../../../schema/load.ts'
import { ClassificationRefused } from '../../../schema/problem.ts'
import { entry, level, lint, messages, open, small } from './small-schema.ts'

const shop = (field: string) => `type Shop @key(fields: "uscc") ${level('L1', open, 'SYSTEM')} { uscc: ID! ${field} }`
const query = (name: string) => `type Query { ${name}: Shop ${entry} }\n`

describe('a field that two subgraphs answer', () => {
  it('is refused when one says L1 and the other L3, which composition accepts', () => {
    const sdls = {
      population: small('population', query('a') + shop(`phone: String @shareable ${level('L1', open, 'SYSTEM')}`)),
      enterprises: small('enterprises', query('b') + shop(`phone: String @shareable ${level('L3', '', 'SYSTEM')}`)),
    }
    expect(composeSupergraph(sdls).problems).toEqual([])
    expect(messages(lint(sdls.population, sdls))).toEqual([expect.stringMatching(/Shop.phone is classified differently by population and enterprises/)])
    expect(() => readClassification(sdls)).toThrow(ClassificationRefused)
  })
  it('is refused when one of them says nothing, which composition accepts without a hint', () => {
    for (const [first, second] of [[`${level('L3', '', 'SYSTEM')}`, ''], ['', `${level('L3', '', 'SYSTEM')}`]] as const) {
      const sdls = {
        population: small('population', query('a') + shop(`phone: String @shareable ${first}`)),
        enterprises: small('enterprises', query('b') + shop(`phone: String @shareable ${second}`)),
      }
      expect(composeSupergraph(sdls).problems).toEqual([])
      expect(messages(lint(sdls.population, sdls))).toEqual([expect.stringMatching(/Shop.phone is classified by \w+ but not by \w+, which answers it too/)])
    }
  })
  it('is accepted when both say the same, in whatever order', () => {
    const sdls = {
      population: small('population', query('a') + shop('phone: String @shareable @classified(level: L3, owner: "PSB", category: SYSTEM)')),
      enterprises: small('enterprises', query('b') + shop('phone: String @shareable @classified(category: SYSTEM, level: L3, owner: "PSB", sharing: CONDITIONAL)')),
    }
    expect(messages(lint(sdls.population, sdls))).toEqual([])
  })
  it('is refused when the row attributes of its type differ', () => {
    const typed = (attributes: string) => `type Shop @key(fields: "uscc") @row(attributes: "${attributes}") ${level('L1', open, 'SYSTEM')} { uscc: ID! }`
    const sdls = { population: small('population', query('a') + typed('minor: Bool')), enterprises: small('enterprises', query('b') + typed('minor?: Bool')) }
    expect(messages(lint(sdls.population, sdls))).toEqual([expect.stringMatching(/Type Shop is described differently/)])
  })
  it('is refused when an @external copy classifies it again', () => {
    const sdls = {
      population: small('population', query('a') + shop(`phone: String ${level('L3', '', 'SYSTEM')}`)),
      enterprises: small('enterprises', query('b') + shop(`phone: String @external ${level('L1', open, 'SYSTEM')} x: Int @requires(fields: "phone") ${level('L3', '', 'SYSTEM')}`)),
    }
    expect(messages(lint(sdls.population, sdls)).join()).toMatch(/Shop.phone is @external here/)
  })
})

describe('the classification of the city', () => {
  const city = readClassification(allSubgraphSdl())
  it('reads values, defaults, filters and what a field returns', () => {
    expect(city.field('Person', 'name')).toMatchObject({
      domain: 'population', level: 3, owner: 'PSB', sharing: 'UNCONDITIONAL', opening: 'NONE', mask: 'NAME', subjectPath: 'pid',
      filterOperators: ['EQ', 'STARTS_WITH'], sortable: true, returns: { named: 'PersonName', list: false },
    })
    expect(city.field('Enterprise', 'shareholders')?.returns).toEqual({ named: 'Shareholder', list: true })
    expect(city.field('Query', 'checkDriver')?.entry).toEqual({ kind: 'VERIFY', of: 'Driver' })
  })
  it('gives each field to the one domain that answers it', () => {
    expect(city.field('Enterprise', 'creditRecords')?.domain).toBe('credit')
    expect(city.field('Enterprise', 'domicileGrid')?.domain).toBe('enterprises')
    expect(city.fields().length).toBe(new Set(city.fields().map((field) => `${field.type}.${field.field}`)).size)
  })
  it('knows keys, required inputs, answers and optional row attributes', () => {
    expect([...city.keys('Enterprise')]).toEqual(['uscc'])
    expect([...city.requiresInputs('Enterprise')]).toEqual(['domicileGrid'])
    expect(city.field('Enterprise', 'uscc')).toBeUndefined()
    expect(city.type('Enterprise')?.keyFilters.get('uscc')).toEqual(['EQ', 'IN'])
    expect(city.types().filter((type) => type.answer).map((type) => type.type).sort()).toEqual(['CreditCheckResult', 'DriverCheck', 'LicenseVerification', 'OfficerEligibility'])
    expect(city.type('Person')?.rowAttributes).toContainEqual({ name: 'division', type: 'Division', optional: true })
  })
  it('answers nothing for what it does not know', () => {
    expect(city.field('Person', '__proto__')).toBeUndefined()
    expect(city.type('Object')).toBeUndefined()
    expect(city.keys('constructor').size).toBe(0)
  })
})

describe('loading a subgraph', () => {
  it('tells where a syntax error is', () => {
    expect(() => joinSubgraph(headSdl(), 'schema/credit.graphql', 'type Query {\n  a: }')).toThrow(/schema\/credit.graphql:2:6 /)
  })
  it('refuses a list of an unknown type and a filter over nothing', () => {
    expect(() => joinSubgraph(headSdl(), 'x', 'type Query { a: NothingConnection }')).toThrow(/NothingConnection is a list of Nothing/)
    expect(() => joinSubgraph(headSdl(), 'x', 'type T { a: Int }\ntype Query { a(where: TWhere): Int }')).toThrow(/TWhere: no field of T is @filterable/)
  })
  it('refuses a row attribute of an unknown type', () => {
    const sdl = small('population', `type Query { t: T ${entry} }\ntype T @row(attributes: "minor: Boolean") ${level('L2')} { a: String ${level('L3')} }`)
    expect(messages(lint(sdl)).join()).toMatch(/"minor: Boolean" is not/)
  })
})
