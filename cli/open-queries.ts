// The open queries of a process that serves: the folder's, judged by the policies in force.

import { resolve } from 'node:path'
import type { GraphQLSchema } from 'graphql'
import type { BundleFile } from '../policy-engine/bundle-files.ts'
import { readQueries } from '../open/library.ts'
import type { OpenQueries } from '../open/library.ts'
import { judgeQuery } from '../open/judge-query.ts'
import type { CityCore } from './city-parts.ts'

export const openQueriesFolder = resolve(import.meta.dirname, '../open-queries')

/** What is wrong with one is logged; the others are served. */
export function openQueriesOf(files: readonly BundleFile[], { engine, classification, logger }: Pick<CityCore, 'engine' | 'classification' | 'logger'>): (schema: GraphQLSchema) => OpenQueries {
  return (schema) => {
    const { queries, problems } = readQueries(files, { schema, classification }, engine.bundle().combinations.sets)
    const judged = queries.map((query) => ({ query, problems: judgeQuery(query, { bundle: engine.bundle, plan: engine.plan, classification }, `${query.id}.graphql`) }))
    for (const { file, line, column, message } of [...problems, ...judged.flatMap((one) => one.problems)]) logger.error('open query refused', { file, line, column, message })
    const served = new Map(judged.flatMap((one) => (one.problems.length === 0 ? [[one.query.id, one.query]] : [])))
    return { get: (id) => served.get(id), all: () => [...served.values()] }
  }
}
