// 治理: reports that a datum is wrong (校核), owners' answers, and notices to whoever was given it. Governance never learns a value; the
// person of a report is shown to the field's owner alone, as the id under which the owner knows that person.

import { sql, type SQL } from 'drizzle-orm'
import { z } from 'zod'
import { correctionNotices, corrections } from '../migrations/governance/tables-of-corrections.ts'
import type { Classification } from '../schema/classification.ts'
import { isCalendarDay } from '../core/clock.ts'
import { CitygraphError } from '../core/errors.ts'
import { recordable } from '../core/natural-keys.ts'
import { checkUscc } from '../core/organisation-codes.ts'
import type { DomainBinding } from './binding.ts'
import { entityOf } from './binding.ts'
import { column, computed, entity, type Entity } from './entity.ts'
import { loadByKey } from './load-by-key.ts'
import type { ReadContext } from './read-context.ts'
import type { Resolver } from './resolver-map.ts'
import { manyRows } from './roots.ts'
import type { Row } from './row.ts'
import { selectionOf } from './selection.ts'
import { slot } from './slots.ts'

const domain = 'governance'

const correction = entity({
  domain,
  type: 'Correction',
  table: corrections,
  alive: sql`true`,
  subject: corrections.token,
  attributes: { owner: sql`${corrections.owner}`, reporterOrg: sql`${corrections.reporterOrg}`, citizen: sql`(CASE WHEN ${corrections.reporterOrg} = 'CITIZEN' THEN ${corrections.token} END)::text` },
  fields: {
    person: column(corrections.sealed),
    uscc: column(corrections.organisation),
    open: computed(sql`(${corrections.outcome} IS NULL)`, 'truth'),
    overdue: computed(sql`(${corrections.outcome} IS NULL AND ${corrections.answerBy} < (${slot('now')}::timestamptz AT TIME ZONE 'Asia/Shanghai')::date)`, 'truth'),
  },
})

const notice = entity({
  domain,
  type: 'CorrectionNotice',
  table: correctionNotices,
  alive: sql`true`,
  attributes: { org: sql`${correctionNotices.org}` },
  // With whose they are: whoever may not see one never gets it (noticedRequests).
  fields: { uscc: column(correctionNotices.organisation), requestIds: computed(sql`jsonb_build_object('all', to_jsonb(${correctionNotices.requestIds}), 'of', ${correctionNotices.requests})::text`, 'text'), acknowledged: computed(sql`(${correctionNotices.acknowledgedAt} IS NOT NULL)`, 'truth') },
})

export const correctionEntities: readonly Entity[] = [correction, notice]

/** Resolvers of their root fields, by name. */
export function correctionRoots(binding: DomainBinding): Readonly<Record<string, Resolver>> {
  const newestFirst = [{ field: 'at', direction: 'DESC' }] as const
  return {
    corrections: manyRows(binding, 'corrections', { type: 'Correction', order: newestFirst }),
    notices: manyRows(binding, 'notices', { type: 'CorrectionNotice', order: newestFirst }),
  }
}

type Officer = { readonly org: string; readonly sub: string }
/** Keys of this subgraph's rows, and what opens to an organisation's id again. */
export type ReportedPersons = {
  readonly sealed: (org: string, id: string) => readonly { readonly token: string; readonly sealed: string }[]
  /** Of a citizen: the person of the token. */
  readonly own: (pid: string) => { readonly token: string; readonly sealed: string }
  /** Of an organisation's code. */
  readonly organisation: (uscc: string) => { readonly token: string; readonly sealed: string }
  /** Null for what was not sealed here. */
  readonly usccIn: (sealed: string) => string | null
  /** The same. */
  readonly idFor: (org: string, sealed: string) => string | null
}

/** Who does what is ordered; governance/correction-office.ts is one. */
export type CorrectionOffice = {
  report(order: { readonly field: string; readonly owner: string; readonly persons: readonly { readonly token: string; readonly sealed: string }[]; readonly organisation?: { readonly token: string; readonly sealed: string }; readonly kind: string; readonly by: Officer & { readonly kind: string } }): Promise<{ readonly outcome: 'REPORTED' | 'OPEN_ALREADY'; readonly id: string } | { readonly outcome: 'NOT_GIVEN' }>
  answer(order: { readonly id: string; readonly outcome: string; readonly since: string | undefined; readonly by: Officer }): Promise<'ANSWERED' | 'NOT_OPEN'>
  acknowledge(id: string, by: Officer): Promise<'ACKNOWLEDGED' | 'NOT_FOUND'>
}

/** Resolver of `Correction.person`: the cell is decided already, and holds what was sealed. */
export function reportedPerson({ idFor }: ReportedPersons): Resolver {
  return (parent, _args, context) => {
    const sealed: unknown = typeof parent === 'object' && parent !== null && 'person' in parent ? parent.person : null
    return typeof sealed === 'string' ? idFor(context.org, sealed) : null
  }
}

/** Resolver of `uscc` of reports and notices: whoever sees one is told which organisation it is about. */
export function reportedOrganisation({ usccIn }: ReportedPersons): Resolver {
  return (parent) => {
    const sealed: unknown = typeof parent === 'object' && parent !== null && 'uscc' in parent ? parent.uscc : null
    return typeof sealed === 'string' ? usccIn(sealed) : null
  }
}

/** Resolver of `CorrectionNotice.requestIds`: the caller's own; which colleague reads about whom is nobody's business but an auditor's. */
export function noticedRequests(): Resolver {
  return (parent, _args, context) => {
    const text: unknown = typeof parent === 'object' && parent !== null && 'requestIds' in parent ? parent.requestIds : null
    if (typeof text !== 'string') return null
    const { all, of } = requestsShape.parse(JSON.parse(text))
    if (context.caller.kind === 'operator') return [...all, ...(of ?? []).map(({ id }) => id)]
    return (of ?? []).flatMap(({ id, sub }) => (sub === recordable(context.caller.sub) ? [id] : []))
  }
}

const requestsShape = z.object({ all: z.array(z.string()), of: z.array(z.object({ id: z.string(), sub: z.string() })).nullable() })

/** Resolvers of Mutation, by name. The gate has decided the act already; it is asked again here. */
export function correctionActs(binding: DomainBinding, office: CorrectionOffice | undefined, { classification, persons }: { classification: Classification; persons: ReportedPersons }): Readonly<Record<string, Resolver>> {
  const given = async (context: ReadContext, info: Parameters<Resolver>[3], { type, id }: { type: 'Correction' | 'CorrectionNotice'; id: string }): Promise<Row> => {
    const key: SQL = type === 'Correction' ? sql`${corrections.id}` : sql`${correctionNotices.id}`
    const row = await loadByKey(context, binding, { entity: entityOf(binding, type), selection: selectionOf(info, type), keys: [id], column: { name: 'id', value: key, kind: 'uuid' } })
    if (row === null) throw new CitygraphError('SUBGRAPH_UNAVAILABLE', { domain, hint: 'It is done; what was done cannot be shown at the moment.' })
    return row
  }
  const ready = (context: ReadContext, act: string): CorrectionOffice => {
    if (context.plan.field('Mutation', act).decision !== 'CLEAR') throw new CitygraphError('FORBIDDEN')
    if (office === undefined) throw new CitygraphError('SUBGRAPH_UNAVAILABLE', { domain })
    return office
  }
  return {
    reportIncorrect: async (_parent, { person, uscc, field, kind }, context, info) => {
      const acting = ready(context, 'reportIncorrect')
      const { caller } = context
      const of = classified(field, classification)
      if (typeof kind !== 'string' || !kinds.includes(kind)) throw new CitygraphError('BAD_USER_INPUT', { argument: 'kind' })
      // Nobody, somebody never read, and somebody a colleague has read answer alike.
      const whose = aboutWhom({ person, uscc }, context, persons)
      if ('organisation' in whose && (of.personal || of.field.startsWith('Query.'))) throw new CitygraphError('BAD_USER_INPUT', { argument: 'field', hint: 'This is no datum of an organisation.' })
      const reported = await acting.report({ field: of.field, owner: of.owner, ...whose, kind, by: { org: caller.org, sub: caller.sub, kind: caller.kind } })
      if (reported.outcome === 'NOT_GIVEN') throw new CitygraphError('BAD_USER_INPUT', { argument: 'organisation' in whose ? 'field' : 'person', hint: 'By the records you were not given this field of such a person.' })
      return given(context, info, { type: 'Correction', id: reported.id })
    },
    answerCorrection: async (_parent, { id, outcome, since }, context, info) => {
      const acting = ready(context, 'answerCorrection')
      const named = uuidOf(id)
      if (typeof outcome !== 'string' || !outcomes.includes(outcome)) throw new CitygraphError('BAD_USER_INPUT', { argument: 'outcome' })
      if (since !== undefined && since !== null && (typeof since !== 'string' || !isCalendarDay(since))) throw new CitygraphError('BAD_USER_INPUT', { argument: 'since' })
      const answered = await acting.answer({ id: named, outcome, since: since ?? undefined, by: context.caller })
      if (answered === 'NOT_OPEN') throw new CitygraphError('BAD_USER_INPUT', { argument: 'id', hint: 'There is no such report for you to answer, or it is answered.' })
      return given(context, info, { type: 'Correction', id: named })
    },
    acknowledgeNotice: async (_parent, { id }, context, info) => {
      const acting = ready(context, 'acknowledgeNotice')
      const named = uuidOf(id)
      if ((await acting.acknowledge(named, context.caller)) === 'NOT_FOUND') throw new CitygraphError('BAD_USER_INPUT', { argument: 'id', hint: 'There is no such notice for you, or it is acknowledged.' })
      return given(context, info, { type: 'CorrectionNotice', id: named })
    },
  }
}

const kinds = ['OUTDATED', 'WRONG_VALUE', 'WRONG_PERSON', 'MISSING', 'DUPLICATE']
const outcomes = ['CORRECTED', 'UPHELD', 'CANNOT']
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

function uuidOf(id: unknown): string {
  if (typeof id !== 'string' || !UUID.test(id)) throw new CitygraphError('BAD_USER_INPUT', { argument: 'id' })
  return id.toLowerCase()
}

type AboutWhom = { readonly persons: readonly { readonly token: string; readonly sealed: string }[] } | { readonly persons: readonly []; readonly organisation: { readonly token: string; readonly sealed: string } }

/** One of the two arguments; a citizen gives none and means himself. Nobody comes out where an id opens to nobody. */
function aboutWhom({ person, uscc }: { readonly person?: unknown; readonly uscc?: unknown }, context: ReadContext, persons: ReportedPersons): AboutWhom {
  const { caller } = context
  if (caller.kind === 'subject') {
    if (typeof person === 'string' || typeof uscc === 'string') throw new CitygraphError('BAD_USER_INPUT', { argument: typeof person === 'string' ? 'person' : 'uscc', hint: 'Your own data are meant; name nobody.' })
    return { persons: caller.pid === undefined ? [] : [persons.own(caller.pid)] }
  }
  if (typeof uscc !== 'string') return { persons: typeof person === 'string' ? persons.sealed(context.org, person) : [] }
  const code = uscc.trim().toUpperCase()
  if (typeof person === 'string' || checkUscc(code) !== 'OK') throw new CitygraphError('BAD_USER_INPUT', { argument: 'uscc', hint: 'A person, or the code of an organisation.' })
  return { persons: [], organisation: persons.organisation(code) }
}

/** A datum or a verification; what is in the graph is public. */
function classified(given: unknown, classification: Classification): { field: string; owner: string; personal: boolean } {
  const field = typeof given === 'string' ? given : ''
  const [type = '', name = ''] = field.split('.')
  const found = type === 'Mutation' ? undefined : classification.field(type, name)
  if (found === undefined || field !== `${type}.${name}`) throw new CitygraphError('BAD_USER_INPUT', { argument: 'field', hint: 'The graph has no such classified field.' })
  return { field, owner: found.owner, personal: found.personal }
}
