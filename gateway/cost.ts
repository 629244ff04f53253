// How many values and objects an operation may bring, estimated before it is planned: page sizes multiplied down the tree. Needs the
// request's variables, so it is no validation rule (those are remembered per document).

import { getArgumentValues, isCompositeType } from 'graphql'
import { CitygraphError } from '../core/errors.ts'
import { isStructural, walkOperation } from './walk-operation.ts'
import type { AskedField, AskedOperation } from './walk-operation.ts'

const DEFAULT_PAGE = 20
const MAX_PAGE = 100

/**
 * Estimated cells: each leaf (`__typename` too) and each object counts once for each row of every connection around it; a
 * connection counts its rows, whatever is asked of them. Layers of a connection under their own names are counted with it.
 */
export function estimateCells(asked: AskedOperation): number {
  let cells = 0
  const count = (rows: number): void => {
    cells += rows
  }
  walkOperation<number>(asked, 1, (field, around) => {
    const rows = field.returns.name.endsWith('Connection') ? around * pageSize(field, asked) : around
    if (!isLayer(field)) count(rows)
    return rows
  }, count)
  return cells
}

/** An alias makes a second layer of the same rows, which counts. */
function isLayer({ parent, returns, node }: AskedField): boolean {
  return isStructural(parent) && isCompositeType(returns) && node.alias === undefined
}

/** Throws TOO_COSTLY above the limit. */
export function refuseTooCostly(asked: AskedOperation, limit: number): void {
  if (estimateCells(asked) > limit) throw new CitygraphError('TOO_COSTLY', { hint: `At most ${limit} values; ask for smaller pages.` })
}

/** Sizes beyond the maximum are refused by the subgraph; here they count as the maximum. */
function pageSize(field: AskedField, asked: AskedOperation): number {
  const first: unknown = getArgumentValues(field.definition, field.node, { ...asked.variables })['first']
  return typeof first === 'number' ? Math.min(Math.max(first, 1), MAX_PAGE) : DEFAULT_PAGE
}
