// Resolvers of edges. Of the parent they read nothing but what the statement that made it kept behind the row; whether the edge is
// served was decided there (or, from a stub, is decided on the rows at the other end). Denied as a whole: null. Denied on this row:
// an empty list or null, which looks the same as "there is none".

import type { DomainBinding } from './binding.ts'
import { entityOf } from './binding.ts'
import { connectionOf, positionAfter, type ListPlace } from './connections.ts'
import { columnSql, keyKind, type Entity, type Relation } from './entity.ts'
import { filterOf } from './filters.ts'
import { pageSize } from './keyset.ts'
import { loadByKey } from './load-by-key.ts'
import { loadChildren } from './load-children.ts'
import { allowedDefault, orderKeys } from './ordering.ts'
import { enterpriseStub, personStub } from './references.ts'
import type { ReadContext } from './read-context.ts'
import { backstageOf, emptyPage, type Page } from './row.ts'
import type { Arguments, Resolver } from './resolver-map.ts'
import { rowSelection, selectionOf, type Place } from './selection.ts'
import { edgeServed, type StubEdge } from './stub-rows.ts'

/** The resolver of one edge of a type. */
export function relationResolver(binding: DomainBinding, entity: Entity, field: string, relation: Relation): Resolver {
  switch (relation.kind) {
    case 'person': return (parent, _args, context) => toPerson(context, parent, { entity, field, relation })
    case 'enterprise': return (parent) => toEnterprise(parent, field)
    case 'one': return (parent, _args, context, info) => toOne(binding, { entity, field, relation }, parent, context, info)
    case 'many': return (parent, args, context, info) => toMany(binding, { entity, field, relation }, parent, args, context, info)
  }
}

type Edge<R extends Relation> = { readonly entity: Entity; readonly field: string; readonly relation: R }

function toPerson(context: ReadContext, parent: unknown, { entity, field, relation }: Edge<Extract<Relation, { kind: 'person' }>>): unknown {
  const pid = backstageOf(parent).edges.get(field)
  if (typeof pid !== 'string') return null
  context.observe.subject(pid)
  supply(context, entity.type, field, pid)
  return personStub(context, relation.type ?? 'Person', [pid])
}

function toEnterprise(parent: unknown, field: string): unknown {
  const uscc = backstageOf(parent).edges.get(field)
  return typeof uscc === 'string' ? enterpriseStub(uscc) : null
}

async function toOne(binding: DomainBinding, edge: Edge<Extract<Relation, { kind: 'one' }>>, parent: unknown, context: ReadContext, info: Place): Promise<unknown> {
  const keys = keysOf(context, edge, parent)
  if (keys === undefined) return null
  const { relation } = edge
  const target = entityOf(binding, relation.type)
  return loadByKey(context, binding, { entity: target, selection: selectionOf(info, relation.type), keys, column: otherColumn(edge) })
}

function otherColumn({ entity, field, relation }: Edge<Extract<Relation, { kind: 'one' }>>) {
  const value = columnSql(relation.by)
  const stub = stubEdge({ entity, field, relation })
  return { name: `${entity.type}.${field}`, value, kind: keyKind(relation.by), ...(stub === undefined ? {} : { edge: stub }) }
}

async function toMany(
  binding: DomainBinding,
  edge: Edge<Extract<Relation, { kind: 'many' }>>,
  parent: unknown,
  args: Arguments,
  context: ReadContext,
  info: Place,
): Promise<unknown> {
  const { entity, field, relation } = edge
  const keys = keysOf(context, edge, parent)
  if (keys === undefined) return null
  const target = entityOf(binding, relation.type)
  const parts = { entity: target, plan: context.plan, classification: binding.classification }
  const first = pageSize(args['first'])
  const filter = filterOf(args['where'], parts)
  const terms = allowedDefault(relation.order ?? [], parts)
  const sequence = relation.sequence === undefined ? [] : [{ ...relation.sequence, direction: 'ASC', filled: true } as const]
  const order = [...sequence, ...orderKeys(terms, target)]
  const orderShape = terms.map((term) => `${term.field} ${term.direction}`).join(',')
  const place: ListPlace = { coordinate: `${entity.type}.${field}`, args, parent: keys.join(',') }
  const after = positionAfter(context, place)
  const stub = stubEdge(edge)
  const query = {
    coordinate: place.coordinate, entity: target, relation, filter, order, orderShape, first,
    selection: rowSelection(info, relation.type),
    ...(after === undefined ? {} : { after }),
    ...(stub === undefined ? {} : { stub }),
  }
  const pages = await Promise.all(keys.map((key) => loadChildren(context, binding, query, key)))
  // Two keys only while pair keys rotate; at most one of them is real.
  const page: Page = pages.find(({ rows, hasNextPage }) => rows.length > 0 || hasNextPage) ?? emptyPage
  return connectionOf(context, place, page)
}

/** This side's keys: undefined when the edge is denied as a whole, [] when there is nothing on this row. */
function keysOf(context: ReadContext, { entity, field }: Edge<Relation>, parent: unknown): readonly string[] | undefined {
  const { keys, edges } = backstageOf(parent)
  if (entity.from === undefined) {
    if (!edgeServed(context.plan, entity.type, field)) return undefined
    // That there is nothing at the other end is said of the person as well. Two keys only while pair keys rotate: one of them is nobody.
    const [key] = keys
    if (key !== undefined && keys.length === 1) supply(context, entity.type, field, key)
    return keys
  }
  const key = edges.get(field)
  if (key === undefined) return undefined
  return typeof key === 'string' ? [key] : []
}

/** Counts the person that an edge of a bulk class is about. Types that are no person have no such edges. */
function supply(context: ReadContext, type: string, field: string, pid: string): void {
  const counted = context.plan.counted(type, field)
  if (counted !== undefined) context.observe.supply(pid, [counted])
}

function stubEdge({ entity, field, relation }: Edge<Extract<Relation, { kind: 'one' | 'many' }>>): StubEdge | undefined {
  return entity.from === undefined ? { stub: entity, field, by: columnSql(relation.by) } : undefined
}
