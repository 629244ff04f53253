// Classification as a type system: what is computed from a value is as secret as the value, unless a declassifier with its legal
// basis says why not (DESIGN 5.6, DOMAIN 2.6). Inputs are `derivedFrom`, the selections of @requires, and for fields of an answer
// type those of the entries that return it. Chains count, an interface field counts as the highest of its implementations.
// Refuses unknown inputs and cycles.

import type { Classification } from './classification.ts'
import type { TypeDeclaration } from './declarations.ts'
import { requiredCoordinates } from './key-fields.ts'
import { problemAt } from './problem.ts'
import type { Place, Problem } from './problem.ts'
import type { FieldClassification } from './read-classified.ts'

type Node = {
  readonly coordinate: string
  readonly field: FieldClassification
  readonly place: Place
  /** Coordinates it is computed from. */
  readonly inputs: readonly string[]
  /** A declassifier with basis, its own or (answer types) of every entry that returns it. */
  readonly declassified: boolean
}

type Graph = {
  readonly nodes: ReadonlyMap<string, Node>
  readonly classification: Classification
  /** Interface → object types that implement it. */
  readonly implementations: ReadonlyMap<string, readonly string[]>
}

/** Everything wrong with what is derived from what; [] when levels never fall silently. */
export function derivationProblems(classification: Classification, declarations: readonly TypeDeclaration[]): readonly Problem[] {
  const graph = buildGraph(classification, declarations)
  const problems: Problem[] = []
  const levels = new Map<string, number>()
  for (const node of graph.nodes.values()) {
    const { coordinate, field, place } = node
    for (const input of node.inputs) if (!exists(input, graph)) problems.push(problemAt(place, `${coordinate} is derived from ${input}, which does not exist.`))
    const cycle = findCycle(coordinate, graph, [])
    if (cycle !== undefined) problems.push(problemAt(place, `${coordinate} is derived from itself: ${cycle.join(' ← ')}.`))
    if (field.declassifier !== undefined && field.basis === undefined) problems.push(problemAt(place, `${coordinate} names declassifier ${field.declassifier} without its legal basis.`))
    if (field.declassifier !== undefined && node.inputs.length === 0) problems.push(problemAt(place, `${coordinate} names declassifier ${field.declassifier} but nothing that it is derived from.`))
    if (cycle !== undefined || node.declassified) continue
    for (const input of node.inputs) {
      const level = effectiveLevel(input, graph, levels, new Set([coordinate]))
      if (level > field.level) problems.push(problemAt(place, `${coordinate} is L${field.level}, below L${level} of ${input} that it is derived from; raise it or name a declassifier and its legal basis.`))
    }
  }
  return problems
}

function buildGraph(classification: Classification, declarations: readonly TypeDeclaration[]): Graph {
  const nodes = new Map<string, Node>()
  const implementations = new Map<string, string[]>()
  for (const declaration of declarations) {
    for (const name of declaration.interfaces) implementations.set(name, [...(implementations.get(name) ?? []), declaration.type])
    for (const { type, field: name, node, place, external } of declaration.fields) {
      const field = classification.field(type, name)
      const coordinate = `${type}.${name}`
      if (field === undefined || external) continue
      const required = requiredCoordinates(type, node.directives, declarations)
      const own = [...field.derivedFrom, ...required]
      const entries = own.length === 0 ? answeringEntries(type, classification) : []
      const inputs = [...new Set([...own, ...entries.flatMap((entry) => entry.derivedFrom), ...(nodes.get(coordinate)?.inputs ?? [])])]
      const declassified = isDeclassified(field) || (own.length === 0 && isDeclassifiedAnswer(type, classification))
      nodes.set(coordinate, { coordinate, field, place, inputs, declassified })
    }
  }
  return { nodes, classification, implementations }
}

/** The VERIFY entries that return an answer type: its fields are computed from what the entries are computed from. */
function answeringEntries(type: string, classification: Classification): readonly FieldClassification[] {
  return classification.type(type)?.answer === true ? classification.fields().filter((field) => field.returns.named === type) : []
}

/** True for a type that only VERIFY entries return, every one of which names a declassifier and its basis. */
export function isDeclassifiedAnswer(type: string, classification: Classification): boolean {
  const entries = answeringEntries(type, classification)
  return entries.length > 0 && entries.every(isDeclassified)
}

function isDeclassified(field: FieldClassification): boolean {
  return field.declassifier !== undefined && field.basis !== undefined
}

/** The coordinate itself, and for an interface's field the same field of everything that implements it. */
function standFors(coordinate: string, graph: Graph): readonly string[] {
  const [type = '', field = ''] = coordinate.split('.')
  return [coordinate, ...(graph.implementations.get(type) ?? []).flatMap((name) => standFors(`${name}.${field}`, graph))]
}

function exists(coordinate: string, graph: Graph): boolean {
  const [type = '', field = '', ...rest] = coordinate.split('.')
  return rest.length === 0 && (graph.nodes.has(coordinate) || graph.classification.keys(type).has(field))
}

/** A field's own level, or the highest of its inputs where nothing declassifies it. A key counts as the existence of its row. */
function effectiveLevel(coordinate: string, graph: Graph, known: Map<string, number>, path: ReadonlySet<string>): number {
  const remembered = known.get(coordinate)
  if (remembered !== undefined) return remembered
  if (path.has(coordinate)) return 1
  const deeper = new Set([...path, coordinate])
  let level = 1
  for (const name of standFors(coordinate, graph)) {
    const node = graph.nodes.get(name)
    const [type = ''] = name.split('.')
    level = Math.max(level, node?.field.level ?? graph.classification.type(type)?.classification.level ?? 1)
    if (node === undefined || node.declassified) continue
    for (const input of node.inputs) level = Math.max(level, effectiveLevel(input, graph, known, deeper))
  }
  known.set(coordinate, level)
  return level
}

function findCycle(coordinate: string, graph: Graph, path: readonly string[]): readonly string[] | undefined {
  if (path.includes(coordinate)) return path[0] === coordinate ? [...path, coordinate] : undefined
  for (const name of standFors(coordinate, graph)) {
    for (const input of graph.nodes.get(name)?.inputs ?? []) {
      const cycle = findCycle(input, graph, [...path, coordinate])
      if (cycle !== undefined) return cycle
    }
  }
  return undefined
}
