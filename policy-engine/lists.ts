// The three lists (三清单, 上海市数据条例 38; DOMAIN S44): what departments need (demands.yaml), what owners promise (duties.yaml), what is
// not shared and why (negative-list.yaml). The rule between them and the schema: what is on no negative list can be granted, what is on
// one cannot. Refuses an entry without its legal basis, and a promise of somebody else's data.

import { z } from 'zod'
import type { Classification } from '../schema/classification.ts'
import type { BundleFile } from './bundle-files.ts'
import { calendarDay, sentence, updateCycles } from './catalogue-file.ts'
import { fieldAt } from './grants.ts'
import type { Grant } from './grants.ts'
import type { Organisation } from './organisations.ts'
import type { Problem } from './problem.ts'
import type { Purpose } from './purposes.ts'
import { isYamlList, readYaml } from './yaml-source.ts'
import type { YamlSource } from './yaml-source.ts'

const NEGATIVE_LIST = 'negative-list.yaml'

const entry = {
  id: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9-]{0,63}$/, 'an id is letters, digits and hyphens'),
  org: z.string(),
  fields: z.array(z.string()).min(1),
}
const demandShape = z.strictObject({ ...entry, scenario: sentence, legalBasis: sentence, purpose: z.string().optional(), since: calendarDay })
/** `days`: working days in which the owner answers an application. */
const dutyShape = z.strictObject({ ...entry, updateCycle: z.enum(updateCycles), days: z.int().min(1).max(60), since: calendarDay })
const negativeShape = z.strictObject({ ...entry, legalBasis: sentence, approvedBy: sentence, approvedOn: calendarDay })

export type Demand = Readonly<z.infer<typeof demandShape>>
export type Duty = Readonly<z.infer<typeof dutyShape>>
export type NegativeEntry = Readonly<z.infer<typeof negativeShape>> & { readonly file: string; readonly line: number; readonly column: number }
export type Lists = {
  readonly demands: readonly Demand[]
  readonly duties: readonly Duty[]
  readonly negatives: readonly NegativeEntry[]
}

export type ListContext = { readonly classification: Classification; readonly organisations: ReadonlyMap<string, Organisation>; readonly purposes: ReadonlyMap<string, Purpose> }

/** Reads the three files; one that is missing is an empty list. Problems come with file, line and column. */
export function readLists(files: readonly BundleFile[], context: ListContext): { readonly lists: Lists; readonly problems: readonly Problem[] } {
  const { classification, organisations, purposes } = context
  const problems: Problem[] = []
  const read = <T extends { readonly id: string; readonly org: string; readonly fields: readonly string[] }>(
    name: string, shape: z.ZodType<T>, check: (entry: T, source: YamlSource<T[]>, index: number) => readonly Problem[],
  ): readonly (T & { readonly file: string; readonly line: number; readonly column: number })[] => {
    const file = files.find((candidate) => candidate.name === name)
    if (file === undefined) return []
    const source = readYaml(file, z.array(shape))
    problems.push(...source.problems)
    const ids = new Set<string>()
    return (source.value ?? []).map((given, index) => {
      if (ids.has(given.id)) problems.push(source.at([index, 'id'], `${given.id} stands here twice`))
      ids.add(given.id)
      if (!organisations.has(given.org)) problems.push(source.at([index, 'org'], `organisation ${given.org} is not in organisations.yaml`))
      for (const [place, coordinate] of given.fields.entries()) {
        if (fieldAt(coordinate, classification) === undefined) problems.push(source.at([index, 'fields', place], `${coordinate} is not a classified field of the graph`))
      }
      problems.push(...check(given, source, index))
      const { line, column } = source.at([index], '')
      return { ...given, file: name, line, column }
    })
  }
  /** Only the owner of a field speaks for it. */
  const ownData = <T>({ org, fields }: { readonly org: string; readonly fields: readonly string[] }, source: YamlSource<T>, index: number): readonly Problem[] =>
    fields.flatMap((coordinate, place) => {
      const owner = fieldAt(coordinate, classification)?.owner
      return owner === undefined || owner === org ? [] : [source.at([index, 'fields', place], `${coordinate} is data of ${owner}, not of ${org}`)]
    })

  const negatives = read(NEGATIVE_LIST, negativeShape, ownData)
  const notShared = new Set(negatives.flatMap(({ fields }) => fields))
  const duties = read('duties.yaml', dutyShape, (duty, source, index) => [
    ...ownData(duty, source, index),
    ...duty.fields.flatMap((coordinate, place) => (notShared.has(coordinate) ? [source.at([index, 'fields', place], `${coordinate} is on the negative list; nobody can promise it`)] : [])),
  ])
  const demands = read('demands.yaml', demandShape, ({ org, purpose, fields }, source, index) => [
    ...(purpose !== undefined && purposes.get(purpose)?.organisations.includes(org) !== true ? [source.at([index, 'purpose'], `purpose ${purpose} is not registered for ${org}`)] : []),
    ...fields.flatMap((coordinate, place) => (fieldAt(coordinate, classification)?.owner === org ? [source.at([index, 'fields', place], `${coordinate} is data of ${org} already`)] : [])),
  ])
  problems.push(...ungrantable(classification, notShared))
  return { lists: { demands, duties, negatives }, problems }
}

/** What the schema does not share must say so on the list, with its basis: a field on no negative list can be granted. */
function ungrantable(classification: Classification, notShared: ReadonlySet<string>): readonly Problem[] {
  return classification.fields()
    .filter(({ type, field, sharing }) => sharing === 'NONE' && !notShared.has(`${type}.${field}`))
    .map(({ type, field }) => ({ file: NEGATIVE_LIST, line: 1, column: 1, message: `${type}.${field} is not shared (sharing NONE) and stands on no negative list` }))
}

/** What a grant in force gives of what the negative list holds back, each at its field. */
export function grantsOnNegatives(grant: Grant, files: readonly BundleFile[], { negatives }: Lists): readonly Problem[] {
  const entries = new Map(negatives.flatMap(({ id, fields }) => fields.map((coordinate) => [coordinate, id] as const)))
  if (grant.status === 'REVOKED' || !grant.fields.some(({ fields }) => fields.some((coordinate) => entries.has(coordinate)))) return []
  const file = files.find(({ name }) => name === grant.file)
  if (file === undefined) return []
  const source = readYaml(file, z.unknown())
  const listed: unknown = source.value
  const base = isYamlList(file) && Array.isArray(listed) ? [listed.findIndex((one: unknown) => typeof one === 'object' && one !== null && 'id' in one && one.id === grant.id)] : []
  return grant.fields.flatMap(({ fields }, group) => fields.flatMap((coordinate, place) => {
    const id = entries.get(coordinate)
    return id === undefined ? [] : [source.at([...base, 'fields', group, 'fields', place], `${coordinate} is on the negative list (${id}); a grant cannot lift that`)]
  }))
}

export type DemandStatus = 'OPEN' | 'MATCHED' | 'REFUSED'

/** REFUSED: a field is on the negative list. MATCHED: the owners have promised every field, by `duties`; an application can be opened. */
export function demandStatus(demand: Demand, { duties, negatives }: Lists): { readonly status: DemandStatus; readonly duties: readonly string[] } {
  const promised = duties.filter(({ fields }) => fields.some((coordinate) => demand.fields.includes(coordinate)))
  const ids = promised.map(({ id }) => id).sort()
  if (negatives.some(({ fields }) => fields.some((coordinate) => demand.fields.includes(coordinate)))) return { status: 'REFUSED', duties: ids }
  const matched = demand.fields.every((coordinate) => promised.some(({ fields }) => fields.includes(coordinate)))
  return { status: matched ? 'MATCHED' : 'OPEN', duties: ids }
}
