// `citygraph open`: check and seed the files of `open-queries/`; list, propose, submit, publish, send back, withdraw and resume through the
// graph of a running city, as a demonstration caller (--as NAME) or by a token of one's own (--token-file FILE).

import { readFile } from 'node:fs/promises'
import { frozenClock } from '../core/clock.ts'
import { judgeQuery } from '../open/judge-query.ts'
import { queryFiles, readQueries } from '../open/library.ts'
import type { OpenQuery } from '../open/open-query.ts'
import { publishedFiles, publishFiles } from '../open/published-files.ts'
import { createPolicyEngine } from '../policy-engine/engine.ts'
import { problemLine } from '../policy-engine/problem.ts'
import type { Problem } from '../policy-engine/problem.ts'
import { readClassification } from '../schema/classification.ts'
import { allSubgraphSdl } from '../schema/load.ts'
import { CITY_INSTANT } from '../synthetic-city/days.ts'
import { policiesFolder } from './city-parts.ts'
import { actOnOpenQuery, listOpenQueries } from './open-acts.ts'
import type { OpenAct } from './open-acts.ts'
import { openGraph, openQueriesFolder } from './open-queries.ts'
import { readOptions, UsageError } from './usage.ts'

const USAGE = `citygraph open check [--folder FOLDER]             what is wrong with the files, and of which level each is
       citygraph open seed [--folder FOLDER]              publishes the files as they stand (published.json)
       citygraph open list                                what is served, or all to officers
       citygraph open propose FILE                        a draft, or what is wrong with it
       citygraph open submit|publish|send-back ID HASH    of the text of that hash
       citygraph open withdraw|resume ID
All but check and seed ask a running city: --url ADDRESS (http://localhost:4000), --as DEMONSTRATION-CALLER or --token-file FILE.`

const acts: Readonly<Record<string, OpenAct>> = { submit: 'submitOpenQuery', publish: 'publishOpenQuery', 'send-back': 'sendBackOpenQuery', withdraw: 'withdrawOpenQuery', resume: 'resumeOpenQuery' }

/** 0 when done and nothing is wrong, 1 when something is, 2 for a wrong command line. */
export async function run(args: readonly string[]): Promise<number> {
  const [what = '', ...rest] = args
  const options = readOptions(rest, { folder: 'string', url: 'string', as: 'string', 'token-file': 'string' })
  const directory = options.text('folder') ?? openQueriesFolder
  const [first, second, third] = options.words
  const to = { url: options.text('url'), as: options.text('as'), tokenFile: options.text('token-file') }
  const act = acts[what]
  if (what === 'check' && first === undefined) return check(directory)
  if (what === 'seed' && first === undefined) return seed(directory)
  if (what === 'list' && first === undefined) return listOpenQueries(to)
  if (what === 'propose' && first !== undefined && second === undefined) return actOnOpenQuery('proposeOpenQuery', { text: await textOf(first) }, to)
  if (act !== undefined && first !== undefined && third === undefined && (second !== undefined) === takesHash(act)) return actOnOpenQuery(act, { id: first, ...(second === undefined ? {} : { hash: second }) }, to)
  throw new UsageError(USAGE)
}

/** What `citygraph check` runs too. The day is that of the demonstration city, for which the examples are. */
export async function checkOpenQueries(directory: string): Promise<{ readonly queries: readonly OpenQuery[]; readonly problems: readonly Problem[] }> {
  const files = await readable(directory, queryFiles)
  const classification = readClassification(allSubgraphSdl())
  const engine = await createPolicyEngine({ directory: policiesFolder, classification, clock: frozenClock(CITY_INSTANT) })
  const { queries, problems } = readQueries(files, openGraph(classification)(), engine.bundle().combinations.sets)
  const judged = queries.map((query) => ({ query, problems: judgeQuery(query, { bundle: engine.bundle, plan: engine.plan, classification }, `${query.id}.graphql`) }))
  const unpublished = await publishedFiles(directory)
  return { queries: judged.flatMap((one) => (one.problems.length === 0 ? [one.query] : [])), problems: [...problems, ...judged.flatMap((one) => one.problems), ...unpublished.problems] }
}

async function check(directory: string): Promise<number> {
  const { queries, problems } = await checkOpenQueries(directory)
  for (const problem of problems) process.stderr.write(`${problemLine(problem)}\n`)
  for (const { id, version, level, audience, method, fields } of queries) process.stdout.write(`${id} v${version}: L${level}, ${audience}, ${method}, ${fields.length} fields\n`)
  return problems.length > 0 ? 1 : 0
}

async function seed(directory: string): Promise<number> {
  const names = await readable(directory, publishFiles)
  process.stdout.write(`${names.length} open queries are published as they stand; commit published.json with them.\n`)
  return 0
}

async function readable<T>(directory: string, work: (directory: string) => Promise<T>): Promise<T> {
  return work(directory).catch((cause: unknown) => {
    throw new UsageError('The folder of open queries cannot be read.', { cause })
  })
}

async function textOf(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((cause: unknown) => {
    throw new UsageError('The file of the open query cannot be read.', { cause })
  })
}

function takesHash(act: OpenAct): boolean {
  return act !== 'withdrawOpenQuery' && act !== 'resumeOpenQuery'
}
