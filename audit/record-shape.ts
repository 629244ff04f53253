// The one shape of an access record, for departments and the gateway alike. What a caller chose by himself (his name at the
// issuer, his application, the operation's name) stands in it as it is, or as a hash where it holds a natural key.

import { recordable } from '../core/natural-keys.ts'
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

const NOTHING_READ: RecordedReading = { entries: [], fields: [], subjects: [], subjectCount: 0, rowCount: 0 }

/** The record of a request. `reading`: what is left out of it counts as nothing. */
export function accessRecord(request: RecordedRequest, reading: Partial<RecordedReading> = {}): AccessRecord {
  const { caller, occasion = {}, operation } = request
  return {
    id: request.id,
    at: request.at.toISOString(),
    log: request.log,
    requestId: request.requestId,
    caller: caller === undefined ? { org: 'UNKNOWN', kind: 'unknown', sub: 'unknown' } : callerOf(caller),
    ...(occasion.purpose === undefined ? {} : { purpose: occasion.purpose }),
    // Headers that hold a natural key were refused; another gateway's seal may hold one.
    ...(occasion.caseNo === undefined ? {} : { caseNo: recordable(occasion.caseNo) }),
    ...(occasion.authorizationRef === undefined ? {} : { authorizationRef: recordable(occasion.authorizationRef) }),
    ...(operation?.name === undefined ? {} : { operationName: recordable(operation.name) }),
    operationHash: operation?.hash ?? UNKNOWN_HASH,
    ...NOTHING_READ,
    ...reading,
    policyVersion: request.policyVersion,
    outcome: request.outcome,
    ...(request.code === undefined ? {} : { code: request.code }),
  }
}

function callerOf({ org, kind, sub, clientId }: NonNullable<RecordedRequest['caller']>): AccessRecord['caller'] {
  return { org: recordable(org), kind, sub: recordable(sub), ...(clientId === undefined ? {} : { clientId: recordable(clientId) }) }
}
