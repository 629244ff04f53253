// 治理: open queries as officers and the public read them, and the acts on them. Policies say which officers act; whose query it is and which
// text, the office says.

import { sql } from 'drizzle-orm'
import { openQueries, openQuerySteps } from '../migrations/governance/tables-of-open.ts'
import { CitygraphError } from '../core/errors.ts'
import type { Caller } from '../policy-engine/decision.ts'
import type { DomainBinding } from './binding.ts'
import { entityOf } from './binding.ts'
import { computed, entity, type Entity } from './entity.ts'
import { loadByKey } from './load-by-key.ts'
import type { ReadContext } from './read-context.ts'
import type { Arguments, Resolver } from './resolver-map.ts'
import { manyRows } from './roots.ts'
import { keyed, kindOf, makeRow, type Row } from './row.ts'
import { selectionOf } from './selection.ts'

const domain = 'governance'

const openQuery = entity({
  domain,
  type: 'OpenQuery',
  table: openQueries,
  alive: sql`true`,
  attributes: { owner: sql`${openQueries.owner}`, served: sql`${openQueries.served}` },
  fields: { address: computed(sql`('/open/v1/' || ${openQueries.id})`, 'text', { filled: true }) },
  relations: { steps: { kind: 'many', type: 'OpenQueryStep', by: openQuerySteps.ref, key: sql`${openQueries.ref}`, sequence: { value: sql`(- ${openQuerySteps.step})`, kind: 'integer' } } },
})

const openQueryStep = entity({ domain, type: 'OpenQueryStep', table: openQuerySteps, alive: sql`true`, tieBreaker: openQuerySteps.step, attributes: { owner: sql`${openQuerySteps.owner}` } })

export const openEntities: readonly Entity[] = [openQuery, openQueryStep]

/** Resolvers of their root fields, by name. */
export function openRoots(binding: DomainBinding): Readonly<Record<string, Resolver>> {
  return { openQueries: manyRows(binding, 'openQueries', { type: 'OpenQuery', order: [{ field: 'id', direction: 'ASC' }, { field: 'version', direction: 'DESC' }] }) }
}

/** Who does what officers ask; governance/open-query-office.ts is one. All but `propose` give the id of the text among the texts. */
export type OpenQueryOffice = {
  propose(text: string, by: Caller): Promise<{ readonly problems: readonly string[] } & Readonly<Record<string, unknown>>>
  submit(id: string, hash: string, by: Caller): Promise<string>
  publish(id: string, hash: string, by: Caller): Promise<string>
  sendBack(id: string, hash: string, by: Caller): Promise<string>
  withdraw(id: string, by: Caller): Promise<string>
  resume(id: string, by: Caller): Promise<string>
}

type Act = (office: OpenQueryOffice, id: string, args: Arguments, by: Caller) => Promise<string>

/** Resolvers of Mutation, by name. The gate has decided the act already; it is asked again here. */
export function openActs(binding: DomainBinding, office: OpenQueryOffice | undefined): Readonly<Record<string, Resolver>> {
  const ready = (context: ReadContext, act: string): OpenQueryOffice => {
    if (context.plan.field('Mutation', act).decision !== 'CLEAR') throw new CitygraphError('FORBIDDEN')
    if (office === undefined) throw new CitygraphError('SUBGRAPH_UNAVAILABLE', { domain })
    return office
  }
  const act = (name: string, does: Act): Resolver => async (_parent, args, context, info) => {
    const ref = await does(ready(context, name), idOf(args), args, context.caller)
    const type = 'OpenQuery'
    const row = await loadByKey(context, binding, { entity: entityOf(binding, type), selection: selectionOf(info, type), keys: [ref], column: { name: 'ref', value: sql`${openQueries.ref}`, kind: 'uuid' } })
    if (row === null) throw new CitygraphError('SUBGRAPH_UNAVAILABLE', { domain, hint: 'It is done; what was done cannot be shown at the moment.' })
    return row
  }
  return {
    proposeOpenQuery: async (_parent, { text }, context, info) => {
      const acting = ready(context, 'proposeOpenQuery')
      if (typeof text !== 'string') throw new CitygraphError('BAD_USER_INPUT', { argument: 'text' })
      return proposalRow(await acting.propose(text, context.caller), selectionOf(info, 'OpenQueryProposal'), context)
    },
    submitOpenQuery: act('submitOpenQuery', (it, id, args, by) => it.submit(id, hashOf(args), by)),
    publishOpenQuery: act('publishOpenQuery', (it, id, args, by) => it.publish(id, hashOf(args), by)),
    sendBackOpenQuery: act('sendBackOpenQuery', (it, id, args, by) => it.sendBack(id, hashOf(args), by)),
    withdrawOpenQuery: act('withdrawOpenQuery', (it, id, _args, by) => it.withdraw(id, by)),
    resumeOpenQuery: act('resumeOpenQuery', (it, id, _args, by) => it.resume(id, by)),
  }
}

function proposalRow(proposed: Readonly<Record<string, unknown>>, selection: readonly string[], { plan, observe }: ReadContext): Row {
  const type = 'OpenQueryProposal'
  const row = makeRow(kindOf(type), keyed([]))
  for (const field of selection) {
    observe.field(type, field)
    if (plan.field(type, field).decision === 'CLEAR') row[field] = proposed[field] ?? null
  }
  observe.rows(1)
  return row
}

function idOf({ id }: Arguments): string {
  if (typeof id !== 'string' || !/^[a-z][a-z0-9-]{0,59}$/.test(id)) throw new CitygraphError('BAD_USER_INPUT', { argument: 'id' })
  return id
}

function hashOf({ hash }: Arguments): string {
  if (typeof hash !== 'string' || !/^[0-9a-f]{64}$/.test(hash)) throw new CitygraphError('BAD_USER_INPUT', { argument: 'hash' })
  return hash
}
