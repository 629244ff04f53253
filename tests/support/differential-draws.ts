// Draws for the differential test: a department's type, rows of it (planted hostile ones often, rows with something at the end of
// the edges), and a selection of fields and edges, those first that no draw has met yet.

import type { Domain } from '../../core/domains.ts'
import type { Random } from '../unit/policy-engine/random-policies.ts'
import type { Asking } from './cedar-judge.ts'
import { isAlive, text } from './raw-city.ts'
import type { Raw, RawCity } from './raw-city.ts'
import type { Selection } from './reference-answer.ts'
import { referenceGraph, referenceType } from './reference-graph.ts'
import type { Edge } from './reference-edges.ts'
import type { ReferenceType } from './reference-graph.ts'

export type Draw = { readonly asking: Asking; readonly of: ReferenceType; readonly rows: readonly Raw[]; readonly selections: readonly Selection[] }

export type Draws = {
  /** A draw for this caller. `wanted`: a coordinate of the department that must be among it. */
  next(asking: Asking, wanted?: { readonly domain: Domain; readonly type: string; readonly field: string }): Draw
  /** To be told of each coordinate `domain Type.field` that was decided on a row. */
  met(coordinate: string): void
}

const MOST_FIELDS = 6
const ROWS = 3

export function createDraws(r: Random, city: RawCity): Draws {
  const met = new Map<string, number>()
  const hostile = new Map<string, readonly Raw[]>()
  const rarest = (of: ReferenceType, names: readonly string[], count: number): string[] => {
    const order = (name: string): number => (met.get(`${of.domain} ${of.type}.${name}`) ?? 0) + r.next() * 6
    return names.map((name) => ({ name, at: order(name) })).sort((a, b) => a.at - b.at).slice(0, count).map(({ name }) => name)
  }

  // Two restricted names in one operation are decided together (M8, tests/flows/one-name.test.ts), so a draw asks for one of them.
  let otherName = 'formerName'
  const valuesOf = (of: ReferenceType): string[] => Object.keys(of.values).filter((name) => of.type !== 'Person' || name !== otherName)

  const select = (of: ReferenceType, depth: number, forced: readonly string[]): readonly Selection[] => {
    const edges = rarest(of, Object.keys(of.edges), forced.length > 0 || depth === 0 ? 0 : of.table === undefined ? 2 : 1 + r.below(2))
    const next = forced[0]
    const values = rarest(of, valuesOf(of), next === undefined ? MOST_FIELDS : 2)
    const names = [...new Set([...values, ...edges, ...(next === undefined ? [] : [next]), ...(of.key !== undefined && of.table !== undefined && r.chance(0.2) ? [of.key.field] : [])])]
    if (names.length === 0) names.push(...Object.keys(of.values).slice(0, 1), ...(of.key === undefined || of.table === undefined ? Object.keys(of.edges).slice(0, 1) : [of.key.field]))
    return names.map((field) => ({ field, below: belowOf(of, of.edges[field], depth, field === next ? forced.slice(1) : []) }))
  }

  const belowOf = (of: ReferenceType, edge: Edge | undefined, depth: number, forced: readonly string[]): readonly Selection[] => {
    if (edge === undefined || edge.kind === 'person' || edge.kind === 'enterprise') return []
    const other = referenceType(of.domain, edge.type)
    const below = select(other, depth - 1, forced)
    return below.length > 0 ? below : [{ field: Object.keys(other.values)[0] ?? other.key?.field ?? '', below: [] }]
  }

  const hostileOf = (of: ReferenceType): readonly Raw[] => {
    const name = `${of.domain}.${of.table ?? ''}`
    const known = hostile.get(name) ?? (of.table === undefined ? [] : city.rows(of.domain, of.table).filter((row) => /0bad|HOSTILE|9000000/.test(JSON.stringify(row))))
    hostile.set(name, known)
    return known
  }

  const rootRow = (of: ReferenceType, edge: Edge | undefined, asking: Asking): Raw => {
    const { pid } = asking.caller
    if (pid !== undefined && of.key?.column === 'pid' && r.chance(0.5)) return ownRow(of, pid)
    if (edge !== undefined && 'direct' in edge && edge.direct !== undefined && r.chance(of.table === undefined ? 0.95 : 0.6)) {
      const { table, by, own } = edge.direct
      const candidates = hostileOf(referenceType(of.domain, edge.type))
      const child = candidates.length > 0 && r.chance(0.5) ? r.pick(candidates) : r.pick(city.rows(of.domain, table))
      const key = child[by]
      if (of.table === undefined) return { [own]: typeof key === 'string' ? key : '0bad0000-0000-4000-8000-00000000ffff' }
      const parent = typeof key === 'string' ? city.having(of.domain, of.table, own, key)[0] : undefined
      if (parent !== undefined) return parent
    }
    if (of.table === undefined) return ownRow(of, of.type === 'Person' ? text(r.pick(city.rows('population', 'pop_person')), 'pid') ?? '' : text(r.pick(city.rows('enterprises', 'ent_base')), 'uscc') ?? '')
    const spoilt = hostileOf(of)
    return spoilt.length > 0 && r.chance(0.45) ? r.pick(spoilt) : r.pick(city.rows(of.domain, of.table))
  }

  /** The row that a key leads to: a corrected number leads to the new one. */
  const ownRow = (of: ReferenceType, key: string): Raw =>
    of.table === undefined ? { [of.key?.column ?? '']: key } : city.having(of.domain, of.table, of.key?.column ?? '', key)[0] ?? r.pick(city.rows(of.domain, of.table))

  return {
    next: (asking, wanted) => {
      otherName = wanted?.field === 'name' || (wanted?.field !== 'formerName' && r.chance(0.6)) ? 'formerName' : 'name'
      const route = wanted === undefined ? undefined : routeTo(wanted.domain, wanted.type)
      const of = route?.root ?? r.pick(weighted)
      const selections = wanted === undefined ? select(of, 2, []) : select(of, 2, [...(route?.edges ?? []), wanted.field])
      const edges = selections.map(({ field }) => of.edges[field]).filter((edge) => edge !== undefined)
      const rows = Array.from({ length: ROWS }, () => rootRow(of, edges.length === 0 ? undefined : r.pick(edges), asking))
      return { asking, of, rows, selections }
    },
    met: (coordinate) => void met.set(coordinate, (met.get(coordinate) ?? 0) + 1),
  }
}

/** Types that can be asked for by key, and flows, which have an entry of their own. */
const roots: readonly ReferenceType[] = referenceGraph.filter(({ key, type }) => key !== undefined || type === 'TrafficFlow')

/** Persons and what hangs on them more often than the open types, whose lists are long and never denied. */
const weighted: readonly ReferenceType[] = roots.flatMap((root) => (Array.from({ length: /^(Metro|LicenseType|RoadSection|TrafficFlow)/.test(root.type) ? 1 : 12 }, () => root)))

/** The shortest way from a type with a key. */
function routeTo(domain: Domain, type: string): { readonly root: ReferenceType; readonly edges: readonly string[] } | undefined {
  let ways: { readonly root: ReferenceType; readonly end: ReferenceType; readonly edges: readonly string[] }[] = roots.filter((root) => root.domain === domain).map((root) => ({ root, end: root, edges: [] }))
  for (let length = 0; length < 4; length += 1) {
    const found = ways.find(({ end }) => end.type === type)
    if (found !== undefined) return found
    ways = ways.flatMap(({ root, end, edges }) => Object.entries(end.edges).flatMap(([field, edge]) =>
      edge.kind === 'one' || edge.kind === 'many' ? [{ root, end: referenceType(domain, edge.type), edges: [...edges, field] }] : []))
  }
  return undefined
}

/** Rows by key as a representation, the row that the key leads to, and whether it exists at all. */
export function keyedRow(city: RawCity, { domain, type, table, key }: ReferenceType, row: Raw): Raw {
  if (table === undefined || domain !== 'population' || key?.column !== 'pid' || (type !== 'Person' && type !== 'Driver')) return row
  const [alias] = city.having('population', 'pop_pid_alias', 'old_pid', text(row, 'pid')).filter(isAlive)
  return alias === undefined ? row : city.having('population', 'pop_person', 'pid', text(alias, 'new_pid'))[0] ?? row
}
