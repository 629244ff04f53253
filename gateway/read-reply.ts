// What a subgraph's reply must look like to be believed; anything else is a subgraph that did not answer. Checked by hand, once a
// reply and never into its data: the writer checks every value against its type.

import { bothStops, readStops } from '../core/stops.ts'
import type { Stops } from '../core/stops.ts'
import type { QuotaName } from '../policy-engine/decision.ts'
import { isQuotaName } from '../policy-engine/quota-names.ts'
import type { RecordReference } from './request-state.ts'

type Members = Readonly<Record<string, unknown>>

/** An error as the subgraph said it: members of another form than GraphQL's are as if absent. */
export type SaidError = { readonly message: unknown; readonly path: readonly (string | number)[] | undefined; readonly extensions: Members | undefined }
export type ReadReply = { readonly data: Record<string, unknown> | null; readonly errors: readonly SaidError[] }

/** Undefined: not the form of a GraphQL answer. */
export function readReply({ data, errors }: { readonly data?: unknown; readonly errors?: unknown }): ReadReply | undefined {
  const rows = data === undefined || data === null ? null : plain(data)
  if (rows === undefined) return undefined
  if (errors === undefined || errors === null) return { data: rows, errors: none }
  if (!Array.isArray(errors)) return undefined
  const said: SaidError[] = []
  for (const error of errors as readonly unknown[]) {
    if (!hasMembers(error)) return undefined
    const { message, path, extensions } = error
    said.push({ message, path: isPath(path) ? path : undefined, extensions: plain(extensions) })
  }
  return { data: rows, errors: said }
}

const none: readonly never[] = []
/** Of ids, characters; more says nothing more. */
const LONGEST_OFF = 1_000_000
const entryName = /^[a-z]\w{0,99}$/
/** More than any subgraph has. */
const MOST_ENTRIES = 100
/** More grants than any organisation has. */
const MOST_QUOTAS = 10_000
const logName = /^[a-z]{1,40}$/
/** RFC 9562, with the nil and the max UUID. */
const uuid = /^([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-8][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}|00000000-0000-0000-0000-000000000000|ffffffff-ffff-ffff-ffff-ffffffffffff)$/

/** The record that the subgraph made durable for this reply. */
export function recordIn(extensions: unknown): RecordReference | undefined {
  const record = sharingIn(extensions)?.['record']
  if (!hasMembers(record)) return undefined
  const { log, id } = record
  return typeof log === 'string' && logName.test(log) && typeof id === 'string' && uuid.test(id) ? { log, id } : undefined
}

/** The classes and grants that the subgraph found used up; undefined where one of them is no name of such. */
export function raisedIn(extensions: unknown): readonly QuotaName[] | undefined {
  const raised = sharingIn(extensions)?.['raised']
  return Array.isArray(raised) && raised.length <= MOST_QUOTAS && raised.every(isQuotaName) ? raised : undefined
}

/** The VERIFY entries that the subgraph left without an answer; undefined where one of them is no name. */
export function refusedIn(extensions: unknown): readonly string[] | undefined {
  const refused = sharingIn(extensions)?.['refused']
  return Array.isArray(refused) && refused.length <= MOST_ENTRIES && refused.every(isEntryName) ? refused : undefined
}

/** What was stopped when the subgraph decided, with `before` of its earlier replies; undefined: nothing. */
export function stopsIn(extensions: unknown, before: Stops | undefined): Stops | undefined {
  const written = sharingIn(extensions)?.['stops']
  return typeof written === 'string' ? bothStops(before, readStops(written)) : before
}

/** The grants that the sealed bundle holds and the subgraph went without. */
export function offIn(extensions: unknown): readonly string[] {
  const off = sharingIn(extensions)?.['off']
  return typeof off === 'string' && off.length <= LONGEST_OFF ? off.split(' ') : none
}

function sharingIn(extensions: unknown): Members | undefined {
  if (!hasMembers(extensions)) return undefined
  const { sharing } = extensions
  return hasMembers(sharing) ? sharing : undefined
}

function isEntryName(value: unknown): value is string {
  return typeof value === 'string' && entryName.test(value)
}

function hasMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** An object as JSON or graphql-js makes them, not one of a class. No name of an answer begins with two underscores but `__typename`. */
function plain(value: unknown): Record<string, unknown> | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return undefined
  const members = value as Record<string, unknown>
  if (!Object.hasOwn(members, '__proto__')) return members
  return Object.fromEntries(Object.entries(members).filter(([name]) => name !== '__proto__'))
}

function isPath(value: unknown): value is readonly (string | number)[] {
  return Array.isArray(value) && value.every((step) => typeof step === 'string' || (typeof step === 'number' && Number.isFinite(step)))
}
