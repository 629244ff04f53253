// A complete access record for tests of the audit log; synthetic, values only of its own contract.

import { randomUUID } from 'node:crypto'
import type { AccessRecord } from '../../audit/access-record.ts'

/** A record as a subgraph would write it on 2026-03-01, with what is given in place of the defaults. */
export function accessRecord(given: Partial<AccessRecord> = {}): AccessRecord {
  return {
    id: randomUUID(),
    at: '2026-03-01T02:00:00.000Z',
    log: 'population',
    requestId: '5d3c1a52-0000-4000-8000-000000000000',
    caller: { org: 'PSB', kind: 'department', sub: 'officer-1' },
    operationHash: 'a'.repeat(64),
    entries: ['Query.people'],
    fields: [{ field: 'Person.name', decision: 'CLEAR', policies: ['matrix/owner'] }],
    subjects: [],
    subjectCount: 0,
    rowCount: 0,
    policyVersion: 'sha256:00',
    outcome: 'ANSWERED',
    ...given,
  }
}
