// 治理: risk signals and suspensions, as governance's database shows them, and what officers do about them. An act gives back the row
// that it made or ended, read like any other row, so that its answer is decided cell by cell.

import { sql } from 'drizzle-orm'
import { alerts, suspensions } from '../migrations/governance/tables-of-signals.ts'
import type { DomainBinding } from './binding.ts'
import { entityOf } from './binding.ts'
import { CitygraphError } from '../core/errors.ts'
import { recordable } from '../core/natural-keys.ts'
import { personOf } from '../core/person.ts'
import { computed, entity, type Entity } from './entity.ts'
import { loadByKey } from './load-by-key.ts'
import type { ReadContext } from './read-context.ts'
import type { Resolver } from './resolver-map.ts'
import { manyRows } from './roots.ts'
import type { Row } from './row.ts'
import { selectionOf } from './selection.ts'

const domain = 'governance'

/** An alert shows once it stands in the log. */
const alert = entity({ domain, type: 'Alert', table: alerts, alive: sql`${alerts.recorded}`, attributes: {} })

const suspension = entity({
  domain,
  type: 'Suspension',
  table: suspensions,
  alive: sql`true`,
  attributes: {},
  fields: { active: computed(sql`(${suspensions.restoredAt} IS NULL)`, 'truth') },
})

export const signalEntities: readonly Entity[] = [alert, suspension]

/** Resolvers of their root fields, by name. */
export function signalRoots(binding: DomainBinding): Readonly<Record<string, Resolver>> {
  const newestFirst = [{ field: 'at', direction: 'DESC' }] as const
  return {
    alerts: manyRows(binding, 'alerts', { type: 'Alert', order: newestFirst }),
    suspensions: manyRows(binding, 'suspensions', { type: 'Suspension', order: newestFirst }),
  }
}

const reasons = ['RISK_SIGNAL', 'MISUSE', 'LEAKED_CREDENTIALS', 'LEFT_OFFICE', 'ON_REQUEST'] as const
type Reason = (typeof reasons)[number]
type Officer = { readonly org: string; readonly sub: string }

/** Who does what officers order; audit/suspension-office.ts is one. */
export type Office = {
  suspend(order: { readonly org: string; readonly sub: string; readonly reason: Reason; readonly by: Officer }): Promise<{ readonly id: string }>
  restore(id: string, by: Officer): Promise<'RESTORED' | 'SAME_OFFICER' | 'NOT_SUSPENDED'>
}

/** Whether the policies in force register an organisation of that code. */
export type IsOrganisation = (code: string) => boolean

/** Resolvers of Mutation, by name. The gate has decided the act already; it is asked again here. */
export function signalActs(binding: DomainBinding, office: Office | undefined, isOrganisation: IsOrganisation): Readonly<Record<string, Resolver>> {
  const given = async (context: ReadContext, info: Parameters<Resolver>[3], id: string): Promise<Row> => {
    const row = await loadByKey(context, binding, { entity: entityOf(binding, 'Suspension'), selection: selectionOf(info, 'Suspension'), keys: [id], column: { name: 'id', value: sql`${suspensions.id}`, kind: 'uuid' } })
    if (row === null) throw new CitygraphError('SUBGRAPH_UNAVAILABLE', { domain, hint: 'It is done; what was done cannot be shown at the moment.' })
    return row
  }
  const ready = (context: ReadContext, act: string): Office => {
    if (context.plan.field('Mutation', act).decision !== 'CLEAR') throw new CitygraphError('FORBIDDEN')
    if (office === undefined) throw new CitygraphError('SUBGRAPH_UNAVAILABLE', { domain })
    return office
  }
  return {
    suspendCaller: async (_parent, { org, sub, reason }, context, info) => {
      const acting = ready(context, 'suspendCaller')
      const { caller } = context
      if (typeof org !== 'string' || !isOrganisation(org)) throw new CitygraphError('BAD_USER_INPUT', { argument: 'org', hint: 'There is no organisation of that code.' })
      if (!isReason(reason)) throw new CitygraphError('BAD_USER_INPUT', { argument: 'reason' })
      if (typeof sub !== 'string' || !SUB.test(sub)) throw new CitygraphError('BAD_USER_INPUT', { argument: 'sub', hint: 'A name of at most 100 letters, digits and . _ @ : | / -, or *.' })
      // Nobody would be left to restore them.
      if (org === caller.org && (personOf(recordable(sub)) === personOf(recordable(caller.sub)) || sub === '*')) throw new CitygraphError('BAD_USER_INPUT', { argument: 'sub', hint: 'Officers suspend neither themselves nor their whole organisation.' })
      const { id } = await acting.suspend({ org, sub, reason, by: caller })
      return given(context, info, id)
    },
    restoreCaller: async (_parent, { id }, context, info) => {
      const acting = ready(context, 'restoreCaller')
      if (typeof id !== 'string' || !UUID.test(id)) throw new CitygraphError('BAD_USER_INPUT', { argument: 'id' })
      switch (await acting.restore(id.toLowerCase(), context.caller)) {
        case 'SAME_OFFICER':
          throw new CitygraphError('FORBIDDEN', { hint: 'Another officer than the one who suspended, or is suspended, restores.' })
        case 'NOT_SUSPENDED':
          throw new CitygraphError('BAD_USER_INPUT', { argument: 'id', hint: 'There is no such suspension, or it is over.' })
        case 'RESTORED':
          return given(context, info, id.toLowerCase())
      }
    },
  }
}

/** Names and recorded names (`sha256:…`), letter for letter; `*`: everybody. A name may be of somebody never seen, so no sentence fits. */
const SUB = /^(?:\*|(?!.*\p{Default_Ignorable_Code_Point})[\p{L}\p{Nd}._@:|/-]{1,100})$/u
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

function isReason(value: unknown): value is Reason {
  return reasons.some((reason) => reason === value)
}
