// Headers → what the request is for and how it wants its answer (DESIGN 5.2). Refuses values that are not well formed,
// references that hold a natural key and purposes that are not registered; never echoes them.

import type { IncomingHttpHeaders } from 'node:http'
import { CitygraphError } from '../core/errors.ts'
import { reference } from '../core/reference.ts'

/** `purpose` is registered; whether it is registered for this caller's organisation is the policies' question. */
export type HeaderOccasion = {
  readonly purpose?: string
  readonly caseNo?: string
  readonly authorizationRef?: string
  /** No data, only the decisions. */
  readonly dryRun: boolean
  /** Each DENIED path also gives an entry in `errors`. */
  readonly deniedAsErrors: boolean
}

const purposeCode = /^[A-Z0-9-]{3,40}$/

/** Throws CitygraphError PURPOSE_UNKNOWN, or BAD_USER_INPUT naming the header. */
export function readOccasion(headers: IncomingHttpHeaders, purposeKnown: (code: string) => boolean): HeaderOccasion {
  const purpose = single(headers, 'x-purpose')
  if (purpose !== undefined && !(purposeCode.test(purpose) && purposeKnown(purpose))) throw new CitygraphError('PURPOSE_UNKNOWN')
  const caseNo = referenceIn(headers, 'x-case-no')
  const authorizationRef = referenceIn(headers, 'x-authorization-ref')
  const dryRun = matching(headers, 'x-dry-run', /^decisions$/) !== undefined
  const deniedAsErrors = matching(headers, 'x-denied', /^errors$/) !== undefined
  const occasion: { -readonly [Key in keyof HeaderOccasion]: HeaderOccasion[Key] } = { dryRun, deniedAsErrors }
  if (purpose !== undefined) occasion.purpose = purpose
  if (caseNo !== undefined) occasion.caseNo = caseNo
  if (authorizationRef !== undefined) occasion.authorizationRef = authorizationRef
  return occasion
}

function referenceIn(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = single(headers, name)
  return value === undefined ? undefined : reference(name, value)
}

function matching(headers: IncomingHttpHeaders, name: string, pattern: RegExp): string | undefined {
  const value = single(headers, name)
  if (value === undefined || pattern.test(value)) return value
  throw new CitygraphError('BAD_USER_INPUT', { argument: name, hint: `The header ${name} is not well formed.` })
}

/** An empty header counts as absent; a header given twice arrives joined by a comma and matches no pattern. */
function single(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name]
  const text = Array.isArray(value) ? value.join(', ') : value?.trim()
  return text === '' ? undefined : text
}
