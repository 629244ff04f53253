// Suspends callers and restores them, as the writer of the log `governance`. What is done stands in the log before it is in force: the
// record is durable before the change is committed, so a crash leaves a record without a change, never a change without a record.

import pg from 'pg'
import type { Clock } from '../core/clock.ts'
import { isCitygraphError } from '../core/errors.ts'
import { recordable } from '../core/natural-keys.ts'
import type { AuditLog, EventRecord } from './access-record.ts'
import { unavailable } from './audit-pool.ts'
import { recordIds } from './record-id.ts'
import { EVERYBODY, suspended } from './suspensions.ts'

export const suspensionReasons = ['RISK_SIGNAL', 'MISUSE', 'LEAKED_CREDENTIALS', 'LEFT_OFFICE', 'ON_REQUEST'] as const
export type SuspensionReason = (typeof suspensionReasons)[number]

export type Officer = { readonly org: string; readonly sub: string }
/** `id`: of an earlier try, so that it is not done twice. `sub` `*`: every caller of the organisation. */
export type SuspensionOrder = { readonly org: string; readonly sub: string; readonly reason: SuspensionReason; readonly by: Officer; readonly id?: string }
export type Suspension = { readonly id: string; readonly org: string; readonly sub: string; readonly reason: string; readonly by: Officer; readonly at: Date }
export type Restored = 'RESTORED' | 'SAME_OFFICER' | 'NOT_SUSPENDED'

export type SuspensionOffice = {
  /** Durable when it resolves. Throws FORBIDDEN for an officer who is suspended; AUDIT_UNAVAILABLE: then nothing was changed that a later try would not find. */
  suspend(order: SuspensionOrder): Promise<Suspension>
  /** By another person than suspended or is suspended, whatever organisation the token names. Throws as `suspend`. */
  restore(id: string, by: Officer): Promise<Restored>
}

const LOG = 'governance'

/** `pool`: of the writer of log `governance`. `changed` runs after each change, for copies of the list. */
export function suspensionOffice(parts: { readonly pool: pg.Pool; readonly audit: AuditLog; readonly clock: Clock; readonly changed?: () => Promise<void> }): SuspensionOffice {
  const { pool, audit, clock, changed } = parts
  const nextId = recordIds(clock)
  // One after the other: an act holds a connection while its record needs another of the few.
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = last.then(work, work)
    last = mine.catch(() => undefined)
    return mine
  }

  const record = (event: EventRecord['event'], about: string, at: Date, rest: Partial<Pick<EventRecord, 'caller' | 'by' | 'reason'>>): Promise<void> =>
    audit.append([{ id: nextId(), at: at.toISOString(), log: LOG, event, about, ...rest }])

  return {
    suspend: (order) => inTurn(async () => {
      const id = order.id ?? nextId()
      const at = clock.now()
      const { org, reason } = order
      const by = recorded(order.by)
      const sub = order.sub === EVERYBODY ? EVERYBODY : recordable(order.sub)
      try {
        await inTransaction(pool, async (client) => {
          await client.query(SUSPEND, [id, org, sub, reason, by.org, by.sub, at])
          await record('SUSPENSION', id, at, { caller: { org, sub }, by, reason })
        })
      } catch (error) {
        if (order.id === undefined || !isState(error, THERE_ALREADY)) throw isState(error, OFFICER_SUSPENDED) ? suspended() : error
      }
      await changed?.()
      return { id, org, sub, reason, by, at }
    }),
    restore: (id, officer) => inTurn(async () => {
      const at = clock.now()
      const by = recorded(officer)
      const restored = await inTransaction(pool, async (client) => {
        const { rows } = await client.query<{ outcome: Restored }>('SELECT audit.restore($1, $2, $3, $4) AS outcome', [id, by.org, by.sub, at])
        const outcome = rows[0]?.outcome ?? 'NOT_SUSPENDED'
        if (outcome === 'RESTORED') await record('RESTORATION', id, at, { by })
        return outcome
      }).catch((error: unknown) => {
        throw isState(error, OFFICER_SUSPENDED) ? suspended() : error
      })
      await changed?.()
      return restored
    }),
  }
}

const SUSPEND = 'SELECT audit.suspend($1, $2, $3, $4, $5, $6, $7)'

/** An officer as records name him. */
export function recorded({ org, sub }: Officer): Officer {
  return { org: recordable(org), sub: recordable(sub) }
}

/** SQLSTATE: an earlier try went through after all; the officer is suspended (audit.require_officer). */
const THERE_ALREADY = '23505'
export const OFFICER_SUSPENDED = 'CG001'

export function isState(error: unknown, state: string): boolean {
  return isCitygraphError(error) && error.cause instanceof pg.DatabaseError && error.cause.code === state
}

/** Commits what `work` did, or nothing. Throws our own errors as they are, everything else as AUDIT_UNAVAILABLE. */
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
