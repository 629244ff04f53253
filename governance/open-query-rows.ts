// Open queries as items of the catalogue: a service made of data has an item of its own, with the level of all that it asks for together
// (DOMAIN S20, S21).

import { searchVector } from '../core/search-words.ts'
import type { OpenQuery } from '../open/open-query.ts'
import type { Classification } from '../schema/classification.ts'
import type { CatalogueRow, CatalogueSource } from './catalogue-rows.ts'

/** Code of the item of an open query; no code of a type or field has a colon. */
export function itemOf({ id }: Pick<OpenQuery, 'id'>): string {
  return `open:${id}`
}

/** In their order. What is of several subgraphs is of the domain `open`. */
export function openQueryRows(queries: readonly OpenQuery[], { organisations }: Pick<CatalogueSource, 'organisations'>, classification: Classification): readonly CatalogueRow[] {
  return queries.map((query) => {
    const { title, summary, owner, audience, level, fields, formats, keywords } = query
    const asked = fields.flatMap((coordinate) => {
      const [type = '', field = ''] = coordinate.split('.')
      return classification.field(type, field) ?? []
    })
    const domains = new Set(asked.map(({ domain }) => domain))
    const heaviest = asked.find((field) => field.level === Math.max(...asked.map((one) => one.level)))
    const department = organisations.get(owner)
    const domain = domains.size === 1 ? ([...domains][0] ?? 'open') : 'open'
    return {
      coordinate: itemOf(query), kind: 'OPEN_QUERY', domain, type: itemOf(query), field: null, title: title.en, title_zh: title.zh, description: summary?.en ?? null, description_zh: summary?.zh ?? null,
      level: `L${level}`, category: heaviest?.category ?? 'SYSTEM', owner, owner_name: department?.name ?? null, owner_name_zh: department?.nameZh ?? null, collector: owner,
      sharing: audience === 'grant' ? 'CONDITIONAL' : 'UNCONDITIONAL', opening: audience === 'public' ? 'UNCONDITIONAL' : 'CONDITIONAL', mask: 'REDACT',
      personal: asked.some(({ personal }) => personal), sensitive: asked.some(({ sensitive }) => sensitive), legal_basis: null, standard: null, update_cycle: 'IRREGULAR',
      format: formats.join(', '), data_type: query.rows.kind === 'MANY' ? 'rows' : 'object', related: [...fields], published_on: null, state: 'PUBLISHED', negative_basis: null, answered_within_days: null,
      words: searchVector([['A', title.en], ['A', title.zh], ['A', query.id], ['B', keywords.join(' ')], ['C', summary?.en], ['C', summary?.zh], ['D', owner], ['D', department?.name], ['D', department?.nameZh]]),
    }
  })
}
