// The catalogue's items and the demands, made from the schema that is served and the officers' files of the bundle in force: nothing of
// an item is written by hand that one of them says, so the catalogue cannot be out of step with the graph.

import { searchVector } from '../core/search-words.ts'
import type { Bundle } from '../policy-engine/bundle.ts'
import type { AboutData } from '../policy-engine/catalogue-file.ts'
import { titleOf } from '../policy-engine/catalogue-titles.ts'
import { fieldAt } from '../policy-engine/grants.ts'
import { demandStatus } from '../policy-engine/lists.ts'
import type { Classification } from '../schema/classification.ts'
import type { GraphItem } from '../schema/graph-items.ts'

export type CatalogueSource = Pick<Bundle, 'organisations' | 'catalogue' | 'lists'>

/** Columns of catalogue_item; `published_on` null: the day on which it was first seen. */
export type CatalogueRow = Readonly<Record<string, string | number | boolean | null | readonly string[]>> & { readonly coordinate: string }

/** Rows in the order of the items. */
export function catalogueRows(items: readonly GraphItem[], { organisations, catalogue, lists }: CatalogueSource): readonly CatalogueRow[] {
  const withdrawn = new Set(catalogue.withdrawn.flatMap(({ fields }) => fields))
  const negative = new Map(lists.negatives.flatMap(({ fields, legalBasis }) => fields.map((coordinate) => [coordinate, legalBasis] as const)))
  const promised = new Map(lists.duties.flatMap(({ fields, days, updateCycle }) => fields.map((coordinate) => [coordinate, { days, updateCycle }] as const)))
  return items.map((item) => {
    const { coordinate, kind, domain, type, field = null, values, description = null } = item
    const said = (name: keyof AboutData): string | undefined => layers(item, catalogue).map((about) => about?.[name]).find((value) => value !== undefined)
    const own = field === null ? catalogue.types[type] : catalogue.types[type]?.fields[field]
    const { en: title, zh: titleZh = null } = titleOf(catalogue, type, item.field)
    const owner = organisations.get(values.owner)
    const standard = own?.standard ?? standardIn(description) ?? said('standard') ?? null
    const row = {
      coordinate, kind, domain, type, field, title, title_zh: titleZh, description, description_zh: own?.descriptionZh ?? null,
      level: kind === 'KEY' ? null : `L${values.level}`, category: values.category, owner: values.owner, owner_name: owner?.name ?? null, owner_name_zh: owner?.nameZh ?? null,
      collector: said('collector') ?? values.owner, sharing: values.sharing, opening: values.opening, mask: values.mask, personal: values.personal, sensitive: values.sensitive,
      legal_basis: values.basis ?? null, standard, update_cycle: promised.get(coordinate)?.updateCycle ?? said('updateCycle') ?? 'IRREGULAR', format: 'GraphQL (JSON)',
      data_type: item.dataType, related: item.related, published_on: said('publishedOn') ?? null, state: withdrawn.has(coordinate) ? 'WITHDRAWN' : 'PUBLISHED',
      negative_basis: negative.get(coordinate) ?? null, answered_within_days: promised.get(coordinate)?.days ?? null,
    }
    const domainSaid = catalogue.domains[domain]
    const ofType = catalogue.types[type]
    const words = searchVector([
      ['A', title], ['A', titleZh], ['A', field ?? type], ['B', type], ['B', ofType?.titleZh], ['C', description], ['C', row.description_zh],
      ['D', domain], ['D', domainSaid?.titleZh], ['D', values.category], ['D', owner?.name], ['D', owner?.nameZh], ['D', values.owner], ['D', standard],
    ])
    return { ...row, words }
  })
}

/** Columns of demand. */
export function demandRows({ lists }: Pick<CatalogueSource, 'lists'>, classification: Classification): readonly Readonly<Record<string, unknown>>[] {
  return lists.demands.map((demand) => ({
    id: demand.id, org: demand.org, scenario: demand.scenario, legal_basis: demand.legalBasis, purpose: demand.purpose ?? null, fields: demand.fields, since: demand.since,
    owners: [...new Set(demand.fields.flatMap((coordinate) => fieldAt(coordinate, classification)?.owner ?? []))].sort(), ...demandStatus(demand, lists),
  }))
}

/** What is said of the field, its type and its domain, the nearest first. */
function layers({ domain, type, field }: GraphItem, { types, domains }: CatalogueSource['catalogue']): readonly (AboutData | undefined)[] {
  const ofType = types[type]
  return [field === undefined ? undefined : ofType?.fields[field], ofType, domains[domain]]
}

/** The standard that a description names, e.g. GB/T 2261.1. */
function standardIn(description: string | null): string | undefined {
  return /\b(?:GB|GA)(?:\/T)? \d[\d.]*\d(?:-\d{4})?/.exec(description ?? '')?.[0]
}
