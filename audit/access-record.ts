// One access record (DESIGN 8): who asked what for which purpose and what was decided. Never a value, never a variable in clear,
// never a natural key: subjects are HMACs of their pid.

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
  readonly outcome: 'ANSWERED' | 'REFUSED' | 'FAILED'
  /** Error code when not ANSWERED. */
  readonly code?: string
}

/** Where records go. `append` resolves only when the record is durable; otherwise it throws CitygraphError AUDIT_UNAVAILABLE. */
export type AuditLog = { append(records: readonly AccessRecord[]): Promise<void>; close(): Promise<void> }
