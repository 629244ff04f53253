// The office of API keys, with the connections it needs: the log of governance to record what it does, the register in the audit database,
// governance's own database to show it. And what a gateway needs to accept keys: the watch of the register and the count of what is used.

import { openAuditPool } from '../audit/audit-pool.ts'
import { keyRegister } from '../audit/key-register.ts'
import { inTurns } from '../audit/officers-act.ts'
import { watchKeys } from '../audit/open-keys.ts'
import { openUse } from '../audit/open-use.ts'
import type { ProcessLeaves } from '../audit/own-leaves.ts'
import { openAuditLog } from '../audit/postgres-log.ts'
import type { Clock } from '../core/clock.ts'
import { errorFacts } from '../core/logger.ts'
import type { Logger } from '../core/logger.ts'
import type { OpenAccess } from '../gateway/open/open-access.ts'
import { deriveTokenKey, openTokens } from '../gateway/open/open-tokens.ts'
import { copyKeys } from '../governance/copy-keys.ts'
import { keyOffice } from '../governance/key-office.ts'
import type { KeyOffice } from '../governance/key-office.ts'
import type { DatabaseAddress } from '../migrations/address.ts'
import { openPool } from '../migrations/pool.ts'
import type { PolicyEngine } from '../policy-engine/engine.ts'
import type { CityDatabases } from './city-databases.ts'
import type { CityKeys } from './keys.ts'

type Parts = { readonly clock: Clock; readonly logger: Logger }

/** Connects when first needed. */
export function openKeyOffice({ clock, logger, leaves }: Parts & { readonly leaves: ProcessLeaves }, databases: Pick<CityDatabases, 'records' | 'follower'>): { readonly office: KeyOffice; readonly close: () => Promise<void> } {
  // Its own: an act holds a connection while its record needs another.
  const pool = openAuditPool(databases.records.governance, { log: 'governance keys', max: 1 })
  const records = openAuditPool(databases.records.governance, { log: 'governance key records', max: 1 })
  const facts = openPool(databases.follower, { max: 1, domain: 'governance' })
  const failed = (what: string) => (cause: unknown): void => logger.error(what, { log: 'governance', ...errorFacts(cause) })
  const audit = openAuditLog({ pool: records, log: 'governance', leaves, onFailure: failed('audit append failed') })
  const register = keyRegister({ pool, audit, clock, inTurn: inTurns(), changed: () => copyKeys(pool, facts).catch(failed('keys not copied')) })
  return {
    office: keyOffice({ register, clock }),
    close: async () => {
      await audit.close()
      await Promise.all([pool.end(), records.end(), facts.end()])
    },
  }
}

/** What a gateway goes by. `address`: the audit database of governance, as a gateway. `tokens` where it has a key to seal with, from which theirs is derived. */
export function openAccess({ clock, logger, engine }: Parts & { readonly engine: Pick<PolicyEngine, 'organisation'> }, address: DatabaseAddress, keys: Pick<CityKeys, 'seal'>, issuer: string | undefined): { readonly it: OpenAccess; readonly close: () => Promise<void> } {
  const failed = (what: string) => (cause: unknown): void => logger.error(what, errorFacts(cause))
  const pool = openAuditPool(address, { log: 'open keys', max: 1 })
  // Its own: the counts of one caller wait for each other, and news must not wait for them.
  const counts = openAuditPool(address, { log: 'open use', max: 4 })
  const watch = watchKeys({ pool, clock, onFailure: failed('API keys unknown') })
  return {
    it: {
      keys: watch,
      use: openUse({ pool: counts, onFailure: failed('use of open queries not counted') }),
      ...(keys.seal === undefined ? {} : { tokens: openTokens({ key: deriveTokenKey(keys.seal), clock, issuer }) }),
      organisationKind: (org) => engine.organisation(org)?.kind,
      now: () => clock.now(),
    },
    close: async () => {
      await watch.close()
      await Promise.all([pool.end(), counts.end()])
    },
  }
}
