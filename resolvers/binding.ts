// A department's types bound to its tables, together with the graph's classification: what every resolver of a domain works from.

import type { SubgraphName } from '../core/domains.ts'
import { CitygraphError } from '../core/errors.ts'
import type { Classification } from '../schema/classification.ts'
import type { Entity } from './entity.ts'

export type DomainBinding = {
  readonly domain: SubgraphName
  readonly classification: Classification
  readonly entities: ReadonlyMap<string, Entity>
}

/** Binds the entities of one domain by type name. */
export function bindDomain(domain: SubgraphName, entities: readonly Entity[], classification: Classification): DomainBinding {
  return { domain, classification, entities: new Map(entities.map((entity) => [entity.type, entity])) }
}

/** The entity of a type. Throws CitygraphError INTERNAL when the domain does not bind it. */
export function entityOf(binding: DomainBinding, type: string): Entity {
  const found = binding.entities.get(type)
  if (found === undefined) throw new CitygraphError('INTERNAL', {}, { cause: new RangeError(`${binding.domain} binds no ${type}`) })
  return found
}
