// The subgraphs by name, for those who start them.

import type { SubgraphName } from '../core/domains.ts'
import type { Subgraph } from './subgraph.ts'
import { creditSubgraph } from './credit.ts'
import type { DepartmentParts } from './department.ts'
import { enterprisesSubgraph } from './enterprises.ts'
import { governanceSubgraph } from './governance.ts'
import { licensesSubgraph } from './licenses.ts'
import { populationSubgraph } from './population.ts'
import { transportSubgraph } from './transport.ts'

export const departments: Readonly<Record<SubgraphName, (parts: DepartmentParts) => Subgraph>> = {
  population: populationSubgraph,
  enterprises: enterprisesSubgraph,
  credit: creditSubgraph,
  licenses: licensesSubgraph,
  transport: transportSubgraph,
  governance: governanceSubgraph,
}
