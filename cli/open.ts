// `citygraph open check`: whether the files of `open-queries/` may be published as they stand, and of which level each is.

import { judgeQuery } from '../open/judge-query.ts'
import { queryFiles, readQueries } from '../open/library.ts'
import { frozenClock } from '../core/clock.ts'
import { CITY_INSTANT } from '../synthetic-city/days.ts'
import { createPolicyEngine } from '../policy-engine/engine.ts'
import { problemLine } from '../policy-engine/problem.ts'
import { apiSchema } from '../schema/api-schema.ts'
import { readClassification } from '../schema/classification.ts'
import { allSubgraphSdl, committedSupergraphSdl } from '../schema/load.ts'
import { policiesFolder } from './city-parts.ts'
import { openQueriesFolder } from './open-queries.ts'
import { readOptions, UsageError } from './usage.ts'

/** 0 when nothing is wrong, else 1. */
export async function run(args: readonly string[]): Promise<number> {
  const [what, ...rest] = args
  if (what !== 'check') throw new UsageError('citygraph open check [--folder FOLDER]')
  const options = readOptions(rest, { folder: 'string' })
  const directory = options.text('folder') ?? openQueriesFolder
  const files = await queryFiles(directory).catch(() => {
    throw new UsageError('The folder of open queries cannot be read.')
  })
  const classification = readClassification(allSubgraphSdl())
  const engine = await createPolicyEngine({ directory: policiesFolder, classification, clock: frozenClock(CITY_INSTANT) })
  const graph = { schema: apiSchema(committedSupergraphSdl()), classification }
  const { queries, problems } = readQueries(files, graph, engine.bundle().combinations.sets)
  const judged = queries.map((query) => ({ query, problems: judgeQuery(query, { bundle: engine.bundle, plan: engine.plan, classification }, `${query.id}.graphql`) }))
  for (const problem of [...problems, ...judged.flatMap((one) => one.problems)]) process.stderr.write(`${problemLine(problem)}\n`)
  for (const { query, problems: faults } of judged) {
    if (faults.length === 0) process.stdout.write(`${query.id} v${query.version}: L${query.level}, ${query.audience}, ${query.method}, ${query.fields.length} fields\n`)
  }
  return problems.length > 0 || judged.some((one) => one.problems.length > 0) ? 1 : 0
}
