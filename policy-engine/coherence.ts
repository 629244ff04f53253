// What the engine lowers after the policies have spoken (it never raises): a field computed from others is never better than the
// worst of its sources unless a declassifier says why (DOMAIN M6, DESIGN 5.6), and a field whose mask is REDACT has no masked form.

import type { FieldClassification } from '../schema/classification.ts'
import { always, never } from './row-condition.ts'
import type { RowCondition } from './row-condition.ts'
import { both, either, implies } from './simplify.ts'

/** Rows on which the cell is served clear, and those on which it may be served masked (asked where it is not clear). */
export type Cells = { readonly read: RowCondition; readonly masked: RowCondition }

export const clearCells: Cells = { read: always, masked: always }
export const deniedCells: Cells = { read: never, masked: never }

export type SourceCells = {
  /** Decided cells of a source `Type.field`, lowered itself; deniedCells for what is unknown or runs in a circle. */
  cells(coordinate: string): Cells
  /** Rows of a type that exist for this caller. */
  rows(type: string): RowCondition
}

/** The cells of a field after coherence. */
export function lower(own: Cells, field: FieldClassification, sources: SourceCells): Cells {
  const bound = field.declassifier === undefined ? field.derivedFrom : []
  let { read, masked } = own
  for (const coordinate of bound) {
    const sourceType = coordinate.slice(0, Math.max(0, coordinate.indexOf('.')))
    const source = sources.cells(coordinate)
    read = both(read, carried(source.read, sourceType, field.type, sources))
    masked = both(masked, carried(either(source.read, source.masked), sourceType, field.type, sources))
  }
  return field.mask === 'REDACT' ? { read, masked: never } : { read, masked }
}

/**
 * A condition on rows of the source's type, said of rows of the field's type. Between types only what holds on every row that
 * exists for the caller carries over; a condition that differs by row says nothing about another type's row, so it denies.
 */
function carried(condition: RowCondition, sourceType: string, ownType: string, sources: SourceCells): RowCondition {
  if (sourceType === ownType || condition.kind === 'always' || condition.kind === 'never') return condition
  return implies(sources.rows(sourceType), condition) ? always : never
}
