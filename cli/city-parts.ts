// Puts a city together from its folders: classification, engine, subgraphs, logs. Every command that serves uses these.

import type { KeyObject } from 'node:crypto'
import { resolve } from 'node:path'
import type pg from 'pg'
import { openAuditPool } from '../audit/audit-pool.ts'
import { openCommitQueue } from '../audit/commit-queue.ts'
import type { CommitQueue } from '../audit/commit-queue.ts'
import { processLeaves } from '../audit/own-leaves.ts'
import type { ProcessLeaves } from '../audit/own-leaves.ts'
import { openAuditLog } from '../audit/postgres-log.ts'
import { watchSuspensions } from '../audit/suspensions.ts'
import type { Suspensions } from '../audit/suspensions.ts'
import type { AuditLog } from '../audit/access-record.ts'
import { openSupplyLedger } from '../audit/supply.ts'
import type { SupplyLedger } from '../audit/supply.ts'
import { openSigner } from '../audit/signer.ts'
import { systemClock } from '../core/clock.ts'
import type { Clock } from '../core/clock.ts'
import type { Config, Executor } from '../core/config.ts'
import { subgraphNames } from '../core/domains.ts'
import type { SubgraphName } from '../core/domains.ts'
import { errorFacts } from '../core/logger.ts'
import type { Logger } from '../core/logger.ts'
import { createAuthenticate } from '../gateway/authenticate.ts'
import type { Authenticate } from '../gateway/authenticate.ts'
import type { DemonstrationIssuer } from '../gateway/demonstration-issuer.ts'
import type { DatabaseAddress } from '../migrations/address.ts'
import { openPool } from '../migrations/pool.ts'
import { rememberingReader } from '../open/library.ts'
import type { QueryReader } from '../open/library.ts'
import type { BundleFile } from '../policy-engine/bundle-files.ts'
import { createPolicyEngine } from '../policy-engine/engine.ts'
import type { PolicyEngine } from '../policy-engine/engine.ts'
import { createCursorSeal } from '../resolvers/cursors.ts'
import { createPublicIds } from '../resolvers/ids.ts'
import { readClassification } from '../schema/classification.ts'
import type { Classification } from '../schema/classification.ts'
import { allSubgraphSdl } from '../schema/load.ts'
import type { Subgraph } from '../subgraphs/subgraph.ts'
import { departments } from '../subgraphs/departments.ts'
import { openHoldingsReport } from '../subgraphs/report-holdings.ts'
import { acceptedPolicies } from './accepted-policies.ts'
import type { CityDatabases } from './city-databases.ts'
import { followClock } from './demonstration-clock.ts'
import { demonstrationIssuer } from './issuer.ts'
import type { CityKeys } from './keys.ts'
import { openGrantOffice } from './grant-office.ts'
import { openKeyOffice } from './key-office.ts'
import { openOffice } from './office.ts'
import { openQueriesFolder, readPublishedFiles } from './open-queries.ts'
import { needIssuers } from './settings.ts'

/** What is the same in every process of a city. */
export type CityCore = {
  readonly classification: Classification
  readonly engine: PolicyEngine
  readonly clock: Clock
  readonly logger: Logger
  /** Open queries that ship as files and are published. */
  readonly openFiles: readonly BundleFile[]
  readonly readOpen: QueryReader
  /** What this process appends to logs, for those that it signs. */
  readonly leaves: ProcessLeaves
  readonly close: () => void
}

/**
 * A part that can be closed, in the order given by the caller. `ready` is false when it could not serve just now; it throws a
 * sentence for the operator when a database cannot be reached.
 */
export type Open<T> = { readonly it: T; readonly close: () => Promise<void>; readonly ready: () => Promise<boolean> }

export const policiesFolder = resolve(import.meta.dirname, '../policies')

/** Reads schema and policies and begins to watch the policies. Throws every problem of a bundle that is refused at start. */
export async function openCore(clock: Clock, logger: Logger, where: { readonly policies?: string | undefined; readonly openQueries?: string | undefined; readonly embedded?: CityDatabases | undefined } = {}): Promise<CityCore> {
  const directory = where.policies ?? policiesFolder
  const classification = readClassification(allSubgraphSdl())
  const engine = await createPolicyEngine({
    directory,
    ...(where.embedded?.embedded === true ? { accepted: acceptedPolicies(where.embedded.folder) } : {}),
    classification,
    clock,
    onAccepted: ({ hash, sequence }) => logger.info('policies accepted', { hash, sequence }),
    onLeftOut: (problems) => {
      for (const { file, message } of problems) logger.warn('a grant of the register does not fit and is left out', { file, message })
    },
    onRefused: (problems) => {
      for (const { file, line, column, message } of problems) logger.error('policies refused; the earlier bundle goes on serving', { file, line, column, message })
    },
  })
  const openFiles = await readPublishedFiles(where.openQueries ?? openQueriesFolder, logger)
  const watching = engine.watch()
  return { classification, engine, clock, logger, openFiles, readOpen: rememberingReader(), leaves: processLeaves(), close: () => watching.close() }
}

/** The clock of a process that is not the city's first. */
export function clockOf(databases: CityDatabases): Clock {
  return databases.embedded ? followClock(databases.folder) : systemClock
}

/** What stands between a subgraph and its log: nothing, but in a measurement of what records cost. */
export type LogWrapper = (log: AuditLog) => AuditLog

/** `queue`: of a process that writes several logs. */
export type LogOptions = { readonly wrap?: LogWrapper | undefined; readonly queue?: CommitQueue | undefined }

/** `leaves`: of the process, where there is no `queue`. */
export type LogPlace = { readonly queue?: CommitQueue | undefined; readonly leaves?: ProcessLeaves | undefined }

/** `executor`: how operations run; left out: compiled. `suspensions`: what its process hears; left out: the subgraph asks by itself. */
export type SubgraphOptions = LogOptions & { readonly executor?: Executor; readonly suspensions?: Suspensions | undefined }

/** One subgraph on its database and its log. */
export function openSubgraph(domain: SubgraphName, core: CityCore, databases: CityDatabases, keys: CityKeys, { wrap = (log) => log, queue, executor = 'compiled', suspensions }: SubgraphOptions = {}): Open<Subgraph> {
  const database = openPool(databases.serving[domain], { max: 8, domain })
  const audit = openLog(domain, databases.records[domain], core.logger, keys.audit, { queue, leaves: core.leaves })
  const hearing = suspensions === undefined ? openSuspensions(core, databases.register ?? databases.records[domain]) : { it: suspensions, close: async () => undefined }
  const acting = domain === 'governance' ? openOffice(core, databases) : undefined
  const granting = domain === 'governance' ? openGrantOffice(core, databases) : undefined
  const holding = domain === 'governance' ? openKeyOffice(core, databases) : undefined
  const { classification, clock, logger } = core
  const report = domain === 'governance' ? undefined : openHoldingsReport({ domain, database, audit: audit.it, classification, clock, logger })
  const it = departments[domain]({
    ...(acting === undefined ? {} : { office: acting.office, stopOffice: acting.stops, correctionOffice: acting.corrections, openOffice: acting.open }),
    ...(granting === undefined ? {} : { grants: granting.office }),
    ...(holding === undefined ? {} : { keys: holding.office }),
    classification: core.classification,
    engine: core.engine,
    database,
    audit: wrap(audit.it),
    suspensions: hearing.it,
    supply: audit.supply,
    ids: createPublicIds(keys.ids),
    cursors: createCursorSeal(keys.ids),
    clock: core.clock,
    logger: core.logger,
    auditKey: keys.subjects,
    executor,
  })
  return {
    it,
    ready: async () => {
      await reach(database, 'SELECT 1', `database of ${domain}`)
      return audit.ready()
    },
    close: async () => {
      await acting?.close()
      await granting?.close()
      await holding?.close()
      await report?.close()
      await hearing.close()
      await audit.close()
      await database.end()
    },
  }
}

/** Who is suspended and what is stopped, by the audit database at `address`. */
export function openSuspensions({ logger }: Pick<CityCore, 'logger'>, address: DatabaseAddress): Pick<Open<Suspensions>, 'it' | 'close'> {
  const pool = openAuditPool(address, { log: 'suspensions', max: 1 })
  const it = watchSuspensions({ pool, onFailure: (cause) => logger.error('suspensions unknown', errorFacts(cause)) })
  return {
    it,
    close: async () => {
      await it.close()
      await pool.end()
    },
  }
}

/** The log of a department or of the gateway, whose heads `key` signs while it grows. */
export function openLog(log: string, address: DatabaseAddress, logger: Logger, key: KeyObject, { queue, leaves }: LogPlace = {}): Open<AuditLog> & { readonly supply: SupplyLedger } {
  // One connection for appends, one for the signer, one for whoever asks whether the log can be written.
  const pool = openAuditPool(address, { log, max: 3 })
  // Its own: charges of one organisation wait for each other, and nothing else may wait for them. It connects when first needed.
  const charges = openAuditPool(address, { log: `${log} supply` })
  let failedAt = -Infinity
  const onFailure = (cause: unknown): void => {
    failedAt = performance.now()
    logger.error('audit append failed', { log, ...errorFacts(cause) })
  }
  const commits = queue ?? openCommitQueue({ pool, leaves })
  const it = openAuditLog({ log, onFailure, queue: commits })
  const signer = openSigner({ pool, log, key, own: commits.leaves.of(log), onFailure: (failure, cause) => logger.error('log not signed', { log, failure, ...errorFacts(cause) }) })
  const supply = openSupplyLedger({ pool: charges, onFailure: (cause) => logger.error('supply not charged', { log, ...errorFacts(cause) }) })
  return {
    it,
    supply,
    // Records that nobody signs are protected by nothing: somebody must look before more is answered.
    ready: async () => {
      const { rows } = await reach(pool, WRITABLE, `audit database of log ${log}`)
      return rows[0]?.['writable'] === true && performance.now() - failedAt > FAILURE_REMEMBERED_MS && signer.refusal() === undefined
    },
    close: async () => {
      await it.close()
      await signer.close()
      await pool.end()
      await charges.end()
    },
  }
}

/** A standby and a database set to read-only answer, but nothing can be recorded there. */
const WRITABLE = `SELECT current_setting('transaction_read_only') = 'off' AND has_function_privilege('audit.append_numbered(text[], integer[], integer[], integer[], integer[], bytea, bytea)', 'EXECUTE') AS writable`
/** A lock is seen by nobody but who waits for it: an append that failed counts for so long. */
const FAILURE_REMEMBERED_MS = 2_000

async function reach(pool: pg.Pool, text: string, what: string): Promise<pg.QueryResult<Record<string, unknown>>> {
  try {
    return await pool.query(text)
  } catch (cause) {
    throw new Error(`The ${what} cannot be reached.`, { cause })
  }
}

/** Configured issuers, or the demonstration issuer of an embedded city. */
export async function openIssuers(config: Config, core: CityCore, keys: CityKeys, embedded: boolean): Promise<{ authenticate: Authenticate; demonstration?: DemonstrationIssuer }> {
  const organisationKind = (org: string): string | undefined => core.engine.organisation(org)?.kind
  if (config.issuers !== undefined) return { authenticate: createAuthenticate({ issuers: config.issuers, clock: core.clock, organisationKind }) }
  if (!embedded) needIssuers(config)
  const demonstration = await demonstrationIssuer(keys, core.clock)
  return { authenticate: createAuthenticate({ issuers: [demonstration.trusted], clock: core.clock, organisationKind }), demonstration }
}

/** All subgraphs. */
export function openSubgraphs(core: CityCore, databases: CityDatabases, keys: CityKeys, options: SubgraphOptions = {}): readonly Open<Subgraph>[] {
  return subgraphNames.map((domain) => openSubgraph(domain, core, databases, keys, options))
}

/** The commits that all logs of one process share, where one role may write them all. `queue` undefined: each log has its own. */
export function openSharedCommits({ together }: Pick<CityDatabases, 'together'>, leaves: ProcessLeaves): { readonly queue: CommitQueue | undefined; readonly close: () => Promise<void> } {
  if (together === undefined) return { queue: undefined, close: async () => undefined }
  const pool = openAuditPool(together, { log: 'all' })
  return { queue: openCommitQueue({ pool, leaves }), close: () => pool.end() }
}
