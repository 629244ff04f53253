// What a department must answer for a selection on one row, by Cedar's own word on every row and cell of the way (DESIGN 6): rows
// that `see` allows, values that `read` allows, masks where `readMasked` does, else null; derived fields never better than their
// sources (DOMAIN M6); digits of masked numbers as gender and registration division allow (M3, M4).

import type { Domain } from '../../core/domains.ts'
import type { Classification } from '../../schema/classification.ts'
import type { Asking, Judge } from './cedar-judge.ts'
import { isAlive, text } from './raw-city.ts'
import type { Raw, RawCity } from './raw-city.ts'
import { referenceType } from './reference-graph.ts'
import type { Edge } from './reference-edges.ts'
import type { ReferenceType } from './reference-graph.ts'
import { maskedValue } from './reference-values.ts'
import type { Switches } from './reference-values.ts'
import { rowAttributes, stubAttributes } from './row-attributes.ts'
import type { Attributes } from './row-attributes.ts'

export type Selection = { readonly field: string; readonly below: readonly Selection[] }
export type Outcome = 'CLEAR' | 'MASKED' | 'DENIED' | 'ABSENT'
/** One cell (or, ABSENT, one row) that was decided. */
export type Decided = { readonly domain: Domain; readonly coordinate: string; readonly outcome: Outcome; readonly attributes: Attributes }
export type Node = { readonly [field: string]: unknown }

export type Reference = {
  readonly judge: Judge
  readonly classification: Classification
  readonly city: RawCity
  readonly asking: Asking
  /** The Shanghai day of `asking.now`. */
  readonly today: string
  readonly publicId: (org: string, type: string, uuid: string) => string
  readonly note: (decided: Decided) => void
}

/** Attributes of an existing row, undefined for a row that does not exist (deleted, or without the row that decides). */
export function attributesOf(reference: Reference, { domain, type, decidedBy }: ReferenceType, row: Raw): Attributes | undefined {
  const deciding = decidedBy === undefined ? row : decidedBy(row, reference.city)
  return deciding === undefined || !isAlive(row) ? undefined : rowAttributes(domain, type, deciding, reference.today)
}

/** Is the row there for the caller? */
export function isSeen(reference: Reference, of: ReferenceType, row: Raw): boolean {
  const attributes = attributesOf(reference, of, row)
  return attributes !== undefined && reference.judge.allows(reference.asking, 'see', of.type, undefined, attributes)
}

/** The node, or null where the row is not there. Lists are arrays without order, and null when empty. */
export function expectedNode(reference: Reference, of: ReferenceType, row: Raw, selections: readonly Selection[]): Node | null {
  const { note } = reference
  const attributes = of.table === undefined ? {} : attributesOf(reference, of, row)
  if (attributes === undefined) return null
  if (of.table !== undefined && !isSeen(reference, of, row)) {
    note({ domain: of.domain, coordinate: of.type, outcome: 'ABSENT', attributes })
    return null
  }
  const node: Record<string, unknown> = {}
  for (const selection of selections) node[selection.field] = field(reference, of, row, attributes, selection)
  return node
}

function field(reference: Reference, of: ReferenceType, row: Raw, attributes: Attributes, selection: Selection): unknown {
  const { city, today, asking, publicId, classification, note } = reference
  const { domain, type, key } = of
  const name = selection.field
  const around = { city, domain, today }
  if (name === key?.field) return key.publicId === true ? publicId(asking.caller.org, type, text(row, key.column) ?? '') : text(row, key.column)
  const edge = of.edges[name]
  if (edge !== undefined && of.table === undefined) return fromStub(reference, of, row, edge, selection)
  const outcome = decide(reference, type, name, attributes)
  if (edge !== undefined) {
    note({ domain, coordinate: `${type}.${name}`, outcome: outcome === 'CLEAR' ? 'CLEAR' : 'DENIED', attributes })
    return outcome === 'CLEAR' ? follow(reference, domain, row, edge, selection) : null
  }
  const value = of.values[name]
  const classified = classification.field(type, name)
  if (value === undefined || classified === undefined) throw new RangeError(`${domain} has no ${type}.${name}`)
  const masked = outcome === 'MASKED' && classified.mask !== 'REDACT'
  note({ domain, coordinate: `${type}.${name}`, outcome: outcome === 'MASKED' && !masked ? 'DENIED' : outcome, attributes })
  if (outcome === 'CLEAR') return value.clear(row, around)
  return masked ? maskedValue(classified.mask, value, row, switches(reference, of, row), around) : null
}

/** CLEAR, MASKED or DENIED on this row, after coherence with its sources on the same row. */
export function decide(reference: Reference, type: string, field: string, attributes: Attributes): Exclude<Outcome, 'ABSENT'> {
  const { judge, asking, classification } = reference
  const classified = classification.field(type, field)
  const sources = classified?.declassifier === undefined ? classified?.derivedFrom ?? [] : []
  const bounds = sources.map((coordinate) => {
    const [sourceType = '', sourceField = ''] = coordinate.split('.')
    if (sourceType !== type) throw new RangeError(`${coordinate} stands in another row than ${type}.${field}`)
    return decide(reference, sourceType, sourceField, attributes)
  })
  if (bounds.includes('DENIED')) return 'DENIED'
  if (!bounds.includes('MASKED') && judge.allows(asking, 'read', type, field, attributes)) return 'CLEAR'
  // An entry has no masked form.
  return type !== 'Query' && judge.allows(asking, 'readMasked', type, field, attributes) ? 'MASKED' : 'DENIED'
}

/** A derived field whose sources stand in other rows, or an edge from a type without rows: what holds whatever the row. */
export function isClearEverywhere(reference: Reference, type: string, field: string): boolean {
  return rowsOf(reference, type).every((row) => decide(reference, type, field, row) === 'CLEAR')
}

/** M3, M4: by the person's own row where the row is that, else by what holds whatever the person. */
function switches(reference: Reference, { table }: ReferenceType, row: Raw): Switches {
  const rows = table === 'pop_person' ? [rowAttributes('population', 'Person', row, reference.today)] : rowsOf(reference, 'Person')
  return {
    showGender: rows.every((one) => decide(reference, 'Person', 'gender', one) === 'CLEAR'),
    showRegion: rows.every((one) => decide(reference, 'Person', 'hukouDivision', one) !== 'DENIED'),
  }
}

/** Rows of every kind that a policy could tell apart, as far as the attributes go. */
function rowsOf({ classification, asking }: Reference, type: string): readonly Attributes[] {
  const values = { Bool: [true, false], Division: [undefined, '310101002', '310115005', '99'], String: [asking.caller.pid ?? 'me', 'somebody else'], Long: [3, 4], datetime: [0], 'Set<String>': ['x'] } as const
  let rows: Attributes[] = [{}]
  for (const { name, type: kind } of classification.type(type)?.rowAttributes ?? []) {
    rows = rows.flatMap((row) => values[kind].map((value) => (value === undefined ? row : { ...row, [name]: value })))
  }
  return rows
}

function follow(reference: Reference, domain: Domain, row: Raw, edge: Edge, { below }: Selection): unknown {
  const { city, today, asking, publicId } = reference
  if (edge.kind === 'person' || edge.kind === 'enterprise') {
    const key = text(row, edge.column)
    if (key === null) return null
    return edge.kind === 'person' ? { id: publicId(asking.caller.org, 'Person', key) } : { uscc: key }
  }
  const of = referenceType(domain, edge.type)
  const nodes = edge.rows(row, { city, domain, today }).map((child) => expectedNode(reference, of, child, below)).filter((node) => node !== null)
  return edge.kind === 'one' ? nodes[0] ?? null : listed(nodes)
}

/** An edge from a type whose rows are elsewhere: the type's `see` and the edge's `read` are asked of each row at the other end. */
function fromStub(reference: Reference, { domain, type, key }: ReferenceType, row: Raw, edge: Edge, selection: Selection): unknown {
  if (edge.kind === 'person' || edge.kind === 'enterprise' || (type !== 'Person' && type !== 'Enterprise')) throw new RangeError(`${type} is no stub`)
  const of = referenceType(domain, edge.type)
  const nodes: Node[] = []
  for (const child of edge.rows(row, { city: reference.city, domain, today: reference.today })) {
    const own = attributesOf(reference, of, child)
    if (own === undefined) continue
    const stub = stubAttributes(type, text(row, key?.column ?? '') ?? '', own)
    const served = allowedWhatever(reference, 'see', type, undefined, stub) && allowedWhatever(reference, 'read', type, selection.field, stub)
    reference.note({ domain, coordinate: `${type}.${selection.field}`, outcome: served ? 'CLEAR' : 'DENIED', attributes: own })
    const node = served ? expectedNode(reference, of, child, selection.below) : null
    if (node !== null) nodes.push(node)
  }
  return edge.kind === 'one' ? nodes[0] ?? null : listed(nodes)
}

/** Allowed whether the attributes that are not known (undefined) are true or false. */
export function allowedWhatever({ judge, asking }: Reference, action: 'see' | 'read', type: string, field: string | undefined, stub: Readonly<Record<string, string | number | boolean | undefined>>): boolean {
  const unknown = Object.keys(stub).find((name) => stub[name] === undefined)
  const known: Attributes = Object.fromEntries(Object.entries(stub).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
  const rows = unknown === undefined ? [known] : [{ ...known, [unknown]: true }, { ...known, [unknown]: false }]
  return rows.every((row) => judge.allows(asking, action, type, field, row))
}

/** Nodes without order; null when there are none. */
export function listed(nodes: readonly Node[]): readonly Node[] | null {
  return nodes.length === 0 ? null : [...nodes].sort((a, b) => compare(JSON.stringify(a), JSON.stringify(b)))
}

/** What the department answered, in the same form. */
export function givenNode(of: ReferenceType, given: unknown, selections: readonly Selection[]): Node | null {
  // Of a type whose rows are elsewhere only the edges say anything: null is the same as nothing at the end of each.
  if (!isRecord(given)) return of.table === undefined ? Object.fromEntries(selections.map(({ field: name }) => [name, null])) : null
  return Object.fromEntries(selections.map(({ field: name, below }) => {
    const edge = of.edges[name]
    const value = given[name]
    if (edge === undefined || edge.kind === 'person' || edge.kind === 'enterprise') return [name, value]
    const other = referenceType(of.domain, edge.type)
    if (edge.kind === 'one') return [name, value === null ? null : givenNode(other, value, below)]
    return [name, givenList(other, value, below)]
  }))
}

/** The nodes of a connection in the same form. */
export function givenList(of: ReferenceType, connection: unknown, selections: readonly Selection[]): readonly Node[] | null {
  const nodes = isRecord(connection) && Array.isArray(connection['nodes']) ? connection['nodes'] : []
  return listed(nodes.map((node) => givenNode(of, node, selections) ?? {}))
}

/** The selection as GraphQL. */
export function printed(of: ReferenceType, selections: readonly Selection[]): string {
  return selections.map(({ field: name, below }) => {
    const edge = of.edges[name]
    if (edge === undefined) return name
    if (edge.kind === 'person') return `${name} { id }`
    if (edge.kind === 'enterprise') return `${name} { uscc }`
    const inner = printed(referenceType(of.domain, edge.type), below)
    return edge.kind === 'one' ? `${name} { ${inner} }` : `${name}(first: 100) { nodes { ${inner} } }`
  }).join(' ')
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
