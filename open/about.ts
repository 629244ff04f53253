// What documentation says of an open query beside what it is itself: who answers for it and how that organisation is called, the purpose
// and its legal basis, the domains it reads, how often the data change. From the officers' files in force and the classification.

import type { SubgraphName } from '../core/domains.ts'
import type { Bundle } from '../policy-engine/bundle.ts'
import type { UpdateCycle } from '../policy-engine/catalogue-file.ts'
import { titleOf } from '../policy-engine/catalogue-titles.ts'
import type { Title } from '../policy-engine/catalogue-titles.ts'
import type { Classification } from '../schema/classification.ts'
import type { Column, OpenQuery, Parameter, Words } from './open-query.ts'
import { PAGE_LIMIT } from './open-query.ts'

export type About = { readonly bundle: Pick<Bundle, 'hash' | 'organisations' | 'purposes' | 'catalogue'>; readonly classification: Classification }

export type Described = {
  readonly query: OpenQuery
  readonly owner: Words
  readonly purpose?: { readonly code: string; readonly title: Words; readonly legalBasis: string }
  /** That of the entry first. */
  readonly domains: readonly SubgraphName[]
  readonly updateCycle?: UpdateCycle
}

export function describe(query: OpenQuery, { bundle, classification }: About): Described {
  const { organisations, purposes, catalogue } = bundle
  const owner = organisations.get(query.owner)
  const purpose = query.purpose === undefined ? undefined : purposes.get(query.purpose)
  const domains = domainsOf(query, classification)
  const [first] = domains
  const [type = ''] = query.rows.columns[0]?.coordinate.split('.') ?? []
  const updateCycle = catalogue.types[type]?.updateCycle ?? (first === undefined ? undefined : catalogue.domains[first]?.updateCycle)
  return {
    query,
    owner: { en: owner?.name ?? query.owner, zh: owner?.nameZh ?? query.owner },
    ...(purpose === undefined ? {} : { purpose: { code: purpose.code, title: { en: purpose.title, zh: purpose.titleZh }, legalBasis: purpose.legalBasis } }),
    domains,
    ...(updateCycle === undefined ? {} : { updateCycle }),
  }
}

/** How a domain is called. */
export function domainTitle(domain: SubgraphName, { bundle }: Pick<About, 'bundle'>): Words {
  const said = bundle.catalogue.domains[domain]
  return { en: said?.title ?? domain, zh: said?.titleZh ?? domain }
}

export function columnTitle({ name, coordinate }: Column, { bundle }: Pick<About, 'bundle'>): Title {
  const [type = '', field = ''] = coordinate.split('.')
  // Under a name of its own it is what that name says.
  return name === field ? titleOf(bundle.catalogue, type, field) : titleOf(bundle.catalogue, type, name)
}

const paging: Readonly<Record<string, Words>> = {
  limit: { en: 'Rows of one page', zh: `每页行数，最多 ${PAGE_LIMIT}` },
  cursor: { en: 'Next page from here', zh: '续页位置，见上一页结果' },
}

export function parameterTitle({ name }: Parameter, { bundle }: Pick<About, 'bundle'>): Title {
  return (Object.hasOwn(paging, name) ? paging[name] : undefined) ?? titleOf(bundle.catalogue, 'Query', name)
}

function domainsOf({ data, fields }: OpenQuery, classification: Classification): readonly SubgraphName[] {
  const of = (coordinate: string): readonly SubgraphName[] => {
    const [type = '', field = ''] = coordinate.split('.')
    const domain = classification.field(type, field)?.domain
    return domain === undefined ? [] : [domain]
  }
  return [...new Set([...data.map(({ coordinate }) => coordinate), ...fields].flatMap(of))]
}
