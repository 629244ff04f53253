// Enterprise.creditSummary: counts over the records that the caller may see, for all enterprises of a batch with one statement.
// A count is served only where it is clear on every row; counting what differs by row would tell how many rows differ.

import { sql, type SQL } from 'drizzle-orm'
import { creditRecords } from '../migrations/credit/tables.ts'
import type { DomainBinding } from './binding.ts'
import { compiledFor } from './compiled.ts'
import { creditEnterprise, creditRecordEntity } from './credit.ts'
import { own } from './entity.ts'
import { kept, written } from './formats.ts'
import { selectList, visible } from './load-list.ts'
import { predicate } from './predicates.ts'
import type { ReadContext } from './read-context.ts'
import type { Resolver } from './resolver-map.ts'
import { rowLoader, type RowLoader } from './row-loader.ts'
import { keyed, keysBehind, kindOf, makeRow, pageOf, type Page } from './row.ts'
import { selectionOf, type Selection } from './selection.ts'
import { slot } from './slots.ts'
import { compile, run } from './statements.ts'
import { edgeServed, stubCondition } from './stub-rows.ts'

const counts: Readonly<Record<string, { readonly value: SQL; readonly whenNone: unknown }>> = {
  recordCount: { value: sql`count(*)::integer`, whenNone: 0 },
  penaltyCount: { value: sql`(count(*) FILTER (WHERE ${creditRecords.kind} = 'ADMIN_PENALTY'))::integer`, whenNone: 0 },
  latestDecidedOn: { value: written(sql`max(${creditRecords.decidedOn})`, 'day'), whenNone: null },
}

/** Resolver of the field; null where it is denied as a whole. */
export function creditSummary(binding: DomainBinding): Resolver {
  return async (parent, _args, context, info) => {
    const [uscc] = keysBehind(parent)
    if (uscc === undefined || !edgeServed(context.plan, 'Enterprise', 'creditSummary')) return null
    const page = await loaderOf(context, binding, selectionOf(info, 'CreditSummary')).load(uscc)
    return page.rows[0] ?? null
  }
}

function loaderOf(context: ReadContext, binding: DomainBinding, selection: Selection): RowLoader {
  const shape = ['summary', binding.domain, selection.join(',')].join('|')
  const found = context.loaders.get(shape)
  if (found !== undefined) return found
  const made = rowLoader((keys) => loadAll(context, shape, selection, keys), 500)
  context.loaders.set(shape, made)
  return made
}

async function loadAll(context: ReadContext, shape: string, selection: Selection, keys: readonly string[]): Promise<readonly Page[]> {
  const served = selection.flatMap((field) => {
    const count = own(counts, field)
    return count !== undefined && context.plan.field('CreditSummary', field).decision === 'CLEAR' ? [{ field, ...count }] : []
  })
  const { statement } = compiledFor(context.plan, shape, () => ({
    statement: compile(summaries(context, served.map(({ value }) => value))),
    read: () => ({}),
    position: () => [],
  }))
  for (const field of selection) context.observe.field('CreditSummary', field)
  const found = new Map((await run(context, statement, { keys })).map((values) => [values[0], values]))
  context.observe.rows(found.size)
  return keys.map((key) => {
    const values = found.get(key)
    const row = makeRow(kindOf('CreditSummary'), keyed([]))
    for (const [index, { field, whenNone }] of served.entries()) row[field] = values === undefined ? whenNone : values[index + 1]
    return pageOf(row)
  })
}

function summaries(context: ReadContext, values: readonly SQL[]): SQL {
  const by = sql`${creditRecords.subjectUscc}`
  const conditions = [
    sql`${by} = ANY(${slot('keys')}::text[])`,
    visible(creditRecordEntity, context),
    stubCondition(context.plan, { stub: creditEnterprise, field: 'creditSummary', by }, creditRecordEntity),
    predicate(context.plan.rows('CreditSummary'), { division: creditRecordEntity.attributes['division'] ?? sql`NULL::text` }),
  ]
  return sql`SELECT ${selectList([kept(by), ...values])} FROM ${creditRecordEntity.from} WHERE ${sql.join(conditions, sql` AND `)} GROUP BY ${by}`
}
