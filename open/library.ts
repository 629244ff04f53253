// The open queries that ship as files (`open-queries/`) and those that officers published, and which of them are served: each is judged
// again whenever the policies or the publications change.

import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CitygraphError } from '../core/errors.ts'
import { weighedCache } from '../core/weighed-cache.ts'
import type { BundleFile } from '../policy-engine/bundle-files.ts'
import type { Bundle } from '../policy-engine/bundle.ts'
import type { Combination } from '../policy-engine/combinations.ts'
import type { Problem } from '../policy-engine/problem.ts'
import type { Graph } from './columns.ts'
import { judgeQuery } from './judge-query.ts'
import type { Judging } from './judge-query.ts'
import type { OpenQuery } from './open-query.ts'
import { readQuery } from './read-query.ts'
import type { QueryReading } from './read-query.ts'

export type OpenQueries = {
  /** In force now. Throws AUDIT_UNAVAILABLE where it is not known what was withdrawn. */
  get(id: string): OpenQuery | undefined
  /** In order of id. Throws as `get`. */
  all(): readonly OpenQuery[]
  /** Differs whenever what is served does; the same in every process that serves the same. Throws as `get`. */
  version(): string
}

/** What officers did with a query last; of audit/open-register.ts. `level`: at which the text was published. */
export type Standing = { readonly state: 'PUBLISHED' | 'WITHDRAWN'; readonly level: number; readonly hash: string; readonly content: string }
export type Standings = ReadonlyMap<string, Standing>

/** Texts of a folder's queries, by name of file. Throws as node:fs does. */
export async function queryFiles(directory: string): Promise<readonly BundleFile[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.graphql') && !name.startsWith('.')).sort()
  return Promise.all(names.map(async (name) => ({ name, text: (await readFile(join(directory, name), 'utf8')).replace(/^\uFEFF/, '').replaceAll('\r\n', '\n') })))
}

/** Reads all; the id of a query is the name of its file. */
export function readQueries(files: readonly BundleFile[], graph: Graph, combinations: readonly Combination[], read: QueryReader = readQuery): { readonly queries: readonly OpenQuery[]; readonly problems: readonly Problem[] } {
  const queries: OpenQuery[] = []
  const problems: Problem[] = []
  for (const file of files) {
    const reading = read(file, graph, combinations)
    if (reading.query === undefined) problems.push(...reading.problems)
    else if (`${reading.query.id}.graphql` !== file.name) problems.push({ file: file.name, line: 1, column: 1, message: `the file of ${reading.query.id} is called ${reading.query.id}.graphql` })
    else queries.push(reading.query)
  }
  return { queries, problems }
}

export type QueryReader = typeof readQuery

export type ServingJudge = Omit<Judging, 'bundle'> & { readonly bundle: () => Pick<Bundle, 'hash' | 'organisations' | 'purposes' | 'combinations'> }
export type Served = { readonly queries: ReadonlyMap<string, OpenQuery>; readonly problems: readonly Problem[] }

/** What of files and publications is served, in order of id. Once officers have acted on a query, its file counts no more. */
export function servedQueries(files: readonly BundleFile[], standings: Standings, graph: Graph, judging: ServingJudge, read: QueryReader = readQuery): Served {
  const published = [...standings].flatMap(([id, { state, content }]) => (state === 'PUBLISHED' ? [{ name: `${id}.graphql`, text: content }] : []))
  const shipped = files.filter(({ name }) => !standings.has(name.replace(/\.graphql$/, '')))
  const { queries, problems } = readQueries([...shipped, ...published].sort((a, b) => (a.name < b.name ? -1 : 1)), graph, judging.bundle().combinations.sets, read)
  const judged = queries.map((query) => ({ query, problems: [...judgeQuery(query, judging, `${query.id}.graphql`, 'SERVE'), ...otherThanPublished(query, standings.get(query.id))] }))
  return {
    queries: new Map(judged.flatMap((one) => (one.problems.length === 0 ? [[one.query.id, one.query]] : []))),
    problems: [...problems, ...judged.flatMap((one) => one.problems)],
  }
}

/** The text is the one that was approved, and what it asks for weighs no more than it did then. */
function otherThanPublished(query: OpenQuery, standing: Standing | undefined): readonly Problem[] {
  const problem = (message: string): Problem => ({ file: `${query.id}.graphql`, line: 1, column: 1, message })
  if (standing === undefined) return []
  if (standing.hash !== query.hash) return [problem('its text is not the one that was published')]
  return query.level > standing.level ? [problem(`its level is L${query.level} by now, and it was published as L${standing.level}`)] : []
}

/** `register`: where withdrawals are heard of. `onProblems` gets what is not served and why, once for each change of it. */
export function openLibrary(parts: { readonly files: readonly BundleFile[]; readonly register: { standings(): Standings; fresh(): boolean }; readonly graph: Graph; readonly judging: ServingJudge; readonly read: QueryReader; readonly onProblems: (problems: readonly Problem[]) => void }): OpenQueries {
  const { files, register, graph, judging, read, onProblems } = parts
  let made: { readonly standings: Standings; readonly hash: string; readonly served: ReadonlyMap<string, OpenQuery>; readonly version: string } | undefined
  let told = ''
  const now = (): NonNullable<typeof made> => {
    if (!register.fresh()) throw new CitygraphError('AUDIT_UNAVAILABLE')
    const [standings, { hash }] = [register.standings(), judging.bundle()]
    if (made?.standings === standings && made.hash === hash) return made
    const { queries, problems } = servedQueries(files, standings, graph, judging, read)
    made = { standings, hash, served: queries, version: versionOf(queries) }
    const telling = JSON.stringify(problems)
    if (telling !== told && (problems.length > 0 || told !== '')) onProblems(problems)
    told = problems.length > 0 ? telling : ''
    return made
  }
  return { get: (id) => now().served.get(id), all: () => [...now().served.values()], version: () => now().version }
}

function versionOf(queries: ReadonlyMap<string, OpenQuery>): string {
  return createHash('sha256').update([...queries.values()].map(({ id, hash }) => `${id} ${hash}`).join('\n')).digest('hex').slice(0, 32)
}

/** Reads each text once, for whoever asks: it reads the same by the same graph under the same sets of fields, and most changes of policies are of other things. */
export function rememberingReader(): QueryReader {
  let readings = weighedCache<string, QueryReading>(MOST_TEXT)
  let by: { readonly sets: string; readonly graph: Graph } | undefined
  return (file, graph, combinations) => {
    const sets = JSON.stringify(combinations)
    if (by?.sets !== sets || by.graph !== graph) readings = weighedCache(MOST_TEXT)
    by = { sets, graph }
    const key = `${file.name}\n${file.text}`
    const known = readings.get(key)
    if (known !== undefined) return known
    const reading = readQuery(file, graph, combinations)
    readings.set(key, reading, key.length)
    return reading
  }
}

/** Characters of texts whose readings are kept; those take some forty times as many bytes. */
const MOST_TEXT = 1_000_000
