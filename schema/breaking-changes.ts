// What a new composition takes away from those who use the committed graph: removed or narrowed fields and arguments, and lowered
// protection (level, sharing, opening), which nobody may do in passing.
// Relies on supergraphs as compose.ts writes them; additions are no problem.

import { findBreakingChanges, Kind, parse } from 'graphql'
import { apiSchemaOf } from './api-schema.ts'
import { directivesNamed } from './declarations.ts'
import { readClassified } from './directive-values.ts'
import type { ClassifiedValues, ReleaseAttribute } from './directive-values.ts'

/** `coordinate` (`Type` or `Type.field`) is known where protection was lowered; a change of the contract has its sentence alone. */
export type BreakingChange = { readonly coordinate?: string; readonly message: string }

/** One entry for each thing that the new supergraph takes away or protects less; [] when none. */
export function breakingChanges(committedSdl: string, newSdl: string): readonly BreakingChange[] {
  const contract = findBreakingChanges(apiSchemaOf(committedSdl), apiSchemaOf(newSdl)).map((change) => ({ message: `Breaking change: ${change.description}` }))
  return [...contract, ...loweredProtection(committedSdl, newSdl)]
}

function loweredProtection(committedSdl: string, newSdl: string): readonly BreakingChange[] {
  const now = classifiedCoordinates(newSdl)
  return [...classifiedCoordinates(committedSdl)].flatMap(([coordinate, before]) => {
    const after = now.get(coordinate)
    if (after === undefined) return []
    const sentences: string[] = []
    if (after.level < before.level) sentences.push(`${coordinate} was L${before.level} and would become L${after.level}; lowering a level needs two approvals and a new committed schema.`)
    if (width[after.sharing] > width[before.sharing]) sentences.push(`${coordinate}: sharing would widen from ${before.sharing} to ${after.sharing}.`)
    if (width[after.opening] > width[before.opening]) sentences.push(`${coordinate}: opening would widen from ${before.opening} to ${after.opening}.`)
    for (const flag of ['personal', 'sensitive', 'naturalKey'] as const) {
      if (before[flag] && !after[flag]) sentences.push(`${coordinate}: would no longer be ${flag}.`)
    }
    return sentences.map((message) => ({ coordinate, message }))
  })
}

const width: Readonly<Record<ReleaseAttribute, number>> = { NONE: 0, CONDITIONAL: 1, UNCONDITIONAL: 2 }

function classifiedCoordinates(supergraphSdl: string): ReadonlyMap<string, ClassifiedValues> {
  const coordinates = new Map<string, ClassifiedValues>()
  for (const definition of parse(supergraphSdl, { noLocation: true }).definitions) {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue
    const name = definition.name.value
    for (const [coordinate, directives] of [[name, definition.directives] as const, ...(definition.fields ?? []).map((field) => [`${name}.${field.name.value}`, field.directives] as const)]) {
      const [written] = directivesNamed(directives, 'classified')
      const read = written === undefined ? undefined : readClassified(written)
      if (read !== undefined && 'value' in read) coordinates.set(coordinate, read.value)
    }
  }
  return coordinates
}
