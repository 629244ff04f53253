// What one request leaves in the department's log: observed while resolvers read, written before anything is answered. Holds no
// value, no variable, no natural key; a subject is an HMAC of the linking token under the department's audit key.

import { createHmac } from 'node:crypto'
import type { AccessRecord } from '../audit/access-record.ts'
import { accessRecord, UNKNOWN_HASH } from '../audit/record-shape.ts'
import { CitygraphError } from '../core/errors.ts'
import type { QuotaName } from '../policy-engine/decision.ts'
import type { Observation } from '../resolvers/read-context.ts'
import type { AccessContext } from './access-context.ts'
import type { Supplies } from './quota.ts'
import type { AskedThreshold } from './thresholds.ts'

/** What resolvers have read so far. */
export type Observed = { readonly subjects: ReadonlySet<string>; readonly supplies: Supplies; readonly rowCount: number; readonly fields: ReadonlySet<string>; readonly thresholds: readonly AskedThreshold[] }

/** Rows of one request; the gateway's estimate keeps far below, another router may not. */
const MAX_ROWS = 200_000

/** An observation for one request: what resolvers call, and what they have told. `rows` throws TOO_COSTLY beyond 200,000 in all. */
export function observation(): { observe: Observation; observed: () => Observed } {
  const subjects = new Set<string>()
  const fields = new Set<string>()
  const supplies = new Map<QuotaName, Set<string>>()
  const thresholds: AskedThreshold[] = []
  let rowCount = 0
  return {
    observe: {
      subject: (pid) => void subjects.add(pid),
      rows: (count) => {
        rowCount += count
        if (rowCount > MAX_ROWS) throw new CitygraphError('TOO_COSTLY')
      },
      supply: (pid, counted) => {
        for (const name of counted) {
          const pids = supplies.get(name)
          if (pids === undefined) supplies.set(name, new Set([pid]))
          else pids.add(pid)
        }
      },
      field: (type, field) => void fields.add(`${type}.${field}`),
      threshold: (entry, pid, value) => void thresholds.push({ entry, pid, value }),
    },
    observed: () => ({ subjects, supplies, rowCount, fields, thresholds }),
  }
}

const nothingObserved: Observed = { subjects: new Set(), supplies: new Map(), rowCount: 0, fields: new Set(), thresholds: [] }

/** HMAC-SHA-256 of a pid under the audit key: hex, the first 32 characters. The same key gives the same person the same token. */
export function subjectToken(auditKey: Uint8Array, pid: string): string {
  return createHmac('sha256', auditKey).update(pid).digest('hex').slice(0, 32)
}

const NONE: readonly never[] = []

/** Most subjects of one record; the rest stands in records that continue it. */
const SUBJECTS_PER_RECORD = 200

export type RecordFacts = {
  readonly requestId: string
  /** Absent where nobody proved who they are. */
  readonly access?: AccessContext
  readonly operation?: { readonly name?: string; readonly hash: string; readonly entries: readonly string[] }
  readonly fields?: AccessRecord['fields']
  readonly observed?: Observed
  readonly policyVersion: string
  readonly outcome: AccessRecord['outcome']
  readonly code?: string
}

/** When and where, and what is made anew for each record: `tokenOf` gives a subject's token, `nextId` ids. */
export type RecordStamp = { readonly id: string; readonly at: Date; readonly log: string; readonly tokenOf: (person: string) => string; readonly nextId: () => string }

/** The record of one request, first; then those that hold its further subjects. */
export function accessRecords(facts: RecordFacts, { id, at, log, tokenOf, nextId }: RecordStamp): readonly [AccessRecord, ...AccessRecord[]] {
  const { access, operation, observed = nothingObserved } = facts
  const subjects: string[] = []
  for (const person of observed.subjects) subjects.push(tokenOf(person))
  const name = access?.operation.name ?? operation?.name
  // A router in front does not tell the client's operation; the subgraph's own is hashed instead.
  const hash = known(access?.operation.hash) ?? known(operation?.hash) ?? UNKNOWN_HASH
  const { requestId, policyVersion, outcome, code } = facts
  const record = accessRecord(
    { id, at, log, requestId, caller: access?.caller, occasion: access, operation: name === undefined ? { hash } : { name, hash }, policyVersion, outcome, code },
    {
      entries: operation?.entries ?? NONE,
      fields: facts.fields ?? NONE,
      subjects: subjects.length <= SUBJECTS_PER_RECORD ? subjects : subjects.slice(0, SUBJECTS_PER_RECORD),
      subjectCount: subjects.length,
      rowCount: observed.rowCount,
    },
  )
  const further: AccessRecord[] = []
  for (let from = SUBJECTS_PER_RECORD; from < subjects.length; from += SUBJECTS_PER_RECORD) {
    const part = subjects.slice(from, from + SUBJECTS_PER_RECORD)
    further.push({ ...record, id: nextId(), continues: record.id, fields: NONE, subjects: part, subjectCount: part.length, rowCount: 0 })
  }
  return [record, ...further]
}

function known(hash: string | undefined): string | undefined {
  return hash === UNKNOWN_HASH ? undefined : hash
}
