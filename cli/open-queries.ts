// The open queries of a process that serves: the published files and what officers published since, judged by the policies in force.

import { resolve } from 'node:path'
import type { GraphQLSchema } from 'graphql'
import { openAuditPool } from '../audit/audit-pool.ts'
import { watchOpenQueries } from '../audit/open-register.ts'
import type { OpenRegister } from '../audit/open-register.ts'
import type { ProcessLeaves } from '../audit/own-leaves.ts'
import type { Clock } from '../core/clock.ts'
import { errorFacts } from '../core/logger.ts'
import type { Logger } from '../core/logger.ts'
import type { DatabaseAddress } from '../migrations/address.ts'
import type { BundleFile } from '../policy-engine/bundle-files.ts'
import type { PolicyEngine } from '../policy-engine/engine.ts'
import type { Problem } from '../policy-engine/problem.ts'
import type { Graph } from '../open/columns.ts'
import { openLibrary } from '../open/library.ts'
import type { OpenQueries, QueryReader } from '../open/library.ts'
import { publishedFiles } from '../open/published-files.ts'
import { apiSchemaOf } from '../schema/api-schema.ts'
import type { Classification } from '../schema/classification.ts'
import { committedSupergraphSdl } from '../schema/load.ts'

export const openQueriesFolder = resolve(import.meta.dirname, '../open-queries')

/** The published files of the folder; what is wrong with the others is logged. Throws where the folder cannot be read. */
export async function readPublishedFiles(directory: string, logger: Logger): Promise<readonly BundleFile[]> {
  const { files, problems } = await publishedFiles(directory)
  logRefused(logger)(problems)
  return files
}

/** A gateway makes its own; a process without one makes it when a text is first read, which takes half a second. */
const graphs = new WeakMap<Classification, Graph>()

/** The graph by which texts are read, one for a process. */
export function openGraph(classification: Classification): () => Graph {
  return () => graphs.get(classification) ?? keepGraph({ schema: apiSchemaOf(committedSupergraphSdl()), classification })
}

function keepGraph(graph: Graph): Graph {
  graphs.set(graph.classification, graph)
  return graph
}

/** What of a process's core open queries need. */
export type OpenCore = { readonly classification: Classification; readonly engine: PolicyEngine; readonly clock: Clock; readonly logger: Logger; readonly openFiles: readonly BundleFile[]; readonly readOpen: QueryReader; readonly leaves: ProcessLeaves }

export type OpenLibraryOf = { readonly queries: (schema: GraphQLSchema) => OpenQueries; readonly close: () => Promise<void> }

/** Hears of publications at `address`, of what is there already before this resolves. */
export async function openOpenQueries({ engine, classification, logger, openFiles, readOpen }: OpenCore, address: DatabaseAddress): Promise<OpenLibraryOf> {
  const pool = openAuditPool(address, { log: 'open queries', max: 1 })
  const libraries: OpenQueries[] = []
  const register: OpenRegister = watchOpenQueries({
    pool,
    // Judged when something changed, not first when somebody asks.
    heard: () => void libraries.forEach((library) => library.version()),
    onFailure: (cause) => logger.error('publications of open queries unknown', errorFacts(cause)),
  })
  await register.refresh()
  return {
    queries: (schema) => {
      const graph = keepGraph({ schema, classification })
      const library = openLibrary({ files: openFiles, register, graph, judging: { bundle: engine.bundle, plan: engine.plan, classification }, read: readOpen, onProblems: logRefused(logger) })
      libraries.push(library)
      return library
    },
    close: async () => {
      await register.close()
      await pool.end()
    },
  }
}

function logRefused(logger: Logger): (problems: readonly Problem[]) => void {
  return (problems) => {
    for (const { file, line, column, message } of problems) logger.error('open query not served', { file, line, column, message })
  }
}
