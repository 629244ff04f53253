// 电子证照: licences by holder; what stands on them is decided by the item's own level. Owner BDC.

import type { Subgraph } from './subgraph.ts'
import { departmentSubgraph, type DepartmentParts } from './department.ts'

/** The licenses subgraph. */
export function licensesSubgraph(parts: DepartmentParts): Subgraph {
  return departmentSubgraph('licenses', parts)
}
