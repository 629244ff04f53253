import { execute, isListType, isNonNullType, isObjectType, getNamedType, parse } from 'graphql'
import type { GraphQLOutputType, OperationDefinitionNode } from 'graphql'
import { describe, expect, it } from 'vitest'
import { admissionRules, defaultLimits } from '../../../gateway/admit.ts'
import { knownOperations } from '../../../gateway/known-operation.ts'
import type { KnownOperation } from '../../../gateway/known-operation.ts'
import { literalLifter } from '../../../gateway/lift-literals.ts'
import type { LiftedText } from '../../../gateway/lift-literals.ts'
import { scanLiterals } from '../../../gateway/scan-literals.ts'
import { reservedAliasRule } from '../../../schema/reserved-aliases.ts'
import { random } from '../../../synthetic-city/random.ts'
import { randomOperations } from '../../support/random-operations.ts'
import { classification, schema, validated } from './city-operations.ts'

const rules = admissionRules(defaultLimits, [reservedAliasRule(classification)])
const make = (): ReturnType<typeof literalLifter> => literalLifter({ schema, rules, maxTokens: defaultLimits.tokens, plainScalars: true })
const lift = make()
const seed = 20260301

function lifted(text: string): LiftedText {
  const found = lift(text)
  if (found === undefined) throw new Error('not lifted')
  return found
}

function operationOf(text: string): { document: ReturnType<typeof parse>; operation: OperationDefinitionNode } {
  const document = parse(text)
  const operation = document.definitions.find((definition): definition is OperationDefinitionNode => definition.kind === 'OperationDefinition')
  if (operation === undefined) throw new Error('no operation')
  return { document, operation }
}

/** Runs an operation over rows that exist for everything; gives every field's arguments and the data. */
async function asked(text: string, variables: Readonly<Record<string, unknown>>): Promise<unknown> {
  const calls: string[] = []
  const result = await execute({
    schema, document: parse(text), variableValues: { ...variables }, rootValue: {},
    fieldResolver: (_source, args, _context, info) => {
      const path: unknown[] = []
      for (let at: typeof info.path | undefined = info.path; at !== undefined; at = at.prev) path.unshift(at.key)
      calls.push(`${path.join('.')} ${JSON.stringify(args)}`)
      return stub(info.returnType)
    },
  })
  return { calls: calls.sort(), data: result.data, errors: result.errors?.map(({ message }) => message) }
}

function fitted(known: KnownOperation, variables: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> | undefined {
  try {
    return known.coerce(variables)
  } catch {
    return undefined
  }
}

function stub(type: GraphQLOutputType): unknown {
  if (isNonNullType(type)) return stub(type.ofType)
  if (isListType(type)) return [stub(type.ofType)]
  if (isObjectType(type)) return {}
  return getNamedType(type).name === 'ID' ? 'id' : null
}

describe('literals lifted into variables', () => {
  it('make one text of all that differ in them alone', () => {
    const of = (first: number, uscc: string): LiftedText => lifted(`{ enterprises(first: ${first}, where: { uscc: { in: ["${uscc}", "b"] } }) { nodes { name shareholders(first: ${first}) { nodes { ratio } } } } }`)
    const [one, other] = [of(3, 'a'), of(100, '91310199MA1K0T2A0A')]
    expect(one.text).toBe(other.text)
    expect(one.text).toBe('query($lifted_0: Int! $lifted_1: [ID!]! $lifted_2: Int!){ enterprises(first: $lifted_0, where: { uscc: { in: $lifted_1 } }) { nodes { name shareholders(first: $lifted_2) { nodes { ratio } } } } }')
    expect(one.values).toEqual({ lifted_0: 3, lifted_1: ['a', 'b'], lifted_2: 3 })
    expect(other.values).toEqual({ lifted_0: 100, lifted_1: ['91310199MA1K0T2A0A', 'b'], lifted_2: 100 })
  })

  it('stand behind the caller’s own variables, named or not, with defaults or without', () => {
    const field = 'enterprises(first: 2) { nodes { name } }'
    expect(lifted(`query Q { ${field} }`).text).toContain('query Q($lifted_0: Int!) {')
    expect(lifted(`query { ${field} }`).text).toContain('query($lifted_0: Int!) {')
    expect(lifted(`query($u: ID! = "x # no comment") { enterprise(uscc: $u) { name } ${field} }`).text).toContain('query($u: ID! = "x # no comment" $lifted_0: Int!) {')
    expect(lifted(`#c "\nquery Q # "1"\n { ...F } fragment F on Query { ${field} }`).values).toEqual({ lifted_0: 2 })
  })

  it('are read as graphql reads them', () => {
    const id = (literal: string): unknown => lifted(`{ enterprise(uscc: ${literal}) { name } }`).values['lifted_0']
    expect(id('"\\u4e0a\\n\\"\\\\ \\u{1F600}"')).toBe('上\n"\\ 😀')
    expect(id('"""\n  a\n   b \\""" c\n"""')).toBe('a\n b """ c')
    expect(id('"张 😀"')).toBe('张 😀')
    expect(id('""')).toBe('')
  })

  it('stay where a variable would be read otherwise, or where anything is unclear', () => {
    const as = [
      '{ enterprises(first: 2147483648) { nodes { name } } }', '{ enterprises(first: 1.0) { nodes { name } } }', '{ enterprises(first: "1") { nodes { name } } }',
      '{ enterprise(uscc: 1.5) { name } }', '{ enterprise(uscc: 12345) { name } }', '{ enterprise(uscc: ["a"]) { name } }', '{ enterprises(where: { uscc: { in: "a" } }) { nodes { name } } }',
      '{ enterprises(where: { uscc: { in: ["a", null] } }) { nodes { name } } }',
      '{ enterprises(first: null) { nodes { name } } }', '{ enterprises { nodes { name @include(if: true) } } }', '{ enterprises(first: $n) { nodes { name } } }',
      '{ a: enterprises(first: 1) { nodes { name } } a: enterprises(first: 1) { nodes { uscc } } }', '{ enterprises(first: 1) { nodes { nothing } } }',
      '{ __type(name: "Person") { name } }', 'query A { enterprise(uscc: "1") { name } } query B { metroLines { nodes { code } } }',
      'query($lifted_0: Int) { enterprises(first: $lifted_0) { nodes { name } } enterprise(uscc: "1") { name } }', 'mutation { suspendCaller(org: "A", sub: "B", reason: "C") { ok } }',
      '{ enterprises(first: 01) { nodes { name } } }', '{ enterprises(first: 1a) { nodes { name } } }', '{ enterprise(uscc: "a) { name } }', '{ enterprise(uscc: "a\n") { name } }', '{ enterprise(uscc: "\\u00") { name } }',
      '{ enterprise(uscc: "\\ud800") { name } }', '{ enterprise(uscc: """a) { name } }', '{ enterprises(first: 1) { nodes { name } } } ;', '{ enterprises(first: 1..2) { nodes { name } } }', '', '"', '1', '[1]',
    ]
    for (const text of as) expect(lift(text), text).toBeUndefined()
  })

  it('are judged request by request, whatever came first', () => {
    const of = (first: string): LiftedText | undefined => lift(`{ metroLines(first: ${first}) { nodes { name } } }`)
    expect(of('99999999999')).toBeUndefined()
    expect(of('5')?.values).toEqual({ lifted_0: 5 })
    expect(of('99999999999')).toBeUndefined()
    expect(of('101')?.values).toEqual({ lifted_0: 101 })
  })

  it(`ask for the same as before on random operations (seed ${seed})`, async () => {
    const operations = randomOperations(schema, random(seed, 'lift-literals'), { ID: ['1', '91310199MA1K0T2A0A'], String: ['上海', 'a"b\\c', ''], Date: ['2025-01-01'], DateTime: ['2025-01-01T00:00:00+08:00'], Int: [0, 3, 150], Float: [1, 2.5, -1e3], Boolean: [true] })
    const known = knownOperations(classification)
    let count = 0
    for (let round = 0; round < 150; round += 1) {
      const { query, variables } = operations.next()
      const found = lift(query)
      if (found === undefined) continue
      count += 1
      const [before, after] = [operationOf(query), operationOf(found.text)]
      expect(validated(found.text)).toEqual([])
      const [written, rewritten] = [known(schema, before.document, before.operation, undefined), known(schema, after.document, after.operation, found.literalOf)]
      expect(rewritten.named).toEqual(written.named)
      const [own, all] = [fitted(written, variables), fitted(rewritten, { ...variables, ...found.values })]
      if (own === undefined || all === undefined) {
        expect(all).toBe(own)
        continue
      }
      const [one, other] = [written.decided(own), rewritten.decided(all)]
      expect(other.facts(all)).toEqual(one.facts(own))
      expect(other.cells(all)).toBe(one.cells(own))
      expect(other.byPostAlone).toBe(one.byPostAlone)
      expect(await asked(found.text, { ...variables, ...found.values })).toEqual(await asked(query, variables))
    }
    expect(count).toBeGreaterThan(75)
  })

  it('are scanned in time that grows with the text alone, and counted as the parser counts', () => {
    const many = (one: string, times: number): string => `{ enterprises(first: 1) { nodes { ${one.repeat(times)} } } }`
    const began = performance.now()
    for (const text of [many('[', 200_000), many('[1,', 100_000), many('"a" ', 100_000), many('"""', 99_999), many('a(b: [1 2 $c]) ', 50_000), many('\ufeff,# \n', 100_000), many('1e', 100_000)]) scanLiterals(text, 10_000_000)
    expect(performance.now() - began).toBeLessThan(5_000)
    const text = `{ enterprises(first: 1, where: { uscc: { in: ["a" "b", "c"] } }) { nodes { ...F } } } # 1 "2"\n fragment F on Enterprise { name }`
    let tokens = 0
    for (let token = parse(text).loc?.startToken.next; token !== null && token !== undefined && token.kind !== '<EOF>'; token = token.next) if (token.kind !== 'Comment') tokens += 1
    expect(scanLiterals(text, tokens)).toBeDefined()
    expect(scanLiterals(text, tokens - 1)).toBeUndefined()
  })

  it('leave no trace of a request in what is kept', () => {
    const fresh = make()
    const of = (uscc: string): string => `{ enterprise(uscc: "${uscc}") { name } }`
    const first = fresh(of('11010519491231002X'))
    const second = fresh(of('b'))
    expect(first?.values).toEqual({ lifted_0: '11010519491231002X' })
    expect(JSON.stringify(second)).not.toContain('11010519491231002X')
  })
})
