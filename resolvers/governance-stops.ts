// 治理: what officers stop and resume, withdraw and publish. Policies say which officers act; whose field it is says the classification.
// An act gives back the row that it made or ended, read like any other row.

import { sql, type SQL } from 'drizzle-orm'
import { publications, stops } from '../migrations/governance/tables-of-stops.ts'
import type { Classification } from '../schema/classification.ts'
import { CitygraphError } from '../core/errors.ts'
import { recordable } from '../core/natural-keys.ts'
import type { DomainBinding } from './binding.ts'
import { entityOf } from './binding.ts'
import { computed, entity, type Entity } from './entity.ts'
import type { IsOrganisation } from './governance-signals.ts'
import { loadByKey } from './load-by-key.ts'
import type { ReadContext } from './read-context.ts'
import type { Resolver } from './resolver-map.ts'
import { manyRows } from './roots.ts'
import type { Row } from './row.ts'
import { selectionOf } from './selection.ts'

const domain = 'governance'

const stop = entity({
  domain,
  type: 'Stop',
  table: stops,
  alive: sql`true`,
  attributes: { owner: sql`${stops.owner}` },
  fields: { active: computed(sql`(${stops.resumedAt} IS NULL)`, 'truth') },
})

const publication = entity({
  domain,
  type: 'Publication',
  table: publications,
  alive: sql`true`,
  attributes: { owner: sql`${publications.owner}` },
  fields: { newest: computed(sql`(NOT EXISTS (SELECT FROM publication AS later WHERE later.target = ${publications.target} AND later.step > ${publications.step}))`, 'truth') },
})

export const stopEntities: readonly Entity[] = [stop, publication]

/** Resolvers of their root fields, by name. */
export function stopRoots(binding: DomainBinding): Readonly<Record<string, Resolver>> {
  const newestFirst = [{ field: 'at', direction: 'DESC' }] as const
  return {
    stops: manyRows(binding, 'stops', { type: 'Stop', order: newestFirst }),
    publications: manyRows(binding, 'publications', { type: 'Publication', order: newestFirst }),
  }
}

type Officer = { readonly org: string; readonly sub: string }
type State = 'DRAFT' | 'REVIEW' | 'PUBLISHED' | 'WITHDRAWN'
type Others = 'ORGANISATION' | 'APPLICATION'

/** Who does what officers order; audit/stop-office.ts is one. */
export type StopOffice = {
  stop(order: { readonly kind: 'FIELD'; readonly target: string; readonly owner: string; readonly reason: string; readonly by: Officer } | { readonly kind: Others; readonly target: string; readonly reason: string; readonly by: Officer }): Promise<{ readonly id: string }>
  resume(id: string, of: 'FIELD' | 'OTHERS', by: Officer): Promise<'RESUMED' | 'SAME_OFFICER' | 'NOT_STOPPED'>
  step(order: { readonly target: string; readonly owner: string; readonly state: State; readonly by: Officer }): Promise<{ readonly outcome: 'DONE'; readonly id: string } | { readonly outcome: 'SAME_OFFICER' | 'OTHER_STATE' }>
}

/** Resolvers of Mutation, by name. The gate has decided the act already; it is asked again here. */
export function stopActs(binding: DomainBinding, office: StopOffice | undefined, { classification, isOrganisation }: { readonly classification: Classification; readonly isOrganisation: IsOrganisation }): Readonly<Record<string, Resolver>> {
  const given = async (context: ReadContext, info: Parameters<Resolver>[3], { type, id }: { type: 'Stop' | 'Publication'; id: string }): Promise<Row> => {
    const column: SQL = type === 'Stop' ? sql`${stops.id}` : sql`${publications.id}`
    const row = await loadByKey(context, binding, { entity: entityOf(binding, type), selection: selectionOf(info, type), keys: [id], column: { name: 'id', value: column, kind: 'uuid' } })
    if (row === null) throw new CitygraphError('SUBGRAPH_UNAVAILABLE', { domain, hint: 'It is done; what was done cannot be shown at the moment.' })
    return row
  }
  const ready = (context: ReadContext, act: string): StopOffice => {
    if (context.plan.field('Mutation', act).decision !== 'CLEAR') throw new CitygraphError('FORBIDDEN')
    if (office === undefined) throw new CitygraphError('SUBGRAPH_UNAVAILABLE', { domain })
    return office
  }
  const resume = (act: string, of: 'FIELD' | 'OTHERS'): Resolver => async (_parent, { id }, context, info) => {
    const acting = ready(context, act)
    if (typeof id !== 'string' || !UUID.test(id)) throw new CitygraphError('BAD_USER_INPUT', { argument: 'id' })
    const named = id.toLowerCase()
    switch (await acting.resume(named, of, context.caller)) {
      case 'SAME_OFFICER':
        throw new CitygraphError('FORBIDDEN', { hint: 'Another person than the one who stopped it resumes.' })
      case 'NOT_STOPPED':
        throw new CitygraphError('BAD_USER_INPUT', { argument: 'id', hint: 'There is no such stop for you to end, or it is over.' })
      case 'RESUMED':
        return given(context, info, { type: 'Stop', id: named })
    }
  }
  const step = (act: string, state: State): Resolver => async (_parent, { target }, context, info) => {
    const acting = ready(context, act)
    const of = ownTarget(target, context, { classification, types: true, argument: 'target' })
    const stepped = await acting.step({ ...of, state, by: context.caller })
    switch (stepped.outcome) {
      case 'SAME_OFFICER':
        throw new CitygraphError('FORBIDDEN', { hint: 'Another person than the one who submitted it publishes.' })
      case 'OTHER_STATE':
        throw new CitygraphError('BAD_USER_INPUT', { argument: 'target', hint: 'It is not in a state from which this step leads.' })
      case 'DONE':
        return given(context, info, { type: 'Publication', id: stepped.id })
    }
  }
  return {
    stopSharing: async (_parent, { field, reason }, context, info) => {
      const acting = ready(context, 'stopSharing')
      const of = ownTarget(field, context, { classification, types: false, argument: 'field' })
      const { id } = await acting.stop({ kind: 'FIELD', ...of, reason: reasonOf(reason), by: context.caller })
      return given(context, info, { type: 'Stop', id })
    },
    resumeSharing: resume('resumeSharing', 'FIELD'),
    stopServing: async (_parent, { kind, name, reason }, context, info) => {
      const acting = ready(context, 'stopServing')
      const target = servedName(kind, name, context, isOrganisation)
      const { id } = await acting.stop({ ...target, reason: reasonOf(reason), by: context.caller })
      return given(context, info, { type: 'Stop', id })
    },
    resumeServing: resume('resumeServing', 'OTHERS'),
    withdraw: step('withdraw', 'WITHDRAWN'),
    submitForPublication: step('submitForPublication', 'REVIEW'),
    publish: step('publish', 'PUBLISHED'),
    sendBack: step('sendBack', 'DRAFT'),
  }
}

/** A field of the graph, or a type, that the caller's department owns. What is in the graph is public; whose it is too. */
function ownTarget(given: unknown, { caller }: ReadContext, { classification, types, argument }: { classification: Classification; types: boolean; argument: string }): { target: string; owner: string } {
  const target = typeof given === 'string' ? given : ''
  const [type = '', field] = target.split('.')
  const owner = field === undefined ? (types ? classification.type(type)?.classification.owner : undefined) : classification.field(type, field)?.owner
  if (owner === undefined || target !== (field === undefined ? type : `${type}.${field}`)) throw new CitygraphError('BAD_USER_INPUT', { argument, hint: 'The graph has no such classified field.' })
  if (owner !== caller.org) throw new CitygraphError('FORBIDDEN', { hint: 'Another department owns it.' })
  return { target, owner }
}

function servedName(kind: unknown, name: unknown, { caller }: ReadContext, isOrganisation: IsOrganisation): { kind: Others; target: string } {
  if (typeof name !== 'string' || !NAME.test(name)) throw new CitygraphError('BAD_USER_INPUT', { argument: 'name', hint: 'A name of at most 100 letters, digits and . _ @ : | / -.' })
  // Nobody would be left to resume.
  const own = kind === 'ORGANISATION' ? name === caller.org : caller.clientId !== undefined && recordable(name) === recordable(caller.clientId)
  if (own) throw new CitygraphError('BAD_USER_INPUT', { argument: 'name', hint: 'Officers stop neither their own organisation nor the application they use.' })
  if (kind === 'APPLICATION') return { kind, target: name }
  if (kind !== 'ORGANISATION' || !isOrganisation(name)) throw new CitygraphError('BAD_USER_INPUT', { argument: 'name', hint: 'There is no organisation of that code.' })
  return { kind, target: name }
}

const reasons = ['LEAK', 'WRONG_DATA', 'MISUSE', 'LEGAL_ORDER', 'SOURCE_FAULT', 'ON_REQUEST']

function reasonOf(reason: unknown): string {
  if (typeof reason !== 'string' || !reasons.includes(reason)) throw new CitygraphError('BAD_USER_INPUT', { argument: 'reason' })
  return reason
}

/** Names and recorded names (`sha256:…`), letter for letter. A name may be of something never seen, so no sentence fits. */
const NAME = /^(?!.*\p{Default_Ignorable_Code_Point})[\p{L}\p{Nd}._@:|/-]{1,100}$/u
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
