// No oracle (DOMAIN M7): a field that a plan lets its callers filter or order by is one that Cedar lets them filter and read on
// every row that exists, seen or not.

import type { Asking } from './cedar-judge.ts'
import { DifferenceFound } from './differential-bench.ts'
import type { Workbench } from './differential-bench.ts'
import { attributesOf } from './reference-answer.ts'
import { referenceGraph } from './reference-graph.ts'
import type { Attributes } from './row-attributes.ts'

export function compareFilters(bench: Workbench, askings: readonly Asking[]): { readonly usable: number; readonly refused: number } {
  const { classification, judge, subgraphs, seed } = bench
  let [usable, refused] = [0, 0]
  for (const asking of askings) {
    const plan = subgraphs.engine.plan(asking.caller, asking.occasion)
    for (const { type, field, filterOperators, sortable } of classification.fields()) {
      if (filterOperators.length === 0 && !sortable) continue
      if (!plan.filterable(type, field)) {
        refused += 1
        continue
      }
      usable += 1
      for (const row of kindsOfRows(bench, asking, type)) {
        const allowed = judge.allows(asking, 'filter', type, field, row) && judge.allows(asking, 'read', type, field, row)
        if (!allowed) throw new DifferenceFound({ seed, asking, filterable: `${type}.${field}`, row })
      }
    }
  }
  return { usable, refused }
}

/** One of all rows that differ for a policy: those with equal attributes but for somebody else's subject are one. */
function kindsOfRows(bench: Workbench, asking: Asking, type: string): readonly Attributes[] {
  const reference = bench.reference(asking)
  const kinds = new Map<string, Attributes>()
  for (const of of referenceGraph.filter((one) => one.type === type && one.table !== undefined)) {
    for (const row of bench.city.rows(of.domain, of.table ?? '')) {
      const attributes = attributesOf(reference, of, row)
      if (attributes === undefined) continue
      const { subject, division, ...others } = attributes
      const district = typeof division === 'string' ? division.slice(0, 6) : division
      const kind = JSON.stringify([others, district, subject === undefined ? 'none' : subject === asking.caller.pid])
      if (!kinds.has(kind)) kinds.set(kind, attributes)
    }
  }
  return [...kinds.values()]
}
