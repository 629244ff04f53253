// Headers → what the request is for and how it wants its answer (DESIGN 5.2). Refuses values that are not well formed and
// purposes that are not registered; never echoes them.

import { randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { CitygraphError } from '../core/errors.ts'

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

const reference = /^[A-Z0-9-]{6,40}$/
const purposeCode = /^[A-Z0-9-]{3,40}$/
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** The client's request id if it is a UUID, else a new one. */
export function requestIdOf(headers: IncomingHttpHeaders): string {
  const given = headers['x-request-id']
  return typeof given === 'string' && uuid.test(given) ? given.toLowerCase() : randomUUID()
}

/** Throws CitygraphError PURPOSE_UNKNOWN, or BAD_USER_INPUT naming the header. */
export function readOccasion(headers: IncomingHttpHeaders, purposeKnown: (code: string) => boolean): HeaderOccasion {
  const purpose = single(headers, 'x-purpose')
  if (purpose !== undefined && !(purposeCode.test(purpose) && purposeKnown(purpose))) throw new CitygraphError('PURPOSE_UNKNOWN')
  const caseNo = matching(headers, 'x-case-no', reference)
  const authorizationRef = matching(headers, 'x-authorization-ref', reference)
  const dryRun = matching(headers, 'x-dry-run', /^decisions$/) !== undefined
  const deniedAsErrors = matching(headers, 'x-denied', /^errors$/) !== undefined
  return {
    ...(purpose === undefined ? {} : { purpose }),
    ...(caseNo === undefined ? {} : { caseNo }),
    ...(authorizationRef === undefined ? {} : { authorizationRef }),
    dryRun,
    deniedAsErrors,
  }
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
