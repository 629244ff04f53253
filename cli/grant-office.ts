// The office of applications and grants, with the connections it needs: the log of governance to record what it does, the register in
// the audit database, governance's own database to show it. And the watch of the register that every process that decides needs.

import type pg from 'pg'
import { watchGrants } from '../audit/approved-grants.ts'
import { openAuditPool } from '../audit/audit-pool.ts'
import { grantRegister } from '../audit/grant-register.ts'
import type { GrantRegister } from '../audit/grant-register.ts'
import type { ProcessLeaves } from '../audit/own-leaves.ts'
import { openAuditLog } from '../audit/postgres-log.ts'
import type { Clock } from '../core/clock.ts'
import { errorFacts } from '../core/logger.ts'
import type { Logger } from '../core/logger.ts'
import { grantCopier } from '../governance/copy-grants.ts'
import { grantOffice } from '../governance/grant-office.ts'
import type { GrantOffice } from '../governance/grant-office.ts'
import type { DatabaseAddress } from '../migrations/address.ts'
import { openPool } from '../migrations/pool.ts'
import type { PolicyEngine } from '../policy-engine/engine.ts'
import type { Classification } from '../schema/classification.ts'
import type { CityDatabases } from './city-databases.ts'

/** Each waits two seconds; a machine that starts everything at once is busy. */
const ASKED_AT_START = 5
const SAYS_WHERE = 'GOVERNANCE_AUDIT_DATABASE_URL, or AUDIT_DATABASE_URL for all logs, names the audit database of governance'

type Deciding = { readonly engine: PolicyEngine; readonly logger: Logger }
export type OpenGrantOffice = { readonly office: GrantOffice; readonly register: GrantRegister; readonly close: () => Promise<void> }

/** Connects when first needed. */
export function openGrantOffice(core: Deciding & { readonly classification: Classification; readonly clock: Clock; readonly leaves: ProcessLeaves }, databases: Pick<CityDatabases, 'records' | 'logs' | 'follower' | 'auditReader'>): OpenGrantOffice {
  const { clock, logger, engine, classification, leaves } = core
  // Its own: an act holds a connection while its record needs another, and other acts hold theirs.
  const pool = openAuditPool(databases.records.governance, { log: 'governance grants' })
  const records = openAuditPool(databases.records.governance, { log: 'governance grant records', max: 1 })
  const facts = openPool(databases.follower, { max: 1, domain: 'governance' })
  const where = databases.logs.find(({ logs }) => logs.includes('governance'))
  const source = openPool(where?.address ?? databases.auditReader, { max: 1, domain: 'governance' })
  const failed = (what: string) => (cause: unknown): void => logger.error(what, { log: 'governance', ...errorFacts(cause) })
  const audit = openAuditLog({ pool: records, log: 'governance', leaves, onFailure: failed('audit append failed') })
  const copy = grantCopier(source, facts, () => ({ bundle: engine.bundle(), classification }))
  // This process goes by what was done from the answer on; others hear of it within a second.
  const changed = async (): Promise<void> => {
    await engine.reloadRegister().catch(failed('grants not taken up'))
    await copy().catch(failed('grants not copied'))
  }
  const register = grantRegister({ pool, audit, clock, changed })
  return {
    office: grantOffice({ register, engine, classification, clock }),
    register,
    close: async () => {
      await audit.close()
      await Promise.all([pool.end(), records.end(), facts.end(), source.end()])
    },
  }
}

/** `answered` throws a sentence for the operator where the register does not say what it holds, or lies elsewhere. */
export type FollowedRegister = { readonly answered: () => Promise<void>; readonly close: () => Promise<void> }

/** The engine goes by the register of this audit database from now on; before this resolves by what it holds already. */
export async function followRegister({ engine, logger }: Deciding, address: DatabaseAddress): Promise<FollowedRegister> {
  const pool = openAuditPool(address, { log: 'grants', max: 1 })
  const failed = (cause: unknown): void => logger.error('grants of the register unknown', errorFacts(cause))
  const register = watchGrants({ pool, changed: () => void engine.registerChanged().catch(failed), onFailure: failed })
  await engine.follow(register)
  return {
    answered: async () => {
      for (let asked = 1; asked < ASKED_AT_START && !register.fresh(); asked += 1) await register.refresh()
      if (!register.fresh()) throw new Error(`The register of grants does not answer: ${SAYS_WHERE}, as a role that writes a log there.`)
      if (await liesElsewhere(pool)) throw new Error(`The register of grants lies elsewhere: the log of governance is not written there. ${SAYS_WHERE}.`)
    },
    close: async () => {
      await register.close()
      await pool.end()
    },
  }
}

/** Whether the log of governance is surely not written there; a role that only writes may not look. */
async function liesElsewhere(pool: Pick<pg.Pool, 'query'>): Promise<boolean> {
  const { rows } = await pool.query<{ may: boolean }>(`SELECT has_table_privilege('audit.log', 'SELECT') AS may`)
  if (rows[0]?.may !== true) return false
  return (await pool.query(`SELECT FROM audit.log WHERE name = 'governance'`)).rowCount === 0
}
