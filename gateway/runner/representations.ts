// What an entity fetch sends for each entity: `__typename`, the key's fields and what @requires names, read from the joined tree by
// selections compiled once. An entity that lacks one of them is not asked about, as with @apollo/gateway.

import type { QueryPlanSelectionNode } from '@apollo/query-planner'
import { LeftToApollo, refuseInherited } from './left-to-apollo.ts'
import { isObject, merge } from './merge.ts'
import type { Tree } from './merge.ts'

type Field = { readonly name: string; readonly below: readonly Selected[] | undefined }
/** A field, or what is selected of entities of one type. */
type Selected = { readonly field: Field; readonly type: undefined } | { readonly type: string; readonly selected: readonly Selected[]; readonly field: undefined }

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

function compile(selections: readonly QueryPlanSelectionNode[], isObjectType: (name: string) => boolean): readonly Selected[] {
  return selections.flatMap((selection): readonly Selected[] => {
    if (selection.kind === 'Field') {
      const name = selection.alias ?? selection.name
      refuseInherited(name)
      return [{ type: undefined, field: { name, below: selection.selections === undefined ? undefined : compile(selection.selections, isObjectType) } }]
    }
    const { typeCondition } = selection
    if (typeCondition === undefined) return []
    if (!isObjectType(typeCondition)) throw new LeftToApollo('abstract type')
    return [{ type: typeCondition, selected: compile(selection.selections, isObjectType), field: undefined }]
  })
}

/** Undefined where a field stands that `source` lacks; a fragment that lacks one is left out alone. */
function represent(selected: readonly Selected[], source: Tree): Tree | undefined {
  let made: Tree | undefined
  for (const one of selected) {
    if (one.type === undefined) {
      const { name, below } = one.field
      const value = source[name]
      if (value === undefined) return undefined
      made ??= {}
      made[name] = below === undefined ? value : nested(below, value)
      continue
    }
    if (one.type !== source['__typename']) continue
    const part = represent(one.selected, source)
    if (part === undefined) continue
    if (made === undefined) made = part
    else merge(made, part)
  }
  return made ?? {}
}

function nested(below: readonly Selected[], value: unknown): unknown {
  return Array.isArray(value) ? value.map((one) => nestedOne(below, one)) : nestedOne(below, value)
}

function nestedOne(below: readonly Selected[], value: unknown): unknown {
  return isObject(value) ? (represent(below, value) ?? null) : null
}
