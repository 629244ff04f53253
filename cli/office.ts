// The offices that suspend and restore callers, and stop, resume and publish, with the connections it needs: the log of governance to record what it does, the audit
// database to put it in force, governance's own database to show it.

import { openAuditPool } from '../audit/audit-pool.ts'
import type { AuditLog } from '../audit/access-record.ts'
import { openOffice as openRegisterOffice } from '../audit/open-office.ts'
import { inTurns } from '../audit/officers-act.ts'
import { openAuditLog } from '../audit/postgres-log.ts'
import { stopOffice } from '../audit/stop-office.ts'
import type { StopOffice } from '../audit/stop-office.ts'
import { suspensionOffice } from '../audit/suspension-office.ts'
import type { SuspensionOffice } from '../audit/suspension-office.ts'
import { errorFacts } from '../core/logger.ts'
import { correctionOffice } from '../governance/correction-office.ts'
import type { CorrectionOffice } from '../governance/correction-office.ts'
import { openQueryCopier } from '../governance/copy-open-queries.ts'
import type { CopiedQueries } from '../governance/copy-open-queries.ts'
import { copyKeys } from '../governance/copy-keys.ts'
import { copyStops } from '../governance/copy-stops.ts'
import { copySuspensions } from '../governance/copy-suspensions.ts'
import { openQueryOffice } from '../governance/open-query-office.ts'
import type { OpenQueryOffice } from '../governance/open-query-office.ts'
import { openPool } from '../migrations/pool.ts'
import type { CityDatabases } from './city-databases.ts'
import { openGraph } from './open-queries.ts'
import type { OpenCore } from './open-queries.ts'

export type OpenOffice = { readonly office: SuspensionOffice; readonly stops: StopOffice; readonly corrections: CorrectionOffice; readonly open: OpenQueryOffice; readonly audit: AuditLog; readonly copy: () => Promise<void>; readonly copyOpen: () => Promise<CopiedQueries>; readonly close: () => Promise<void> }

/** Connects when first needed. Its records are signed with all others of the log, where this process signs it. */
export function openOffice({ clock, logger, engine, classification, openFiles: files, readOpen: read, leaves }: OpenCore, databases: Pick<CityDatabases, 'records' | 'logs' | 'follower' | 'auditReader'>): OpenOffice {
  const pool = openAuditPool(databases.records.governance, { log: 'governance office' })
  const facts = openPool(databases.follower, { max: 1, domain: 'governance' })
  const reports = openPool(databases.follower, { max: 2, domain: 'governance' })
  const where = databases.logs.find(({ logs }) => logs.includes('governance'))
  const source = openPool(where?.address ?? databases.auditReader, { max: 1, domain: 'governance' })
  const failed = (what: string) => (cause: unknown): void => logger.error(what, { log: 'governance', ...errorFacts(cause) })
  const audit = openAuditLog({ pool, log: 'governance', leaves, onFailure: failed('audit append failed') })
  const copy = async (): Promise<void> => {
    await copySuspensions(source, facts)
    await copyStops(source, facts)
    await copyKeys(pool, facts)
  }
  const graph = openGraph(classification)
  const copyOpen = openQueryCopier({ source, facts, engine, graph, files, read, clock })
  const inTurn = inTurns()
  const shared = { pool, audit, clock, inTurn, changed: () => copy().catch(failed('suspensions and stops not copied')) }
  return {
    office: suspensionOffice(shared),
    stops: stopOffice(shared),
    corrections: correctionOffice({ facts: reports, audit, clock, rules: () => engine.bundle().corrections }),
    open: openQueryOffice({ office: openRegisterOffice({ pool, audit, clock, inTurn, changed: () => copyOpen().then(() => undefined, failed('open queries not copied')) }), engine, graph, files }),
    audit,
    copy,
    copyOpen,
    close: async () => {
      await audit.close()
      await Promise.all([pool.end(), facts.end(), reports.end(), source.end()])
    },
  }
}
