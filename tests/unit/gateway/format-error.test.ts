import { GraphQLError, Kind, parse } from 'graphql'
import { describe, expect, it } from 'vitest'
import { CitygraphError, errorCatalogue } from '../../../core/errors.ts'
import { formatError, runtimeEntry, safeMessage } from '../../../gateway/format-error.ts'
import { validationHint } from '../../../gateway/validation-hint.ts'
import { validated } from './city-operations.ts'

const hostile = '310199198503070112'

function formatted(error: GraphQLError, code: string) {
  return formatError({ ...error.toJSON(), extensions: { ...error.extensions, code } }, error)
}

describe('format error', () => {
  const literals = [
    `{ person(id: "1") { name(x: "${hostile}") } }`,
    `{ enterprises(first: "${hostile}") { nodes { name } } }`,
    `{ enterprises(first: ${hostile}) { nodes { name } } }`,
    `{ creditRecords(where: { kind: { eq: V${hostile} } }) { nodes { title } } }`,
    `{ creditRecords(where: { kind: { eq: "${hostile}" } }) { nodes { title } } }`,
    `{ people(where: { name: "${hostile}" }) { nodes { id } } }`,
    `{ people(where: { nam: { eq: "${hostile}" } }) { nodes { id } } }`,
    `{ people(where: { name: { eq: ${hostile} } }) { nodes { id } } }`,
    `{ person(id: { x: "${hostile}" }) { name } }`,
    `{ person(id: 1.5e${hostile.slice(0, 3)}) { name } }`,
    `query($x: Int = "${hostile}") { enterprises(first: $x) { nodes { name } } }`,
    `{ enterprise(uscc: "1") { a: annualReports(first: 1) { nodes { year } } a: annualReports(after: "${hostile}") { nodes { year } } } }`,
    `{ person(id: "${hostile}", id: "${hostile}") { name } }`,
    `{ person(id: "1") @nope(x: "${hostile}") { name } }`,
  ]
  for (const text of literals) {
    it(`echoes no literal of ${text.replaceAll(hostile, '…')}`, () => {
      const errors = validated(text)
      expect(errors.length).toBeGreaterThan(0)
      for (const error of errors) {
        const entry = formatted(error, 'GRAPHQL_VALIDATION_FAILED')
        expect(entry.extensions.code).toBe('BAD_USER_INPUT')
        expect(JSON.stringify(entry)).not.toContain(hostile)
        expect(entry.message).not.toContain('Did you mean')
        expect(entry.locations?.length).toBeGreaterThan(0)
      }
    })
  }

  it('helps with names: the field, the argument, the type', () => {
    expect(validationHint('Cannot query field "nam" on type "Person". Did you mean "name"?')).toBe('There is no field "nam" on type "Person".')
    expect(validationHint('Field "enterprise" argument "uscc" of type "ID!" is required, but it was not provided.')).toBe('Required and missing: "enterprise.uscc".')
    expect(validationHint('Field "Near.lat" of required type "Float!" was not provided.')).toBe('Required and missing: "Near.lat".')
    expect(validationHint('Int cannot represent non-integer value: "secret"')).toBe('A literal does not fit type "Int".')
    expect(validationHint('Something new about "secret"')).toBe('The operation does not fit the schema.')
  })

  it('keeps place but not text of a syntax error, and calls too many tokens too costly', () => {
    try {
      parse(`{ person(id: "${hostile}`)
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error
      const entry = formatted(error, 'GRAPHQL_PARSE_FAILED')
      expect(entry).toMatchObject({ extensions: { code: 'BAD_USER_INPUT' }, locations: [{ line: 1 }] })
      expect(JSON.stringify(entry)).not.toContain(hostile)
    }
    try {
      parse('{ a b c d e f }', { maxTokens: 3 })
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error
      expect(formatted(error, 'GRAPHQL_PARSE_FAILED').extensions.code).toBe('TOO_COSTLY')
    }
  })

  it('calls an unknown error INTERNAL and says nothing of it', () => {
    for (const error of [new Error(`SELECT * FROM x WHERE id = '${hostile}'`), new TypeError(`http://10.0.0.1/${hostile}`), hostile, undefined, null, { message: hostile }]) {
      expect(runtimeEntry(error)).toEqual({ message: errorCatalogue.INTERNAL.sentence, extensions: { code: 'INTERNAL' } })
    }
    const wrapped = new GraphQLError(hostile, { originalError: new Error(hostile), extensions: { code: 'ECONNREFUSED', stacktrace: [hostile], serviceName: 'credit' } })
    expect(JSON.stringify(runtimeEntry(wrapped))).toBe(JSON.stringify({ message: errorCatalogue.INTERNAL.sentence, extensions: { code: 'INTERNAL' } }))
  })

  it('finds our own error under any wrapping and keeps code, hint and facts', () => {
    const own = new CitygraphError('NOT_FILTERABLE', { argument: 'where.idNo' })
    const wrapped = new GraphQLError('x', { originalError: new GraphQLError('y', { originalError: own }), path: ['people', '@', 0] })
    expect(runtimeEntry(wrapped)).toEqual({ message: own.message, path: ['people', 0], extensions: { code: 'NOT_FILTERABLE', argument: 'where.idNo' } })
  })

  it('passes a subgraph’s code and names, never its text, service or address', () => {
    const error = new GraphQLError(`no ${hostile}`, { extensions: { code: 'BAD_USER_INPUT', argument: hostile, domain: 'credit', serviceName: 'credit', url: 'http://x' } })
    expect(runtimeEntry(error)).toEqual({ message: errorCatalogue.BAD_USER_INPUT.sentence, extensions: { code: 'BAD_USER_INPUT', domain: 'credit' } })
  })

  it('keeps a hint of ours and drops one that holds a value', () => {
    const { sentence } = errorCatalogue.BAD_USER_INPUT
    expect(safeMessage('BAD_USER_INPUT', `${sentence} At most 100 rows a page.`)).toBe(`${sentence} At most 100 rows a page.`)
    for (const bad of [`${sentence} ${hostile}`, `${sentence} 张伟`, `${sentence} http://a.b/`, `other ${sentence}`, `${sentence} ${'a'.repeat(400)}`, 7]) {
      expect(safeMessage('BAD_USER_INPUT', bad)).toBe(sentence)
    }
  })

  it('maps Apollo’s own refusals to the catalogue', () => {
    for (const [code, expected] of [['BAD_REQUEST', 'BAD_USER_INPUT'], ['OPERATION_RESOLUTION_FAILURE', 'BAD_USER_INPUT'], ['PERSISTED_QUERY_NOT_SUPPORTED', 'BAD_USER_INPUT'], ['INTERNAL_SERVER_ERROR', 'INTERNAL']] as const) {
      expect(formatted(new GraphQLError(hostile, { nodes: [{ kind: Kind.NAME, value: hostile }] }), code)).toMatchObject({ extensions: { code: expected }, message: expect.not.stringContaining(hostile) })
    }
  })
})
