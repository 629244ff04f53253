import { buildSchema, getVariableValues, Kind, parse } from 'graphql'
import type { DocumentNode, OperationDefinitionNode } from 'graphql'
import { describe, expect, it } from 'vitest'
import { decidingVariables } from '../../../schema/deciding-variables.ts'
import { plainVariables } from '../../../schema/plain-variables.ts'

const schema = buildSchema('scalar Own enum Color { RED } input Where { id: ID first: Int = 3 } type Query { a: Int b: Float }')

function operationOf(document: DocumentNode): OperationDefinitionNode {
  const operation = document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION)
  if (operation === undefined) throw new Error('no operation')
  return operation
}

/** What is plain of these variables, and what graphql-js makes of them. */
function read(declared: string, given: Readonly<Record<string, unknown>>): { plain: unknown; whole: ReturnType<typeof getVariableValues> } {
  const operation = operationOf(parse(`query(${declared}) { a }`))
  const plain = plainVariables(schema, operation)(given)
  return { plain: plain === undefined ? undefined : { ...plain }, whole: getVariableValues(schema, operation.variableDefinitions ?? [], given) }
}

const values: readonly unknown[] = [
  undefined, null, '', 'RED', 0, -0, 1, -1, 1.5, 2 ** 31 - 1, 2 ** 31, Number.NaN, Infinity, true, false, {}, { id: 1 }, { first: 1 }, [], [[]], [null], [undefined], ['a'], ['a', 1], [1], [1.5], [['a', null]], [{ id: 'a' }], 1n,
]
const bare = ['String', 'ID', 'Int', 'Float', 'Boolean', 'Own', 'Color', 'Where']
const types = bare.flatMap((name) => [name, `${name}!`, `[${name}]`, `[${name}!]`, `[${name}]!`, `[${name}!]!`, `[[${name}]]`])

describe('plain variables', () => {
  it('are what graphql-js makes of them, for every type and value', () => {
    let taken = 0
    for (const type of types) {
      for (const value of values) {
        const { plain, whole } = read(`$v: ${type}`, { v: value })
        if (plain === undefined) continue
        taken += 1
        expect(plain, `${type} ${typeof value}`).toEqual(whole.coerced)
      }
    }
    expect(taken).toBeGreaterThan(200)
  })

  it('take over what is right for the specified scalars and for scalars without a rule', () => {
    for (const [type, value] of [['String!', 'a'], ['ID', 'a'], ['Int', 1], ['Float!', 1.5], ['Float', 1], ['Boolean!', false], ['Own', { any: 1 }], ['[String!]!', ['a', 'b']], ['String', null], ['Color', null]] as const) {
      expect(read(`$v: ${type}`, { v: value }).plain, type).toEqual({ v: value })
    }
  })

  it('leave to graphql-js what changes when it is read, or does not fit', () => {
    for (const [type, value] of [['ID', 1], ['Color', 'RED'], ['Where', { id: 'a' }], ['[Int]', 1], ['Int', 1.5], ['Float', Infinity], ['String!', null], ['Own', undefined], ['Missing', 'a']] as const) {
      expect(read(`$v: ${type}`, { v: value }).plain, type).toBeUndefined()
    }
    expect(read('$v: Int = 3', {}).plain).toBeUndefined()
    expect(read('$v: Int!', {}).plain).toBeUndefined()
    expect(read('$v: Where, $w: String', { w: 'a' }).plain).toEqual({ w: 'a' })
  })

  it('have names of their own: nothing is read from a prototype, nor written into one', () => {
    for (const name of ['toString', 'constructor', '__proto__', 'hasOwnProperty']) {
      const plain = plainVariables(schema, operationOf(parse(`query($${name}: String) { a }`)))
      expect(Object.keys(plain({}) ?? {}), name).toEqual([])
      const given = Object.defineProperty({}, name, { value: 'x', enumerable: true })
      const coerced = plain(given) ?? {}
      expect(Object.entries(coerced), name).toEqual([[name, 'x']])
      expect(Object.getPrototypeOf(coerced)).toBeNull()
    }
  })
})

describe('deciding variables', () => {
  it('are those of @skip and @include, fragments among them, each once', () => {
    const document = parse('query($a: Boolean!, $b: Boolean!, $c: ID, $toString: Boolean!) { a @skip(if: $b) x(id: $c) ...F @include(if: $a) @other(if: $c) } fragment F on Query { a @include(if: $b) @skip(if: true) b @skip(if: $toString) }')
    expect(decidingVariables(document)).toEqual(['b', 'a', 'toString'])
  })
})
