// What the short files beside this one share: a department's subgraph is the common one with its own schema and resolvers.

import type { SubgraphName } from '../core/domains.ts'
import { domainResolvers } from '../resolvers/domain-resolvers.ts'
import type { Offices } from '../resolvers/governance-acts.ts'
import { subgraphSdl } from '../schema/load.ts'
import { createSubgraph } from './create-subgraph.ts'
import type { Subgraph, SubgraphParts } from './subgraph.ts'

/** What a process has to bring: database, log, engine, keys, clock; governance also its offices. */
export type DepartmentParts = Omit<SubgraphParts, 'domain' | 'sdl' | 'resolvers'> & Offices

/** The subgraph of one department over its committed schema. Throws when schema and resolvers do not fit each other. */
export function departmentSubgraph(domain: SubgraphName, parts: DepartmentParts): Subgraph {
  return createSubgraph({ ...parts, domain, sdl: subgraphSdl(domain), resolvers: domainResolvers(domain, parts.classification) })
}
