// 人口: the only subgraph that holds identity numbers; resolves and verifies them. Owner PSB.

import type { Subgraph } from './subgraph.ts'
import { departmentSubgraph, type DepartmentParts } from './department.ts'

/** The population subgraph. */
export function populationSubgraph(parts: DepartmentParts): Subgraph {
  return departmentSubgraph('population', parts)
}
