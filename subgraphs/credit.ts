// 信用: rows about organisations are public, rows about persons are not; others ask by creditCheck. Owner CREDIT.

import type { Subgraph } from './subgraph.ts'
import { departmentSubgraph, type DepartmentParts } from './department.ts'

/** The credit subgraph. */
export function creditSubgraph(parts: DepartmentParts): Subgraph {
  return departmentSubgraph('credit', parts)
}
