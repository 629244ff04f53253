// Entry by reference (`_entities`) and what goes out as one. Representations come sealed but are still read as foreign input: only
// the key counts, a public id is deciphered for the sealed organisation, and what is not there or not to be seen is null.

import type { DomainBinding } from './binding.ts'
import type { Entity, Key } from './entity.ts'
import { loadByKey, loadByKeys } from './load-by-key.ts'
import type { ReadContext } from './read-context.ts'
import { keyed, kindOf, makeRow, type EdgeValue, type Row } from './row.ts'
import type { ReferenceResolver } from './resolver-map.ts'
import { selectionOf, type Place } from './selection.ts'

/** A person (or driver) by linking token: the id that this organisation knows, the token behind the row. */
export function personStub(context: ReadContext, type: string, pids: readonly string[]): Row | null {
  const [pid] = pids
  if (pid === undefined) return null
  return withId(type, context.ids.encipher(context.org, type, pid), pids)
}

function withId(type: string, id: unknown, pids: readonly string[]): Row {
  const row = makeRow(kindOf(type), keyed(pids))
  row['id'] = id
  return row
}

/** An enterprise by its public code. `edges`: this row's side of them. */
export function enterpriseStub(uscc: string, edges?: ReadonlyMap<string, EdgeValue>): Row {
  const row = makeRow(kindOf('Enterprise'), edges === undefined ? keyed([uscc]) : { keys: [uscc], names: [...edges.keys()], values: [...edges.values()], at: 0 })
  row['uscc'] = uscc
  return row
}

/** References to a type whose rows are here: batched, null for what cannot be seen. */
export function rowReference(binding: DomainBinding, entity: Entity): ReferenceResolver {
  const { key, type } = entity
  return Object.assign(
    (reference: unknown, context: ReadContext, info: Place) =>
      key === undefined ? null : loadByKey(context, binding, { entity, selection: selectionOf(info, type), keys: keysOf(context, type, key, reference) }),
    {
      batch: (references: readonly unknown[], context: ReadContext, place: Place) =>
        key === undefined ? references.map(() => null) : loadByKeys(context, binding, { entity, selection: selectionOf(place, type), keys: references.map((reference) => keysOf(context, type, key, reference)) }),
    },
  )
}

/** References to a person whose rows are elsewhere. */
export function personReference(type: string): ReferenceResolver {
  return eachAlone((reference, context) => {
    const id = property(reference, 'id')
    const pids = typeof id === 'string' ? context.ids.decipher(context.org, type, id) : []
    // Written back as it came: during rotation the gateway joins by the id it asked with.
    return pids.length === 0 ? null : withId(type, id, pids)
  })
}

/** References to an enterprise whose row is elsewhere. `carry` reads what @requires sends along. */
export function enterpriseReference(carry?: (reference: unknown) => ReadonlyMap<string, EdgeValue>): ReferenceResolver {
  return eachAlone((reference) => {
    const uscc = property(reference, 'uscc')
    return typeof uscc === 'string' && PLAIN_KEY.test(uscc) ? enterpriseStub(uscc, carry?.(reference)) : null
  })
}

/** For what needs no database: many are no more than one after the other. */
function eachAlone(resolve: (reference: unknown, context: ReadContext) => Row | null): ReferenceResolver {
  return Object.assign((reference: unknown, context: ReadContext) => resolve(reference, context), {
    batch: (references: readonly unknown[], context: ReadContext) => references.map((reference) => resolve(reference, context)),
  })
}

/** Keys under which a value names a row; [] when it names none. */
export function keysOf(context: ReadContext, type: string, key: Key, reference: unknown): readonly string[] {
  const value = property(reference, key.field)
  if (typeof value !== 'string') return []
  if (key.publicId) return context.ids.decipher(context.org, type, value)
  return PLAIN_KEY.test(value) ? [value] : []
}

/** Public natural keys: codes of letters, digits and a few signs; anything else is no key and never reaches the database. */
const PLAIN_KEY = /^[\p{L}\p{N}._-]{1,64}$/u

/** Own property of something from outside. */
export function property(of: unknown, name: string): unknown {
  return typeof of === 'object' && of !== null && Object.hasOwn(of, name) ? Reflect.get(of, name) : undefined
}
