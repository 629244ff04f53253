// What ships in open-queries/ answers as the same operation does at /graphql: every query, every example, every format, whoever asks. And
// every example shows something to those whom the query is for.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openQueriesFolder } from '../../cli/open-queries.ts'
import { rowsIn } from '../../gateway/open/run-open-query.ts'
import { queryFiles, readQueries } from '../../open/library.ts'
import type { Column, Example, OpenQuery } from '../../open/open-query.ts'
import { apiSchemaOf } from '../../schema/api-schema.ts'
import { readClassification } from '../../schema/classification.ts'
import { allSubgraphSdl, committedSupergraphSdl } from '../../schema/load.ts'
import { askGraphql, askOpen, callerFor, readRows } from '../support/open-callers.ts'
import { comparable } from '../support/open-readers.ts'
import type { JsonRow } from '../support/open-readers.ts'
import { runningCity } from '../support/running-city.ts'
import type { RunningCity } from '../support/running-city.ts'
import { signedToken } from '../support/signed-token.ts'
import { idOf } from '../support/use-cases.ts'

const graph = { schema: apiSchemaOf(committedSupergraphSdl()), classification: readClassification(allSubgraphSdl()) }
const { queries } = readQueries(await queryFiles(openQueriesFolder), graph, [])

let city: RunningCity
let another: string
beforeAll(async () => {
  city = await runningCity()
  another = await signedToken(city)
}, 300_000)
afterAll(async () => city.stop())

/** Who asks, by name; undefined: no token. */
const askers = ['the public', 'a partner', 'another department', 'whom it is for'] as const
const tokenOf = async (asker: (typeof askers)[number], query: OpenQuery): Promise<string | undefined> => {
  switch (asker) {
    case 'the public':
      return undefined
    case 'a partner':
      return city.token('nav-b')
    case 'another department':
      return another
    case 'whom it is for':
      return query.audience === 'public' ? undefined : city.token(callerFor(query))
  }
}

/** Values that are there and are not keys alone. */
function valuesOf(value: unknown, columns: readonly Column[]): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, one) => sum + valuesOf(one, columns), 0)
  if (typeof value !== 'object' || value === null) return 0
  return columns.reduce((sum, column) => {
    const inner: unknown = Reflect.get(value, column.name)
    return sum + (column.scalar === undefined ? valuesOf(inner, column.columns) : inner !== null && inner !== undefined && column.level !== undefined ? 1 : 0)
  }, 0)
}

/** Second steps of the use cases, whose ids only the asking organisation knows. */
async function furtherExamples(query: OpenQuery): Promise<readonly Example[]> {
  const [first] = query.examples
  const how = { caller: callerFor(query), ...(query.purpose === undefined ? {} : { purpose: query.purpose }), ...(first?.caseNo === undefined ? {} : { caseNo: first.caseNo }) }
  const with_ = (parameters: Example['parameters']): readonly Example[] => (first === undefined ? [] : [{ ...first, parameters: { ...first.parameters, ...parameters } }])
  switch (query.id) {
    case 'start-business':
      return with_({ eligibility: true, person: await idOf(city, 'zhangWei', how) })
    case 'school-enrolment':
      return with_({ verify: true, child: await idOf(city, 'wangZihan', how), guardian: await idOf(city, 'ouyangJingyi', how), division: '310101', months: 24 })
    case 'driver-admission':
      return with_({ check: true, person: await idOf(city, 'simaGuangming', how) })
    default:
      return []
  }
}

describe.each(queries.map((query) => [query.id, query] as const))('%s', (_id, query) => {
  it.each(askers)('answers %s as /graphql does, in each of its formats', async (asker) => {
    const token = await tokenOf(asker, query)
    for (const example of [...query.examples, ...(asker === 'whom it is for' ? await furtherExamples(query) : [])]) {
      const whole = await askGraphql(city, query, example, token)
      const rows = rowsIn(whole.data ?? {}, query.rows) as readonly JsonRow[]
      for (const format of query.formats) {
        const answer = await askOpen(city.url, query, example, token, format)
        if (answer.status === 401 || answer.status === 403) {
          // Refused as a whole: not theirs, and /graphql serves them nothing that the query is about.
          expect(asker, answer.text).not.toBe('whom it is for')
          expect(query.audience).not.toBe('public')
          continue
        }
        const [error] = whole.errors
        if (error !== undefined) {
          expect((JSON.parse(answer.text) as { code: unknown }).code).toBe(error.extensions.code)
          expect(asker).not.toBe('whom it is for')
          continue
        }
        expect(answer.status, answer.text).toBe(200)
        const read = readRows(format, answer.text, query)
        if (format === 'csv') expect(comparable(read, query.rows.columns)).toEqual(comparable(rows, query.rows.columns))
        else expect(read, format).toEqual(rows)
        if (format === 'json') expect((JSON.parse(answer.text) as { sharing: { decisions: unknown } }).sharing.decisions).toEqual(whole.sharing.decisions)
      }
    }
  })

  it('shows those whom it is for something by each example', async () => {
    const token = await tokenOf('whom it is for', query)
    for (const example of [...query.examples, ...(await furtherExamples(query))]) {
      const { data, errors } = await askGraphql(city, query, example, token)
      expect(errors).toEqual([])
      const entries = query.data.filter(({ coordinate }) => coordinate.startsWith('Query.'))
      const found = query.data.map((column) => (column.scalar === undefined ? valuesOf(data[column.name], column.columns) : data[column.name] === null ? 0 : 1))
      expect(found.some((count) => count > 0), JSON.stringify(data)).toBe(true)
      expect(entries).toHaveLength(query.data.length)
      for (const column of query.data) if (Object.hasOwn(data, column.name)) expect(data[column.name], column.name).not.toBeNull()
    }
  })
})

it('ships at least twenty-two, of five domains and all audiences, the use cases among them', () => {
  const of = (audience: OpenQuery['audience']): number => queries.filter((query) => query.audience === audience).length
  expect(queries.length).toBeGreaterThanOrEqual(22)
  expect([of('public') >= 8, of('key') >= 4, of('grant') >= 8]).toEqual([true, true, true])
  const domains = new Set(queries.flatMap(({ fields }) => fields.map((coordinate) => graph.classification.field(coordinate.split('.')[0] ?? '', coordinate.split('.')[1] ?? '')?.domain)))
  expect([...domains]).toEqual(expect.arrayContaining(['population', 'enterprises', 'credit', 'licenses', 'transport']))
  expect(queries.map(({ id }) => id)).toEqual(expect.arrayContaining(['start-business', 'credit-check', 'enterprise-360-district', 'enterprise-360-bank', 'enterprise-profile', 'school-enrolment', 'driver-admission']))
})
