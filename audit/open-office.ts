// Proposes, reviews, publishes, withdraws and resumes open queries, as the writer of the log `governance`. What is done stands in the log
// before it is in force; every process hears of it within a second (open-register.ts). Which text, which people and which offices is
// the database's to judge.

import type pg from 'pg'
import type { Clock } from '../core/clock.ts'
import type { AuditLog, EventRecord } from './access-record.ts'
import { inTransaction, isState, OFFICER_SUSPENDED, recorded } from './officers-act.ts'
import type { InTurn, Officer } from './officers-act.ts'
import { recordIds } from './record-id.ts'
import { suspended } from './suspensions.ts'

/** A text as it was read and judged. `hash`: SHA-256 of `content`, hex. */
export type OpenText = { readonly query: string; readonly version: number; readonly owner: string; readonly level: number; readonly hash: string; readonly content: string }
/** A file as a text; `id`: as it is shown. */
export type OpenSeed = OpenText & { readonly id: string }
/** What is decided on: this text and no other. */
export type NamedText = { readonly query: string; readonly hash: string }
/** OWNER: for the owner's department; CITY: for the city office. */
export type OpenRole = 'OWNER' | 'CITY'
export type OpenRefusal = 'OTHER_OWNER' | 'OLD_VERSION' | 'TOO_MANY' | 'SAME_OFFICER' | 'REPEATED' | 'OTHER_STATE'
/** `text`: the id of the text, as it is shown. */
export type OpenActed = { readonly outcome: 'DONE'; readonly text: string } | { readonly outcome: OpenRefusal }

/** `seed`: the query's file where it ships as one; the register takes it over with the first act on it. All throw FORBIDDEN for an officer who is suspended, and AUDIT_UNAVAILABLE: then nothing was changed. */
export type OpenOffice = {
  propose(text: OpenText, by: Officer, seed?: OpenSeed): Promise<OpenActed>
  submit(of: NamedText, by: Officer): Promise<OpenActed>
  sendBack(of: NamedText, role: OpenRole, by: Officer): Promise<OpenActed>
  /** The last approval that is needed publishes. */
  approve(of: NamedText, role: OpenRole, by: Officer): Promise<OpenActed>
  withdraw(query: string, role: OpenRole, by: Officer, seed?: OpenSeed): Promise<OpenActed>
  /** By another person of the organisation that withdrew. */
  resume(query: string, role: OpenRole, by: Officer): Promise<OpenActed>
}

const LOG = 'governance'

/** The target of an open query's events and, in texts for officers, its name. */
export function targetOf(query: string): string {
  return `open:${query}`
}

/** `pool`, `inTurn` and `changed` as for suspensionOffice. */
export function openOffice(parts: { readonly pool: pg.Pool; readonly audit: AuditLog; readonly clock: Clock; readonly inTurn: InTurn; readonly changed?: () => Promise<void> }): OpenOffice {
  const { pool, audit, clock, inTurn, changed } = parts
  const nextId = recordIds(clock)

  const record = (id: string, query: string, at: Date, rest: Partial<EventRecord>): Promise<void> =>
    audit.append([{ ...rest, id: nextId(), at: at.toISOString(), log: LOG, event: 'PUBLICATION', about: id, target: targetOf(query) }])

  const act = (work: (client: pg.ClientBase, at: Date, id: string) => Promise<OpenActed>): Promise<OpenActed> => inTurn(async () => {
    const at = clock.now()
    const result = await inTransaction(pool, (client) => work(client, at, nextId())).catch((error: unknown) => {
      throw isState(error, OFFICER_SUSPENDED) ? suspended() : error
    })
    if (result.outcome === 'DONE') await changed?.()
    return result
  })

  const sow = async (client: pg.ClientBase, at: Date, { id, query, version, owner, level, hash, content }: OpenSeed): Promise<void> => {
    const { rows } = await client.query<{ sown: boolean }>('SELECT audit.seed_open($1, $2, $3, $4, $5, $6, $7, $8) AS sown', [id, query, version, owner, level, hash, content, at])
    if (rows[0]?.sown === true) await record(id, query, at, { state: 'PUBLISHED', by: { org: 'CITYGRAPH', sub: 'open-queries' }, version, content: hash })
  }

  type Row = { readonly outcome: string; readonly text_id: string | null; readonly version: number | null; readonly hash?: string }
  const step = async (client: pg.ClientBase, at: Date, of: { readonly id: string; readonly query: string; readonly hash?: string; readonly by: Officer; readonly state: string; readonly role?: OpenRole }, text: string, values: readonly unknown[]): Promise<OpenActed> => {
    const { rows: [row] } = await client.query<Row>(text, [...values])
    if (row?.text_id === undefined || row.text_id === null) return { outcome: refusalOf(row?.outcome) }
    const state = row.outcome === 'APPROVED' ? 'REVIEW' : row.outcome === 'PUBLISHED' ? 'PUBLISHED' : of.state
    await record(of.id, of.query, at, { state, by: of.by, content: row.hash ?? of.hash ?? '', ...(row.version === null ? {} : { version: row.version }), ...(of.role === undefined ? {} : { role: of.role }) })
    return { outcome: 'DONE', text: row.text_id }
  }

  const move = (of: NamedText, state: 'REVIEW' | 'DRAFT', role: OpenRole, officer: Officer): Promise<OpenActed> => act((client, at, id) => {
    const by = recorded(officer)
    return step(client, at, { id, ...of, by, state }, 'SELECT * FROM audit.move_open($1, $2, $3, $4, $5, $6, $7, $8)', [id, of.query, of.hash, state, role, by.org, by.sub, at])
  })
  const stand = (query: string, state: 'PUBLISHED' | 'WITHDRAWN', role: OpenRole, officer: Officer, seed?: OpenSeed): Promise<OpenActed> => act(async (client, at, id) => {
    if (seed !== undefined) await sow(client, at, seed)
    const by = recorded(officer)
    return step(client, at, { id, query, by, state }, 'SELECT * FROM audit.stand_open($1, $2, $3, $4, $5, $6, $7)', [id, query, state, role, by.org, by.sub, at])
  })

  return {
    propose: (text, officer, seed) => act(async (client, at, id) => {
      if (seed !== undefined) await sow(client, at, seed)
      const by = recorded(officer)
      const { query, version, owner, level, hash, content } = text
      const { rows } = await client.query<{ outcome: string }>('SELECT audit.propose_open($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) AS outcome', [id, query, version, owner, level, hash, content, by.org, by.sub, at])
      if (rows[0]?.outcome !== 'DONE') return { outcome: refusalOf(rows[0]?.outcome) }
      await record(id, query, at, { state: 'DRAFT', by, version, content: hash })
      return { outcome: 'DONE', text: id }
    }),
    submit: (of, by) => move(of, 'REVIEW', 'OWNER', by),
    sendBack: (of, role, by) => move(of, 'DRAFT', role, by),
    approve: (of, role, officer) => act((client, at, id) => {
      const by = recorded(officer)
      return step(client, at, { id, ...of, by, state: 'REVIEW', role }, 'SELECT * FROM audit.approve_open($1, $2, $3, $4, $5, $6, $7)', [id, of.query, of.hash, role, by.org, by.sub, at])
    }),
    withdraw: (query, role, by, seed) => stand(query, 'WITHDRAWN', role, by, seed),
    resume: (query, role, by) => stand(query, 'PUBLISHED', role, by),
  }
}

const refusals: readonly OpenRefusal[] = ['OTHER_OWNER', 'OLD_VERSION', 'TOO_MANY', 'SAME_OFFICER', 'REPEATED', 'OTHER_STATE']

function refusalOf(outcome: string | undefined): OpenRefusal {
  return refusals.find((one) => one === outcome) ?? 'OTHER_STATE'
}
