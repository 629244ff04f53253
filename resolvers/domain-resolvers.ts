// All resolvers of one department, ready for @apollo/subgraph: root fields, references and edges. Plain fields need none: they are
// properties of the rows that statements made.

import type { SubgraphName } from '../core/domains.ts'
import { readClassification, type Classification } from '../schema/classification.ts'
import { allSubgraphSdl } from '../schema/load.ts'
import { bindDomain, type DomainBinding } from './binding.ts'
import type { Entity } from './entity.ts'
import { creditRoots } from './credit-roots.ts'
import { creditSummary } from './credit-summary.ts'
import { creditEntities } from './credit.ts'
import { enterprisesRoots } from './enterprises-roots.ts'
import { enterprisesEntities } from './enterprises.ts'
import { governanceRoots } from './governance-roots.ts'
import { governanceEntities } from './governance.ts'
import { licensesRoots } from './licenses-roots.ts'
import { licensesEntities } from './licenses.ts'
import { carryGrid, nearestMetroStation } from './nearby-stations.ts'
import { populationRoots } from './population-roots.ts'
import { populationEntities } from './population.ts'
import { enterpriseReference, personReference, rowReference } from './references.ts'
import { relationResolver } from './relations.ts'
import { transportRoots } from './transport-roots.ts'
import { transportEntities } from './transport.ts'
import type { ReferenceResolver, Resolver, ResolverMap } from './resolver-map.ts'

type DomainParts = {
  readonly entities: readonly Entity[]
  readonly roots: (binding: DomainBinding) => Readonly<Record<string, Resolver>>
  /** Resolvers of fields that are neither columns nor edges by key. */
  readonly special?: (binding: DomainBinding) => Readonly<Record<string, Readonly<Record<string, Resolver | ReferenceResolver>>>>
}

const parts: Readonly<Record<SubgraphName, DomainParts>> = {
  population: { entities: populationEntities, roots: populationRoots },
  enterprises: { entities: enterprisesEntities, roots: enterprisesRoots },
  credit: { entities: creditEntities, roots: creditRoots, special: (binding) => ({ Enterprise: { creditSummary: creditSummary(binding) } }) },
  licenses: { entities: licensesEntities, roots: licensesRoots },
  governance: { entities: governanceEntities, roots: governanceRoots },
  transport: {
    entities: transportEntities,
    roots: transportRoots,
    special: (binding) => ({ Enterprise: { __resolveReference: enterpriseReference(carryGrid), nearestMetroStation: nearestMetroStation(binding) } }),
  },
}

/** What a domain binds, for checks over all of it. */
export function domainEntities(domain: SubgraphName): readonly Entity[] {
  return parts[domain].entities
}

/** The resolver map of a domain. `classification` must be the whole graph's; by default it is read from the committed schema. */
export function domainResolvers(domain: SubgraphName, classification: Classification = readClassification(allSubgraphSdl())): ResolverMap {
  const { entities, roots, special } = parts[domain]
  const binding = bindDomain(domain, entities, classification)
  const map: ResolverMap = { Query: { ...roots(binding) } }
  for (const entity of entities) {
    const fields: ResolverMap[string] = {}
    for (const [field, relation] of Object.entries(entity.relations)) fields[field] = relationResolver(binding, entity, field, relation)
    const reference = referenceOf(binding, entity)
    if (reference !== undefined) fields['__resolveReference'] = reference
    Object.assign(fields, special?.(binding)[entity.type])
    map[entity.type] = fields
  }
  return map
}

/** Types with a key can be referred to; without a resolver Apollo would answer with what was sent. */
function referenceOf(binding: DomainBinding, entity: Entity): ReferenceResolver | undefined {
  if (entity.from !== undefined) return entity.key === undefined ? undefined : rowReference(binding, entity)
  return entity.type === 'Enterprise' ? enterpriseReference() : personReference(entity.type)
}
