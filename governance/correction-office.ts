// Reports, answers and notices about wrong data, in governance's own database, each recorded before it is done. Who was given a datum is
// known from the copied access records; nobody else is asked, and no value is ever here.

import type pg from 'pg'
import type { AuditLog, EventRecord } from '../audit/access-record.ts'
import { recorded } from '../audit/officers-act.ts'
import type { Officer } from '../audit/officers-act.ts'
import { recordIds } from '../audit/record-id.ts'
import { shanghaiDay, startOfShanghaiDay } from '../core/clock.ts'
import type { Clock } from '../core/clock.ts'
import { CitygraphError } from '../core/errors.ts'
import { withClient, type DepartmentPool } from '../migrations/pool.ts'
import { answerDay } from '../policy-engine/corrections.ts'
import type { CorrectionRules } from '../policy-engine/corrections.ts'

/** A person as the reporter's id may stand for one: the token of access records, and what opens to the owner's id. */
export type Reported = { readonly token: string; readonly sealed: string }
/** `organisation`: whom it is about, then there are no persons. */
export type ReportOrder = { readonly field: string; readonly owner: string; readonly persons: readonly Reported[]; readonly organisation?: Reported; readonly kind: string; readonly by: Officer & { readonly kind: string } }
export type AnswerOrder = { readonly id: string; readonly outcome: string; readonly since: string | undefined; readonly by: Officer }

export type CorrectionOffice = {
  /** NOT_GIVEN: this caller was not given that field of such a person, as far as the records tell. */
  report(order: ReportOrder): Promise<{ readonly outcome: 'REPORTED' | 'OPEN_ALREADY'; readonly id: string } | { readonly outcome: 'NOT_GIVEN' }>
  /** NOT_OPEN: unknown, another department's, or answered. CORRECTED leaves a notice to each organisation that was given the datum since. */
  answer(order: AnswerOrder): Promise<'ANSWERED' | 'NOT_OPEN'>
  /** NOT_FOUND: unknown, another organisation's, or acknowledged. */
  acknowledge(id: string, by: Officer): Promise<'ACKNOWLEDGED' | 'NOT_FOUND'>
}

/** An answered request of this very caller that was served the field and was about the person. */
const GIVEN = `SELECT s.token, s.at FROM access_subject AS s
  JOIN access_record AS r ON r.ref = s.record
  JOIN field_set_field AS f ON f.field_set = r.field_set AND f.field = $2 AND f.decision <> 'DENIED'
  WHERE s.token = ANY($1::uuid[]) AND r.caller_org = $3 AND r.caller_sub = $4 AND r.caller_kind = $5 AND r.outcome = 'ANSWERED' AND r.log <> 'governance'
  ORDER BY s.at DESC, s.record LIMIT 1`
/** The same of any row: records name no organisation that was read, so that nobody can be asked which one it was. */
const GIVEN_AT_ALL = `SELECT $1::uuid AS token, r.at FROM access_record AS r
  JOIN field_set_field AS f ON f.field_set = r.field_set AND f.field = $2 AND f.decision <> 'DENIED'
  WHERE r.caller_org = $3 AND r.caller_sub = $4 AND r.caller_kind = $5 AND r.outcome = 'ANSWERED' AND r.log <> 'governance'
  ORDER BY r.at DESC LIMIT 1`
const REPORT = `INSERT INTO correction (id, field, owner, token, sealed, kind, reporter_org, reporter_sub, read_at, at, answer_by, organisation)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (field, token, reporter_org) WHERE outcome IS NULL DO NOTHING RETURNING id`
const OPEN = 'SELECT id FROM correction WHERE field = $1 AND token = $2 AND reporter_org = $3 AND outcome IS NULL'
const ANSWER = `UPDATE correction SET outcome = $3, answered_by_org = $2, answered_by_sub = $4, answered_at = $5
  WHERE id = $1 AND owner = $2 AND outcome IS NULL RETURNING field, owner, token, read_at, organisation`
/** Reports about organisations that one organisation may have open: whether there is such a one nobody here knows. */
const MOST_OPEN = 100
const OPEN_REPORTS = 'SELECT count(*)::integer AS open FROM correction WHERE reporter_org = $1 AND organisation IS NOT NULL AND outcome IS NULL'
/** Organisations that act for themselves; a person's own reading needs no notice, and neither does the owner's. */
const notify = (read: string, condition: string): string => `WITH given AS (
    SELECT r.caller_org AS org, r.caller_sub AS sub, r.request_id AS id, min(${read}.at) AS first, max(${read}.at) AS last
    FROM ${read === 's' ? 'access_subject AS s JOIN access_record AS r ON r.ref = s.record' : 'access_record AS r'}
    JOIN field_set_field AS f ON f.field_set = r.field_set AND f.field = $2 AND f.decision <> 'DENIED'
    WHERE ${condition} AND ${read}.at >= $4 AND r.outcome = 'ANSWERED' AND r.log <> 'governance' AND r.caller_kind IN ('department', 'partner') AND r.caller_org <> $5
    GROUP BY 1, 2, 3
  ), ranked AS (SELECT *, row_number() OVER (PARTITION BY org, sub ORDER BY last DESC, id) AS place FROM given)
  INSERT INTO correction_notice (id, correction, org, field, at, reads, first_read_at, last_read_at, request_ids, requests, organisation)
  SELECT gen_random_uuid(), $1, org, $2, $6, count(DISTINCT id), min(first), max(last), ARRAY[]::text[],
    coalesce(jsonb_agg(jsonb_build_object('id', id, 'sub', sub) ORDER BY last DESC, id) FILTER (WHERE place <= 100), '[]'::jsonb), $7
  FROM ranked GROUP BY org ORDER BY org`
const NOTIFY = notify('s', 's.token = $3')
const NOTIFY_AT_ALL = notify('r', '$3::uuid IS NOT NULL')
const ACKNOWLEDGE = 'UPDATE correction_notice SET acknowledged_by_sub = $3, acknowledged_at = $4 WHERE id = $1 AND org = $2 AND acknowledged_at IS NULL RETURNING id'

export function correctionOffice(parts: { readonly facts: DepartmentPool; readonly audit: AuditLog; readonly clock: Clock; readonly rules: () => CorrectionRules }): CorrectionOffice {
  const { facts, audit, clock, rules } = parts
  const nextId = recordIds(clock)

  const record = (event: EventRecord['event'], about: string, at: Date, rest: Partial<EventRecord>): Promise<void> =>
    audit.append([{ ...rest, id: nextId(), at: at.toISOString(), log: 'governance', event, about }])

  return {
    report: ({ field, owner, persons, organisation, kind, by: { kind: callerKind, ...officer } }) => transaction(facts, async (client) => {
      const reader = recorded(officer)
      // Which account a citizen has is nobody's business.
      const by = callerKind === 'subject' ? { org: reader.org, sub: CITIZEN } : reader
      const about = organisation === undefined ? persons : [{ token: organisation.token, sealed: '' }]
      const { rows: [given] } = organisation === undefined
        ? await client.query<{ token: string; at: Date }>(GIVEN, [persons.map(({ token }) => token), field, reader.org, reader.sub, callerKind])
        : await client.query<{ token: string; at: Date }>(GIVEN_AT_ALL, [organisation.token, field, reader.org, reader.sub, callerKind])
      const person = about.find(({ token }) => token === given?.token)
      if (given === undefined || person === undefined) return { outcome: 'NOT_GIVEN' } as const
      if (organisation !== undefined) {
        const { rows: [count] } = await client.query<{ open: number }>(OPEN_REPORTS, [by.org])
        if ((count?.open ?? MOST_OPEN) >= MOST_OPEN) throw new CitygraphError('RATE_LIMITED', { hint: 'Your organisation has as many open reports about organisations as it may: 100.' })
      }
      const at = clock.now()
      const id = nextId()
      const { rowCount } = await client.query(REPORT, [id, field, owner, person.token, person.sealed, kind, by.org, by.sub, given.at, at, answerDay(at, rules()), organisation?.sealed ?? null])
      if (rowCount !== 1) {
        const { rows: [open] } = await client.query<{ id: string }>(OPEN, [field, person.token, by.org])
        return open === undefined ? ({ outcome: 'NOT_GIVEN' } as const) : ({ outcome: 'OPEN_ALREADY', id: open.id } as const)
      }
      await record('CORRECTION', id, at, { target: field, reason: kind, by })
      return { outcome: 'REPORTED', id } as const
    }),
    answer: ({ id, outcome, since, by: officer }) => transaction(facts, async (client) => {
      const by = recorded(officer)
      const at = clock.now()
      const { rows: [answered] } = await client.query<{ field: string; owner: string; token: string; read_at: Date; organisation: string | null }>(ANSWER, [id, by.org, outcome, by.sub, at])
      if (answered === undefined) return 'NOT_OPEN' as const
      const { field, owner, token, read_at: readAt, organisation } = answered
      // Whoever reported it had it then: a later day would leave out those who are to be told.
      const readOn = shanghaiDay(readAt)
      if (since !== undefined && since > readOn) throw new CitygraphError('BAD_USER_INPUT', { argument: 'since', hint: 'It was wrong when it was reported: a day up to the one of that reading.' })
      const from = startOfShanghaiDay(since ?? readOn)
      if (outcome === 'CORRECTED') await client.query(organisation === null ? NOTIFY : NOTIFY_AT_ALL, [id, field, token, from, owner, at, organisation])
      await record('CORRECTION_ANSWER', id, at, { target: field, state: outcome, by })
      return 'ANSWERED' as const
    }),
    acknowledge: (id, officer) => transaction(facts, async (client) => {
      const by = recorded(officer)
      const at = clock.now()
      const { rowCount } = await client.query(ACKNOWLEDGE, [id, by.org, by.sub, at])
      if (rowCount !== 1) return 'NOT_FOUND' as const
      await record('NOTICE_ACKNOWLEDGED', id, at, { by })
      return 'ACKNOWLEDGED' as const
    }),
  }
}

/** In the place of a citizen's account. */
const CITIZEN = 'citizen'

/** All or nothing; what failed is rolled back before the connection is used again. */
function transaction<T>(pool: DepartmentPool, work: (client: pg.ClientBase) => Promise<T>): Promise<T> {
  return withClient(pool, async (client) => {
    await client.query('BEGIN')
    try {
      const result = await work(client)
      await client.query('COMMIT')
      return result
    } catch (error) {
      await client.query('ROLLBACK').catch(() => undefined)
      throw error
    }
  })
}
