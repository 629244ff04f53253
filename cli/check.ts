// `citygraph check`: everything that must hold before a change lands: composition, classification, policies, officers' tests,
// breaking changes, open queries. Every problem at once, with file, line and column. `--write` renews schema/supergraph.graphql.

import { checkSchema, writeSupergraph } from '../schema/check.ts'
import { problemLine } from '../schema/problem.ts'
import type { Problem } from '../schema/problem.ts'
import { readClassification } from '../schema/classification.ts'
import { allSubgraphSdl } from '../schema/load.ts'
import { checkOpenQueries } from './open.ts'
import { openQueriesFolder } from './open-queries.ts'
import { checkPolicies } from './policy.ts'
import { readOptions } from './usage.ts'

/** 0 when nothing is wrong, else 1. */
export async function run(args: readonly string[]): Promise<number> {
  const options = readOptions(args, { write: 'boolean' })
  const schema: readonly Problem[] = options.flag('write') ? await writeSupergraph() : await checkSchema()
  for (const problem of schema) process.stderr.write(`${problemLine(problem)}\n`)
  if (schema.length > 0) return 1
  const policies = await checkPolicies(readClassification(allSubgraphSdl()))
  for (const line of policies.problems) process.stderr.write(`${line}\n`)
  if (policies.problems.length > 0) return 1
  const open = await checkOpenQueries(openQueriesFolder)
  for (const problem of open.problems) process.stderr.write(`${problemLine(problem)}\n`)
  if (open.problems.length > 0) return 1
  process.stdout.write(`Schema, policies and ${open.queries.length} open queries are in order: ${policies.tests} officers' tests pass.\n`)
  return 0
}
