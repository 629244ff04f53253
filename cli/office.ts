// The office that suspends and restores callers, with the connections it needs: the log of governance to record what it does, the audit
// database to put it in force, governance's own database to show it.

import { openAuditPool } from '../audit/audit-pool.ts'
import type { AuditLog } from '../audit/access-record.ts'
import { openAuditLog } from '../audit/postgres-log.ts'
import { suspensionOffice } from '../audit/suspension-office.ts'
import type { SuspensionOffice } from '../audit/suspension-office.ts'
import type { Clock } from '../core/clock.ts'
import { errorFacts } from '../core/logger.ts'
import type { Logger } from '../core/logger.ts'
import { copySuspensions } from '../governance/copy-suspensions.ts'
import { openPool } from '../migrations/pool.ts'
import type { CityDatabases } from './city-databases.ts'

export type OpenOffice = { readonly office: SuspensionOffice; readonly audit: AuditLog; readonly copy: () => Promise<void>; readonly close: () => Promise<void> }

/** Connects when first needed. The log is signed by the subgraph's process, not here. */
export function openOffice({ clock, logger }: { readonly clock: Clock; readonly logger: Logger }, databases: Pick<CityDatabases, 'records' | 'logs' | 'follower' | 'auditReader'>): OpenOffice {
  const pool = openAuditPool(databases.records.governance, { log: 'governance office' })
  const facts = openPool(databases.follower, { max: 1, domain: 'governance' })
  const where = databases.logs.find(({ logs }) => logs.includes('governance'))
  const source = openPool(where?.address ?? databases.auditReader, { max: 1, domain: 'governance' })
  const failed = (what: string) => (cause: unknown): void => logger.error(what, { log: 'governance', ...errorFacts(cause) })
  const audit = openAuditLog({ pool, log: 'governance', onFailure: failed('audit append failed') })
  const copy = (): Promise<void> => copySuspensions(source, facts)
  return {
    office: suspensionOffice({ pool, audit, clock, changed: () => copy().catch(failed('suspensions not copied')) }),
    audit,
    copy,
    close: async () => {
      await audit.close()
      await Promise.all([pool.end(), facts.end(), source.end()])
    },
  }
}
