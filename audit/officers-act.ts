// What all acts of officers have in common in the audit database: one after the other in a process, each in one transaction that ends
// with its record, and only by somebody who is not suspended.

import pg from 'pg'
import { isCitygraphError } from '../core/errors.ts'
import { recordable } from '../core/natural-keys.ts'
import { unavailable } from './audit-pool.ts'

export type Officer = { readonly org: string; readonly sub: string }

/** As records hold the name. */
export function recorded({ org, sub }: Officer): Officer {
  return { org: recordable(org), sub: recordable(sub) }
}

export type InTurn = <T>(work: () => Promise<T>) => Promise<T>

/** One after the other: an act holds a connection while its record needs another of the few. */
export function inTurns(): InTurn {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const mine = last.then(work, work)
    last = mine.catch(() => undefined)
    return mine
  }
}

/** SQLSTATE: an earlier try went through after all; the officer is suspended (audit.require_officer). */
export const THERE_ALREADY = '23505'
export const OFFICER_SUSPENDED = 'CG001'

export function isState(error: unknown, state: string): boolean {
  return isCitygraphError(error) && error.cause instanceof pg.DatabaseError && error.cause.code === state
}

/** Throws what `work` throws of ours, else AUDIT_UNAVAILABLE. */
export async function inTransaction<T>(pool: pg.Pool, work: (client: pg.ClientBase) => Promise<T>): Promise<T> {
  let client: pg.PoolClient | undefined
  try {
    client = await pool.connect()
    await client.query('BEGIN')
    const result = await work(client)
    await client.query('COMMIT')
    client.release()
    return result
  } catch (cause) {
    // Broken or in a transaction: either way not to be used again; PostgreSQL rolls back.
    client?.release(true)
    throw isCitygraphError(cause) ? cause : unavailable(cause)
  }
}
