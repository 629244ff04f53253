// One access record (DESIGN 8): who asked what for which purpose and what was decided. Never a value, never a variable in clear,
// never a natural key: subjects are HMACs of their pid.

import type { AnswerCommit } from './answer-commit.ts'

export type DecisionWord = 'CLEAR' | 'MASKED' | 'MIXED' | 'VERIFY' | 'DENIED'

export type AccessRecord = {
  /** UUID v7-ish unique id; also what `extensions.sharing.records` names. */
  readonly id: string
  /** ISO 8601 instant, UTC. */
  readonly at: string
  /** `population` … `transport`, `gateway`. */
  readonly log: string
  readonly requestId: string
  readonly caller: { readonly org: string; readonly kind: string; readonly sub: string; readonly clientId?: string }
  readonly purpose?: string
  readonly caseNo?: string
  readonly authorizationRef?: string
  readonly operationName?: string
  /** sha256 hex of the client's operation text without literal values. */
  readonly operationHash: string
  /** Entry fields of this subgraph fetch, e.g. `Query.people`, `_entities(Person)`. */
  readonly entries: readonly string[]
  /** `Type.field` → decision and the ids of the deciding policies. */
  readonly fields: readonly { readonly field: string; readonly decision: DecisionWord; readonly policies: readonly string[] }[]
  /** HMAC-SHA-256 (hex, 32 characters) of the subjects' pids that rows were returned for; at most 200, the rest in records that continue this one. */
  readonly subjects: readonly string[]
  /** The id of the record that this one continues: same request, further subjects, nothing else. */
  readonly continues?: string
  readonly subjectCount: number
  readonly rowCount: number
  readonly policyVersion: string
  /** So many refusals of this caller with this code, this one the last of them, were counted instead of recorded (refusal-flood.ts). */
  readonly repeats?: number
  /** BEGUN: an act that is about to be done; a further record of the same request says how it ended. */
  readonly outcome: 'ANSWERED' | 'REFUSED' | 'FAILED' | 'BEGUN'
  /** Error code when not ANSWERED. */
  readonly code?: string
}

/**
 * What happened beside a request: a risk signal, a caller suspended or restored, something stopped, resumed, published or reported as
 * wrong, a key, an application or a grant. Numbers, codes, names of fields and officials; never a value or a subject.
 */
export type EventRecord = {
  readonly id: string
  readonly at: string
  readonly log: string
  readonly event: 'ALERT' | 'SUSPENSION' | 'RESTORATION' | 'STOP' | 'RESUMPTION' | 'PUBLICATION' | 'CORRECTION' | 'CORRECTION_ANSWER' | 'NOTICE_ACKNOWLEDGED' | KeyEvent | GrantEvent
  /** The alert, suspension, stop, publication, report, notice, application or grant, as the governance subgraph names it. */
  readonly about: string
  /** Whose requests; `sub` `*`: those of the whole organisation. A restoration names the suspension alone. */
  readonly caller?: { readonly org: string; readonly sub: string }
  /** Who did it, where an officer or the system did something. */
  readonly by?: { readonly org: string; readonly sub: string }
  /** Of a suspension or stop: the officer's reason, one of a closed list. */
  readonly reason?: string
  /** What was stopped: FIELD, ORGANISATION or APPLICATION; of a key: the open queries it is for, or ALL. (Between `id` and `log` no member may stand: audit.append_numbered.) */
  readonly scope?: string
  /** `Type.field`, `Type`, an organisation's code, or a client's id as records hold it; of a key: its organisation. */
  readonly target?: string
  /** Of a publication: the state that it is in from now on; of an answer to a report and of the review of an emergency: its outcome; of a key: its zone. */
  readonly state?: string
  readonly signal?: string
  readonly count?: number
  readonly threshold?: number
  /** Seconds. */
  readonly window?: number
  /** Of an application: which version, and SHA-256 (hex) of what it asks for; of a grant: of its text; of a review: of its note. */
  readonly version?: number
  readonly content?: string
  /** Of an approval: the role in which it was given. */
  readonly role?: string
  /** Of a key: when it ends; of its rotation: when the old secret does. ISO 8601. */
  readonly until?: string
}

/** What happened to an API key. */
export type KeyEvent = 'KEY' | 'KEY_ROTATION' | 'KEY_REVOCATION'

/** What happened to an application or a grant. */
export type GrantEvent = 'APPLICATION' | 'APPLICATION_EDITED' | 'APPROVAL' | 'REJECTION' | 'WITHDRAWAL' | 'GRANT' | 'REVOCATION' | 'EMERGENCY_REVIEW'

/**
 * What a department says of its own tables for the catalogue, in its own log: a number of rows that `roundedDown` gives (rounded-count.ts),
 * the day of the newest row.
 */
export type HoldingsRecord = {
  readonly id: string
  readonly at: string
  readonly log: string
  readonly event: 'HOLDINGS'
  readonly holdings: readonly { readonly type: string; readonly rowsAtLeast: number; readonly newestOn?: string }[]
}

export type LogRecord = AccessRecord | EventRecord | HoldingsRecord

/**
 * Where records go. `append` resolves only when the records are durable, or handed over to `commit`, whose answer waits for them;
 * otherwise it throws CitygraphError AUDIT_UNAVAILABLE. `refused` is for what gives no data: it does the same and gives true, or false when a flood of them is counted instead (refusal-flood.ts).
 */
export type AuditLog = {
  append(records: readonly LogRecord[], commit?: AnswerCommit): Promise<void>
  refused(records: readonly [AccessRecord, ...AccessRecord[]]): Promise<boolean>
  /** Says that an answer is being made whose records come soon, so that commits can be shared; the function given back, that it no longer is. */
  expect?(): () => void
  close(): Promise<void>
}
