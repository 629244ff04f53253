// 治理: who read what. Not a department: it knows persons by the token of access records.

import type { Subgraph } from './subgraph.ts'
import { departmentSubgraph, type DepartmentParts } from './department.ts'
import { byAuditToken, openingTo } from './person-names.ts'

/** The governance subgraph. */
export function governanceSubgraph(parts: DepartmentParts): Subgraph {
  const persons = byAuditToken(parts.auditKey)
  return departmentSubgraph('governance', { ...parts, persons, ids: openingTo(persons, parts.ids) })
}
