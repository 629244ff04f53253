// Connections of one writer to the audit database: short patience, since an answer waits for its record, and commits that wait
// for the disk. A server that goes away never ends the process; the next append tries anew.

import pg from 'pg'
import { CitygraphError } from '../core/errors.ts'

/** Longest wait for a record to become durable, milliseconds; then the answer is AUDIT_UNAVAILABLE. */
export const APPEND_PATIENCE_MS = 2_000

/** Opens the pool without connecting. One connection is enough for a log: its appends stand in a row anyway; two bridge a broken one. */
export function openAuditPool(address: pg.PoolConfig, { log, max = 2 }: { log: string; max?: number }): pg.Pool {
  const pool = new pg.Pool({
    ...address,
    max,
    application_name: `citygraph audit ${log}`,
    connectionTimeoutMillis: APPEND_PATIENCE_MS,
    statement_timeout: APPEND_PATIENCE_MS,
    query_timeout: APPEND_PATIENCE_MS,
    idle_in_transaction_session_timeout: APPEND_PATIENCE_MS,
    options: '-c synchronous_commit=on',
    idleTimeoutMillis: 60_000,
    keepAlive: true,
  })
  // An idle connection that breaks reports here; the pool has already dropped it.
  pool.on('error', () => undefined)
  // A connection that breaks while it is taken reports at itself; the statement under way rejects.
  pool.on('connect', (client) => client.on('error', () => undefined))
  return pool
}

/** What `work` gives; rejects when that takes longer than APPEND_PATIENCE_MS, whatever the server or the network does. */
export async function withPatience<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const patience = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the audit database took too long')), APPEND_PATIENCE_MS)
  })
  try {
    return await Promise.race([work, patience])
  } finally {
    clearTimeout(timer)
  }
}

/** What is answered where something could not be recorded, charged or ordered. */
export function unavailable(cause: unknown): CitygraphError {
  return new CitygraphError('AUDIT_UNAVAILABLE', {}, { cause })
}
