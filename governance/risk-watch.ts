// Risk signals and what follows from them: found after each round of the follower, written into the log, and where a rule of risk.yaml
// says so the caller is suspended. What was found is kept until it is done, so that a crash or a log that is away only delays it.

import type { AuditLog } from '../audit/access-record.ts'
import { recordIds } from '../audit/record-id.ts'
import type { SuspensionOffice } from '../audit/suspension-office.ts'
import type { Clock } from '../core/clock.ts'
import { withClient, type DepartmentPool } from '../migrations/pool.ts'
import type { PolicyEngine } from '../policy-engine/engine.ts'
import type { Classification } from '../schema/classification.ts'
import { findSignals, forgetEvents, type FindParts } from './find-signals.ts'

/** Who suspends by a rule; no token can name this organisation, since it is not among those of organisations.yaml. */
export const RISK_OFFICER = { org: 'CITYGRAPH', sub: 'risk' } as const

export type RiskWatch = { round(): Promise<void> }

type ToDo = {
  readonly id: string
  readonly signal: string
  readonly caller_org: string
  readonly caller_sub: string
  readonly count: number
  readonly threshold: number
  readonly window_seconds: number
  readonly recorded: boolean
  readonly suspend: boolean
}

const TO_DO = `SELECT id, signal, caller_org, caller_sub, count, threshold, window_seconds, recorded, suspend FROM alert
  WHERE NOT recorded OR (suspend AND NOT suspended) ORDER BY noticed_at LIMIT 100`
const FORGET_MS = 600_000
const COPY_MS = 5_000
/** Steps in one round; the next one goes on. */
const STEPS = 20

/** `round` runs after the follower's; it throws what failed, and the next one takes it up again. */
export function openRiskWatch(parts: {
  readonly facts: DepartmentPool
  readonly engine: Pick<PolicyEngine, 'bundle'>
  readonly classification: Classification
  readonly audit: AuditLog
  readonly office: Pick<SuspensionOffice, 'suspend'>
  /** Copies the suspensions that are in force. */
  readonly copy: () => Promise<void>
  readonly clock: Clock
}): RiskWatch {
  const { facts, engine, audit, office, clock } = parts
  const find: FindParts = { facts, verifications: verificationsOf(parts.classification) }
  const nextId = recordIds(clock)
  let forgotAt = performance.now()
  let copiedAt = -Infinity

  const record = async (alert: ToDo): Promise<void> => {
    const { id, signal, caller_org: org, caller_sub: sub, count, threshold, window_seconds: window } = alert
    await audit.append([{ id: nextId(), at: clock.now().toISOString(), log: 'governance', event: 'ALERT', about: id, signal, caller: { org, sub }, count, threshold, window }])
    await done('UPDATE alert SET recorded = true WHERE id = $1', id)
  }

  const suspend = async ({ id, caller_org: org, caller_sub: sub }: ToDo): Promise<void> => {
    await office.suspend({ id, org, sub, reason: 'RISK_SIGNAL', by: RISK_OFFICER })
    await done('UPDATE alert SET suspended = true WHERE id = $1', id)
  }

  const done = (text: string, id: string): Promise<unknown> => withClient(facts, (client) => client.query(text, [id]))

  return {
    async round() {
      for (let step = 0; step < STEPS && (await findSignals(find, engine.bundle().risk)); step += 1);
      const { rows } = await withClient(facts, (client) => client.query<ToDo>({ name: 'alerts-to-do', text: TO_DO }))
      for (const alert of rows) {
        if (!alert.recorded) await record(alert)
        if (alert.suspend) await suspend(alert)
      }
      const now = performance.now()
      if (now - copiedAt > COPY_MS) {
        await parts.copy()
        copiedAt = now
      }
      if (now - forgotAt > FORGET_MS) {
        await forgetEvents(find)
        forgotAt = now
      }
    },
  }
}

function verificationsOf(classification: Classification): readonly string[] {
  return classification.fields().filter(({ entry }) => entry?.kind === 'VERIFY' || entry?.kind === 'RESOLVE').map(({ type, field }) => `${type}.${field}`)
}
