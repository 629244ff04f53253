// Where among columns a place is.

import type { Column } from './open-query.ts'

/** The first place (GridPoint) among the columns, also below objects; undefined where there is none. */
export function placeOf(columns: readonly Column[], path: readonly string[] = []): readonly string[] | undefined {
  for (const column of columns) {
    if (column.list) continue
    const here = [...path, column.name]
    if (column.scalar === 'GridPoint') return here
    const below = placeOf(column.columns, here)
    if (below !== undefined) return below
  }
  return undefined
}
