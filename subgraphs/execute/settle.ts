// What failures make of an answer (GraphQL 6.4.4): null where a value may be null, else its place above, one error each with its
// path. In the order of the document: a place that must not be null ends what holds it, and what stands after it there is not told.

import { locatedError, type FieldNode, type GraphQLError } from 'graphql'
import { causeOf, failure, isFailure, type Failure } from './failure.ts'
import type { ObjectProgram, Program, TypeProgram } from './program.ts'

/** As graphql-js gives it. `data` undefined: the variables do not fit. */
export type Outcome = { readonly data?: Record<string, unknown> | null; readonly errors?: readonly GraphQLError[] }

type Path = readonly (string | number)[]
type Settling = { readonly errors: GraphQLError[]; readonly chosen: ReadonlyMap<object, ObjectProgram> }

/** Settles the answer of one run in place. `chosen`: the programs of objects that could be of several types. */
export function settle(program: Program, data: Record<string, unknown>, chosen: ReadonlyMap<object, ObjectProgram>): Outcome {
  const settling: Settling = { errors: [], chosen }
  const failed = settleObject(program.root, data, [], settling)
  if (failed === undefined) return settling.errors.length === 0 ? { data } : { errors: settling.errors, data }
  return { errors: [...settling.errors, located(failed, [], [])], data: null }
}

/** The failure that ends the object, if one does. */
function settleObject({ fields }: ObjectProgram, out: Record<string, unknown>, path: Path, settling: Settling): Failure | undefined {
  for (const { as, type, nodes } of fields) {
    const at = [...path, as]
    const failed = settleValue(type, out[as], nodes, at, settling)
    if (failed === undefined) continue
    const error = located(failed, nodes, at)
    if (type.kind === 'nonnull') return failure(error)
    settling.errors.push(error)
    out[as] = null
  }
  return undefined
}

function settleValue(type: TypeProgram, value: unknown, nodes: readonly FieldNode[], path: Path, settling: Settling): Failure | undefined {
  if (isFailure(value)) return value
  if (value === null) return undefined
  switch (type.kind) {
    case 'leaf': return undefined
    case 'nonnull': return settleValue(type.of, value, nodes, path, settling)
    case 'list': return Array.isArray(value) ? settleList(type.of, value, nodes, path, settling) : undefined
    case 'object': return isObject(value) ? settleObject(type.object, value, path, settling) : undefined
    case 'entity': {
      const object = isObject(value) ? settling.chosen.get(value) : undefined
      return object === undefined || !isObject(value) ? undefined : settleObject(object, value, path, settling)
    }
  }
}

function settleList(type: TypeProgram, list: unknown[], nodes: readonly FieldNode[], path: Path, settling: Settling): Failure | undefined {
  for (const [index, item] of list.entries()) {
    const at = [...path, index]
    const failed = settleValue(type, item, nodes, at, settling)
    if (failed === undefined) continue
    const error = located(failed, nodes, at)
    if (type.kind === 'nonnull') return failure(error)
    settling.errors.push(error)
    list[index] = null
  }
  return undefined
}

/** An error keeps the first place that it was given. */
function located(failed: Failure, nodes: readonly FieldNode[], path: Path): GraphQLError {
  return locatedError(causeOf(failed), nodes, path)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
