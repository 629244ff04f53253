// How many values and objects an operation may bring, estimated before it is planned: page sizes multiplied down the tree. Needs the
// request's variables, so it is no validation rule (those are remembered per document).

import { getArgumentValues, isCompositeType, isNonNullType, Kind, valueFromAST } from 'graphql'
import type { OperationDefinitionNode, ValueNode } from 'graphql'
import { CitygraphError } from '../core/errors.ts'
import { isStructural, walkOperation } from './walk-operation.ts'
import type { AskedField, AskedOperation } from './walk-operation.ts'

const DEFAULT_PAGE = 20
const MAX_PAGE = 100

type Variables = Readonly<Record<string, unknown>>

/** Gives the estimate for a request's coerced variables. */
export type CellCounter = (variables: Variables) => number

/** Rows of one connection and what stands in each: cells of its own, connections with a higher index below. */
type Rows = { readonly around: number; readonly size: PageSize; cells: number }
type PageSize = number | { readonly variable: string; readonly otherwise: number } | { readonly asked: AskedField }

/**
 * Estimated cells: each leaf (`__typename` too) and each object counts once for each row of every connection around it; a
 * connection counts its rows, whatever is asked of them. Layers of a connection under their own names are counted with it. Walks
 * the operation once (its @skip and @include as `asked.variables` decide them), counts for any variables that decide these alike.
 */
export function cellCounter(asked: AskedOperation): CellCounter {
  const rows: Rows[] = [{ around: 0, size: 1, cells: 0 }]
  const count = (at: number): void => {
    const there = rows[at]
    if (there !== undefined) there.cells += 1
  }
  walkOperation<number>(asked, 0, (field, around) => {
    const at = field.returns.name.endsWith('Connection') ? rows.push({ around, size: pageSize(field, asked.operation), cells: 0 }) - 1 : around
    if (!isLayer(field)) count(at)
    return at
  }, count)
  return (variables) => {
    const sizes: number[] = []
    let cells = 0
    for (const { around, size, cells: here } of rows) {
      const many = (sizes[around] ?? 1) * sizeFor(size, variables)
      sizes.push(many)
      cells += many * here
    }
    return cells
  }
}

/** An alias makes a second layer of the same rows, which counts. */
function isLayer({ parent, returns, node }: AskedField): boolean {
  return isStructural(parent) && isCompositeType(returns) && node.alias === undefined
}

/** Throws TOO_COSTLY above the limit. */
export function refuseTooCostly(cells: number, limit: number): void {
  if (cells > limit) throw new CitygraphError('TOO_COSTLY', { hint: `At most ${limit} values; ask for smaller pages.` })
}

/** Sizes beyond the maximum are refused by the subgraph; here they count as the maximum. */
function pageSize(field: AskedField, operation: OperationDefinitionNode): PageSize {
  if (!argumentsFit(field, operation)) return { asked: field }
  const defined = field.definition.args.find(({ name }) => name === 'first')
  if (defined === undefined) return DEFAULT_PAGE
  const otherwise = pageOf(defined.defaultValue)
  const given = field.node.arguments?.find(({ name }) => name.value === 'first')?.value
  if (given === undefined) return otherwise
  return given.kind === Kind.VARIABLE ? { variable: given.name.value, otherwise } : pageOf(valueFromAST(given, defined.type))
}

function sizeFor(size: PageSize, variables: Variables): number {
  if (typeof size === 'number') return size
  if ('asked' in size) return pageOf(getArgumentValues(size.asked.definition, size.asked.node, { ...variables })['first'])
  return Object.hasOwn(variables, size.variable) ? pageOf(variables[size.variable]) : size.otherwise
}

function pageOf(first: unknown): number {
  return typeof first === 'number' ? Math.min(Math.max(first, 1), MAX_PAGE) : DEFAULT_PAGE
}

/** True where the field's arguments can be read whatever variables fit the operation: a variable that may be null stands nowhere that may not. */
export function argumentsFit({ node, definition }: AskedField, operation: OperationDefinitionNode): boolean {
  const settled = (name: string): boolean => operation.variableDefinitions?.some(({ variable, type }) => variable.name.value === name && type.kind === Kind.NON_NULL_TYPE) === true
  return (node.arguments ?? []).every(({ name, value }) => {
    if (value.kind !== Kind.VARIABLE) return variablesIn(value).every(settled)
    const type = definition.args.find((argument) => argument.name === name.value)?.type
    return settled(value.name.value) || (type !== undefined && !isNonNullType(type))
  })
}

function variablesIn(value: ValueNode): readonly string[] {
  switch (value.kind) {
    case Kind.VARIABLE:
      return [value.name.value]
    case Kind.LIST:
      return value.values.flatMap(variablesIn)
    case Kind.OBJECT:
      return value.fields.flatMap((field) => variablesIn(field.value))
    default:
      return []
  }
}
