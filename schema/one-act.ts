// A mutation does one thing: its record names one act, and no part of an answer can hide that another part was refused. Used by the
// gateway as a validation rule and again by each subgraph, whoever stands in front of it.

import { Kind } from 'graphql'
import type { OperationDefinitionNode, SelectionSetNode } from 'graphql'

/** What the caller is told. */
export const ONE_ACT = 'A mutation holds one field and nothing beside it, without fragments and directives.'

/**
 * True when the mutation's root selects one field, once, outright: no second alias, no fragment around it, no @skip or @include on
 * it. Which act an operation asks for then depends on no variable.
 */
export function isOneAct(operation: OperationDefinitionNode): boolean {
  if ((operation.directives ?? []).length > 0) return false
  return isOneField(operation.selectionSet)
}

function isOneField({ selections }: SelectionSetNode): boolean {
  const [only, second] = selections
  return second === undefined && only?.kind === Kind.FIELD && !only.name.value.startsWith('__') && (only.directives ?? []).length === 0
}
