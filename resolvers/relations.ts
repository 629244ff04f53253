// Resolvers of edges. Of the parent they read nothing but what the statement that made it kept behind the row; whether the edge is
// served was decided there (or, from a stub, is decided on the rows at the other end). Denied as a whole: null. Denied on this row:
// an empty list or null, which looks the same as "there is none".

import { asError } from '../core/errors.ts'
import type { AccessPlan } from '../policy-engine/decision.ts'
import type { DomainBinding } from './binding.ts'
import { entityOf } from './binding.ts'
import { connectionOf, positionAfter, type Connection, type ListPlace } from './connections.ts'
import { columnSql, keyKind, type Entity, type Relation } from './entity.ts'
import { filterOf } from './filters.ts'
import { pageSize } from './keyset.ts'
import { loadByKey, loadByKeys } from './load-by-key.ts'
import { childrenLoader, childrenShape, type ChildrenQuery } from './load-children.ts'
import { allowedDefault, orderKeys } from './ordering.ts'
import { enterpriseStub, personStub } from './references.ts'
import type { ReadContext } from './read-context.ts'
import { edgeBehind, emptyPage, keysBehind, type Page } from './row.ts'
import type { Arguments, Resolver } from './resolver-map.ts'
import { rowSelection, selectionOf, type Place, type Selection } from './selection.ts'
import { edgeServed, type StubEdge } from './stub-rows.ts'

/** The resolver of one edge of a type. */
export function relationResolver(binding: DomainBinding, entity: Entity, field: string, relation: Relation): Resolver {
  switch (relation.kind) {
    case 'person': return withoutDatabase((context, parents) => toPersons(context, parents, { entity, field, relation }))
    case 'enterprise': return withoutDatabase((_context, parents) => parents.map((parent) => toEnterprise(parent, field)))
    case 'one': return toOne(binding, { entity, field, relation })
    case 'many': return toMany(binding, { entity, field, relation })
  }
}

type Edge<R extends Relation> = { readonly entity: Entity; readonly field: string; readonly relation: R }
type ToMany = Edge<Extract<Relation, { kind: 'many' }>>

/** For edges that need no database. */
function withoutDatabase(resolve: (context: ReadContext, parents: readonly unknown[]) => readonly unknown[]): Resolver {
  return Object.assign((parent: unknown, _args: Arguments, context: ReadContext) => resolve(context, [parent])[0], {
    batch: (parents: readonly unknown[], _args: Arguments, context: ReadContext) => resolve(context, parents),
  })
}

function toPersons(context: ReadContext, parents: readonly unknown[], { entity, field, relation }: Edge<Extract<Relation, { kind: 'person' }>>): readonly unknown[] {
  const counted = context.plan.counted(entity.type, field)
  return parents.map((parent) => {
    const pid = edgeBehind(parent, field)
    if (typeof pid !== 'string') return null
    context.observe.subject(pid)
    if (counted.length > 0) context.observe.supply(pid, counted)
    return personStub(context, relation.type ?? 'Person', [pid])
  })
}

function toEnterprise(parent: unknown, field: string): unknown {
  const uscc = edgeBehind(parent, field)
  return typeof uscc === 'string' ? enterpriseStub(uscc) : null
}

function toOne(binding: DomainBinding, edge: Edge<Extract<Relation, { kind: 'one' }>>): Resolver {
  const { type } = edge.relation
  const column = otherColumn(edge)
  const query = (place: Place) => ({ entity: entityOf(binding, type), selection: selectionOf(place, type), column })
  return Object.assign(
    async (parent: unknown, _args: Arguments, context: ReadContext, info: Place) => {
      const keys = keysOf(context, edge, parent)
      return keys === undefined ? null : loadByKey(context, binding, { ...query(info), keys })
    },
    {
      batch: (parents: readonly unknown[], _args: Arguments, context: ReadContext, place: Place) =>
        loadByKeys(context, binding, { ...query(place), keys: keysOfAll(context, edge, parents).map((keys) => keys ?? []) }),
    },
  )
}

function otherColumn({ entity, field, relation }: Edge<Extract<Relation, { kind: 'one' }>>) {
  const value = columnSql(relation.by)
  const stub = stubEdge({ entity, field, relation })
  return { name: `${entity.type}.${field}`, value, kind: keyKind(relation.by), ...(stub === undefined ? {} : { edge: stub }) }
}

/** What an edge to many asks of the database under one plan at one place, but for its arguments. */
type Prepared = Pick<ChildrenQuery, 'coordinate' | 'entity' | 'relation' | 'selection' | 'order' | 'orderShape' | 'stub'>
/** `shape`: of the query without conditions and position. */
type Kept = { readonly prepared: Prepared; readonly shape: string }

function toMany(binding: DomainBinding, edge: ToMany): Resolver {
  const { entity, field, relation } = edge
  const coordinate = `${entity.type}.${field}`
  const kept = new WeakMap<AccessPlan, WeakMap<Selection, Kept>>()

  const prepare = ({ plan }: ReadContext, selection: Selection): Kept => {
    const ofPlan = kept.get(plan) ?? new WeakMap<Selection, Kept>()
    kept.set(plan, ofPlan)
    const found = ofPlan.get(selection)
    if (found !== undefined) return found
    const target = entityOf(binding, relation.type)
    const terms = allowedDefault(relation.order ?? [], { entity: target, plan, classification: binding.classification })
    const sequence = relation.sequence === undefined ? [] : [{ ...relation.sequence, direction: 'ASC', filled: true } as const]
    const stub = stubEdge(edge)
    const prepared = {
      coordinate, entity: target, relation, selection,
      order: [...sequence, ...orderKeys(terms, target)],
      orderShape: terms.map((term) => `${term.field} ${term.direction}`).join(','),
      ...(stub === undefined ? {} : { stub }),
    }
    const made = { prepared, shape: childrenShape(binding, { ...prepared, filter: noFilter }) }
    ofPlan.set(selection, made)
    return made
  }

  /** Loads the pages of all these keys; `parent` is what a cursor in the arguments must have been sealed below. */
  const load = (context: ReadContext, args: Arguments, place: Place, keys: readonly string[], parent: readonly string[]): Promise<readonly (Page | Error)[]> => {
    const first = pageSize(args['first'])
    const { prepared, shape } = prepare(context, rowSelection(place, relation.type))
    const filter = isAbsent(args['where']) ? noFilter : filterOf(args['where'], { entity: prepared.entity, plan: context.plan, classification: binding.classification })
    const after = positionAfter(context, { coordinate, args, parent })
    const query: ChildrenQuery = { ...prepared, filter, first, ...(after === undefined ? {} : { after }) }
    return childrenLoader(context, binding, query, filter === noFilter && after === undefined ? shape : childrenShape(binding, query)).loadMany(keys)
  }

  const alone = async (parent: unknown, args: Arguments, context: ReadContext, info: Place): Promise<Connection | null> => {
    const keys = keysOf(context, edge, parent)
    return keys === undefined ? null : below(context, args, info, keys)
  }

  const below = async (context: ReadContext, args: Arguments, info: Place, keys: readonly string[]): Promise<Connection> => {
    const place: ListPlace = { coordinate, args, parent: keys }
    const page = realPage(await load(context, args, info, keys, keys))
    if (page instanceof Error) throw page
    return connectionOf(context, place, page)
  }

  const batch = async (parents: readonly unknown[], args: Arguments, context: ReadContext, place: Place): Promise<readonly (Connection | Error | null)[]> => {
    const keys = keysOfAll(context, edge, parents)
    // A cursor fits below one parent only.
    if (!isAbsent(args['after'])) return Promise.all(keys.map((own) => (own === undefined ? null : below(context, args, place, own).catch(asError))))
    const wanted: string[] = []
    let served = false
    for (const own of keys) {
      if (own === undefined) continue
      served = true
      wanted.push(...own)
    }
    if (!served) return keys.map(() => null)
    let pages: readonly (Page | Error)[]
    try {
      pages = await load(context, args, place, wanted, [])
    } catch (error) {
      return keys.map((own) => (own === undefined ? null : asError(error)))
    }
    let from = 0
    return keys.map((own) => {
      if (own === undefined) return null
      const page = own.length === 1 ? (pages[from++] ?? emptyPage) : realPage(pages.slice(from, (from += own.length)))
      return page instanceof Error ? page : connectionOf(context, { coordinate, args, parent: own }, page)
    })
  }

  return Object.assign(alone, { batch })
}

const noFilter = { shape: '', conditions: [], values: [] }

function isAbsent(argument: unknown): boolean {
  return argument === undefined || argument === null
}

/** Two keys only while pair keys rotate; at most one of them is real. */
function realPage(pages: readonly (Page | Error)[]): Page | Error {
  const failed = pages.find((page) => page instanceof Error)
  return failed ?? pages.find((page) => page instanceof Error || page.rows.length > 0 || page.hasNextPage) ?? emptyPage
}

/** This side's keys of each parent: undefined when the edge is denied as a whole, [] when there is nothing on this row. */
function keysOfAll(context: ReadContext, { entity, field }: Edge<Relation>, parents: readonly unknown[]): readonly (readonly string[] | undefined)[] {
  if (entity.from === undefined) {
    if (!edgeServed(context.plan, entity.type, field)) return parents.map(() => undefined)
    const counted = context.plan.counted(entity.type, field)
    return parents.map((parent) => {
      const keys = keysBehind(parent)
      // That there is nothing at the other end is said of the person as well. Two keys only while pair keys rotate: one of them is nobody.
      const [key] = keys
      if (counted.length > 0 && key !== undefined && keys.length === 1) context.observe.supply(key, counted)
      return keys
    })
  }
  return parents.map((parent) => {
    const key = edgeBehind(parent, field)
    if (key === undefined) return undefined
    return typeof key === 'string' ? [key] : noKeys
  })
}

const noKeys: readonly string[] = []

function keysOf(context: ReadContext, edge: Edge<Relation>, parent: unknown): readonly string[] | undefined {
  return keysOfAll(context, edge, [parent])[0]
}

function stubEdge({ entity, field, relation }: Edge<Extract<Relation, { kind: 'one' | 'many' }>>): StubEdge | undefined {
  return entity.from === undefined ? { stub: entity, field, by: columnSql(relation.by) } : undefined
}
