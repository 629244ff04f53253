// Lists as the Cursor Connections specification has them, plus `nodes`. No count of all rows: it would tell of rows that may not be
// seen. Cursors are sealed only when somebody selects them.

import { createHash } from 'node:crypto'
import type { Position } from './cursors.ts'
import type { ReadContext } from './read-context.ts'
import type { Page, Row } from './row.ts'

/** Where a list is: a cursor fits only the same coordinate, the same conditions and order, and the same parent (its keys). */
export type ListPlace = { readonly coordinate: string; readonly args: Readonly<Record<string, unknown>>; readonly parent: readonly string[] }

export type Connection = {
  readonly nodes: readonly Row[]
  readonly edges: () => readonly { readonly node: Row; readonly cursor: () => string }[]
  readonly pageInfo: () => { readonly hasNextPage: boolean; readonly hasPreviousPage: boolean; readonly startCursor: () => string | null; readonly endCursor: () => string | null }
}

/** The connection of a page; graphql-js calls the functions for the fields that are selected. */
export function connectionOf(context: ReadContext, place: ListPlace, page: Page): Connection {
  return {
    nodes: page.rows,
    edges: () => {
      const seal = sealing(context, place, page)
      return page.rows.map((node, index) => ({ node, cursor: () => seal(index) ?? '' }))
    },
    pageInfo: () => {
      const seal = sealing(context, place, page)
      return { hasNextPage: page.hasNextPage, hasPreviousPage: typeof place.args['after'] === 'string', startCursor: () => seal(0), endCursor: () => seal(-1) }
    },
  }
}

/** Cursors of a page; the place is written out with the first of them. */
function sealing(context: ReadContext, place: ListPlace, page: Page): (index: number) => string | null {
  let text: string | undefined
  return (index) => {
    const position = page.position(index)
    return position === undefined ? null : context.cursors.seal(context.org, (text ??= placeText(place)), position)
  }
}

/** The position in an `after` argument, undefined without one. Throws CitygraphError BAD_USER_INPUT for a cursor of another list. */
export function positionAfter(context: ReadContext, place: ListPlace): Position | undefined {
  const { after } = place.args
  return typeof after === 'string' ? context.cursors.open(context.org, placeText(place), after) : undefined
}

/** Everything but the page itself; arguments come coerced by the schema, hence always in its order. */
function placeText({ coordinate, args, parent }: ListPlace): string {
  const conditions = Object.entries(args).filter(([name]) => name !== 'first' && name !== 'after')
  return `${coordinate}|${createHash('sha256').update(JSON.stringify(conditions)).digest('hex')}|${parent.join(',')}`
}
