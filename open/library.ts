// The open queries that ship as files (`open-queries/`), and what serving knows of those in force.

import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BundleFile } from '../policy-engine/bundle-files.ts'
import type { Combination } from '../policy-engine/combinations.ts'
import type { Problem } from '../policy-engine/problem.ts'
import type { Graph } from './columns.ts'
import type { OpenQuery } from './open-query.ts'
import { readQuery } from './read-query.ts'

export type OpenQueries = {
  get(id: string): OpenQuery | undefined
  /** In order of id. */
  all(): readonly OpenQuery[]
}

/** Texts of a folder's queries, by name of file. Throws as node:fs does. */
export async function queryFiles(directory: string): Promise<readonly BundleFile[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.graphql') && !name.startsWith('.')).sort()
  return Promise.all(names.map(async (name) => ({ name, text: (await readFile(join(directory, name), 'utf8')).replace(/^\uFEFF/, '').replaceAll('\r\n', '\n') })))
}

/** Reads all; the id of a query is the name of its file. */
export function readQueries(files: readonly BundleFile[], graph: Graph, combinations: readonly Combination[]): { readonly queries: readonly OpenQuery[]; readonly problems: readonly Problem[] } {
  const queries: OpenQuery[] = []
  const problems: Problem[] = []
  for (const file of files) {
    const reading = readQuery(file, graph, combinations)
    if (reading.query === undefined) problems.push(...reading.problems)
    else if (`${reading.query.id}.graphql` !== file.name) problems.push({ file: file.name, line: 1, column: 1, message: `the file of ${reading.query.id} is called ${reading.query.id}.graphql` })
    else queries.push(reading.query)
  }
  return { queries, problems }
}
