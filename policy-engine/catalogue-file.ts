// catalogue.yaml: what the schema does not say of the data that it publishes: titles, standards, how often they are brought up to date,
// who collects them, since when they are published, and which are withdrawn (docs/catalogue.md). Said once for a domain or a type where
// it holds for all of it. Refuses what names nothing of the graph: a slip of the pen would be an item without its title.

import { z } from 'zod'
import { isCalendarDay } from '../core/clock.ts'
import { subgraphNames } from '../core/domains.ts'
import type { Classification } from '../schema/classification.ts'
import type { BundleFile } from './bundle-files.ts'
import { fieldAt } from './grants.ts'
import type { Organisation } from './organisations.ts'
import type { Problem } from './problem.ts'
import { readYaml } from './yaml-source.ts'

export const updateCycles = ['REAL_TIME', 'HOURLY', 'DAILY', 'WEEKLY', 'MONTHLY', 'QUARTERLY', 'YEARLY', 'IRREGULAR'] as const
export type UpdateCycle = (typeof updateCycles)[number]

export const calendarDay = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'a day is YYYY-MM-DD').refine(isCalendarDay, 'there is no such day')
export const sentence = z.string().trim().min(1, 'this may not be empty').max(500)

const about = {
  title: sentence.optional(),
  titleZh: sentence.optional(),
  descriptionZh: sentence.optional(),
  standard: sentence.optional(),
  updateCycle: z.enum(updateCycles).optional(),
  collector: z.string().optional(),
  publishedOn: calendarDay.optional(),
}
const aboutData = z.strictObject(about)
const names = z.record(z.string(), z.strictObject({ en: sentence.optional(), zh: sentence }))
const shape = z.strictObject({
  domains: z.partialRecord(z.enum(subgraphNames), aboutData).default({}),
  types: z.record(z.string(), z.strictObject({ ...about, fields: z.record(z.string(), aboutData).default({}) })).default({}),
  fields: names.default({}),
  withdrawn: z.array(z.strictObject({ id: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9-]{0,63}$/, 'an id is letters, digits and hyphens'), fields: z.array(z.string()).min(1), reason: sentence, since: calendarDay })).default([]),
})

/** What is said of a domain, a type or a field; a field's own word stands before its type's, and that before its domain's. */
export type AboutData = Readonly<z.infer<typeof aboutData>>
export type Withdrawal = Readonly<z.infer<typeof shape>['withdrawn'][number]> & { readonly file: string; readonly line: number; readonly column: number }
export type CatalogueFile = Readonly<Omit<z.infer<typeof shape>, 'withdrawn'>> & { readonly withdrawn: readonly Withdrawal[] }

const nothingSaid: CatalogueFile = { domains: {}, types: {}, fields: {}, withdrawn: [] }

/** Without the file the catalogue says what the schema says. */
export function readCatalogueFile(
  file: BundleFile | undefined,
  { classification, organisations }: { readonly classification: Classification; readonly organisations: ReadonlyMap<string, Organisation> },
): { readonly catalogue: CatalogueFile; readonly problems: readonly Problem[] } {
  if (file === undefined) return { catalogue: nothingSaid, problems: [] }
  const source = readYaml(file, shape)
  const { value } = source
  if (value === undefined) return { catalogue: nothingSaid, problems: source.problems }
  const problems: Problem[] = []
  const complain = (path: readonly (string | number)[], message: string): void => { problems.push(source.at(path, message)) }
  const collected = (path: readonly (string | number)[], { collector }: AboutData): void => {
    if (collector !== undefined && !organisations.has(collector)) complain([...path, 'collector'], `organisation ${collector} is not in organisations.yaml`)
  }
  const fieldsOf = fieldNames(classification)
  for (const [domain, said] of Object.entries(value.domains)) collected(['domains', domain], said)
  for (const [type, said] of Object.entries(value.types)) {
    if (!fieldsOf.has(type)) complain(['types', type], `${type} is not a type of the graph`)
    collected(['types', type], said)
    for (const [field, ofField] of Object.entries(said.fields)) {
      if (fieldsOf.get(type)?.has(field) === false) complain(['types', type, 'fields', field], `${type}.${field} is not a field of the graph`)
      collected(['types', type, 'fields', field], ofField)
    }
  }
  const all = new Set([...fieldsOf.values()].flatMap((fields) => [...fields]))
  for (const field of Object.keys(value.fields)) if (!all.has(field)) complain(['fields', field], `no type of the graph has a field ${field}`)
  const ids = new Set<string>()
  for (const [index, { id, fields }] of value.withdrawn.entries()) {
    if (ids.has(id)) complain(['withdrawn', index, 'id'], `${id} stands here twice`)
    ids.add(id)
    for (const [place, coordinate] of fields.entries()) if (fieldAt(coordinate, classification) === undefined) complain(['withdrawn', index, 'fields', place], `${coordinate} is not a classified field of the graph`)
  }
  const withdrawn = value.withdrawn.map((entry, index) => {
    const { line, column } = source.at(['withdrawn', index], '')
    return { ...entry, file: file.name, line, column }
  })
  return { catalogue: problems.length > 0 ? nothingSaid : { ...value, withdrawn }, problems }
}

/** Fields of each type, keys and entries among them. */
function fieldNames(classification: Classification): ReadonlyMap<string, ReadonlySet<string>> {
  const names = new Map<string, Set<string>>(classification.types().map(({ type, keys }) => [type, new Set(keys)]))
  for (const { type, field } of classification.fields()) names.set(type, (names.get(type) ?? new Set()).add(field))
  return names
}
