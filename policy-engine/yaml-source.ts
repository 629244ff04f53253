// A YAML file with places: read by `yaml`, shaped by zod, every complaint with line and column. Refuses duplicate keys, unknown
// keys (the shapes are strict) and anything that is not plain data.

import { isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml'
import type { Document } from 'yaml'
import type { z } from 'zod'
import type { BundleFile } from './bundle-files.ts'
import type { Problem } from './problem.ts'

export type Path = readonly (string | number)[]

export type YamlSource<T> = {
  readonly value: T | undefined
  readonly problems: readonly Problem[]
  /** A problem at the node a path leads to, or at the nearest node above it that exists. */
  at(path: Path, message: string): Problem
}

/** Reads one file. `value` is undefined if there are problems. */
export function readYaml<T>(file: BundleFile, shape: z.ZodType<T>): YamlSource<T> {
  const lines = new LineCounter()
  const document = parseDocument(file.text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false })
  const at = (path: Path, message: string): Problem => ({ file: file.name, ...placeOf(document, path, lines), message })
  const faults = [...document.errors, ...document.warnings]
  if (faults.length > 0) {
    const problems = faults.map((fault) => ({ file: file.name, ...linePlace(lines, fault.pos[0]), message: fault.message }))
    return { value: undefined, problems, at }
  }
  const alias = firstAlias(document)
  if (alias !== undefined) return { value: undefined, problems: [{ file: file.name, ...linePlace(lines, alias), message: 'aliases (*name) are not used here; write it out' }], at }
  const parsed = shape.safeParse(document.toJS())
  if (parsed.success) return { value: parsed.data, problems: [], at }
  const problems = parsed.error.issues.map((issue) => {
    const path = issue.path.filter((part) => typeof part !== 'symbol')
    const key = issue.code === 'unrecognized_keys' ? keyOffset(document, path, issue.keys[0]) : undefined
    return key === undefined ? at(path, issue.message) : { file: file.name, ...linePlace(lines, key), message: issue.message }
  })
  return { value: undefined, problems, at }
}

/** Where a key of the map at a path stands. */
function keyOffset(document: Document.Parsed, path: Path, key: string | undefined): number | undefined {
  const map = path.length === 0 ? document.contents : document.getIn(path, true)
  const pair = isMap(map) ? map.items.find((item) => isScalar(item.key) && String(item.key.value) === key) : undefined
  return isScalar(pair?.key) ? pair.key.range?.[0] : undefined
}

function firstAlias(document: Document.Parsed): number | undefined {
  let found: number | undefined
  visit(document, { Alias: (_, alias) => {
    found = alias.range?.[0] ?? 0
    return visit.BREAK
  } })
  return found
}

function placeOf(document: Document.Parsed, path: Path, lines: LineCounter): { line: number; column: number } {
  for (let length = path.length; length >= 0; length -= 1) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true)
    if (isNode(node) && node.range) return linePlace(lines, node.range[0])
  }
  return { line: 1, column: 1 }
}

function linePlace(lines: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lines.linePos(offset)
  return { line: Math.max(1, line), column: Math.max(1, col) }
}

/** Whether the file holds a list at its top. */
export function isYamlList(file: BundleFile): boolean {
  return isSeq(parseDocument(file.text, { logLevel: 'silent' }).contents)
}
