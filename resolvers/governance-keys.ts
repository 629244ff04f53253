// 治理: API keys of organisations and the acts on them (docs/open-keys.md). An act gives back the key that it made or changed, read like
// any other row; its text is put beside it once and stands in no table.

import { sql } from 'drizzle-orm'
import { apiKeys } from '../migrations/governance/tables-of-keys.ts'
import { CitygraphError } from '../core/errors.ts'
import type { Caller } from '../policy-engine/decision.ts'
import type { DomainBinding } from './binding.ts'
import { entityOf } from './binding.ts'
import { computed, entity, type Entity } from './entity.ts'
import { loadByKey } from './load-by-key.ts'
import type { ReadContext } from './read-context.ts'
import type { Arguments, Resolver } from './resolver-map.ts'
import { manyRows } from './roots.ts'
import type { Row } from './row.ts'
import { selectionOf } from './selection.ts'
import { slot } from './slots.ts'

const domain = 'governance'
const now = sql`${slot('now')}::timestamptz`

const apiKey = entity({
  domain,
  type: 'ApiKey',
  table: apiKeys,
  alive: sql`true`,
  attributes: { org: sql`${apiKeys.org}` },
  fields: {
    zone: computed(sql`upper(${apiKeys.zone})`, 'text'),
    state: computed(sql`CASE WHEN ${apiKeys.revokedAt} IS NOT NULL THEN 'REVOKED' WHEN ${apiKeys.expiresAt} <= ${now} THEN 'EXPIRED' ELSE 'ACTIVE' END`, 'text'),
    secret: computed(sql`NULL::text`, 'text'),
  },
})

export const keyEntities: readonly Entity[] = [apiKey]

/** Resolvers of their root fields, by name. */
export function keyRoots(binding: DomainBinding): Readonly<Record<string, Resolver>> {
  return { apiKeys: manyRows(binding, 'apiKeys', { type: 'ApiKey', order: [{ field: 'at', direction: 'DESC' }] }) }
}

type Made = { readonly id: string; readonly text?: string }

/** Who does what callers ask of keys; governance/key-office.ts is one. It checks what is given. */
export type KeyOffice = {
  make(wish: { readonly name: unknown; readonly client: unknown; readonly queries: unknown; readonly zone: unknown; readonly days: unknown }, by: Caller): Promise<{ readonly id: string; readonly text: string }>
  rotate(of: { readonly id: unknown; readonly oldUntil: unknown; readonly days: unknown }, by: Caller): Promise<{ readonly id: string; readonly text: string }>
  revoke(id: unknown, any: boolean, by: Caller): Promise<string>
}

type Act = (office: KeyOffice, args: Arguments, by: Caller) => Promise<Made>

/** Resolvers of Mutation, by name. The gate has decided the act already; it is asked again here. */
export function keyActs(binding: DomainBinding, office: KeyOffice | undefined): Readonly<Record<string, Resolver>> {
  const act = (name: string, shows: boolean, does: Act): Resolver => async (_parent, args, context, info) => {
    if (context.plan.field('Mutation', name).decision !== 'CLEAR') throw new CitygraphError('FORBIDDEN')
    if (office === undefined) throw new CitygraphError('SUBGRAPH_UNAVAILABLE', { domain })
    const selection = selectionOf(info, 'ApiKey')
    // What is not shown now is never shown.
    if (shows && !(selection.includes('secret') && context.plan.field('ApiKey', 'secret').decision === 'CLEAR')) throw new CitygraphError('BAD_USER_INPUT', { hint: 'Select secret: it is shown this once.' })
    return shown(context, { selection, ...await does(office, args, context.caller) })
  }
  const shown = async (context: ReadContext, { id, text, selection }: Made & { readonly selection: ReturnType<typeof selectionOf> }): Promise<Row> => {
    const loaded = loadByKey(context, binding, { entity: entityOf(binding, 'ApiKey'), selection, keys: [id], column: { name: 'id', value: sql`${apiKeys.id}`, kind: 'text' } })
    // A secret that is not shown now is lost: without the rest of its key if need be.
    const row = text === undefined ? await loaded : await loaded.catch(() => null) ?? { id }
    if (row === null) throw new CitygraphError('SUBGRAPH_UNAVAILABLE', { domain, hint: 'It is done; what was done cannot be shown at the moment.' })
    if (text !== undefined) row['secret'] = text
    return row
  }
  return {
    makeKey: act('makeKey', true, (it, { name, client, queries, zone, days }, by) => it.make({ name, client, queries, zone, days }, by)),
    rotateKey: act('rotateKey', true, (it, { id, oldUntil, days }, by) => it.rotate({ id, oldUntil, days }, by)),
    revokeKey: act('revokeKey', false, async (it, { id }, by) => ({ id: await it.revoke(id, false, by) })),
    revokeAnyKey: act('revokeAnyKey', false, async (it, { id }, by) => ({ id: await it.revoke(id, true, by) })),
  }
}
