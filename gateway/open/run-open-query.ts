// Runs an open query as what it is: the same operation at the same door as /graphql, for its purpose, with the caller's own decisions
// and records. Serving (serve-open.ts) and tools for assistants both come through here.

import { HeaderMap } from '@apollo/server'
import { isObject } from '../../core/is-object.ts'
import type { Caller } from '../../policy-engine/decision.ts'
import type { Column, OpenQuery, Rows } from '../../open/open-query.ts'
import type { ErrorEntry } from '../format-error.ts'
import type { HeaderOccasion } from '../occasion.ts'
import { admitted, sharingExtensions } from '../request-state.ts'
import { operate } from '../serve-graphql.ts'
import type { ServeParts } from '../serve-graphql.ts'
import type { ReportedDecision } from '../report.ts'
import type { RecordReference } from '../request-state.ts'

export type Sharing = { readonly requestId: string; readonly policyVersion: string; readonly records: readonly RecordReference[]; readonly decisions: readonly ReportedDecision[] }

/** As `/graphql` would answer. `data` absent: the request ended with its first error's status. */
export type OpenAnswer = { readonly status: number; readonly data?: Readonly<Record<string, unknown>>; readonly errors: readonly ErrorEntry[]; readonly sharing: Sharing }

export type RunParts = Pick<ServeParts, 'server' | 'suspensions' | 'engine' | 'records'>
export type Ask = {
  readonly query: OpenQuery
  /** By the operation's names. */
  readonly variables: Readonly<Record<string, unknown>>
  readonly caller: Caller
  /** Of the headers; the purpose is the query's own. */
  readonly occasion: HeaderOccasion
  readonly requestId: string
}

const headers = new HeaderMap([['content-type', 'application/json'], ['accept', 'application/json']])

/** Throws FORBIDDEN for a caller who is suspended; other failures are in the answer. */
export async function runOpenQuery({ query, variables, caller, occasion, requestId }: Ask, parts: RunParts): Promise<OpenAnswer> {
  const stops = await parts.suspensions.require(caller)
  const { purpose: _givenUp, ...rest } = occasion
  const state = admitted({
    requestId, policyVersion: parts.engine.head().hash, method: 'POST', caller, contentType: undefined, stops,
    occasion: query.purpose === undefined ? rest : { ...rest, purpose: query.purpose },
  })
  const asking = { query: query.text, variables, operationName: query.operationName }
  const { answer, text } = await operate({ method: 'POST', headers, search: '', body: asking }, state, parts)
  const { value, body: ours } = state
  // Nothing but data stands in it: what was given is given as it is, not read from its own text.
  const whole = value !== undefined && text === ours && text.startsWith('{"data":')
  return { status: answer.status ?? 200, ...(whole ? { data: value(), errors: [], ...sharingExtensions(state) } : read(text)) }
}

/** The rows of `data`, in their order; what a directive left out is null. */
export function rowsIn(data: Readonly<Record<string, unknown>>, { kind, path, sparse, columns }: Rows): readonly Readonly<Record<string, unknown>>[] {
  const found = valueAt(data, path)
  const rows = kind === 'ONE' ? [found].filter(isObject) : Array.isArray(found) ? found.filter(isObject) : []
  return sparse === true ? rows.map((row) => filled(row, columns)) : rows
}

function filled(row: Readonly<Record<string, unknown>>, columns: readonly Column[]): Readonly<Record<string, unknown>> {
  const value = (of: unknown, column: Column): unknown => (Array.isArray(of) ? of.map((one) => value(one, column)) : isObject(of) && column.columns.length > 0 ? filled(of, column.columns) : (of ?? null))
  return Object.fromEntries(columns.map((column) => [column.name, value(row[column.name], column)]))
}

/** Where the next page begins; undefined on the last one. */
export function nextCursor(data: Readonly<Record<string, unknown>>, rows: Rows): string | undefined {
  const page = rows.kind === 'MANY' ? valueAt(data, rows.page) : undefined
  return isObject(page) && page['hasNextPage'] === true && typeof page['endCursor'] === 'string' ? page['endCursor'] : undefined
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce((found, name) => (isObject(found) ? found[name] : undefined), value)
}

/** The gateway wrote this text (answer-operation.ts). */
type Written = { readonly data?: Readonly<Record<string, unknown>> | null; readonly errors?: readonly ErrorEntry[]; readonly extensions: { readonly sharing: Sharing } }

function read(text: string): Omit<OpenAnswer, 'status'> {
  const { data, errors = [], extensions } = JSON.parse(text) as Written
  return { ...(data == null ? {} : { data }), errors, sharing: extensions.sharing }
}
