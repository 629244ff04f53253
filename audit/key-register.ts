// Makes, rotates and revokes API keys, as the writer of the log `governance`. As with stops, what is done stands in the log before it is in
// force; every gateway hears of it within a second (open-keys.ts). Of a key's text this knows the hash alone.

import type pg from 'pg'
import type { Clock } from '../core/clock.ts'
import type { AuditLog, EventRecord } from './access-record.ts'
import { inTransaction, isState, OFFICER_SUSPENDED, recorded } from './officers-act.ts'
import type { InTurn, Officer } from './officers-act.ts'
import { recordIds } from './record-id.ts'
import { suspended } from './suspensions.ts'

export type KeyZone = 'intranet' | 'mainland' | 'abroad'
/** `hash`: SHA-256 of the key's text, hex. `queries` undefined: all of its audience. For the organisation of whoever makes it. */
export type NewKey = { readonly id: string; readonly hash: string; readonly name: string; readonly client: string; readonly queries: readonly string[] | undefined; readonly zone: KeyZone; readonly expiresAt: Date; readonly by: Officer }
/** `zone`: of whoever rotates. */
export type Rotation = { readonly id: string; readonly hash: string; readonly zone: KeyZone; readonly expiresAt: Date; readonly oldUntil: Date; readonly by: Officer }

/** All throw FORBIDDEN for somebody who is suspended, and AUDIT_UNAVAILABLE: then nothing was changed. Durable when they resolve. */
export type KeyRegister = {
  /** TOO_MANY: the organisation has a hundred in force, or made a hundred in 24 hours. */
  make(key: NewKey): Promise<'DONE' | 'TOO_MANY'>
  /** UNKNOWN: no key of the organisation that is in force. ZONE: the key is good from a better zone. BUSY: two older secrets would be good. */
  rotate(rotation: Rotation): Promise<'DONE' | 'UNKNOWN' | 'ZONE' | 'BUSY'>
  /** `any`: of other organisations too. */
  revoke(id: string, any: boolean, by: Officer): Promise<'DONE' | 'UNKNOWN'>
}

const LOG = 'governance'

/** `pool`, `inTurn` and `changed` as for suspensionOffice. */
export function keyRegister(parts: { readonly pool: pg.Pool; readonly audit: AuditLog; readonly clock: Clock; readonly inTurn: InTurn; readonly changed?: () => Promise<void> }): KeyRegister {
  const { pool, audit, clock, inTurn, changed } = parts
  const nextId = recordIds(clock)

  /** `call`: one function that says how it ended. Recorded and kept where that is DONE. */
  const done = <T extends string>(call: (at: Date) => { readonly text: string; readonly values: unknown[]; readonly event: Pick<EventRecord, 'event' | 'about'> & Partial<EventRecord> }, otherwise: T): Promise<T> => inTurn(async () => {
    const at = clock.now()
    const { text, values, event } = call(at)
    const outcome = await inTransaction(pool, async (client) => {
      const { rows } = await client.query<{ outcome: T }>(text, values)
      const found = rows[0]?.outcome ?? otherwise
      if (found === 'DONE') await audit.append([{ ...event, id: nextId(), at: at.toISOString(), log: LOG }])
      return found
    }).catch((error: unknown) => {
      throw isState(error, OFFICER_SUSPENDED) ? suspended() : error
    })
    if (outcome === 'DONE') await changed?.()
    return outcome
  })

  return {
    make: ({ id, hash, name, client, queries, zone, expiresAt, by: officer }) => done<'DONE' | 'TOO_MANY'>((at) => {
      const by = recorded(officer)
      return {
        text: 'SELECT audit.make_key($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) AS outcome',
        values: [id, Buffer.from(hash, 'hex'), by.org, name, client, queries ?? null, zone, expiresAt, by.sub, at],
        event: { event: 'KEY', about: id, scope: queries?.join(' ') ?? 'ALL', target: by.org, state: zone, until: expiresAt.toISOString(), by },
      }
    }, 'TOO_MANY'),
    rotate: ({ id, hash, zone, expiresAt, oldUntil, by: officer }) => done<'DONE' | 'UNKNOWN' | 'ZONE' | 'BUSY'>((at) => {
      const by = recorded(officer)
      const old = oldUntil < at ? at : oldUntil
      return {
        text: 'SELECT audit.rotate_key($1, $2, $3, $4, $5, $6, $7, $8) AS outcome',
        values: [id, Buffer.from(hash, 'hex'), by.org, by.sub, zone, expiresAt, old, at],
        event: { event: 'KEY_ROTATION', about: id, until: old.toISOString(), by },
      }
    }, 'UNKNOWN'),
    revoke: (id, any, officer) => done<'DONE' | 'UNKNOWN'>((at) => {
      const by = recorded(officer)
      return { text: 'SELECT audit.revoke_key($1, $2, $3, $4, $5) AS outcome', values: [id, any, by.org, by.sub, at], event: { event: 'KEY_REVOCATION', about: id, by } }
    }, 'UNKNOWN'),
  }
}
