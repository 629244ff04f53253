// What an expression of a policy is worth once all but the row is known: a value, a part of the row, or a condition on the row;
// and on which rows Cedar would stop with an error, because an error must deny (DESIGN 6) where Cedar skips the policy.

import type { RowAttribute } from '../schema/classification.ts'
import { both, either, opposite } from './simplify.ts'
import { always, never } from './row-condition.ts'
import type { RequestParameter, RowCondition, RowValue } from './row-condition.ts'
import { isEntity, isInstant, isSet } from './policy-values.ts'
import type { Known } from './policy-values.ts'

export type Value =
  | { readonly kind: 'known'; readonly value: Known }
  | { readonly kind: 'row'; readonly attribute: RowAttribute }
  | { readonly kind: 'parameter'; readonly name: RequestParameter }
  /** `context.now`: known for comparisons with constants, a parameter against the row. */
  | { readonly kind: 'now' }
  | { readonly kind: 'condition'; readonly holds: RowCondition }
  | { readonly kind: 'principal' | 'resource' | 'context' | 'field' }
  | { readonly kind: 'failed' }

export type Result = {
  readonly value: Value
  /** Rows on which the evaluation errs. Disjoint from the rows on which a condition `holds`. */
  readonly error: RowCondition
  /** Attributes proved present wherever the condition holds (Cedar's capabilities). */
  readonly proves: ReadonlySet<string>
}

const nothing: ReadonlySet<string> = new Set()

export function knownResult(value: Known, error: RowCondition = never): Result {
  return { value: { kind: 'known', value }, error, proves: nothing }
}

export function valueResult(value: Value, error: RowCondition = never): Result {
  return { value, error, proves: nothing }
}

/** A Boolean over rows; becomes a known value when it does not depend on the row. `holds` is cut to the rows without error. */
export function conditionResult(holds: RowCondition, error: RowCondition = never, proves: ReadonlySet<string> = nothing): Result {
  if (error.kind === 'always') return failed
  const sound = error.kind === 'never' ? holds : both(holds, opposite(error))
  if (error.kind === 'never' && (sound.kind === 'always' || sound.kind === 'never')) return { value: { kind: 'known', value: sound.kind === 'always' }, error, proves }
  return { value: { kind: 'condition', holds: sound }, error, proves }
}

/** Every row errs: a missing attribute, an operand of the wrong type. */
export const failed: Result = { value: { kind: 'failed' }, error: always, proves: nothing }

/** The rows on which a Boolean result is true, or undefined if it is not Boolean. */
export function holdsOf(result: Result): RowCondition | undefined {
  const { value } = result
  if (value.kind === 'condition') return value.holds
  if (value.kind === 'known' && typeof value.value === 'boolean') return value.value ? both(opposite(result.error)) : never
  if (value.kind === 'failed') return never
  return undefined
}

export function errorOf(...results: readonly Result[]): RowCondition {
  return either(...results.map((result) => result.error))
}

/** A comparable value as row conditions write it; undefined for sets and for what has no scalar form. Divisions become their code. */
export function rowValueOf(value: Value): RowValue | undefined {
  switch (value.kind) {
    case 'row':
      return value.attribute.type === 'Set<String>' ? undefined : { kind: 'attribute', name: value.attribute.name }
    case 'parameter':
      return { kind: 'parameter', name: value.name }
    case 'now':
      return { kind: 'parameter', name: 'now' }
    case 'known':
      return rowConstant(value.value)
    default:
      return undefined
  }
}

export function rowConstant(value: Known): RowValue | undefined {
  if (typeof value !== 'object') return { kind: 'constant', value }
  if (isSet(value)) return undefined
  return isInstant(value) ? { kind: 'instant', epochMs: value.epochMs } : { kind: 'constant', value: value.id }
}

/** The Cedar type of a scalar, to refuse comparisons that Cedar answers `false` for without looking. */
export function typeName(value: Value): string {
  switch (value.kind) {
    case 'row':
      return value.attribute.type
    case 'parameter':
      return 'String'
    case 'now':
      return 'datetime'
    case 'condition':
      return 'Bool'
    case 'known':
      return knownTypeName(value.value)
    default:
      return value.kind
  }
}

export function knownTypeName(value: Known): string {
  if (typeof value === 'boolean') return 'Bool'
  if (typeof value === 'number') return 'Long'
  if (typeof value === 'string') return 'String'
  if (isSet(value)) return 'Set'
  return isEntity(value) ? value.type : 'datetime'
}
