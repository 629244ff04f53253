// The SELECT list of one type for one selection under one access plan, and how a result row is read back. Cells come first, then
// what relations need, then the key, whose row it is, and the position; the latter never become properties of the row.

import { sql, type SQL } from 'drizzle-orm'
import type { FieldDecision, QuotaName } from '../policy-engine/decision.ts'
import { always } from '../policy-engine/row-condition.ts'
import { cell, type CellParts } from './cell.ts'
import { own, type Relation } from './entity.ts'
import { kept } from './formats.ts'
import type { OrderKey } from './ordering.ts'
import { follows, predicate } from './predicates.ts'
import type { ReadContext } from './read-context.ts'
import { kindOf, makeRow, type Row } from './row.ts'
import type { Selection } from './selection.ts'
import { compile } from './statements.ts'

export type Projection = {
  readonly columns: readonly SQL[]
  /** Reads the columns of one result row, from `offset` on. */
  readonly read: (values: readonly unknown[], offset: number, context: ReadContext) => Row
  /** The same row's sort values, as a cursor holds them. */
  readonly position: (values: readonly unknown[], offset: number) => readonly (string | null)[]
}

/** Columns for the selected fields. `order` adds the position. Throws CitygraphError INTERNAL for what the type does not bind. */
export function project(selection: Selection, parts: CellParts, order: readonly OrderKey[] = []): Projection {
  const { entity, plan } = parts
  const cells: { field: string; sql: SQL }[] = []
  const edges: { field: string; sql: SQL }[] = []
  for (const field of selection) {
    if (field === entity.key?.field) {
      if (!entity.key.publicId) cells.push({ field, sql: kept(entity.key.value) })
      continue
    }
    const relation = own(entity.relations, field)
    const made = relation === undefined ? cell(field, parts) : edge(relation, plan.field(entity.type, field), parts)
    if (made !== undefined) (relation === undefined ? cells : edges).push({ field, sql: made })
  }
  const columns = [...cells, ...edges].map((column) => column.sql)
  // Where the column is; one that is there already is not sent twice.
  const texts = columns.map(textOfSql)
  const placeOf = (value: SQL): number => {
    const found = texts.indexOf(textOfSql(kept(value)))
    if (found !== -1) return found
    texts.push(textOfSql(kept(value)))
    return columns.push(kept(value)) - 1
  }
  const writesId = entity.key?.publicId === true && selection.includes(entity.key.field) ? entity.key.field : undefined
  return {
    columns,
    ...rowReader({
      type: entity.type, writesId,
      cells: cells.map(({ field }) => field), edges: edges.map(({ field }) => field),
      keyAt: entity.key === undefined ? undefined : placeOf(entity.key.value),
      subjectAt: entity.subject === undefined ? undefined : placeOf(entity.subject),
      positionAt: order.map(({ value }) => placeOf(value)),
      counted: [...new Set(selection.flatMap((field) => plan.counted(entity.type, field)))],
    }),
  }
}

type Layout = {
  readonly type: string
  /** The field whose public id is enciphered from the key. */
  readonly writesId: string | undefined
  readonly cells: readonly string[]
  readonly edges: readonly string[]
  /** Where the key, the subject and the sort values stand: behind the edges, or among the cells. */
  readonly keyAt: number | undefined
  readonly subjectAt: number | undefined
  readonly positionAt: readonly number[]
  /** For what people are counted by what is served. */
  readonly counted: readonly QuotaName[]
}

/** Reads rows of that layout. Kept with the statement, so it holds names alone: the SQL it was written from is many times their size. */
function rowReader({ type, writesId, cells, edges, keyAt, subjectAt, positionAt, counted }: Layout): Omit<Projection, 'columns'> {
  const kind = kindOf(type)
  const edgesAt = cells.length
  return {
    read: (values, offset, context) => {
      const ownKey = keyAt === undefined ? null : textOf(values[offset + keyAt])
      const pid = subjectAt === undefined ? null : textOf(values[offset + subjectAt])
      if (pid !== null) {
        context.observe.subject(pid)
        if (counted.length > 0) context.observe.supply(pid, counted)
      }
      const row = makeRow(kind, { keys: ownKey === null ? noKeys : [ownKey], names: edges, values, at: offset + edgesAt })
      let at = offset
      for (const field of cells) row[field] = values[at++]
      if (writesId !== undefined && ownKey !== null) row[writesId] = context.ids.encipher(context.org, type, ownKey)
      return row
    },
    position: (values, offset) => positionAt.map((at) => textOf(values[offset + at])),
  }
}

/** The whole of a column: its text and its parameters. */
function textOfSql(value: SQL): string {
  const { text, parameters } = compile(value)
  return JSON.stringify([text, parameters])
}

const noKeys: readonly string[] = []

/** This row's side of an edge, NULL on rows whose edge is not served; undefined where no row's is. */
function edge(relation: Relation, decision: FieldDecision, { entity, holds = always }: CellParts): SQL | undefined {
  const side = sideOf(relation, entity.key?.value)
  if (side === undefined) return undefined
  switch (decision.decision) {
    case 'CLEAR': return kept(side)
    case 'MIXED': return follows(decision.read, holds) ? kept(side) : sql`CASE WHEN ${predicate(decision.read, entity.attributes)} THEN ${kept(side)} END`
    // A link has no masked form.
    case 'MASKED':
    case 'DENIED': return undefined
  }
}

function sideOf(relation: Relation, key: SQL | undefined): SQL | undefined {
  switch (relation.kind) {
    case 'person': return relation.pid
    case 'enterprise': return relation.uscc
    case 'one':
    case 'many': return relation.key ?? key
  }
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
