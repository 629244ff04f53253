// Stops sharing and resumes it, withdraws and publishes, as the writer of the log `governance`. As with suspensions, what is done stands
// in the log before it is in force; every process hears of it within a second (suspensions.ts).

import type pg from 'pg'
import type { Clock } from '../core/clock.ts'
import type { AuditLog, EventRecord } from './access-record.ts'
import { recordable } from '../core/natural-keys.ts'
import { inTransaction, isState, OFFICER_SUSPENDED, recorded } from './officers-act.ts'
import type { InTurn, Officer } from './officers-act.ts'
import { recordIds } from './record-id.ts'
import { suspended } from './suspensions.ts'

/** `target`: `Type.field` of department `owner`; an organisation's code; a client's id as tokens name it. */
export type StopOrder =
  | { readonly kind: 'FIELD'; readonly target: string; readonly owner: string; readonly reason: string; readonly by: Officer }
  | { readonly kind: 'ORGANISATION' | 'APPLICATION'; readonly target: string; readonly reason: string; readonly by: Officer }
export type PublicationOrder = { readonly target: string; readonly owner: string; readonly state: PublicationState; readonly by: Officer }
export type PublicationState = 'DRAFT' | 'REVIEW' | 'PUBLISHED' | 'WITHDRAWN'
export type Resumed = 'RESUMED' | 'SAME_OFFICER' | 'NOT_STOPPED'
export type Stepped = { readonly outcome: 'DONE'; readonly id: string } | { readonly outcome: 'SAME_OFFICER' | 'OTHER_STATE' }

/** All throw FORBIDDEN for an officer who is suspended, and AUDIT_UNAVAILABLE: then nothing was changed. Durable when they resolve. */
export type StopOffice = {
  stop(order: StopOrder): Promise<{ readonly id: string }>
  /** By another person than stopped; a field's stop by its owner alone. */
  resume(id: string, of: 'FIELD' | 'OTHERS', by: Officer): Promise<Resumed>
  /** Published by another person than submitted. */
  step(order: PublicationOrder): Promise<Stepped>
}

const LOG = 'governance'

/** `pool`, `inTurn` and `changed` as for suspensionOffice. */
export function stopOffice(parts: { readonly pool: pg.Pool; readonly audit: AuditLog; readonly clock: Clock; readonly inTurn: InTurn; readonly changed?: () => Promise<void> }): StopOffice {
  const { pool, audit, clock, inTurn, changed } = parts
  const nextId = recordIds(clock)

  const record = (event: EventRecord['event'], about: string, at: Date, rest: Partial<EventRecord>): Promise<void> =>
    audit.append([{ ...rest, id: nextId(), at: at.toISOString(), log: LOG, event, about }])

  const done = <T>(work: (client: pg.ClientBase, at: Date) => Promise<T>): Promise<T> => inTurn(async () => {
    const at = clock.now()
    const result = await inTransaction(pool, (client) => work(client, at)).catch((error: unknown) => {
      throw isState(error, OFFICER_SUSPENDED) ? suspended() : error
    })
    await changed?.()
    return result
  })

  return {
    stop: (order) => done(async (client, at) => {
      const id = nextId()
      const { kind, reason } = order
      const by = recorded(order.by)
      const target = kind === 'APPLICATION' ? recordable(order.target) : order.target
      await client.query('SELECT audit.stop_sharing($1, $2, $3, $4, $5, $6, $7, $8)', [id, kind, target, kind === 'FIELD' ? order.owner : '', reason, by.org, by.sub, at])
      await record('STOP', id, at, { scope: kind, target, reason, by })
      return { id }
    }),
    resume: (id, of, officer) => done(async (client, at) => {
      const by = recorded(officer)
      const { rows } = await client.query<{ outcome: Resumed }>('SELECT audit.resume_sharing($1, $2, $3, $4, $5) AS outcome', [id, of === 'FIELD', by.org, by.sub, at])
      const outcome = rows[0]?.outcome ?? 'NOT_STOPPED'
      if (outcome === 'RESUMED') await record('RESUMPTION', id, at, { by })
      return outcome
    }),
    step: (order) => done(async (client, at): Promise<Stepped> => {
      const id = nextId()
      const { target, owner, state } = order
      const by = recorded(order.by)
      const { rows } = await client.query<{ outcome: Stepped['outcome'] }>('SELECT audit.step_publication($1, $2, $3, $4, $5, $6, $7) AS outcome', [id, target, owner, state, by.org, by.sub, at])
      const outcome = rows[0]?.outcome ?? 'OTHER_STATE'
      if (outcome !== 'DONE') return { outcome }
      await record('PUBLICATION', id, at, { target, state, by })
      return { outcome, id }
    }),
  }
}
