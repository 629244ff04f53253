// A department says once a day in its own log what its tables hold, as coarsely as anybody may know it (resolvers/holdings.ts): so the
// catalogue has numbers and days without anybody reaching a department's database but the department itself. Fails quietly: the catalogue
// then shows the older word, and serving goes on.

import type { AuditLog } from '../audit/access-record.ts'
import { recordIds } from '../audit/record-id.ts'
import { roundedDown } from '../audit/rounded-count.ts'
import type { Clock } from '../core/clock.ts'
import type { SubgraphName } from '../core/domains.ts'
import { errorFacts } from '../core/logger.ts'
import type { Logger } from '../core/logger.ts'
import type { DepartmentPool } from '../migrations/pool.ts'
import { holdingsOf } from '../resolvers/holdings.ts'
import type { Classification } from '../schema/classification.ts'

export type HoldingsParts = {
  readonly domain: SubgraphName
  readonly database: DepartmentPool
  readonly audit: Pick<AuditLog, 'append'>
  readonly classification: Classification
  readonly clock: Clock
}

/** A start has other things to do first. */
const FIRST_MS = 180_000
const PAUSE_MS = 86_400_000

/** Counts and appends one record. Throws what database or log throw. */
export async function reportHoldings({ domain, database, audit, classification, clock }: HoldingsParts): Promise<void> {
  const holdings = await holdingsOf(domain, { database, classification, round: roundedDown })
  if (holdings.length > 0) await audit.append([{ id: recordIds(clock)(), at: clock.now().toISOString(), log: domain, event: 'HOLDINGS', holdings }])
}

/** Reports from time to time until closed; `close` waits for a report under way. */
export function openHoldingsReport(parts: HoldingsParts & { readonly logger: Logger }): { readonly close: () => Promise<void> } {
  const { domain, logger } = parts
  let running: Promise<void> = Promise.resolve()
  let closed = false
  let timer: NodeJS.Timeout | undefined
  const reportIn = (ms: number): void => {
    if (closed) return
    timer = setTimeout(() => {
      running = reportHoldings(parts).catch((error: unknown) => logger.warn('holdings not reported', { domain, ...errorFacts(error) })).then(() => reportIn(PAUSE_MS))
    }, ms)
    timer.unref()
  }
  reportIn(FIRST_MS)
  return {
    close: async () => {
      closed = true
      clearTimeout(timer)
      await running
    },
  }
}
