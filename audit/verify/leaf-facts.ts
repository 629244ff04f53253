// Reads a leaf far enough to know what it says of itself: is it canonical JSON (RFC 8785), and which id, time and log
// does it name. Written from the specification and not taken from the writer. Never quotes what it refuses.

import { isUtf8 } from 'node:buffer'
import { plainFacts } from './canonical-scan.ts'

export type LeafFacts = {
  /** UUID in lower case with hyphens. */
  readonly id: string
  /** Microseconds since 1970-01-01T00:00Z. */
  readonly at: number
  readonly log: string
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const INSTANT = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?(Z|[+-]\d\d:\d\d)$/
/** No record nests as deep; a leaf made to exhaust the stack does. */
const DEEPEST = 32

/** The facts of a leaf, or the end of a sentence that says what is wrong with it ("is not …"). */
export function readLeaf(leaf: Buffer): LeafFacts | string {
  const plain = plainFacts(leaf)
  return plain === undefined ? readSlowly(leaf) : factsOf(plain)
}

function readSlowly(leaf: Buffer): LeafFacts | string {
  if (!isUtf8(leaf)) return 'is not text'
  const text = leaf.toString('utf8')
  const value = parse(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'is not a JSON object'
  if (!isCanonical(value, text)) return 'is not in the canonical form of RFC 8785'
  return factsOf(value)
}

function factsOf({ id, at, log }: { readonly id?: unknown; readonly at?: unknown; readonly log?: unknown }): LeafFacts | string {
  if (typeof id !== 'string' || !UUID.test(id.toLowerCase())) return 'names no id'
  const instant = typeof at === 'string' ? microseconds(at) : undefined
  if (instant === undefined) return 'names no time'
  if (typeof log !== 'string') return 'names no log'
  return { id: id.toLowerCase(), at: instant, log }
}

/** The id that a leaf names where a record has it, be the rest of it what it may; for sentences. */
export function namedId(leaf: Buffer | undefined): string | undefined {
  return leaf === undefined ? undefined : /,"id":"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})","log":"/.exec(leaf.toString('latin1'))?.[1]
}

/** Microseconds since 1970 of an RFC 3339 instant. */
export function microseconds(text: string): number | undefined {
  const [, seconds, fraction = '', zone] = INSTANT.exec(text) ?? []
  if (seconds === undefined || zone === undefined) return undefined
  const whole = Date.parse(`${seconds}${zone}`)
  return Number.isNaN(whole) ? undefined : whole * 1_000 + Number(fraction.padEnd(6, '0'))
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * JSON.stringify writes strings and numbers as RFC 8785 does; so a text that it gives back and whose names are sorted is canonical.
 * Names that look like array indexes would be moved to the front; those few are written anew by hand.
 */
function isCanonical(value: object, text: string): boolean {
  const sorted = order(value, 0)
  if (sorted === 'too deep') return false
  if (sorted === 'sorted' && JSON.stringify(value) === text) return true
  return write(value) === text
}

function order(value: unknown, depth: number): 'sorted' | 'unsorted' | 'too deep' {
  if (typeof value !== 'object' || value === null) return 'sorted'
  if (depth > DEEPEST) return 'too deep'
  const names = Array.isArray(value) ? [] : Object.keys(value)
  let result: 'sorted' | 'unsorted' = names.some((name, n) => n > 0 && name < (names[n - 1] ?? '')) ? 'unsorted' : 'sorted'
  for (const member of Object.values(value)) {
    if (typeof member !== 'object') continue
    const inner = order(member, depth + 1)
    if (inner === 'too deep') return inner
    if (inner === 'unsorted') result = inner
  }
  return result
}

function write(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(write).join(',')}]`
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${write(member)}`).join(',')}}`
}
