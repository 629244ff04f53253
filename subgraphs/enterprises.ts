// 法人: enterprises by uscc; persons appear as references only. Owner AMR.

import type { Subgraph } from './subgraph.ts'
import { departmentSubgraph, type DepartmentParts } from './department.ts'

/** The enterprises subgraph. */
export function enterprisesSubgraph(parts: DepartmentParts): Subgraph {
  return departmentSubgraph('enterprises', parts)
}
