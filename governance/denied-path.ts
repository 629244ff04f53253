// From a path that an answer reported as denied (`enterprise.annualReports.nodes.totalAssets`) to the field it stands for. Response
// names are read as field names: under an alias a path is not found, and `Type.field` says it instead.

import type { Classification, FieldClassification } from '../schema/classification.ts'

/** Undefined where the path leads nowhere or ends at no classified field. Steps of connections (`nodes`, `edges`, `node`) are passed over. */
export function fieldOnPath(path: string, classification: Classification): FieldClassification | undefined {
  let type = 'Query'
  let found: FieldClassification | undefined
  for (const step of path.split('.')) {
    const next = classification.field(type, step)
    if (next === undefined && found?.returns.list === true && CONNECTION.has(step)) continue
    if (next === undefined) return undefined
    found = next
    type = next.returns.named
  }
  return found
}

const CONNECTION: ReadonlySet<string> = new Set(['nodes', 'edges', 'node'])
