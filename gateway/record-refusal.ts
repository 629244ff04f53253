// Refusals of the gateway and dry runs go to the `gateway` log (DESIGN 8). A refusal that cannot be recorded stays a refusal: no
// data leave with it; the failure is counted and logged.

import { recordIds } from '../audit/record-id.ts'
import { accessRecord } from '../audit/record-shape.ts'
import type { RecordedReading } from '../audit/record-shape.ts'
import type { AccessRecord, AuditLog } from '../audit/access-record.ts'
import type { Clock } from '../core/clock.ts'
import { CitygraphError } from '../core/errors.ts'
import type { ErrorCode } from '../core/errors.ts'
import { errorFacts } from '../core/logger.ts'
import type { Logger } from '../core/logger.ts'
import type { Caller } from '../policy-engine/decision.ts'
import type { GatewayMetrics } from './metrics.ts'
import type { HeaderOccasion } from './occasion.ts'
import type { DecidedField } from './report.ts'
import type { RecordReference } from './request-state.ts'

/** What is known of the request at the point of refusal. */
export type Refused = {
  readonly requestId: string
  readonly code: ErrorCode
  readonly policyVersion: string
  readonly caller?: Caller
  readonly occasion?: HeaderOccasion
  readonly operation?: { readonly name?: string; readonly hash: string } | undefined
}

export type GatewayRecords = {
  /** Resolves when the record is durable, or counted with others of a flood, or given up and counted. */
  refused(refused: Refused): Promise<void>
  /** A dry run is an answer about policies: throws CitygraphError AUDIT_UNAVAILABLE when it cannot be recorded. */
  dryRun(run: Omit<Refused, 'code'>, fields: readonly DecidedField[]): Promise<RecordReference>
  /** What leaves without a subgraph having read it anew: of a log for an auditor, a kept answer. As `dryRun`. */
  read(run: Omit<Refused, 'code'>, entries: readonly string[], reading?: Pick<RecordedReading, 'fields' | 'rowCount'>): Promise<RecordReference>
}

/** True for what a caller did: everything refused or malformed. What failed on our side stands in the operator's log. */
export function isRecorded(code: ErrorCode): boolean {
  return code !== 'INTERNAL' && code !== 'SUBGRAPH_UNAVAILABLE' && code !== 'AUDIT_UNAVAILABLE'
}

const LOG = 'gateway'

export function gatewayRecords(parts: { audit: AuditLog; clock: Clock; logger: Logger; metrics: GatewayMetrics }): GatewayRecords {
  const nextId = recordIds(parts.clock)
  return {
    async refused(refused) {
      try {
        await parts.audit.refused([record(refused, { outcome: 'REFUSED', code: refused.code }, {})])
      } catch (error) {
        parts.metrics.auditFailures.inc()
        parts.logger.error('refusal not recorded', { requestId: refused.requestId, refusal: refused.code, ...errorFacts(error) })
      }
    },
    dryRun: (run, fields) => answered(run, { fields }),
    read: (run, entries, reading) => answered(run, { ...reading, entries }),
  }

  async function answered(run: Omit<Refused, 'code'>, reading: Partial<RecordedReading>): Promise<RecordReference> {
    const made = record(run, { outcome: 'ANSWERED' }, reading)
    try {
      await parts.audit.append([made])
    } catch (cause) {
      parts.metrics.auditFailures.inc()
      throw new CitygraphError('AUDIT_UNAVAILABLE', {}, { cause })
    }
    return { log: LOG, id: made.id }
  }

  function record(request: Omit<Refused, 'code'>, outcome: Pick<AccessRecord, 'outcome' | 'code'>, reading: Partial<RecordedReading>): AccessRecord {
    return accessRecord({ ...request, ...outcome, id: nextId(), at: parts.clock.now(), log: LOG }, reading)
  }
}
