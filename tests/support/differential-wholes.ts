// What is made of many rows: lists by entry fields, the credit summary, the nearest station. Expected from all
// rows of the city, each shown or not by Cedar's own word.

import { isDeepStrictEqual } from 'node:util'
import type { Domain } from '../../core/domains.ts'
import type { Asking } from './cedar-judge.ts'
import { DifferenceFound, publicId } from './differential-bench.ts'
import type { Workbench } from './differential-bench.ts'
import { isAlive, text } from './raw-city.ts'
import type { Raw } from './raw-city.ts'
import { allowedWhatever, attributesOf, decide, isClearEverywhere, isSeen } from './reference-answer.ts'

import { referenceType } from './reference-graph.ts'
import { maskCoordGrid } from './reference-masks.ts'
import { stubAttributes } from './row-attributes.ts'

const METRES_PER_DEGREE = 111_195

/** Compares all of them for one caller; how many there were. */
export async function compareWhole(bench: Workbench, asking: Asking): Promise<number> {
  const uscc = text(bench.r.pick(bench.city.rows('credit', 'crd_record').filter((row) => row['subject_uscc'] !== null)), 'subject_uscc') ?? ''
  const lists = [
    ['enterprises', 'enterprises', 'Enterprise', 'uscc'], ['licenses', 'licenseTypes', 'LicenseType', 'typeCode'], ['transport', 'metroLines', 'MetroLine', 'lineNo'],
    ['transport', 'roadSections', 'RoadSection', 'sectionId'], ['transport', 'vehicles', 'Vehicle', 'id'],
  ] as const
  for (const [domain, entry, type, key] of lists) await compareList(bench, asking, { domain, entry, type, key })
  await compareSummary(bench, asking, uscc)
  await compareNearest(bench, asking)
  return lists.length + 2
}

/** A whole list, at most 100, in the order of its keys. */
async function compareList(bench: Workbench, asking: Asking, { domain, entry, type, key }: { domain: Domain; entry: string; type: string; key: string }): Promise<void> {
  const of = referenceType(domain, type)
  const reference = bench.reference(asking)
  const column = of.key?.column ?? ''
  const sorted = [...bench.city.rows(domain, of.table ?? '')].sort((a, b) => Buffer.compare(Buffer.from(text(a, column) ?? ''), Buffer.from(text(b, column) ?? ''))).slice(0, 40)
  const last = text(sorted.at(-1) ?? {}, column) ?? ''
  const entered = decide(reference, 'Query', entry, {}) === 'CLEAR'
  const expected = entered ? sorted.filter((row) => isSeen(reference, of, row)).map((row) => (of.key?.publicId === true ? publicId(asking.caller.org, type, text(row, column) ?? '') : text(row, column))) : []
  const data = await answered(bench, asking, domain, `{ ${entry}(first: 100) { nodes { ${key} } } }`)
  const nodes = nodesOf(data?.[entry]).map((node) => node[key])
  // Rows beyond the first forty are not judged: only that none of the judged ones is missing or too many.
  const beyond = new Set(bench.city.rows(domain, of.table ?? '').map((row) => text(row, column) ?? '').filter((value) => value > last).map((value) => (of.key?.publicId === true ? publicId(asking.caller.org, type, value) : value)))
  expectEqual(bench, asking, entry, nodes.filter((value) => !beyond.has(String(value))), expected)
}

async function compareSummary(bench: Workbench, asking: Asking, uscc: string): Promise<void> {
  const reference = bench.reference(asking)
  const of = referenceType('credit', 'CreditRecord')
  const counted = bench.city.having('credit', 'crd_record', 'subject_uscc', uscc).filter((row) => {
    const own = attributesOf(reference, of, row)
    if (own === undefined || !isSeen(reference, of, row)) return false
    const stub = stubAttributes('Enterprise', uscc, own)
    const summary = 'division' in own ? { division: own['division'] ?? '' } : {}
    return allowedWhatever(reference, 'see', 'Enterprise', undefined, stub) && allowedWhatever(reference, 'read', 'Enterprise', 'creditSummary', stub) && reference.judge.allows(asking, 'see', 'CreditSummary', undefined, summary)
  })
  const data = await answered(bench, asking, 'credit', `query { _entities(representations: [{ __typename: "Enterprise", uscc: ${JSON.stringify(uscc)} }]) { ... on Enterprise { creditSummary { recordCount penaltyCount latestDecidedOn } } } }`)
  const entities = data?.['_entities']
  const summary = record(record(Array.isArray(entities) ? entities[0] : undefined)?.['creditSummary'])
  const latest = counted.map((row) => text(row, 'decided_on') ?? '').sort().at(-1) ?? null
  const served = reference.judge.allows(asking, 'read', 'CreditSummary', 'recordCount', {}) && reference.judge.allows(asking, 'read', 'CreditRecord', 'recordNo', { organisation: true, inForce: true, minor: false })
  const expected = { recordCount: counted.length, penaltyCount: counted.filter((row) => text(row, 'kind') === 'ADMIN_PENALTY').length, latestDecidedOn: latest }
  if (served || counted.length > 0) expectEqual(bench, asking, 'creditSummary', summary, expected)
  else expectEqual(bench, asking, 'creditSummary', Object.values(summary ?? {}).every((value) => value === null || value === 0), true)
}

async function compareNearest(bench: Workbench, asking: Asking): Promise<void> {
  const reference = bench.reference(asking)
  const of = referenceType('transport', 'MetroStation')
  const enterprise = bench.r.pick(bench.city.rows('enterprises', 'ent_base'))
  const cell = maskCoordGrid(text(enterprise, 'lat'), text(enterprise, 'lng'))
  const stations = cell === null || !isClearEverywhere(reference, 'Enterprise', 'nearestMetroStation') ? [] : bench.city.rows('transport', 'trf_metro_station').filter((row) => isSeen(reference, of, row)).flatMap((row) => distanceTo(row, cell))
  const [nearest] = stations.sort((a, b) => a.metres - b.metres || (a.code < b.code ? -1 : 1))
  const data = await answered(bench, asking, 'transport', 'query ($keys: [_Any!]!) { _entities(representations: $keys) { ... on Enterprise { nearestMetroStation { code } } } }', {
    keys: [{ __typename: 'Enterprise', uscc: text(enterprise, 'uscc'), domicileGrid: cell }],
  })
  const entities = data?.['_entities']
  const found = record(record(Array.isArray(entities) ? entities[0] : undefined)?.['nearestMetroStation'])
  expectEqual(bench, asking, 'nearestMetroStation', found?.['code'] ?? null, nearest?.code ?? null)
}

function distanceTo(row: Raw, { lat, lng }: { readonly lat: number; readonly lng: number }): readonly { readonly code: string; readonly metres: number }[] {
  const [y, x] = [text(row, 'lat'), text(row, 'lng')]
  if (y === null || x === null || !isAlive(row)) return []
  const [north, east] = [(Number(y) - lat) * METRES_PER_DEGREE, (Number(x) - lng) * METRES_PER_DEGREE * Math.cos((lat * Math.PI) / 180)]
  return [{ code: text(row, 'station_code') ?? '', metres: Math.round(Math.hypot(north, east) * 1000) }]
}

async function answered(bench: Workbench, asking: Asking, domain: Domain, query: string, variables: Readonly<Record<string, unknown>> = {}): Promise<Readonly<Record<string, unknown>> | undefined> {
  const answer = await bench.subgraphs.ask(domain, query, { caller: asking.caller, occasion: asking.occasion, variables })
  if (answer.status !== 200 || (answer.errors ?? []).length > 0) throw new DifferenceFound({ seed: bench.seed, asking, query, answer })
  return record(JSON.parse(JSON.stringify(answer.data ?? null)))
}

function expectEqual(bench: Workbench, asking: Asking, what: string, given: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(given, expected)) throw new DifferenceFound({ seed: bench.seed, asking, what, given, expected })
}

function record(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value)) : undefined
}

function nodesOf(connection: unknown): readonly Readonly<Record<string, unknown>>[] {
  const nodes = record(connection)?.['nodes']
  return Array.isArray(nodes) ? nodes.map((node) => record(node) ?? {}) : []
}

