import { getIntrospectionQuery } from 'graphql'
import { describe, expect, it } from 'vitest'
import { cellCounter, refuseTooCostly } from '../../../gateway/cost.ts'
import { reservedNamesOf } from '../../../gateway/reserved-names.ts'
import { ask, classification, fiveDomains, supergraph, validated } from './city-operations.ts'

const codes = (text: string): readonly unknown[] => [...new Set(validated(text).map((error) => error.extensions['code']))]

describe('admit', () => {
  it('lets the five-domain query and the introspection query pass', () => {
    expect(validated(fiveDomains)).toEqual([])
    expect(validated(getIntrospectionQuery())).toEqual([])
  })

  it('counts depth without connection layers', () => {
    const links = (levels: number): string => levels === 0 ? 'name' : `shareholders { nodes { holderEnterprise { ${links(levels - 1)} } } }`
    // enterprise, 3 × (shareholders, holderEnterprise), name: 8 levels.
    expect(codes(`{ enterprise(uscc: "1") { ${links(3)} } }`)).toEqual([])
    expect(codes(`{ enterprise(uscc: "1") { ${links(4)} } }`)).toEqual(['TOO_COSTLY'])
  })

  it('counts depth through fragments', () => {
    const deep = `{ enterprise(uscc: "1") { ...A } }
      fragment A on Enterprise { shareholders { nodes { holderEnterprise { ...B } } } }
      fragment B on Enterprise { shareholders { nodes { holderEnterprise { ...C } } } }
      fragment C on Enterprise { shareholders { nodes { holderEnterprise { shareholders { nodes { holderEnterprise { name } } } } } } }`
    expect(codes(deep)).toEqual(['TOO_COSTLY'])
  })

  it('refuses fragments that multiply and fragments within themselves', () => {
    const bomb = Array.from({ length: 12 }, (_, index) => `fragment F${index} on Enterprise { ${index === 11 ? 'name' : `...F${index + 1} ...F${index + 1}`} }`).join('\n')
    expect(codes(`{ enterprise(uscc: "1") { ...F0 } } ${bomb}`)).toEqual(['TOO_COSTLY'])
    expect(validated('{ enterprise(uscc: "1") { ...A } } fragment A on Enterprise { ...A }').length).toBeGreaterThan(0)
  })

  it('lets one root field be asked for ten times, not eleven, fragments counted', () => {
    const repeated = (times: number): string => Array.from({ length: times }, (_, index) => `p${index}: person(id: "${index}") { gender }`).join(' ')
    expect(codes(`{ ${repeated(10)} }`)).toEqual([])
    expect(codes(`{ ${repeated(11)} }`)).toEqual(['TOO_COSTLY'])
    expect(codes(`{ ...R person(id: "x") { gender } } fragment R on Query { ${repeated(10)} }`)).toEqual(['TOO_COSTLY'])
  })

  it('refuses many aliases and many directives without throwing', () => {
    const aliases = Array.from({ length: 101 }, (_, index) => `n${index}: name`).join(' ')
    expect(codes(`{ enterprise(uscc: "1") { ${aliases} } }`)).toEqual(['TOO_COSTLY'])
    const directives = Array.from({ length: 51 }, (_, index) => `a${index}: name @include(if: true)`).join(' ')
    expect(codes(`{ enterprise(uscc: "1") { ${directives} } }`)).toEqual(['TOO_COSTLY'])
  })

  it('refuses long names of any kind, without saying them', () => {
    const fits = 'n'.repeat(100)
    expect(codes(`query ${fits} { e: enterprise(uscc: "1") { ${fits}: name } }`)).toEqual([])
    const long = 'n'.repeat(101)
    const texts = [
      `{ enterprise(uscc: "1") { ${long}: name } }`, `query ${long} { enterprise(uscc: "1") { name } }`, `query($${long}: ID!) { enterprise(uscc: $${long}) { name } }`,
      `{ enterprise(uscc: "1") { ...${long} } } fragment ${long} on Enterprise { name }`,
    ]
    for (const text of texts) {
      expect(codes(text), text).toEqual(['TOO_COSTLY'])
      for (const { message } of validated(text)) expect(message).not.toContain(long)
    }
  })

  it('refuses aliases onto keys and onto inputs of @requires', () => {
    expect(codes('{ enterprise(uscc: "1") { uscc: name } }')).toEqual(['BAD_USER_INPUT'])
    expect(codes('{ enterprise(uscc: "1") { domicileGrid: name nearestMetroStation { name } } }')).toEqual(['BAD_USER_INPUT'])
    expect(codes('{ enterprise(uscc: "1") { __typename: name } }')).toEqual(['BAD_USER_INPUT'])
    expect(codes('{ enterprise(uscc: "1") { legalRepresentative { id: name } } }')).toEqual(['BAD_USER_INPUT'])
  })

  it('refuses variables of names that the planner or GraphQL itself uses', () => {
    for (const name of ['__proto__', '__x']) expect(codes(`query($${name}: ID!) { person(id: $${name}) { gender } }`)).toEqual(['BAD_USER_INPUT'])
    expect(codes('query($representations: ID!) { person(id: $representations) { gender } }')).toEqual(['BAD_USER_INPUT'])
  })

  it('reads the same reserved names from a supergraph as from the classification', () => {
    const read = reservedNamesOf(supergraph)
    for (const { type } of classification.types()) {
      expect([...read.keys(type)].sort(), type).toEqual([...classification.keys(type)].sort())
      expect([...read.requiresInputs(type)].sort(), type).toEqual([...classification.requiresInputs(type)].sort())
    }
  })
})

/** The estimate for these variables. */
function cells(text: string, variables?: Record<string, unknown>): number {
  const asked = ask(text, variables)
  return cellCounter(asked)(asked.variables)
}

describe('cost', () => {
  it('multiplies page sizes down the tree and takes them from variables too', () => {
    const query = 'query($n: Int) { enterprises(first: $n) { nodes { name shareholders(first: 3) { nodes { holderName ratio } } } } }'
    expect(cells(query, { n: 10 })).toBe(10 * 2 + 10 * 3 * 3)
    expect(cells(query)).toBe(20 * 2 + 20 * 3 * 3)
    expect(cells(query, { n: 1_000_000 })).toBe(100 * 2 + 100 * 3 * 3)
    expect(cells(query, { n: -5 })).toBe(1 * 2 + 3 * 3)
  })

  it('does not count what @skip and @include leave out', () => {
    const query = 'query($all: Boolean!) { enterprises(first: 10) { nodes { name shareholders(first: 10) @include(if: $all) { nodes { ratio } } } } }'
    expect(cells(query, { all: false })).toBe(20)
    expect(cells(query, { all: true })).toBe(20 + 200)
  })

  it('counts rows of which nothing is asked, type names and second layers', () => {
    const rows = 100 + 100 ** 2 + 100 ** 3 + 100 ** 4
    const nested = (leaf: string): string => `query($no: Boolean = false) { metroLines(first: 100) { nodes { stations(first: 100) { nodes { lines(first: 100) { nodes { stations(first: 100) { ${leaf} } } } } } } } }`
    expect(cells(nested('nodes { __typename }'))).toBe(rows + 100 ** 4)
    expect(cells(nested('nodes { code @include(if: $no) name @skip(if: true) }'))).toBe(rows)
    expect(cells(nested('nodes @include(if: $no) { code }'))).toBe(rows)
    expect(cells(nested('...F @skip(if: true) __typename'))).toBe(rows + 100 ** 4)
    expect(cells('{ metroLines(first: 10) { edges { cursor node { ...on MetroLine { __typename } } } a: nodes { __typename } } }')).toBe(10 + 10 + 10 + 10 + 10)
    expect(cells('{ enterprise(uscc: "1") { legalRepresentative { __typename } } }')).toBe(3)
  })

  it('refuses what is too costly and lets the five-domain query pass', () => {
    const query = '{ enterprises(first: 100) { nodes { shareholders(first: 100) { nodes { holderEnterprise { shareholders(first: 100) { nodes { ratio } } } } } } } }'
    expect(() => refuseTooCostly(cells(query), 100_000)).toThrow(expect.objectContaining({ code: 'TOO_COSTLY' }))
    expect(() => refuseTooCostly(cells(fiveDomains, { uscc: '1' }), 100_000)).not.toThrow()
  })
})
