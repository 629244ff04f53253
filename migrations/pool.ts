// Connections of one department's serving role. A server that goes away never ends the process: it becomes SUBGRAPH_UNAVAILABLE
// with the domain's name, and the next request tries anew. Refuses to wait long for a connection or a statement.

import pg from 'pg'
import { CitygraphError, isCitygraphError } from '../core/errors.ts'
import type { DatabaseAddress } from './address.ts'
import { openLanes, type Lanes } from './lanes.ts'

/** How long a start waits for a connection: it also loads programs meanwhile, which on a busy machine keeps it from hearing the answer. */
export const START_PATIENCE_MS = 20_000

export type PoolOptions = {
  /** Most connections at a time. */
  readonly max: number
  /** Names the department in errors and in pg_stat_activity. */
  readonly domain: string
  /** Connections beside those, for statements that read and are quick; 2 when not given. They too connect only when asked. */
  readonly lanes?: number
}

/** A pool that knows whose it is. Take connections with `withClient`, so that losing the server is told apart from a bad statement. */
export type DepartmentPool = pg.Pool & { readonly domain: string }

/** With lanes beside it; `end` closes them too. */
export type ServingPool = DepartmentPool & { readonly lanes: Lanes }

/** Opens the pool; connects only when asked for the first connection, so it never throws for a database that is down. */
export function openPool(address: DatabaseAddress, { max, domain, lanes: count = 2 }: PoolOptions): ServingPool {
  const settings: pg.ClientConfig = {
    application_name: `citygraph ${domain}`,
    connectionTimeoutMillis: 2_000,
    statement_timeout: 5_000,
    idle_in_transaction_session_timeout: 10_000,
    keepAlive: true,
  }
  const pool = new pg.Pool({
    ...settings,
    ...address,
    max,
    // The client's own patience, should the server be gone without a word.
    query_timeout: 7_000,
    idleTimeoutMillis: 60_000,
  })
  // An idle connection that breaks reports here; the pool has already dropped it.
  pool.on('error', () => undefined)
  // A connection that breaks while it is taken reports at itself; the statement under way rejects.
  pool.on('connect', (client) => client.on('error', () => undefined))
  // Lanes have statements with keys and pages alone, whose plan does not depend on the values: it is made once, not for each execution.
  const lanes = openLanes(address, { ...settings, options: '-c plan_cache_mode=force_generic_plan' }, count)
  const endPool = pool.end.bind(pool)
  return Object.assign(pool, {
    domain,
    lanes,
    end: async () => {
      await lanes.close()
      await endPool()
    },
  })
}

/**
 * Runs `work` on one connection of the pool. Throws CitygraphError SUBGRAPH_UNAVAILABLE (facts.domain) when the database cannot
 * be reached or goes away; every other error of `work` comes through as it is. A connection that failed is not used again.
 */
export async function withClient<T>(pool: DepartmentPool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  let client: pg.PoolClient
  try {
    client = await pool.connect()
  } catch (cause) {
    throw unavailable(pool.domain, cause)
  }
  try {
    const result = await work(client)
    client.release()
    return result
  } catch (error) {
    // Whatever failed may have left a transaction open or a half-read answer; only our own refusals are known to be harmless.
    client.release(!isCitygraphError(error))
    throw isLost(error) ? unavailable(pool.domain, error) : error
  }
}

/** Whether an error of `pg` means that the server is away rather than that the statement is wrong. */
export function isLost(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  // SQLSTATE 08 connection, 53 out of connections, memory or disk, 57P server going down or coming up; E… of the socket.
  if (/^(08|53|57P)/.test(code) || /^E[A-Z]+$/.test(code)) return true
  // `pg` gives no code when the socket closes under a statement or nobody answers.
  return /^(Connection terminated|Client has encountered a connection error|Client was closed|Query read timeout)/.test(error.message)
}

function unavailable(domain: string, cause: unknown): CitygraphError {
  return new CitygraphError('SUBGRAPH_UNAVAILABLE', { domain }, { cause })
}
