// The one shape of an access record, for departments and the gateway alike. What a caller chose by himself (his name at the
// issuer, his application, the operation's name) stands in it as it is, or as a hash where it holds a natural key.

import { recordable } from '../core/natural-keys.ts'
import { rememberFrozen } from '../core/remember-frozen.ts'
import { remembering } from '../core/turnover-cache.ts'
import type { AccessRecord } from './access-record.ts'

/** In place of an operation's hash where no operation is known. */
export const UNKNOWN_HASH = 'unknown'

/** Who asked, and for what; as a token and headers gave it. */
export type RecordedRequest = {
  readonly id: string
  readonly at: Date
  readonly log: string
  readonly requestId: string
  /** Absent where nobody proved who they are. */
  readonly caller?: { readonly org: string; readonly kind: string; readonly sub: string; readonly clientId?: string } | undefined
  readonly occasion?: { readonly purpose?: string; readonly caseNo?: string; readonly authorizationRef?: string } | undefined
  readonly operation?: { readonly name?: string; readonly hash: string } | undefined
  readonly policyVersion: string
  readonly outcome: AccessRecord['outcome']
  readonly code?: string | undefined
}

/** What was read and decided; a request that was refused before anything has none of it. */
export type RecordedReading = Pick<AccessRecord, 'entries' | 'fields' | 'subjects' | 'subjectCount' | 'rowCount'>

/** The record of a request. `reading`: what is left out of it counts as nothing. */
export function accessRecord(request: RecordedRequest, reading: Partial<RecordedReading> = {}): AccessRecord {
  const { caller, occasion, operation } = request
  const record: { -readonly [K in keyof AccessRecord]: AccessRecord[K] } = {
    id: request.id,
    at: request.at.toISOString(),
    log: request.log,
    requestId: request.requestId,
    caller: caller === undefined ? NOBODY : recordedCaller(caller),
    operationHash: operation?.hash ?? UNKNOWN_HASH,
    entries: reading.entries ?? NOTHING,
    fields: reading.fields ?? NOTHING,
    subjects: reading.subjects ?? NOTHING,
    subjectCount: reading.subjectCount ?? 0,
    rowCount: reading.rowCount ?? 0,
    policyVersion: request.policyVersion,
    outcome: request.outcome,
  }
  if (occasion?.purpose !== undefined) record.purpose = occasion.purpose
  // Headers that hold a natural key were refused; another gateway's seal may hold one.
  if (occasion?.caseNo !== undefined) record.caseNo = recorded(occasion.caseNo)
  if (occasion?.authorizationRef !== undefined) record.authorizationRef = recorded(occasion.authorizationRef)
  if (operation?.name !== undefined) record.operationName = recorded(operation.name)
  if (request.code !== undefined) record.code = request.code
  return record
}

const NOTHING: readonly never[] = []
const NOBODY: AccessRecord['caller'] = Object.freeze({ org: 'UNKNOWN', kind: 'unknown', sub: 'unknown' })

/** What callers name themselves and their operations by comes again and again; longer texts are not worth their room. */
const REMEMBERED = 2_000
const LONGEST = 200
const remembered = remembering(REMEMBERED, recordable)

function recorded(text: string): string {
  return text.length > LONGEST ? recordable(text) : remembered(text)
}

/** One object for all records of a caller who was proved once: its text is then written once (record-text.ts). */
const recordedCaller = rememberFrozen(({ org, kind, sub, clientId }: NonNullable<RecordedRequest['caller']>): AccessRecord['caller'] => {
  const caller = { org: recorded(org), kind, sub: recorded(sub) }
  return Object.freeze(clientId === undefined ? caller : { ...caller, clientId: recorded(clientId) })
})
