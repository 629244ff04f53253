// 交通: public transit, vehicles and drivers, traffic flow. Owners TPB and TRANS.

import type { Subgraph } from './subgraph.ts'
import { departmentSubgraph, type DepartmentParts } from './department.ts'

/** The transport subgraph. */
export function transportSubgraph(parts: DepartmentParts): Subgraph {
  return departmentSubgraph('transport', parts)
}
