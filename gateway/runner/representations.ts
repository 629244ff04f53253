// What an entity fetch sends for each entity: `__typename`, the key's fields and what @requires names, read from the joined tree by
// selections compiled once. An entity that lacks one of them is not asked about, as with @apollo/gateway.

import type { QueryPlanSelectionNode } from '@apollo/query-planner'
import { LeftToApollo, refuseInherited } from './left-to-apollo.ts'
import { isObject, merge } from './merge.ts'
import type { Tree } from './merge.ts'

type Wanted = { readonly name: string; readonly below: readonly Selected[] | undefined }
/** Fields of entities of one type. */
type Selected = { readonly type: string | undefined; readonly fields: readonly Wanted[] }

/** Gives undefined for what is no entity or lacks a field. */
export type Represent = (entity: unknown) => Tree | undefined

/** Throws LeftToApollo for type conditions that are no object types. */
export function compileRepresentation(requires: readonly QueryPlanSelectionNode[], isObjectType: (name: string) => boolean): Represent {
  const selected = compile(requires, isObjectType)
  return (entity) => {
    if (!isObject(entity)) return undefined
    const made = represent(selected, entity)
    return made?.['__typename'] ? made : undefined
  }
}

/** Neighbouring fields stand together; the order of selections is kept. */
function compile(selections: readonly QueryPlanSelectionNode[], isObjectType: (name: string) => boolean): readonly Selected[] {
  const made: { type: string | undefined; fields: Wanted[] }[] = []
  for (const selection of selections) {
    if (selection.kind === 'Field') {
      const name = selection.alias ?? selection.name
      refuseInherited(name)
      const last = made.at(-1)
      const field = { name, below: selection.selections === undefined ? undefined : compile(selection.selections, isObjectType) }
      if (last !== undefined && last.type === undefined) last.fields.push(field)
      else made.push({ type: undefined, fields: [field] })
      continue
    }
    const { typeCondition } = selection
    if (typeCondition === undefined) continue
    if (!isObjectType(typeCondition)) throw new LeftToApollo('abstract type')
    const inner = compile(selection.selections, isObjectType)
    if (inner.some(({ type }) => type !== undefined)) throw new LeftToApollo('abstract type')
    made.push({ type: typeCondition, fields: inner.flatMap(({ fields }) => fields) })
  }
  return made
}

/** Undefined where a field stands that `source` lacks; a fragment that lacks one is left out alone. */
function represent(selected: readonly Selected[], source: Tree): Tree | undefined {
  let made: Tree | undefined
  for (const { type, fields } of selected) {
    if (type !== undefined && type !== source['__typename']) continue
    const part = read(fields, source)
    if (part === undefined) {
      if (type === undefined) return undefined
      continue
    }
    if (made === undefined) made = part
    else if (type === undefined) Object.assign(made, part)
    else merge(made, part)
  }
  return made ?? {}
}

function read(fields: readonly Wanted[], source: Tree): Tree | undefined {
  const made: Tree = {}
  for (const { name, below } of fields) {
    const value = source[name]
    if (value === undefined) return undefined
    made[name] = below === undefined ? value : nested(below, value)
  }
  return made
}

function nested(below: readonly Selected[], value: unknown): unknown {
  if (Array.isArray(value)) return value.map((one) => nestedOne(below, one))
  return nestedOne(below, value)
}

function nestedOne(below: readonly Selected[], value: unknown): unknown {
  if (value === null) return null
  if (!isObject(value)) return null
  return represent(below, value) ?? null
}
