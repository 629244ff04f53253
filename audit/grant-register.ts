// The register of applications and grants, as the writer of the log `governance` keeps it (adr/0016). What is done stands in the log
// before it is in force, as with suspensions: a crash leaves a record without a change, never a change without a record. Which demand
// an officer may fill is told by whoever asks; versions, persons and who was first are the database's to judge.

import { createHash } from 'node:crypto'
import type pg from 'pg'
import type { Clock } from '../core/clock.ts'
import { CitygraphError } from '../core/errors.ts'
import type { AuditLog, EventRecord, GrantEvent } from './access-record.ts'
import { recordIds } from './record-id.ts'
import { inTransaction, isState, OFFICER_SUSPENDED, recorded } from './officers-act.ts'
import type { Officer } from './officers-act.ts'

export type ApplicationKind = 'GRANT' | 'EMERGENCY'
export type Demanded = { readonly role: string; readonly org: string; readonly due: string }
export type Take = { readonly role: string; readonly org: string }
export type Refused = 'UNKNOWN' | 'NOT_ENTITLED' | 'APPLICANT' | 'STALE' | 'CLOSED' | 'SAME_PERSON' | 'REPEATED'
/** An application as it stands. `content`: canonical JSON. `by`: who made it. `approvals`: of its version, oldest first; `org`: for which it was asked. */
export type Registered = {
  readonly id: string
  readonly kind: ApplicationKind
  readonly version: number
  readonly status: string
  readonly org: string
  readonly by: string
  readonly content: string
  readonly approvals: readonly { readonly role: string; readonly org: string; readonly sub: string; readonly at: Date }[]
}
export type Making = { readonly text: string; readonly endsAt: Date; readonly reviewDue?: string }

export type ReviewOutcome = 'JUSTIFIED' | 'UNJUSTIFIED'

/** All resolve when durable and throw APPROVER_SUSPENDED for a suspended officer, AUDIT_UNAVAILABLE where nothing was done. */
export type GrantRegister = {
  /** `org`: for which it is filed, where whoever files is of another. */
  /** `id`: of what is filed once, whoever files it; throws AUDIT_UNAVAILABLE where it stands already. */
  file(order: { readonly id?: string; readonly kind: ApplicationKind; readonly status: 'DRAFT' | 'PENDING'; readonly by: Officer; readonly org?: string; readonly content: string; readonly demands: readonly Demanded[] }): Promise<string>
  edit(order: { readonly id: string; readonly version: number; readonly by: Officer; readonly content: string; readonly demands: readonly Demanded[] }): Promise<'DONE' | Refused>
  /** With the last approval the grant that `make` gives is in force, by the id `G_` and the application's; what `make` throws undoes the approval. */
  approve(order: { readonly id: string; readonly version: number; readonly by: Officer; readonly takes: readonly Take[] }, make: (it: Registered, at: Date) => Making): Promise<'APPROVED' | 'COMPLETE' | Refused>
  reject(order: { readonly id: string; readonly version: number; readonly by: Officer; readonly takes: readonly Take[] }): Promise<'DONE' | Refused>
  withdraw(id: string, by: Officer): Promise<'DONE' | Refused>
  revoke(grant: string, by: Officer): Promise<'DONE' | Refused>
  /** `late`: by an officer who reviews only what nobody reviewed in time. */
  review(order: { readonly grant: string; readonly outcome: ReviewOutcome; readonly note: string; readonly late: boolean; readonly by: Officer }): Promise<'DONE' | Refused>
  find(id: string): Promise<Registered | undefined>
}

const LOG = 'governance'
/** SQLSTATE of audit.file_application. */
const TOO_MANY = 'CG002'

/** `pool`: of the writer of log `governance`, used by nobody else. `changed` runs after each change, for copies and for this process's own engine. */
export function grantRegister(parts: { readonly pool: pg.Pool; readonly audit: AuditLog; readonly clock: Clock; readonly changed?: () => Promise<void> }): GrantRegister {
  const { pool, audit, clock, changed } = parts
  const nextId = recordIds(clock)
  // One after the other: an act holds a connection while its record needs another of the few.
  let last: Promise<unknown> = Promise.resolve()
  const act = <T>(work: (client: pg.ClientBase, at: Date) => Promise<T>): Promise<T> => {
    const begin = async (): Promise<T> => {
      const at = clock.now()
      const done = await inTransaction(pool, (client) => work(client, at)).catch((error: unknown) => {
        if (isState(error, TOO_MANY)) throw new CitygraphError('RATE_LIMITED', { hint: 'Your organisation has filed as many applications as it may: 50 that are not decided, 100 in 24 hours.' })
        throw isState(error, OFFICER_SUSPENDED) ? new CitygraphError('APPROVER_SUSPENDED') : error
      })
      await changed?.()
      return done
    }
    const mine = last.then(begin, begin)
    last = mine.catch(() => undefined)
    return mine
  }

  const record = (event: GrantEvent, about: string, at: Date, rest: Partial<Pick<EventRecord, 'by' | 'role' | 'version' | 'content' | 'state'>>): Promise<void> =>
    audit.append([{ id: nextId(), at: at.toISOString(), log: LOG, event, about, ...rest }])

  return {
    file: async ({ id = nextId(), kind, status, by, org: applicant = by.org, content, demands }) => {
      await act(async (client, at) => {
        const { org, sub } = recorded(by)
        await client.query('SELECT audit.file_application($1, $2, $3, $4, $5, $6, $7, $8)', [id, kind, status, applicant, sub, content, JSON.stringify(demands), at])
        await record('APPLICATION', id, at, { by: { org, sub }, version: 1, content: hashOf(content) })
      })
      return id
    },
    edit: ({ id, version, by, content, demands }) => act(async (client, at) => {
      const { org, sub } = recorded(by)
      const outcome = await one(client, 'SELECT audit.edit_application($1, $2, $3, $4, $5, $6, $7) AS outcome', [id, version, org, sub, content, JSON.stringify(demands), at])
      if (outcome === 'DONE') await record('APPLICATION_EDITED', id, at, { by: { org, sub }, version: version + 1, content: hashOf(content) })
      return outcome
    }),
    approve: ({ id, version, by, takes }, make) => act(async (client, at) => {
      const { org, sub } = recorded(by)
      const { rows } = await client.query<{ outcome: 'APPROVED' | 'COMPLETE' | Refused; role: string | null }>('SELECT outcome, role FROM audit.approve_application($1, $2, $3, $4, $5, $6)', [id, version, org, sub, JSON.stringify(takes), at])
      const { outcome, role } = rows[0] ?? { outcome: 'UNKNOWN' as const, role: null }
      if (role === null) return outcome
      const it = await applicationNow(client, id)
      if (it === undefined) throw new CitygraphError('INTERNAL')
      await record('APPROVAL', id, at, { by: { org, sub }, role, version, content: hashOf(it.content) })
      if (outcome === 'COMPLETE') {
        const { text, endsAt, reviewDue } = make(it, at)
        await client.query('SELECT audit.activate_grant($1, $2, $3, $4, $5, $6)', [id, `G_${id}`, text, endsAt, reviewDue ?? null, at])
        await record('GRANT', `G_${id}`, at, { version, content: hashOf(text) })
      }
      return outcome
    }),
    reject: ({ id, version, by, takes }) => act(async (client, at) => {
      const { org, sub } = recorded(by)
      const outcome = await one(client, 'SELECT audit.reject_application($1, $2, $3, $4, $5, $6) AS outcome', [id, version, org, sub, JSON.stringify(takes), at])
      if (outcome === 'DONE') await record('REJECTION', id, at, { by: { org, sub }, version })
      return outcome
    }),
    withdraw: (id, by) => act(async (client, at) => {
      const { org, sub } = recorded(by)
      const outcome = await one(client, 'SELECT audit.withdraw_application($1, $2, $3, $4) AS outcome', [id, org, sub, at])
      if (outcome === 'DONE') await record('WITHDRAWAL', id, at, { by: { org, sub } })
      return outcome
    }),
    revoke: (grant, by) => act(async (client, at) => {
      const { org, sub } = recorded(by)
      const outcome = await one(client, 'SELECT audit.revoke_grant($1, $2, $3, $4) AS outcome', [grant, org, sub, at])
      if (outcome === 'DONE') await record('REVOCATION', grant, at, { by: { org, sub } })
      return outcome
    }),
    review: ({ grant, outcome: state, note, late, by }) => act(async (client, at) => {
      const { org, sub } = recorded(by)
      const outcome = await one(client, 'SELECT audit.review_emergency($1, $2, $3, $4, $5, $6, $7) AS outcome', [grant, state, note, late, org, sub, at])
      if (outcome === 'DONE') await record('EMERGENCY_REVIEW', grant, at, { by: { org, sub }, state, content: hashOf(note) })
      return outcome
    }),
    find: (id) => inTransaction(pool, (client) => applicationNow(client, id)),
  }
}

async function one(client: pg.ClientBase, text: string, values: unknown[]): Promise<'DONE' | Refused> {
  const { rows } = await client.query<{ outcome: 'DONE' | Refused }>(text, values)
  return rows[0]?.outcome ?? 'UNKNOWN'
}

type Written = Omit<Registered, 'approvals'> & { readonly demands: readonly { readonly role: string; readonly org: string; readonly approvedSub: string | null; readonly approvedAt: string | null }[] }

async function applicationNow(client: pg.ClientBase, id: string): Promise<Registered | undefined> {
  const { rows } = await client.query<{ it: Written | null }>('SELECT audit.application_now($1) AS it', [id])
  const it = rows[0]?.it
  if (it === null || it === undefined) return undefined
  const { demands, ...rest } = it
  return { ...rest, approvals: demands.flatMap(({ role, org, approvedSub: sub, approvedAt: at }) => (sub === null || at === null ? [] : [{ role, org, sub, at: new Date(at) }])) }
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
