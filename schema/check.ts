// Everything `citygraph check` asks of the schema: the SDLs load, each is a subgraph, they compose, the classification is allowed,
// and the committed supergraph is what they compose to and takes nothing away. Gathers all problems, each with its place.
// Relies on the files beside itself unless others are handed in; writes nothing but by writeSupergraph.

import { writeFileSync } from 'node:fs'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { GraphQLError } from 'graphql'
import type { SubgraphName } from '../core/domains.ts'
import { breakingChanges } from './breaking-changes.ts'
import { composeSupergraph, sameSupergraph } from './compose.ts'
import { readDeclarations } from './declarations.ts'
import { lintClassification } from './lint.ts'
import { allSubgraphSdl, committedSupergraphSdl, parseSdl, sdlEntries } from './load.ts'
import { ClassificationRefused, placeOf, problemAt } from './problem.ts'
import type { Place, Problem } from './problem.ts'

type Sdls = Readonly<Partial<Record<SubgraphName, string>>>
export type CheckedSchema = { readonly sdls?: Sdls; readonly committed?: string }

const supergraphPlace = { file: 'schema/supergraph.graphql', line: 1, column: 1 }

/** All problems of the schema, [] when it may be served. `parts` replaces what is on disk (tests, impact of an edit). */
export async function checkSchema(parts: CheckedSchema = {}): Promise<Problem[]> {
  try {
    const sdls = parts.sdls ?? allSubgraphSdl()
    const composition = composeSupergraph(sdls)
    const problems = [...lintClassification(sdls), ...composition.problems]
    if (composition.supergraphSdl === undefined) return problems
    return [...problems, ...subgraphProblems(sdls), ...committedProblems(parts.committed ?? committedSupergraphSdl(), composition.supergraphSdl, sdls)]
  } catch (error) {
    if (error instanceof ClassificationRefused) return [...error.problems]
    throw error
  }
}

/** Composes what is on disk and writes schema/supergraph.graphql, unless there are problems other than its being out of date. */
export async function writeSupergraph(): Promise<Problem[]> {
  const sdls = allSubgraphSdl()
  const composition = composeSupergraph(sdls)
  const problems = [...lintClassification(sdls), ...composition.problems]
  if (problems.length === 0 && composition.supergraphSdl !== undefined) writeFileSync(new URL('supergraph.graphql', import.meta.url), composition.supergraphSdl)
  return problems
}

function subgraphProblems(sdls: Sdls): readonly Problem[] {
  return sdlEntries(sdls).flatMap(([domain, sdl]) => {
    try {
      buildSubgraphSchema(parseSdl(sdl, `schema/${domain}.graphql`))
      return []
    } catch (error) {
      if (!(error instanceof Error)) throw error
      const node = error instanceof GraphQLError ? error.nodes?.[0] : undefined
      return [problemAt(node === undefined ? { file: `schema/${domain}.graphql`, line: 1, column: 1 } : placeOf(node), `@apollo/subgraph refuses it: ${error.message}`)]
    }
  })
}

function committedProblems(committed: string, composed: string, sdls: Sdls): readonly Problem[] {
  if (committed === composed) return []
  try {
    if (sameSupergraph(committed, composed)) return []
    const outOfDate = 'The committed supergraph is not what the subgraphs compose to; write it anew and commit it.'
    const places = declaredPlaces(sdls)
    const changes = breakingChanges(committed, composed).map(({ coordinate = '', message }) => problemAt(places.get(coordinate) ?? supergraphPlace, message))
    return [problemAt(supergraphPlace, outOfDate), ...changes]
  } catch (error) {
    if (error instanceof GraphQLError) return [problemAt(supergraphPlace, `The committed supergraph does not parse: ${error.message}`)]
    throw error
  }
}

/** Where each type and field is declared, first declaration first. */
function declaredPlaces(sdls: Sdls): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>()
  for (const declaration of readDeclarations(sdls)) {
    if (!places.has(declaration.type)) places.set(declaration.type, declaration.place)
    for (const { type, field, place, external } of declaration.fields) if (!external && !places.has(`${type}.${field}`)) places.set(`${type}.${field}`, place)
  }
  return places
}
