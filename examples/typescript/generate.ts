// What `npm run codegen` writes, from the published open queries: types of their operations (GraphQL Code Generator), of their parameters
// and rows, and a curl script for each. Committed, and compared by a test, so that a query never changes without its types.

import { resolve } from 'node:path'
import { codegen } from '@graphql-codegen/core'
import * as operations from '@graphql-codegen/typescript-operations'
import { parse, printSchema } from 'graphql'
import { curlOf, exampleRequests } from '../../open/examples.ts'
import { readQueries } from '../../open/library.ts'
import { publishedFiles } from '../../open/published-files.ts'
import type { OpenQuery, Parameter } from '../../open/open-query.ts'
import { apiSchemaOf } from '../../schema/api-schema.ts'
import { readClassification } from '../../schema/classification.ts'
import { allSubgraphSdl, committedSupergraphSdl } from '../../schema/load.ts'

const openQueries = resolve(import.meta.dirname, '../../open-queries')

/** Masked values keep their type, so most are texts. */
const text = { input: 'string', output: 'string' }
const scalars = {
  ID: text, Date: text, DateTime: text, PersonName: text, IdNumber: text, PartialDate: text, PartialDateTime: text, AmountOrBand: text, ScoreOrBand: text,
  GridPoint: '{ readonly lat: number; readonly lng: number }',
}

/** Texts by their path below `examples/`. Throws what is wrong with a query. */
export async function generated(): Promise<ReadonlyMap<string, string>> {
  const classification = readClassification(allSubgraphSdl())
  const schema = apiSchemaOf(committedSupergraphSdl())
  const { files, problems: unreadable } = await publishedFiles(openQueries)
  const { queries, problems } = readQueries(files, { schema, classification }, [])
  if (unreadable.length + problems.length > 0) throw new Error([...unreadable, ...problems].map(({ file, message }) => `${file}: ${message}`).join('\n'))
  const types = await codegen({
    filename: 'operations.ts',
    schema: parse(printSchema(schema)),
    documents: queries.map(({ id, document }) => ({ location: `${id}.graphql`, document })),
    plugins: [{ operations: {} }],
    pluginMap: { operations },
    config: { scalars, skipTypename: true, immutableTypes: true, useTypeImports: true, strictScalars: true },
  })
  return new Map([
    ['typescript/generated/operations.ts', `${HEAD}\n${types.trim()}\n`],
    ['typescript/generated/open-queries.ts', typesOf(queries)],
    ...queries.map((query): [string, string] => [`curl/${query.id}.sh`, scriptOf(query)]),
  ])
}

const HEAD = '// Made by `npm run codegen` from open-queries/; not edited by hand.\n'

function typesOf(queries: readonly OpenQuery[]): string {
  const names = queries.map(({ operationName }) => `${operationName}Query`).sort()
  return [
    `${HEAD}\nimport type {\n${names.map((name) => `  ${name},\n`).join('')}} from './operations.ts'\n`,
    '/** By id: what is given, and what one row holds. */',
    'export type OpenQueries = {',
    ...queries.map((query) => `  /** ${query.title.en.replaceAll('*/', '* /')} */\n  readonly '${query.id}': { readonly parameters: ${parametersOf(query)}; readonly row: ${rowOf(query)}; readonly many: ${query.rows.kind === 'MANY'} }`),
    '}\n',
    'export const methods = {',
    ...queries.map(({ id, method }) => `  '${id}': '${method}',`),
    '} as const satisfies Readonly<Record<keyof OpenQueries, string>>\n',
  ].join('\n')
}

function parametersOf({ parameters }: OpenQuery): string {
  if (parameters.length === 0) return 'Readonly<Record<string, never>>'
  return `{ ${parameters.map((parameter) => `readonly ${parameter.name}${parameter.required ? '' : '?'}: ${typeOf(parameter)}`).join('; ')} }`
}

function typeOf({ type, values, list }: Parameter): string {
  const one = values === undefined ? (type === 'integer' ? 'number' : type) : values.map((value) => `'${value}'`).join(' | ')
  return list ? `readonly (${one})[]` : one
}

function rowOf({ operationName, rows }: OpenQuery): string {
  const whole = rows.path.reduce((type, name) => `NonNullable<${type}['${name}']>`, `${operationName}Query`)
  return rows.kind === 'MANY' ? `${whole}[number]` : whole
}

function scriptOf(query: OpenQuery): string {
  const asked = exampleRequests(query).map((request) => `# ${request.title.en} ${request.title.zh}\n${curlOf(request, query)}\n`)
  const needs = query.audience === 'public' ? ': "${CITYGRAPH_URL:=http://localhost:4000}"' : ': "${CITYGRAPH_URL:=http://localhost:4000}" "${CITYGRAPH_AUTH:?x-api-key: KEY, or authorization: Bearer TOKEN}"'
  return `#!/bin/sh\n# Made by \`npm run codegen\` from open-queries/${query.id}.graphql.\nset -eu\n${needs}\n\n${asked.join('\n')}`
}
