// Our executor beside graphql-js on the same values: data with the order of its names, errors with their paths. The values throw,
// promise, break promises and are of wrong types; what must not be null is null.

import { buildSchema, execute, getOperationAST, NoUnusedVariablesRule, parse, printSchema, specifiedRules, validate, type ExecutionResult, type GraphQLSchema } from 'graphql'
import { describe, expect, it } from 'vitest'
import { compileQuery } from '../../../subgraphs/execute/compile.ts'
import { createExecutor, type ExecutorKind } from '../../../subgraphs/execute/executor.ts'
import type { Operation } from '../../../subgraphs/operation.ts'
import { random } from '../../../synthetic-city/random.ts'
import { handMadeQuery } from '../../support/hand-made-queries.ts'
import { handMadeSchema, handMadeThing } from '../../support/hand-made-values.ts'

const seed = Number(process.env['EXECUTOR_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
const rules = specifiedRules.filter((rule) => rule !== NoUnusedVariablesRule)
const RUNS = Number(process.env['EXECUTOR_RUNS'] ?? 100)
console.log(`executor seed ${seed}`)

function operationOf(query: string): Operation {
  return { act: false, document: parse(query, { noLocation: true }), hash: '', entries: [], fields: [] }
}

function run(schema: GraphQLSchema, kind: ExecutorKind, operation: Operation, variables?: Record<string, unknown>): Promise<ExecutionResult> {
  return createExecutor(schema, kind)(operation, { context: {}, variables })
}

/** Without locations, which our documents have none of. */
function errorsOf({ errors = [] }: ExecutionResult): readonly { path: string; message: string }[] {
  return errors.map(({ path, message }) => ({ path: JSON.stringify(path), message: message.startsWith('Expected') ? 'Expected' : message }))
}

/** Errors that stand where the answer has its null: those below it depend on which promise was broken first. */
function inPlace(result: ExecutionResult): readonly { path: string; message: string }[] {
  const isThere = (path: readonly (string | number)[]): boolean => {
    let value: unknown = result.data
    for (const key of path) {
      if (value === null || typeof value !== 'object') return false
      value = Reflect.get(value, key)
    }
    return value === null
  }
  return errorsOf({ ...result, errors: (result.errors ?? []).filter(({ path = [] }) => isThere(path)) }).toSorted((a, b) => (a.path < b.path ? -1 : 1))
}

let atRoot: Readonly<Record<string, unknown>> = {}

/** The hand-made schema over the values at the root, with resolvers on some fields that only pass them on. */
function schemaOver(batched: boolean): GraphQLSchema {
  const schema = buildSchema(printSchema(handMadeSchema))
  for (const [name, field] of Object.entries(schema.getQueryType()?.getFields() ?? {})) {
    field.resolve = () => {
      const value = atRoot[name]
      return typeof value === 'function' ? value() : value
    }
  }
  const thing = schema.getTypeMap()['Thing']
  const fields = thing !== undefined && 'getFields' in thing ? thing.getFields() : {}
  for (const name of ['said', 'below', 'lists']) {
    const field = fields[name]
    if (field === undefined) continue
    const resolve = (parent: Record<string, unknown>, args: Record<string, unknown>): unknown => {
      if (name === 'said') return JSON.stringify(args)
      const found = parent[name === 'below' ? 'child' : 'half']
      return typeof found === 'function' ? found() : found
    }
    const batch = async (parents: readonly Record<string, unknown>[], args: Record<string, unknown>): Promise<unknown[]> =>
      Promise.all(parents.map(async (parent) => {
        try {
          return await resolve(parent, args)
        } catch (error) {
          return error
        }
      }))
    Object.assign(field, { resolve: batched ? Object.assign(resolve, { batch }) : resolve })
  }
  return schema
}

const [alone, batched] = [schemaOver(false), schemaOver(true)]

describe('our executor beside graphql-js', () => {
  for (const isAsync of [false, true]) {
    it(`gives the same data and errors for random values and queries (${isAsync ? 'some promised' : 'none promised'})`, async () => {
      let [nulls, errors, compared] = [0, 0, 0]
      for (let n = 0; n < RUNS; n += 1) {
        const stream = random(seed, String(isAsync), n)
        const values = () => {
          const same = random(seed, 'values', String(isAsync), n)
          const parts = { random: same, isAsync }
          return { thing: handMadeThing(parts, 1), sure: handMadeThing(parts, 2), list: [handMadeThing(parts, 2), null, handMadeThing(parts, 1)], strict: [handMadeThing(parts, 1), handMadeThing(parts, 1)], said: 'said' }
        }
        const { query, variables } = handMadeQuery(handMadeSchema, stream)
        if (validate(handMadeSchema, parse(query), rules).length > 0) continue
        compared += 1
        const operation = operationOf(query)
        const schema = isAsync && n % 2 === 0 ? batched : alone
        atRoot = values()
        const plain = await run(schema, 'apollo', operation, variables)
        atRoot = values()
        const ours = await run(schema, 'compiled', operation, variables)
        const place = `seed ${seed} run ${n}: ${query}`
        expect(JSON.stringify(ours.data), place).toBe(JSON.stringify(plain.data))
        if (isAsync) expect(inPlace(ours), place).toEqual(inPlace(plain))
        else expect(errorsOf(ours), place).toEqual(errorsOf(plain))
        expect((ours.errors ?? []).length > 0, place).toBe((plain.errors ?? []).length > 0)
        if (plain.data === null) nulls += 1
        errors += plain.errors?.length ?? 0
      }
      console.log(`executor: ${compared} operations, ${errors} errors, ${nulls} without data`)
      expect(compared).toBeGreaterThan(RUNS / 2)
      expect(errors).toBeGreaterThan(RUNS / 2)
    })
  }

  it('compiles what it is asked for, and leaves the rest to graphql-js', () => {
    const compiled = (query: string, variables: Record<string, unknown> = {}): boolean => {
      const document = parse(query)
      const operation = getOperationAST(document)
      if (operation === null || operation === undefined) throw new Error('no operation')
      return compileQuery({ schema: handMadeSchema, document, operation, variables, settled: () => undefined }) !== undefined
    }
    expect(compiled('{ thing { id ...F } } fragment F on Thing { list { text } }')).toBe(true)
    expect(compiled('query($a: Boolean) { thing { id @skip(if: $a) } }')).toBe(false)
    expect(compiled('query($a: Boolean) { thing { id @skip(if: $a) } }', { a: false })).toBe(true)
    expect(compiled('{ __schema { types { name } } }')).toBe(false)
    expect(compiled('{ __type(name: "Thing") { name } }')).toBe(false)
  })

  it('calls a resolver for all parents once, and takes what it throws for each of them', async () => {
    const schema = buildSchema('type Query { list: [Row!] } type Row { id: ID! one: String bad: String }')
    const fields = schema.getTypeMap()['Row']
    const root = schema.getQueryType()?.getFields()['list']
    if (root === undefined || fields === undefined || !('getFields' in fields)) throw new Error('no fields')
    root.resolve = () => [{ id: '1' }, { id: '2' }, { id: '3' }]
    let calls = 0
    const only = () => { throw new Error('not one by one') }
    Object.assign(fields.getFields()['one'] ?? {}, { resolve: Object.assign(only, { batch: async (parents: readonly { id: string }[]) => ((calls += 1), parents.map(({ id }) => (id === '2' ? new Error('two') : `one ${id}`))) }) })
    Object.assign(fields.getFields()['bad'] ?? {}, { resolve: Object.assign(() => only(), { batch: () => { throw new Error('none') } }) })
    const result = await run(schema, 'compiled', operationOf('{ list { one id bad } }'))
    expect(JSON.stringify(result.data)).toBe('{"list":[{"one":"one 1","id":"1","bad":null},{"one":null,"id":"2","bad":null},{"one":"one 3","id":"3","bad":null}]}')
    expect(errorsOf(result)).toEqual([
      { path: '["list",0,"bad"]', message: 'none' }, { path: '["list",1,"one"]', message: 'two' }, { path: '["list",1,"bad"]', message: 'none' }, { path: '["list",2,"bad"]', message: 'none' },
    ])
    expect(calls).toBe(1)
  })

  it('gives no data where fewer values come back than were asked for', async () => {
    const schema = buildSchema('type Query { list: [Row!] } type Row { id: ID! one: String }')
    const fields = schema.getTypeMap()['Row']
    const root = schema.getQueryType()?.getFields()['list']
    if (root === undefined || fields === undefined || !('getFields' in fields)) throw new Error('no fields')
    root.resolve = () => [{ id: '1' }, { id: '2' }]
    Object.assign(fields.getFields()['one'] ?? {}, { resolve: Object.assign(() => 'x', { batch: () => ['of the first'] }) })
    const result = await run(schema, 'compiled', operationOf('{ list { one } }'))
    expect(result.data).toEqual({ list: [{ one: 'of the first' }, { one: null }] })
    expect(errorsOf(result).map(({ path }) => path)).toEqual(['["list",1,"one"]'])
  })

  it('keeps the names of an answer to itself, whatever they are called', async () => {
    const schema = buildSchema('type Query { text: String }')
    const root = schema.getQueryType()?.getFields()['text']
    if (root !== undefined) root.resolve = () => 'text'
    const query = '{ __proto__: text constructor: text toString: text hasOwnProperty: text }'
    const [plain, ours] = [await execute({ schema, document: parse(query) }), await run(schema, 'compiled', operationOf(query))]
    expect(JSON.stringify(ours.data)).toBe(JSON.stringify(plain.data))
    expect(Object.keys(ours.data ?? {})).toEqual(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])
  })

  it('judges variables as graphql-js does', async () => {
    const schema = buildSchema('scalar Any input In { a: Int } type Query { echo(i: Int, s: String, b: Boolean, d: ID, a: [Any!], w: In, l: [Int!]): String }')
    const root = schema.getQueryType()?.getFields()['echo']
    if (root !== undefined) root.resolve = (_parent, args) => JSON.stringify(args)
    const query = 'query($i: Int = 4, $s: String, $b: Boolean, $d: ID, $a: [Any!], $w: In, $l: [Int!]) { echo(i: $i, s: $s, b: $b, d: $d, a: $a, w: $w, l: $l) }'
    const values = [undefined, null, 1, 1.5, 2 ** 31, -0, '1', 'x', true, [], [1], [null], [[1]], ['x'], [undefined], { a: 1 }, { b: 1 }, Number.NaN]
    for (const name of ['i', 's', 'b', 'd', 'a', 'w', 'l']) {
      for (const value of values) {
        const variables = { [name]: value }
        const [plain, ours] = [await run(schema, 'apollo', operationOf(query), variables), await run(schema, 'compiled', operationOf(query), variables)]
        expect([name, value, ours.data, ours.errors?.map(({ message }) => message)]).toEqual([name, value, plain.data, plain.errors?.map(({ message }) => message)])
      }
    }
  })
})
