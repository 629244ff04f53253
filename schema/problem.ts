// What is wrong with a schema, and where. Every check in this folder gathers problems instead of stopping at the first one.
// Relies on the marker lines that load.ts writes into a subgraph's text; refuses nothing itself.

import { getLocation } from 'graphql'
import type { ASTNode, Source } from 'graphql'

/** One finding. `file` is relative to the project's root; `line` and `column` count from 1 (1, 1 where no place is known). */
export type Problem = { readonly file: string; readonly line: number; readonly column: number; readonly message: string }

export type Place = { readonly file: string; readonly line: number; readonly column: number }

/** Thrown by readClassification and load.ts; `problems` holds everything found, never only the first. */
export class ClassificationRefused extends Error {
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[]) {
    super(`The schema is refused:\n${problems.map(problemLine).join('\n')}`)
    this.name = 'ClassificationRefused'
    this.problems = problems
  }
}

/** `file:line:column message`, as editors and terminals understand it. */
export function problemLine(problem: Problem): string {
  return `${problem.file}:${problem.line}:${problem.column} ${problem.message}`
}

export function problemAt(place: Place, message: string): Problem {
  return { file: place.file, line: place.line, column: place.column, message }
}

const markerPattern = /^# source: (\S+)$/

/** The comment line after which the text of `file` begins, so that places in a joined text can be told in the file they came from. */
export function sourceMarker(file: string): string {
  return `# source: ${file}`
}

/** Place of a node in the file it was written in; without a marker above it, in the source's own name. */
export function placeOf(node: ASTNode): Place {
  if (node.loc === undefined) return { file: 'schema', line: 1, column: 1 }
  const { line, column } = node.loc.startToken
  return told(node.loc.source, line, column)
}

export function placeInSource(source: Source, offset: number): Place {
  const { line, column } = getLocation(source, offset)
  return told(source, line, column)
}

type Marker = { readonly file: string; readonly line: number }
const markers = new WeakMap<Source, readonly Marker[]>()

function told(source: Source, line: number, column: number): Place {
  const marker = markersOf(source).findLast((candidate) => candidate.line < line)
  return marker === undefined ? { file: source.name, line, column } : { file: marker.file, line: line - marker.line, column }
}

function markersOf(source: Source): readonly Marker[] {
  const known = markers.get(source)
  if (known !== undefined) return known
  const found = source.body.split(/\r\n|[\n\r]/).flatMap((text, index) => {
    const file = markerPattern.exec(text)?.[1]
    return file === undefined ? [] : [{ file, line: index + 1 }]
  })
  markers.set(source, found)
  return found
}
