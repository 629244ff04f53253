// 资源目录: the catalogue's items, found by search and filters like any other rows, their facets, and the list of demands. The rows are
// what governance made of the schema and the officers' files (governance/copy-catalogue.ts).

import { sql, type SQL } from 'drizzle-orm'
import { CitygraphError } from '../core/errors.ts'
import { searchQuery } from '../core/search-words.ts'
import { catalogueItems, demands, holdings } from '../migrations/governance/tables-catalogue.ts'
import { corrections } from '../migrations/governance/tables-of-corrections.ts'
import { publications } from '../migrations/governance/tables-of-stops.ts'
import { entityOf, type DomainBinding } from './binding.ts'
import { compiledFor } from './compiled.ts'
import { column, computed, entity, type Entity } from './entity.ts'
import { filterOf } from './filters.ts'
import { selectList, visible, type Restriction } from './load-list.ts'
import type { ReadContext } from './read-context.ts'
import type { Arguments, Resolver } from './resolver-map.ts'
import { manyRows } from './roots.ts'
import { keyed, kindOf, makeRow, type Row } from './row.ts'
import { selectionOf } from './selection.ts'
import { slot } from './slots.ts'
import { compile, run } from './statements.ts'

const domain = 'governance'

/** What stands of its owner's steps: of the field itself, then of its whole type, which holds for the owner's own fields; null: no step. */
const standing = sql`(SELECT newest.state FROM (
    SELECT DISTINCT ON (${publications.target}) ${publications.target} AS target, ${publications.state} AS state FROM ${publications}
    WHERE ${publications.target} IN (${catalogueItems.coordinate}, ${catalogueItems.type}) AND ${publications.owner} = ${catalogueItems.owner}
    ORDER BY ${publications.target}, ${publications.step} DESC
  ) AS newest WHERE newest.state <> 'PUBLISHED' ORDER BY length(newest.target) DESC LIMIT 1)`

/** A field's rows are its type's; what another domain adds to a type has rows of its own and shows none. */
const catalogueItem = entity({
  domain,
  type: 'CatalogueItem',
  table: catalogueItems,
  joins: { sql: sql`LEFT JOIN ${holdings} ON ${holdings.log} = ${catalogueItems.domain} AND ${holdings.type} = ${catalogueItems.type}`, tables: [] },
  alive: sql`NOT ${catalogueItems.gone}`,
  attributes: { owner: sql`${catalogueItems.owner}` },
  fields: {
    publishedOn: computed(sql`coalesce(${catalogueItems.publishedOn}, ${catalogueItems.firstSeenOn})`, 'day', { filled: true }),
    state: computed(sql`CASE WHEN ${catalogueItems.state} = 'WITHDRAWN' THEN 'WITHDRAWN' ELSE coalesce(${standing}, ${catalogueItems.state}) END`, 'text', { filled: true }),
    openReports: computed(sql`(SELECT count(*)::integer FROM ${corrections} WHERE ${corrections.field} = ${catalogueItems.coordinate} AND ${corrections.outcome} IS NULL)`, 'integer', { filled: true }),
    rowsAtLeast: column(holdings.rowsAtLeast),
    newestOn: column(holdings.newestOn),
  },
})

const demand = entity({
  domain,
  type: 'Demand',
  table: demands,
  alive: sql`NOT ${demands.gone}`,
  attributes: { org: sql`${demands.org}`, owners: sql`${demands.owners}` },
})

export const catalogueEntities: readonly Entity[] = [catalogueItem, demand]

/** Characters of a search. */
const LONGEST_SEARCH = 100
const sought: SQL = sql`${slot('givenSearch')}::tsquery`
/** How well an item fits: where the words stand, then how often. */
const fit: SQL = sql`(ts_rank(${catalogueItems.words}, ${sought}) * 1000000)::integer`

/** Resolvers of the root fields, by name. */
export function catalogueRoots(binding: DomainBinding): Readonly<Record<string, Resolver>> {
  return {
    catalogue: manyRows(binding, 'catalogue', { type: 'CatalogueItem', restrict: (args) => restrictionOf(args) }),
    catalogueFacets: facets(binding),
    demands: manyRows(binding, 'demands', { type: 'Demand', order: [{ field: 'since', direction: 'DESC' }] }),
  }
}

/** The best fit first, unless another order is asked for. Throws BAD_USER_INPUT for a search without words, or with too many. */
function restrictionOf({ search, orderBy }: Arguments): ReturnType<NonNullable<Parameters<typeof manyRows>[2]['restrict']>> {
  const restriction = searched(search)
  if (restriction === undefined) return undefined
  const ordered = Array.isArray(orderBy) && orderBy.length > 0
  return { restriction, ...(ordered ? {} : { before: [{ value: fit, kind: 'integer', direction: 'DESC', filled: true }] }) }
}

function searched(search: unknown): Restriction | undefined {
  if (search === undefined || search === null) return undefined
  const query = typeof search === 'string' && search.length <= LONGEST_SEARCH ? searchQuery(search) : undefined
  if (query === undefined) throw new CitygraphError('BAD_USER_INPUT', { argument: 'search', hint: 'One to sixteen words, at most 100 characters.' })
  return { shape: 'search', condition: sql`${catalogueItems.words} @@ ${sought}`, values: [['givenSearch', query]] }
}

/** Each facet: its name, the field whose values it counts, and where that is. */
const facetFields = [
  { name: 'DOMAIN', field: 'domain', value: sql`${catalogueItems.domain}` },
  { name: 'CATEGORY', field: 'category', value: sql`${catalogueItems.category}` },
  { name: 'OWNER', field: 'owner', value: sql`${catalogueItems.owner}` },
  { name: 'LEVEL', field: 'level', value: sql`${catalogueItems.level}` },
  { name: 'SHARING', field: 'sharing', value: sql`${catalogueItems.sharing}` },
  { name: 'OPENING', field: 'opening', value: sql`${catalogueItems.opening}` },
] as const

/** Counts over the items that the caller may see, and of fields that are clear to the caller on all of them. */
function facets(binding: DomainBinding): Resolver {
  const type = 'CatalogueFacet'
  const items = entityOf(binding, 'CatalogueItem')
  return async (_parent, args, context, info) => {
    const { plan } = context
    if (plan.field('Query', 'catalogueFacets').decision !== 'CLEAR' || plan.rows(type).kind !== 'always') return null
    const filter = filterOf(args['where'], { entity: items, plan, classification: binding.classification })
    const restriction = searched(args['search'])
    const shape = ['facets', domain, filter.shape, restriction?.shape ?? ''].join('|')
    const { statement } = compiledFor(plan, shape, () => ({
      statement: compile(counted(context, items, [...filter.conditions, ...(restriction === undefined ? [] : [restriction.condition])])),
      read: () => ({}),
      position: () => [],
    }))
    const selection = selectionOf(info, type)
    for (const field of selection) context.observe.field(type, field)
    const found = await run(context, statement, Object.fromEntries([...filter.values, ...(restriction?.values ?? [])]))
    context.observe.rows(found.length)
    const served = selection.filter((field) => plan.field(type, field).decision === 'CLEAR')
    return found.map(([facet, value, count]) => facetRow(served, { facet, value, count }))
  }
}

function counted(context: ReadContext, items: Entity, conditions: readonly SQL[]): SQL {
  const values = facetFields.filter(({ field }) => context.plan.filterable('CatalogueItem', field)).map(({ name, value }) => sql`(${sql.raw(`'${name}'`)}, ${value})`)
  const where = sql.join([visible(items, context), ...conditions], sql` AND `)
  if (values.length === 0) return sql`SELECT NULL WHERE false`
  return sql`SELECT ${selectList([sql`facets.facet`, sql`facets.value`, sql`count(*)::integer`])} FROM ${items.from}
    CROSS JOIN LATERAL (VALUES ${sql.join(values, sql`, `)}) AS facets (facet, value)
    WHERE ${where} GROUP BY facets.facet, facets.value ORDER BY facets.facet, count(*) DESC, facets.value`
}

function facetRow(served: readonly string[], values: Readonly<Record<string, unknown>>): Row {
  const row = makeRow(kindOf('CatalogueFacet'), keyed([]))
  for (const field of served) row[field] = values[field]
  return row
}
