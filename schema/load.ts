// The text of each subgraph's schema: the common head, the department's own file, and what is generated from both.
// Relies on the .graphql files beside itself; refuses (ClassificationRefused) a file that does not parse or names a list of nothing.
// Nothing is read at import; each text is made once per process and kept.

import { readFileSync } from 'node:fs'
import { GraphQLError, Source, parse } from 'graphql'
import type { DocumentNode } from 'graphql'
import { subgraphNames } from '../core/domains.ts'
import type { SubgraphName } from '../core/domains.ts'
import { generateConnections } from './generate-connections.ts'
import { generateFilters } from './generate-filters.ts'
import { ClassificationRefused, placeInSource, problemAt, sourceMarker } from './problem.ts'

const texts = new Map<string, string>()
const subgraphs = new Map<SubgraphName, string>()

/** directives.graphql: links, directives, scalars and PageInfo that open every subgraph. */
export function headSdl(): string {
  return text('directives.graphql')
}

/** The committed supergraph (schema/supergraph.graphql), read anew each time; compose.ts makes it, `citygraph check` compares it. */
export function committedSupergraphSdl(): string {
  return readFileSync(new URL('supergraph.graphql', import.meta.url), 'utf8')
}

/** The whole SDL of one subgraph, ready for @apollo/subgraph and @apollo/composition. Throws ClassificationRefused. */
export function subgraphSdl(domain: SubgraphName): string {
  const known = subgraphs.get(domain)
  if (known !== undefined) return known
  const made = joinSubgraph(headSdl(), `schema/${domain}.graphql`, text(`${domain}.graphql`))
  subgraphs.set(domain, made)
  return made
}

/** The SDLs of all subgraphs by name. Throws ClassificationRefused. */
export function allSubgraphSdl(): Record<SubgraphName, string> {
  return {
    population: subgraphSdl('population'),
    enterprises: subgraphSdl('enterprises'),
    credit: subgraphSdl('credit'),
    licenses: subgraphSdl('licenses'),
    transport: subgraphSdl('transport'),
    governance: subgraphSdl('governance'),
  }
}

/** The SDLs as pairs in the fixed order of core/domains.ts; missing ones are skipped (small schemas in tests). */
export function sdlEntries(sdls: Readonly<Partial<Record<SubgraphName, string>>>): readonly (readonly [SubgraphName, string])[] {
  return subgraphNames.flatMap((domain) => {
    const sdl = sdls[domain]
    return sdl === undefined ? [] : [[domain, sdl] as const]
  })
}

/** Head + a department's own definitions + generated connection, edge, filter and order types. `file` is told in problems. */
export function joinSubgraph(head: string, file: string, own: string): string {
  const written = [sourceMarker('schema/directives.graphql'), head.trimEnd(), sourceMarker(file), own.trimEnd()].join('\n')
  const document = parseSdl(written, file)
  const generated = [...generateConnections(document), ...generateFilters(document)]
  return [written, sourceMarker(`generated for ${file}`.replaceAll(' ', '-')), ...generated].join('\n') + '\n'
}

/** Parses a subgraph's SDL with places. Throws ClassificationRefused with file, line and column of a syntax error. */
export function parseSdl(sdl: string, name: string): DocumentNode {
  const source = new Source(sdl, name)
  try {
    return parse(source)
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error
    throw new ClassificationRefused([problemAt(placeInSource(source, error.positions?.[0] ?? 0), error.message)])
  }
}

function text(name: string): string {
  const known = texts.get(name)
  if (known !== undefined) return known
  const read = readFileSync(new URL(name, import.meta.url), 'utf8')
  texts.set(name, read)
  return read
}
